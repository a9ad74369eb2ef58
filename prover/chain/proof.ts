// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { parseValue } from '../schema.ts';

/** A proof in the coordinate order the pairing precompile, and so `struct Proof`, takes. */
export interface ContractProof {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
}

const coordinate = z
  .string({ error: 'must be a decimal string' })
  .regex(/^(0|[1-9][0-9]*)$/, 'must be a decimal string')
  .transform((digits) => BigInt(digits));
const pair = z.tuple([coordinate, coordinate]);
const one = z.literal('1', { error: 'must be "1" (affine point)' });

/** A proof as snarkjs writes it: affine points with a third coordinate of one. */
const snarkjsProof = z.object({
  pi_a: z.tuple([coordinate, coordinate, one]),
  pi_b: z.tuple([pair, pair, z.tuple([one, z.literal('0', { error: 'must be "0"' })])]),
  pi_c: z.tuple([coordinate, coordinate, one]),
});

/** snarkjs writes an element of the quadratic field as (c0, c1), the precompile takes (c1, c0). */
export function contractProof(proof: unknown): ContractProof {
  const { pi_a, pi_b, pi_c } = parseValue(snarkjsProof, proof, 'proof');
  return {
    a: [pi_a[0], pi_a[1]],
    b: [
      [pi_b[0][1], pi_b[0][0]],
      [pi_b[1][1], pi_b[1][0]],
    ],
    c: [pi_c[0], pi_c[1]],
  };
}
