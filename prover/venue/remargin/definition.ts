// SPDX-License-Identifier: GPL-3.0-or-later
import { valueCollateral } from '../../risk/margin/collateral.ts';
import { contingencies, type ContingencyBases } from '../../risk/margin/contingencies.ts';
import { abs, divCeil, max, sum } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { ONE_Q24, SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import { optionGroups } from '../../risk/margin/uncovered.ts';
import type {
  Instrument,
  Pair,
  Portfolio,
  Position,
  RiskParameters,
  UnderlyingId,
} from '../../model/types.ts';
import type { RiskArray } from './risk-array.ts';

/**
 * What array margin may say of an account. `band`: the rounding of the arrays could tip the scale,
 * so that only the exact model may decide.
 */
export type ArrayVerdict = 'healthy' | 'liquidatable' | 'band';

/** The sums over positions that array margin is a function of; all exact integers. */
export interface ArraySums {
  /** Σ|lots| by underlying: the rounding of the risk arrays in E6 never exceeds it. */
  readonly lots: Pair<bigint>;
  readonly marksE6: bigint;
  /** Σ lots·loss by scenario id 0…32, of positions alone. */
  readonly lossesE6: Pair<readonly bigint[]>;
  readonly dollarDeltaE6: Pair<bigint>;
  readonly shortOptionE6: bigint;
  readonly perpetualE6: bigint;
  readonly futureE6: bigint;
  readonly lowConfidenceQ10: bigint;
}

/** Array margin of one account (docs/array-margin.md). Amounts are E6 USD. */
export interface ArrayMargin {
  /** From floored marks; the exact equity is within `roundingE6` of it. */
  readonly equityE6: bigint;
  readonly roundingE6: bigint;
  /** Never below the exact maintenance margin, and above it by at most `slackE6`. */
  readonly mmE6: bigint;
  readonly slackE6: bigint;
  /** Never below the exact initial margin. */
  readonly imE6: bigint;
  /** The largest damped loss with its rounding, E6·2¹⁶. */
  readonly scanQ16: Pair<bigint>;
  /** Where it occurs; the lowest id of a tie. 0: nowhere. */
  readonly worstScenarios: Pair<number>;
  readonly verdict: ArrayVerdict;
}

export function arraySums(
  portfolio: Pick<Portfolio, 'positions'>,
  arrayOf: (instrument: Instrument) => RiskArray,
  { snapshot, parameters }: PricedMarket,
): ArraySums {
  const lots: [bigint, bigint] = [0n, 0n];
  const dollarDeltaE6: [bigint, bigint] = [0n, 0n];
  const lossesE6: Pair<bigint[]> = [
    new Array<bigint>(SCENARIO_COUNT).fill(0n),
    new Array<bigint>(SCENARIO_COUNT).fill(0n),
  ];
  let marksE6 = 0n;
  let lowConfidenceQ10 = 0n;
  const bases = { perpetual: 0n, future: 0n };
  const open: Position[] = [];
  for (const position of portfolio.positions) {
    const u = position.instrument.underlying;
    const array = arrayOf(position.instrument);
    const { indexE4 } = snapshot.underlyings[u];
    lots[u] += abs(position.lots);
    marksE6 += position.lots * array.markE4;
    dollarDeltaE6[u] += position.lots * array.dollarDeltaE4;
    for (const [id, lossE4] of array.lossesE4.entries()) {
      lossesE6[u][id] = lossesE6[u][id]! + position.lots * lossE4;
    }
    if (array.charge === 'settled') continue;
    const isOption = array.charge === 'option';
    const chargedLots = isOption ? max(0n, -position.lots) : abs(position.lots);
    if (array.charge === 'option') open.push(position);
    else bases[array.charge] += array.referenceE4 * chargedLots;
    const doubt = max(0n, parameters.confidence.thresholdQ10 - array.confidenceQ10);
    lowConfidenceQ10 += indexE4 * chargedLots * doubt;
  }
  const shortOptionE6 = sum(
    optionGroups(open).map(({ places, uncoveredLots }) => {
      const { underlying } = open[places[0]!]!.instrument;
      return snapshot.underlyings[underlying].indexE4 * uncoveredLots;
    }),
  );
  return {
    lots,
    marksE6,
    lossesE6,
    dollarDeltaE6,
    shortOptionE6,
    perpetualE6: bases.perpetual,
    futureE6: bases.future,
    lowConfidenceQ10,
  };
}

/** The largest damped loss of one underlying, E6·2¹⁶, and the lowest id that has it; 0 and id 0 where none loses. */
export interface ScanRange {
  readonly scanQ16: bigint;
  readonly worstScenario: number;
}

/** Scan range: id 0 loses nothing, every other id its array loss and the rounding. */
function scanRange(
  u: UnderlyingId,
  sums: ArraySums,
  shockedE6: bigint,
  { parameters }: PricedMarket,
): ScanRange {
  let scanQ16 = 0n;
  let worstScenario = 0;
  for (let id = 1; id < SCENARIO_COUNT; id += 1) {
    const { multiplierQ24, dampingQ16 } = scenarioAt(parameters.underlyings[u], id);
    const collateralE6 = (shockedE6 * (ONE_Q24 - multiplierQ24)) >> 24n;
    const damped = dampingQ16 * (sums.lossesE6[u][id]! + collateralE6 + sums.lots[u]);
    if (damped > scanQ16) {
      scanQ16 = damped;
      worstScenario = id;
    }
  }
  return { scanQ16, worstScenario };
}

/** How far array margin may stand above exact margin, E6 USD. */
export function slackCeil(lots: bigint, { mmFactorBps, concentration }: RiskParameters): bigint {
  return (
    divCeil(2n * mmFactorBps * lots, 10_000n) +
    divCeil(2n * concentration.marginalMmBps[3] * lots, 10_000n)
  );
}

/**
 * How far the initial margin of arrays may stand above the exact one, E6 USD: as `slackCeil`, and dollar delta is
 * charged for the age of the index too.
 */
export function imSlackCeil(
  lots: bigint,
  { imFactorBps, concentration, latency }: RiskParameters,
): bigint {
  return (
    divCeil(2n * imFactorBps * lots, 10_000n) +
    divCeil(2n * concentration.marginalImBps[3] * lots, 10_000n) +
    divCeil(2n * latency.maxImBps * lots, 10_000n)
  );
}

/** `scanOf` an underlying whose collateral, after haircuts, is `shockedE6`. */
export function marginOfSums(
  portfolio: Pick<Portfolio, 'quoteE6' | 'collateralE8'>,
  sums: Omit<ArraySums, 'lossesE6'>,
  market: PricedMarket,
  scanOf: (u: UnderlyingId, shockedE6: bigint) => ScanRange,
): ArrayMargin {
  const { parameters, collateralPricesE4 } = market;
  const collateral = valueCollateral(portfolio.collateralE8, collateralPricesE4, parameters);
  const shocked = (u: UnderlyingId): bigint =>
    sum(
      collateral.map(({ haircutValueE6 }, c) =>
        parameters.collateral[c]!.underlying === u ? haircutValueE6 : 0n,
      ),
    );
  const scans = [scanOf(0, shocked(0)), scanOf(1, shocked(1))] as const;
  const bases: ContingencyBases = {
    ...sums,
    dollarDeltaE6: [
      abs(sums.dollarDeltaE6[0]) + sums.lots[0],
      abs(sums.dollarDeltaE6[1]) + sums.lots[1],
    ],
  };
  const extra = contingencies(bases, collateral, market);
  const scanQ16 = scans[0].scanQ16 + scans[1].scanQ16;
  const charge = (factorBps: bigint): bigint => divCeil(factorBps * scanQ16, 10_000n << 16n);
  const equityE6 = portfolio.quoteE6 + sum(collateral.map((c) => c.haircutValueE6)) + sums.marksE6;
  const roundingE6 = sums.lots[0] + sums.lots[1];
  const mmE6 = charge(parameters.mmFactorBps) + extra.mmE6;
  const slackE6 = slackCeil(roundingE6, parameters);
  return {
    equityE6,
    roundingE6,
    mmE6,
    slackE6,
    imE6:
      charge(parameters.imFactorBps) +
      extra.imE6 +
      extra.oracleConfidenceE6 +
      extra.oracleLatencyE6 +
      extra.collateralE6,
    scanQ16: [scans[0].scanQ16, scans[1].scanQ16],
    worstScenarios: [scans[0].worstScenario, scans[1].worstScenario],
    verdict: verdict(equityE6, roundingE6, mmE6, slackE6),
  };
}

function verdict(
  equityE6: bigint,
  roundingE6: bigint,
  mmE6: bigint,
  slackE6: bigint,
): ArrayVerdict {
  if (equityE6 - roundingE6 >= mmE6) return 'healthy';
  return equityE6 + roundingE6 < mmE6 - slackE6 ? 'liquidatable' : 'band';
}

/** Array margin by its definition, in integers without a bound. */
export function arrayMargin(
  portfolio: Portfolio,
  arrayOf: (instrument: Instrument) => RiskArray,
  market: PricedMarket,
): ArrayMargin {
  const sums = arraySums(portfolio, arrayOf, market);
  return marginOfSums(portfolio, sums, market, (u, shockedE6) =>
    scanRange(u, sums, shockedE6, market),
  );
}
