// SPDX-License-Identifier: GPL-3.0-or-later
// What of a proof file can be checked without a chain; runs wherever ECMAScript does.
import { boundSignal, contextOfUse } from '../chain/context.ts';
import { InvalidInput } from '../core/errors.ts';
import { encodePublicSignals } from '../statements/public-signals.ts';
import type { ProofFile } from '../proving/formats/proof-file.ts';
import { requireKeyFor } from './chain-check.ts';
import { verifyGroth16 } from './groth16.ts';
import { ReceiptRefused, requireFact } from './refusal.ts';
import type { TrustedKey } from './verifying-keys.ts';

/** The key that the file names; throws `InvalidInput` where it names another than is trusted. */
export function keyOfProof(
  file: ProofFile,
  keys: readonly TrustedKey[],
  whose: string,
): TrustedKey {
  const { statement, profile, artifact } = file;
  const ofCircuit = keys.filter((one) => one.statement === statement && one.profile === profile);
  // One document may have the keys of several venues.
  const key =
    ofCircuit.find(({ verificationKey }) => verificationKey === artifact.verificationKey) ??
    ofCircuit[0];
  if (key === undefined) {
    throw new ReceiptRefused(
      'KEY_UNKNOWN',
      `${whose} has no key of ${statement}, profile ${profile}`,
    );
  }
  const same = (field: string, stated: string, trusted: string): void => {
    if (stated === trusted) return;
    throw new InvalidInput(`artifact.${field}`, `must be ${trusted}, as ${whose} has it`);
  };
  same('r1cs', artifact.r1cs, key.r1cs);
  same('verificationKey', artifact.verificationKey, key.verificationKey);
  same('key', artifact.key, key.setup);
  return key;
}

/** Whether the proof holds under the key. */
export function proofHolds(file: ProofFile, { key }: TrustedKey): boolean {
  const { statement, publicSignals, proof } = file;
  return verifyGroth16(key, encodePublicSignals(statement, publicSignals), proof);
}

/**
 * Throws `ReceiptRefused` where the file says a use that its context contradicts, or one on a chain where
 * a development key says nothing.
 */
export function requireUse(file: ProofFile): void {
  const { use, artifact } = file;
  if (use === undefined) return;
  requireKeyFor(use.chainId, artifact.key);
  requireFact(
    boundSignal(file) === contextOfUse(use, file),
    'CONTEXT_MISMATCH',
    'the proof was made for another chain, contract, action or beneficiary than the file says',
  );
}
