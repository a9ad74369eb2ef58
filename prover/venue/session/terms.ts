// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../core/field.ts';
import { hashWords, TAG } from '../../commitments/hash-words.ts';
import { DAMPED_IDS, MOVED_IDS } from '../../commitments/session/lanes.ts';
import { divCeil, divFloor, max, min } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { rollMultiplierQ24 } from '../../risk/pricing/roll.ts';
import { ONE_Q24, scenarioAt } from '../../risk/pricing/scenarios.ts';
import {
  UNDERLYINGS,
  type Pair,
  type Triple,
  type UnderlyingId,
  type UnderlyingParameters,
} from '../../model/types.ts';

/** Worth of coins after haircuts is carried in units of 2¹⁶ E6 (6.6 cents), rounded down. */
export const COIN_UNIT_E6 = 1n << 16n;

export interface UnderlyingTerms {
  /** 2²⁴ − multiplier of ids 3…26: what a coin loses. */
  readonly lossesQ24: readonly bigint[];
  /** Of ids 21…26; a damping of 0 counts as 2⁻¹⁶, because one of 0 would leave its digit free. */
  readonly dampingsQ16: readonly bigint[];
  /** Where concentration bands 1, 2, 3 begin, E6 of dollar delta, rounded down. */
  readonly bandEdgesE6: Triple<bigint>;
  /**
   * The largest damped loss of a coin, and at least that of the deepest roll, so that it bounds what
   * a perpetual or a future loses too. Q24, rounded up.
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
  /** What a light account may count of its coins: after haircut and its share of a scan, bps, rounded down. */
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

const BPS = 10_000n;
const DEEPEST_ROLL_Q10 = -127n;

function underlyingTerms(
  parameters: UnderlyingParameters,
  depthQuote: bigint,
  bandsQ10: Triple<bigint>,
): UnderlyingTerms {
  const scenario = (id: number): ReturnType<typeof scenarioAt> => scenarioAt(parameters, id);
  const lossQ24 = (id: number): bigint => ONE_Q24 - scenario(id).multiplierQ24;
  const edge = (bandQ10: bigint): bigint => (bandQ10 * depthQuote * 1_000_000n) >> 10n;
  const [first, second, third] = bandsQ10;
  return {
    lossesQ24: MOVED_IDS.map(lossQ24),
    dampingsQ16: DAMPED_IDS.map((id) => max(1n, scenario(id).dampingQ16)),
    bandEdgesE6: [edge(first), edge(second), edge(third)],
    largestLossQ24: MOVED_IDS.reduce(
      (largest, id) => max(largest, divCeil(lossQ24(id) * scenario(id).dampingQ16, 1n << 16n)),
      ONE_Q24 - rollMultiplierQ24(DEEPEST_ROLL_Q10),
    ),
  };
}

export function sessionTerms(market: PricedMarket): SessionTerms {
  const { snapshot, parameters, collateralPricesE4 } = market;
  const { concentration, mmFactorBps } = parameters;
  const [btc, eth] = UNDERLYINGS.map((u) =>
    underlyingTerms(
      parameters.underlyings[u],
      snapshot.underlyings[u].depthQuote,
      concentration.bandsQ10,
    ),
  );
  const underlyings: Pair<UnderlyingTerms> = [btc!, eth!];
  const asset = (place: 0 | 1 | 2): AssetTerms => {
    const { underlying, haircutsBps, tierThresholds } = parameters.collateral[place];
    const [h0, h1, h2, h3] = haircutsBps;
    const priceE4 = collateralPricesE4[place];
    // A coin worth nothing has no tier to reach.
    const edge = (thresholdUsd: bigint): bigint =>
      divFloor(thresholdUsd * 10n ** 12n, max(1n, priceE4));
    const [t1, t2, t3] = tierThresholds;
    const { largestLossQ24 } = underlyings[underlying];
    return {
      underlying,
      edgesE8: [edge(t1), edge(t2), edge(t3)],
      ratesE8: [
        priceE4 * (BPS - h0),
        priceE4 * (h1 - h0),
        priceE4 * (h2 - h1),
        priceE4 * (h3 - h2),
      ],
      priceE4,
      lightBps: divFloor((BPS - h0) * ((BPS << 24n) - mmFactorBps * largestLossQ24), BPS << 24n),
    };
  };
  return {
    underlyings,
    marginalMmBps: concentration.marginalMmBps,
    mmFactorBps,
    assets: [asset(0), asset(1), asset(2)],
    lightCapE12:
      parameters.collateral.map(({ tierThresholds }) => tierThresholds[0]).reduce(min) * 10n ** 12n,
  };
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
