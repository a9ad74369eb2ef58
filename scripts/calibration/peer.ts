// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../prover/core/errors.ts';
import { smileAt } from '../../prover/market/surface/svi.ts';
import { parseValue } from '../../prover/core/schema.ts';

/** Raw SVI fits of the same chain by another fitter: expiry (ISO), T, a, b, rho, m, sigma. */
const schema = z.object({
  slices: z.array(
    z.object({
      expiry: z.string(),
      T: z.number().positive(),
      a: z.number(),
      b: z.number(),
      rho: z.number(),
      m: z.number(),
      sigma: z.number(),
    }),
  ),
});

/** Volatility of the peer's slice of an expiry (unix seconds) at k; undefined where it has none. */
export type PeerVol = (expiry: bigint, k: number) => number | undefined;

export function readPeer(source: string, file: string): PeerVol {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new InvalidInput(file, 'is not complete, valid JSON', { cause: error });
  }
  const slices = new Map(
    parseValue(schema, value, file).slices.map((slice) => [
      BigInt(Date.parse(slice.expiry)) / 1000n,
      slice,
    ]),
  );
  return (expiry, k) => {
    const slice = slices.get(expiry);
    if (slice === undefined) return undefined;
    const { w } = smileAt({ ...slice, c: slice.b * slice.rho }, k);
    return Math.sqrt(Math.max(w, 0) / slice.T);
  };
}
