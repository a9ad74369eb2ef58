// SPDX-License-Identifier: GPL-3.0-or-later
import { effectiveParameters } from '../forecast/effective-set.ts';
import type { MarketSnapshot, Pair, RiskParameters, UnderlyingId } from '../model/types.ts';
import { UNDERLYINGS } from '../model/types.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { priceMarket } from '../risk/pricing/market.ts';
import { chainPortfolios } from './chain-portfolios.ts';
import type { Measure } from './coverage.ts';

/** One portfolio held from one real surface to the next, margined and revalued exactly. */
export interface ChainResult {
  readonly underlying: UnderlyingId;
  readonly portfolio: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly multiplier: number;
  readonly indexFromE4: bigint;
  readonly indexToE4: bigint;
  /** Fall of equity (with haircuts, as margin is compared with it); negative: a gain. */
  readonly lossE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly beyondMm: boolean;
  readonly beyondIm: boolean;
  /** The measures it counts to: those of the shortest horizon that the window fits in. */
  readonly countsTo: readonly string[];
}

/** A window counts to the tightest promise that was made for its length. */
function measuresFor(measures: readonly Measure[], seconds: number): readonly string[] {
  const fitting = measures.filter(({ horizonSeconds }) => seconds <= horizonSeconds);
  const shortest = Math.min(...fitting.map(({ horizonSeconds }) => horizonSeconds));
  return fitting.filter(({ horizonSeconds }) => horizonSeconds === shortest).map(({ id }) => id);
}

function between(
  [before, after]: Pair<MarketSnapshot>,
  parameters: RiskParameters,
  multipliers: Pair<number>,
  measures: readonly Measure[],
): ChainResult[] {
  const effective = effectiveParameters(parameters, multipliers);
  const market = priceMarket(before, effective);
  const later = priceMarket(after, effective);
  const [from, to] = [Number(before.time), Number(after.time)];
  return UNDERLYINGS.flatMap((underlying) =>
    chainPortfolios(market, underlying, after.time).map(({ portfolio, account }) => {
      const margin = marginPortfolio(account, market);
      const lossE6 = margin.equityE6 - marginPortfolio(account, later).equityE6;
      return {
        underlying,
        portfolio,
        from,
        to,
        multiplier: multipliers[underlying],
        indexFromE4: before.underlyings[underlying].indexE4,
        indexToE4: after.underlyings[underlying].indexE4,
        lossE6,
        mmE6: margin.mmE6,
        imE6: margin.imE6,
        beyondMm: lossE6 > margin.mmE6,
        beyondIm: lossE6 > margin.imE6,
        countsTo: measuresFor(measures, to - from),
      };
    }),
  );
}

/**
 * Full revaluation between consecutive real surfaces, in time order; `multipliersAt` gives what was
 * in force at the first of each two.
 */
export function chainHistory(
  snapshots: readonly MarketSnapshot[],
  parameters: RiskParameters,
  multipliersAt: (time: number) => Pair<number>,
  measures: readonly Measure[],
): ChainResult[] {
  const ordered = [...snapshots].sort((left, right) => Number(left.time - right.time));
  return ordered.slice(1).flatMap((after, index) => {
    const before = ordered[index] as MarketSnapshot;
    return between([before, after], parameters, multipliersAt(Number(before.time)), measures);
  });
}
