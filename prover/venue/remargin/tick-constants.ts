// SPDX-License-Identifier: GPL-3.0-or-later
import { min } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { ONE_Q24 } from '../../risk/pricing/scenarios.ts';
import type { CollateralParameters, Pair, Triple, UnderlyingId } from '../../model/types.ts';

/** Scenarios 1…32 of one underlying, as doubles. */
export interface ScenarioConstants {
  /** 2²⁴ − m: what a unit of collateral loses. */
  readonly fallQ24: Float64Array;
  readonly dampingQ16: Float64Array;
  /** The largest damping: scenarios that have it are compared by their losses alone. */
  readonly leastDampedQ16: number;
  /** The others, by place. */
  readonly damped: Uint8Array;
}

export interface CollateralConstants {
  readonly underlying: UnderlyingId;
  readonly priceE4: number;
  readonly keptBps: number;
  /** Thresholds in E6, where the marginal haircut rises by the step. */
  readonly thresholdsE6: Float64Array;
  readonly stepsBps: Float64Array;
  readonly imExtraBps: number;
}

/**
 * The charges that enter one total: uncovered short options, perpetuals, futures, then four bands of
 * concentration by underlying. A band starts at `start` + `startQ10`/2¹⁰.
 */
export const CHARGES = 11;

export interface TickConstants {
  readonly indexE4: Pair<number>;
  readonly perpetualMarkE4: Pair<number>;
  readonly scenarios: Pair<ScenarioConstants>;
  readonly collateral: Triple<CollateralConstants>;
  readonly mmFactorBps: number;
  readonly imFactorBps: number;
  readonly chargeMmBps: Float64Array;
  readonly chargeImBps: Float64Array;
  readonly start: Float64Array;
  readonly startQ10: Float64Array;
  readonly confidenceImBps: number;
  /** 10⁴·threshold. */
  readonly confidenceDivisor: number;
  readonly latencyBpsX10: number;
  /** Accounts whose sums stay below it are exact in doubles; a power of two. */
  readonly narrowSum: number;
}

function scenarioConstants({ parameters }: PricedMarket, u: UnderlyingId): ScenarioConstants {
  const { scenarios } = parameters.underlyings[u];
  const dampingQ16 = Float64Array.from(scenarios, (s) => Number(s.dampingQ16));
  const leastDampedQ16 = Math.max(...dampingQ16);
  const places = scenarios.map((_, place) => place);
  return {
    fallQ24: Float64Array.from(scenarios, (s) => Number(ONE_Q24 - s.multiplierQ24)),
    dampingQ16,
    leastDampedQ16,
    damped: Uint8Array.from(places.filter((place) => dampingQ16[place]! < leastDampedQ16)),
  };
}

function collateralConstants(
  { underlying, tierThresholds, haircutsBps, imExtraBps }: CollateralParameters,
  priceE4: bigint,
): CollateralConstants {
  const [h0, h1, h2, h3] = haircutsBps;
  return {
    underlying,
    priceE4: Number(priceE4),
    keptBps: Number(10_000n - h0),
    thresholdsE6: Float64Array.from(tierThresholds, (usd) => Number(usd * 1_000_000n)),
    stepsBps: Float64Array.from([h1 - h0, h2 - h1, h3 - h2], Number),
    imExtraBps: Number(imExtraBps),
  };
}

/**
 * With every sum over the positions of one underlying within S and collateral within S/8, a loss is
 * within 2.5·S and a dollar delta within 1.5·S, so that no total of charges exceeds
 * share·S (docs/array-margin.md). S is the largest power of two that keeps it within 2⁵².
 */
function narrowSum({ parameters }: PricedMarket, latencyBpsX10: number): number {
  const { shortOption, perpetual, future, concentration, confidence } = parameters;
  const most = (x: bigint, y: bigint): number => Math.max(Number(x), Number(y));
  const shareBps =
    5 * most(parameters.mmFactorBps, parameters.imFactorBps) +
    2 * most(shortOption.mmBps, shortOption.imBps) +
    2 * most(perpetual.mmBps, perpetual.imBps) +
    2 * most(future.mmBps, future.imBps) +
    3 * most(concentration.marginalMmBps[3], concentration.marginalImBps[3]) +
    (3 * latencyBpsX10) / 10 +
    Number(confidence.imBps) +
    Math.max(...parameters.collateral.map(({ imExtraBps }) => Number(imExtraBps)));
  return 2 ** Math.min(49, Math.floor(52 - Math.log2(shareBps / 10_000)));
}

export function tickConstants(market: PricedMarket): TickConstants {
  const { snapshot, parameters, collateralPricesE4 } = market;
  const { shortOption, perpetual, future, concentration, confidence, latency } = parameters;
  const [btc, eth] = snapshot.underlyings;
  const bands = (marginal: readonly [bigint, bigint, bigint, bigint]): bigint[] => {
    const [b0, b1, b2, b3] = marginal;
    return [b0, b1 - b0, b2 - b1, b3 - b2];
  };
  const mmBands = bands(concentration.marginalMmBps);
  const imBands = bands(concentration.marginalImBps);
  const startsQ10 = [btc, eth].flatMap(({ depthQuote }) => [
    0n,
    ...concentration.bandsQ10.map((band) => band * depthQuote * 1_000_000n),
  ]);
  const collateral = (asset: 0 | 1 | 2): CollateralConstants =>
    collateralConstants(parameters.collateral[asset], collateralPricesE4[asset]);
  const numbers = (values: readonly bigint[]): Float64Array => Float64Array.from(values, Number);
  const latencyBpsX10 = Number(
    min(10n * latency.maxImBps, latency.imBpsPerSecondX10 * (snapshot.time - snapshot.indexTime)),
  );
  return {
    indexE4: [Number(btc.indexE4), Number(eth.indexE4)],
    perpetualMarkE4: [Number(btc.perpetualMarkE4), Number(eth.perpetualMarkE4)],
    scenarios: [scenarioConstants(market, 0), scenarioConstants(market, 1)],
    collateral: [collateral(0), collateral(1), collateral(2)],
    mmFactorBps: Number(parameters.mmFactorBps),
    imFactorBps: Number(parameters.imFactorBps),
    chargeMmBps: numbers([
      shortOption.mmBps,
      perpetual.mmBps,
      future.mmBps,
      ...mmBands,
      ...mmBands,
    ]),
    chargeImBps: numbers([
      shortOption.imBps,
      perpetual.imBps,
      future.imBps,
      ...imBands,
      ...imBands,
    ]),
    // A start too large for a double is above every narrow dollar delta, rounded or not.
    start: numbers([0n, 0n, 0n, ...startsQ10.map((start) => start >> 10n)]),
    startQ10: numbers([0n, 0n, 0n, ...startsQ10.map((start) => start & 1023n)]),
    confidenceImBps: Number(confidence.imBps),
    confidenceDivisor: Number(10_000n * confidence.thresholdQ10),
    latencyBpsX10,
    narrowSum: narrowSum(market, latencyBpsX10),
  };
}
