// SPDX-License-Identifier: GPL-3.0-or-later
import type { CollateralValue } from './collateral.ts';
import { abs, divCeil, max, min, shiftCeil, sum } from '../pricing/fixed-point.ts';
import { isOption, isPerpetual } from '../../model/instrument.ts';
import type { PricedMarket } from '../pricing/market.ts';
import type {
  ConcentrationParameters,
  Pair,
  Position,
  Triple,
  UnderlyingId,
} from '../../model/types.ts';
import type { InstrumentValuation } from '../pricing/valuation.ts';
import { optionGroups } from './uncovered.ts';

export interface ValuedPosition extends Position {
  readonly valuation: InstrumentValuation;
}

/** Notionals of everything not settled, exact. */
export interface ContingencyBases {
  /** Index × uncovered lots. */
  readonly shortOptionE6: bigint;
  readonly perpetualE6: bigint;
  readonly futureE6: bigint;
  /** Σ base·max(0, threshold − confidence). */
  readonly lowConfidenceQ10: bigint;
  /** |Σ lots·Δ|·index, rounded up. */
  readonly dollarDeltaE6: Pair<bigint>;
}

/** Every line rounded up on its own; the margin is their sum. */
export interface Contingencies {
  readonly bases: ContingencyBases;
  /** Short options, perpetuals, futures and concentration, in one total each. */
  readonly mmE6: bigint;
  readonly imE6: bigint;
  /** Charged in initial margin only. */
  readonly oracleConfidenceE6: bigint;
  readonly oracleLatencyE6: bigint;
  readonly collateralE6: bigint;
}

export function contingencyBases(
  positions: readonly ValuedPosition[],
  { snapshot, parameters }: PricedMarket,
): ContingencyBases {
  let perpetualE6 = 0n;
  let futureE6 = 0n;
  let lowConfidenceQ10 = 0n;
  const deltaLotsQ128: [bigint, bigint] = [0n, 0n];
  for (const { instrument, lots, valuation } of positions) {
    if (valuation.settled) continue;
    const { indexE4 } = snapshot.underlyings[instrument.underlying];
    const chargedLots = isOption(instrument) ? max(0n, -lots) : abs(lots);
    if (isPerpetual(instrument)) perpetualE6 += valuation.referenceE4 * chargedLots;
    else if (!isOption(instrument)) futureE6 += valuation.referenceE4 * chargedLots;
    const doubt = max(0n, parameters.confidence.thresholdQ10 - valuation.confidenceQ10);
    lowConfidenceQ10 += indexE4 * chargedLots * doubt;
    deltaLotsQ128[instrument.underlying] += lots * valuation.deltaQ128;
  }
  const open = positions.filter(({ valuation }) => !valuation.settled);
  const shortOptionE6 = sum(
    optionGroups(open).map(({ places, uncoveredLots }) => {
      const { underlying } = open[places[0]!]!.instrument;
      return snapshot.underlyings[underlying].indexE4 * uncoveredLots;
    }),
  );
  const dollarDelta = (u: UnderlyingId): bigint =>
    shiftCeil(abs(deltaLotsQ128[u]) * snapshot.underlyings[u].indexE4, 128n);
  const dollarDeltaE6: Pair<bigint> = [dollarDelta(0), dollarDelta(1)];
  return { shortOptionE6, perpetualE6, futureE6, lowConfidenceQ10, dollarDeltaE6 };
}

/** Marginal bands of market depth, E6·bps·2¹⁰. */
export function concentrationQ10(
  dollarDeltaE6: bigint,
  depthQuote: bigint,
  marginalBps: ConcentrationParameters['marginalMmBps'],
  bandsQ10: Triple<bigint>,
): bigint {
  const dollarDeltaQ10 = dollarDeltaE6 << 10n;
  const [b0, b1, b2, b3] = marginalBps;
  return [b1 - b0, b2 - b1, b3 - b2].reduce((total, step, band) => {
    const start = (bandsQ10[band] as bigint) * depthQuote * 1_000_000n;
    return total + step * max(0n, dollarDeltaQ10 - start);
  }, b0 * dollarDeltaQ10);
}

/** Basis points times ten that the age of the index costs a dollar of delta. */
function latencyBpsX10({ snapshot, parameters }: PricedMarket): bigint {
  const { imBpsPerSecondX10, maxImBps } = parameters.latency;
  return min(10n * maxImBps, imBpsPerSecondX10 * (snapshot.time - snapshot.indexTime));
}

export function contingencies(
  bases: ContingencyBases,
  collateral: Triple<CollateralValue>,
  market: PricedMarket,
): Contingencies {
  const { snapshot, parameters } = market;
  const { shortOption, perpetual, future, concentration, confidence } = parameters;
  const total = (bps: 'mmBps' | 'imBps', marginal: 'marginalMmBps' | 'marginalImBps'): bigint => {
    const linear =
      shortOption[bps] * bases.shortOptionE6 +
      perpetual[bps] * bases.perpetualE6 +
      future[bps] * bases.futureE6;
    const concentrated = snapshot.underlyings.map(({ depthQuote }, u) =>
      concentrationQ10(
        bases.dollarDeltaE6[u as UnderlyingId],
        depthQuote,
        concentration[marginal],
        concentration.bandsQ10,
      ),
    );
    return divCeil(
      concentrated.reduce((x, y) => x + y, linear << 10n),
      10_000n << 10n,
    );
  };
  const [btcDelta, ethDelta] = bases.dollarDeltaE6;
  const collateralBps = collateral.reduce(
    (sum, { haircutValueE6 }, c) =>
      sum + haircutValueE6 * parameters.collateral[c as 0 | 1 | 2].imExtraBps,
    0n,
  );
  return {
    bases,
    mmE6: total('mmBps', 'marginalMmBps'),
    imE6: total('imBps', 'marginalImBps'),
    oracleConfidenceE6: divCeil(
      confidence.imBps * bases.lowConfidenceQ10,
      10_000n * confidence.thresholdQ10,
    ),
    oracleLatencyE6: divCeil((btcDelta + ethDelta) * latencyBpsX10(market), 100_000n),
    collateralE6: divCeil(collateralBps, 10_000n),
  };
}
