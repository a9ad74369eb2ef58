// SPDX-License-Identifier: GPL-3.0-or-later
import type { Judgement, WantedProof, judgeProof } from '../../receipt/browser.ts';
import { loadScript } from './load-script.ts';
import { fetchJson } from './service-link.ts';

/** The script of the verifier, which is larger than the page and loaded when somebody first asks for it. */
const SCRIPT = '/page/verifier.js';

interface Verifier {
  readonly judgeProof: typeof judgeProof;
}

/** Checks here what a service proved, under the keys that it publishes. */
export async function verifyProof(token: string, wanted: WantedProof): Promise<Judgement> {
  const { accountIndex, snapshotHash } = wanted;
  const [verifier, keys, found] = await Promise.all([
    loadScript<Verifier>('PlimsollReceipt', SCRIPT),
    fetchJson('/keys'),
    fetchJson(`/accounts/${accountIndex}/proof?tick=${snapshotHash}`, token),
  ]);
  return verifier.judgeProof((found as { proof: string }).proof, JSON.stringify(keys), wanted);
}
