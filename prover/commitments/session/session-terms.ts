// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../core/field.ts';
import type { Pair, Triple, UnderlyingId } from '../../model/types.ts';
import { hashWords, TAG } from '../hash-words.ts';

/** Worth of coins after haircuts is carried in units of 2¹⁶ E6 (6.6 cents), rounded down. */
export const COIN_UNIT_E6 = 1n << 16n;
/** Width of what an account can lose in one underlying, E6 (4.5 billion USD). */
export const LOSS_BITS = 52;

export interface UnderlyingTerms {
  /** 2²⁴ − multiplier of ids 3…26: what a coin loses. */
  readonly lossesQ24: readonly bigint[];
  /** Of ids 21…26; a damping of 0 counts as 2⁻¹⁶, because one of 0 would leave its digit free. */
  readonly dampingsQ16: readonly bigint[];
  /** Where concentration bands 1, 2, 3 begin, E6 of dollar delta, rounded down. */
  readonly bandEdgesE6: Triple<bigint>;
  /**
   * The largest loss of a coin, damped in the disclosed tails alone, and at least that of the deepest
   * roll, so that it bounds what a perpetual or a future loses too. Q24, rounded up.
   */
  readonly largestLossQ24: bigint;
}

export interface AssetTerms {
  readonly underlying: UnderlyingId;
  /** Where tiers 1, 2, 3 begin, in coins, rounded down: more than the exact model suffers the haircut. */
  readonly edgesE8: Triple<bigint>;
  /** Price times (1 − h₀), (h₁ − h₀), (h₂ − h₁), (h₃ − h₂): E4·10⁻⁴. */
  readonly ratesE8: readonly [bigint, bigint, bigint, bigint];
  readonly priceE4: bigint;
  /** What a light account may count of its coins: after haircut and the largest loss, bps, rounded down. */
  readonly lightBps: bigint;
}

/** What a batch reads of snapshot and parameters (docs/spec.md §10.2). */
export interface SessionTerms {
  readonly underlyings: Pair<UnderlyingTerms>;
  readonly marginalMmBps: readonly [bigint, bigint, bigint, bigint];
  readonly mmFactorBps: bigint;
  readonly assets: Triple<AssetTerms>;
  /** Coins of a light account are worth at most so much: within the first tier of each. E12 USD. */
  readonly lightCapE12: bigint;
}

/** The 104 words that a session's terms are committed by, in this order. */
export function termWords(terms: SessionTerms): readonly bigint[] {
  return [
    ...terms.underlyings.flatMap((own) => [
      ...own.lossesQ24,
      ...own.dampingsQ16,
      ...own.bandEdgesE6,
      own.largestLossQ24,
    ]),
    ...terms.marginalMmBps,
    terms.mmFactorBps,
    ...terms.assets.flatMap(({ underlying, edgesE8, ratesE8, priceE4, lightBps }) => [
      BigInt(underlying),
      ...edgesE8,
      ...ratesE8,
      priceE4,
      lightBps,
    ]),
    terms.lightCapE12,
  ].map(residue);
}

export const termsHash = (terms: SessionTerms): bigint =>
  hashWords(TAG.sessionTerms, termWords(terms));
