// SPDX-License-Identifier: GPL-3.0-or-later
import type { Judgement, WantedProof, judgeProof } from '../../receipt/browser.ts';
import { fetchJson } from './service-link.ts';

/** The script of the verifier, which is larger than the page and loaded when somebody first asks for it. */
const SCRIPT = '/page/verifier.js';

interface Verifier {
  readonly judgeProof: typeof judgeProof;
}

let loading: Promise<Verifier> | undefined;

function load(): Promise<Verifier> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = SCRIPT;
    script.onload = () =>
      resolve((globalThis as unknown as { PlimsollReceipt: Verifier }).PlimsollReceipt);
    script.onerror = () => {
      script.remove();
      reject(new Error('the verifier could not be loaded'));
    };
    document.head.append(script);
  });
}

/** Checks here what a service proved, under the keys that it publishes. */
export async function verifyProof(token: string, wanted: WantedProof): Promise<Judgement> {
  loading ??= load();
  loading.catch(() => (loading = undefined));
  const { accountIndex, snapshotHash } = wanted;
  const [verifier, keys, found] = await Promise.all([
    loading,
    fetchJson('/keys'),
    fetchJson(`/accounts/${accountIndex}/proof?tick=${snapshotHash}`, token),
  ]);
  return verifier.judgeProof((found as { proof: string }).proof, JSON.stringify(keys), wanted);
}
