// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';

import { SCALAR_FIELD } from '../formats/r1cs.ts';

/**
 * The seed is public: whoever reads this can forge any proof made with a development key. That is
 * what makes the keys reproducible on every machine, and why their verifiers refuse real chains.
 */
const PUBLIC_SEED = 'plimsoll INSECURE development key, version 1';

export interface Trapdoor {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly delta: bigint;
  /** Exponent of the base point that the contribution record shows its knowledge of δ on. */
  readonly contributionBase: bigint;
}

function scalar(purpose: string): bigint {
  const digest = createHash('sha512').update(`${PUBLIC_SEED}/${purpose}`).digest('hex');
  const value = BigInt(`0x${digest}`) % SCALAR_FIELD;
  if (value < 2n) throw new RangeError(`trapdoor: ${purpose} is trivial`);
  return value;
}

/** τ, α and β are shared by all circuits, like a powers-of-tau file; δ is the circuit's own. */
export function developmentTrapdoor(r1csHash: string): Trapdoor {
  return {
    tau: scalar('tau'),
    alpha: scalar('alpha'),
    beta: scalar('beta'),
    delta: scalar(`delta/${r1csHash}`),
    contributionBase: scalar(`contribution/${r1csHash}`),
  };
}
