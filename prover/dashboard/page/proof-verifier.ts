// SPDX-License-Identifier: GPL-3.0-or-later
import type { Judgement, WantedProof, judgeProof, judgeReceipt } from '../../receipt/browser.ts';
import { loadScript } from './load-script.ts';
import { fetchJson } from './service-link.ts';

/** The script of the verifier, which is larger than the page and loaded when somebody first asks for it. */
const SCRIPT = '/page/verifier.js';

interface Verifier {
  readonly judgeProof: typeof judgeProof;
  readonly judgeReceipt: typeof judgeReceipt;
}

/** The verifier, what it is to judge, and the keys that the service publishes, as text. */
async function withVerifier<Found>(
  asked: Promise<unknown>,
): Promise<readonly [Verifier, Found, string]> {
  const [verifier, found, keys] = await Promise.all([
    loadScript<Verifier>('PlimsollReceipt', SCRIPT),
    asked,
    fetchJson('/keys'),
  ]);
  return [verifier, found as Found, JSON.stringify(keys)];
}

/** Checks here that an account may be liquidated, as the service proved it. */
export async function verifyStored(
  token: string,
  account: number,
  settlementNonce: string,
  snapshotHash: string,
): Promise<Judgement> {
  const path = `/accounts/${account}/proof?tick=${snapshotHash}`;
  const [verifier, { proof }, keys] = await withVerifier<{ readonly proof: string }>(
    fetchJson(path, token),
  );
  return verifier.judgeProof(proof, keys, {
    statement: 'liquidation',
    accountIndex: account,
    settlementNonce: BigInt(settlementNonce),
    snapshotHash: BigInt(snapshotHash),
  });
}

/** Checks here what a transaction proved to a contract; of several proofs in it the one that is wanted. */
export async function verifyPosted(transaction: string, wanted: WantedProof): Promise<Judgement> {
  const [verifier, { proofs }, keys] = await withVerifier<{ readonly proofs: readonly string[] }>(
    fetchJson(`/statements/${transaction}/proofs`),
  );
  const judged = proofs.map((proof) => verifier.judgeProof(proof, keys, wanted));
  const own = judged.filter(({ code }) => code !== 'ACCOUNT_MISMATCH');
  return own.find(({ verdict }) => verdict !== 'holds') ?? own[0] ?? judged[0]!;
}

/** Checks a receipt here, under the keys of the service; no chain is asked. */
export async function verifyReceipt(receipt: string, challenge: string): Promise<Judgement> {
  const [verifier, , keys] = await withVerifier(Promise.resolve());
  return await verifier.judgeReceipt({ receipt, keys, challenge });
}
