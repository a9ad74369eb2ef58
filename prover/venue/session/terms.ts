// SPDX-License-Identifier: GPL-3.0-or-later
import {
  LOSS_BITS,
  type AssetTerms,
  type SessionTerms,
  type UnderlyingTerms,
} from '../../commitments/session/session-terms.ts';
import { DAMPED_IDS, isDisclosedId, MOVED_IDS } from '../../commitments/session/lanes.ts';
import { COLLATERAL_BITS } from '../../commitments/widths.ts';
import { divCeil, divFloor, max, min } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { rollMultiplierQ24 } from '../../risk/pricing/roll.ts';
import { ONE_Q24, scenarioAt } from '../../risk/pricing/scenarios.ts';
import {
  UNDERLYINGS,
  type Pair,
  type Triple,
  type UnderlyingParameters,
} from '../../model/types.ts';

const BPS = 10_000n;
/** Edges as wide as what is compared with them: a lower one only charges more. */
const LAST_BAND_EDGE_E6 = (1n << BigInt(LOSS_BITS)) - 1n;
const LAST_TIER_EDGE_E8 = (1n << BigInt(COLLATERAL_BITS)) - 1n;
const DEEPEST_ROLL_Q10 = -127n;

/** Where a concentration band begins, E6 of dollar delta. */
export const bandEdgeFloor = (bandQ10: bigint, depthQuote: bigint): bigint =>
  (bandQ10 * depthQuote * 1_000_000n) >> 10n;

function underlyingTerms(
  parameters: UnderlyingParameters,
  depthQuote: bigint,
  bandsQ10: Triple<bigint>,
): UnderlyingTerms {
  const scenario = (id: number): ReturnType<typeof scenarioAt> => scenarioAt(parameters, id);
  const lossQ24 = (id: number): bigint => ONE_Q24 - scenario(id).multiplierQ24;
  const edge = (bandQ10: bigint): bigint =>
    min(LAST_BAND_EDGE_E6, bandEdgeFloor(bandQ10, depthQuote));
  const [first, second, third] = bandsQ10;
  return {
    lossesQ24: MOVED_IDS.map(lossQ24),
    dampingsQ16: DAMPED_IDS.map((id) => max(1n, scenario(id).dampingQ16)),
    bandEdgesE6: [edge(first), edge(second), edge(third)],
    largestLossQ24: MOVED_IDS.reduce(
      (largest, id) =>
        max(
          largest,
          isDisclosedId(id)
            ? divCeil(lossQ24(id) * scenario(id).dampingQ16, 1n << 16n)
            : lossQ24(id),
        ),
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
      min(LAST_TIER_EDGE_E8, divFloor(thresholdUsd * 10n ** 12n, max(1n, priceE4)));
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
      lightBps: divFloor((BPS - h0) * (ONE_Q24 - largestLossQ24), ONE_Q24),
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
