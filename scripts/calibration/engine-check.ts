// SPDX-License-Identifier: GPL-3.0-or-later
import type { FittedSlice } from '../../prover/market/surface/types.ts';
import { black76Call, splitStdDev } from '../../prover/risk/pricing/black76.ts';
import {
  coarseLogMoneynessQ20,
  logarithmQ72,
  logMoneynessQ30,
} from '../../prover/risk/pricing/logarithm.ts';
import { clampLogMoneynessQ30, totalStdDevQ32 } from '../../prover/risk/pricing/svi.ts';

/** What the fixed-point kernel makes of a slice, on the strikes that are listed. */
export interface EngineCheck {
  /**
   * Least value of a butterfly of three neighbouring listed strikes (one of the middle strike), as
   * a share of the forward: negative is money for nothing.
   */
  readonly inside: number;
  /** The same over butterflies that reach beyond the priced domain. */
  readonly across: number;
}

export function checkWithEngine(
  { surface, svi }: FittedSlice,
  forward: number,
  strikes: readonly number[],
): EngineCheck {
  const forwardE4 = BigInt(Math.round(forward * 1e4));
  const lnForwardQ72 = logarithmQ72(forwardE4);
  const slice = {
    state: 'live',
    expiry: 1n,
    forwardRatioQ30: 1n << 30n,
    confidenceQ10: 0n,
    ...surface,
  } as const;
  const priced = [...new Set(strikes)]
    .sort((left, right) => left - right)
    .map((strike) => {
      const strikeE4 = BigInt(Math.round(strike * 1e4));
      const kQ30 = logMoneynessQ30(logarithmQ72(strikeE4), lnForwardQ72);
      const stdDevQ32 = totalStdDevQ32(slice, clampLogMoneynessQ30(kQ30, slice));
      const { valueQ128 } = black76Call(
        forwardE4,
        strikeE4,
        coarseLogMoneynessQ20(kQ30),
        splitStdDev(stdDevQ32, 0n),
      );
      const k = Number(kQ30) / 2 ** 30;
      const value = Number(valueQ128 >> 64n) / 2 ** 64 / Number(forwardE4);
      return { strike, value, outside: k < svi.kMin || k > svi.kMax };
    });
  const least = { inside: Infinity, across: Infinity };
  for (let i = 1; i + 1 < priced.length; i += 1) {
    const [left, middle, right] = [priced[i - 1]!, priced[i]!, priced[i + 1]!];
    const share = (right.strike - middle.strike) / (right.strike - left.strike);
    const butterfly = share * left.value + (1 - share) * right.value - middle.value;
    const where = left.outside || right.outside ? 'across' : 'inside';
    least[where] = Math.min(least[where], butterfly);
  }
  return least;
}
