// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContingencyBases } from '../../risk/margin/contingencies.ts';
import { concentrationQ10 } from '../../risk/margin/contingencies.ts';
import { divCeil } from '../../risk/pricing/fixed-point.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import { marginPortfolio } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { scenarioAt } from '../../risk/pricing/scenarios.ts';
import type { Portfolio, UnderlyingId } from '../../model/types.ts';

/** A line of the requirement, each rounded up on its own: the totals round once and rule. */
export interface ContingencyLine {
  readonly name: string;
  readonly baseE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
}

const BPS = 10_000n;

function linear(
  name: string,
  baseE6: bigint,
  bps: { mmBps: bigint; imBps: bigint },
): ContingencyLine {
  return {
    name,
    baseE6,
    mmE6: divCeil(bps.mmBps * baseE6, BPS),
    imE6: divCeil(bps.imBps * baseE6, BPS),
  };
}

function concentration(
  u: UnderlyingId,
  bases: ContingencyBases,
  market: PricedMarket,
): ContingencyLine {
  const baseE6 = bases.dollarDeltaE6[u];
  const { concentration: bands } = market.parameters;
  const charge = (marginal: typeof bands.marginalMmBps): bigint => {
    const { depthQuote } = market.snapshot.underlyings[u];
    return divCeil(concentrationQ10(baseE6, depthQuote, marginal, bands.bandsQ10), BPS << 10n);
  };
  return {
    name: `concentration ${u === 0 ? 'BTC' : 'ETH'}`,
    baseE6,
    mmE6: charge(bands.marginalMmBps),
    imE6: charge(bands.marginalImBps),
  };
}

export function contingencyLines(margin: AccountMargin, market: PricedMarket): ContingencyLine[] {
  const { contingencies } = margin;
  const { bases } = contingencies;
  const { shortOption, perpetual, future } = market.parameters;
  const dollarDeltaE6 = bases.dollarDeltaE6[0] + bases.dollarDeltaE6[1];
  const haircutE6 = margin.collateral.reduce((sum, { haircutValueE6 }) => sum + haircutValueE6, 0n);
  const initialOnly = (name: string, baseE6: bigint, imE6: bigint): ContingencyLine => ({
    name,
    baseE6,
    mmE6: 0n,
    imE6,
  });
  return [
    linear('uncovered short options', bases.shortOptionE6, shortOption),
    linear('perpetuals', bases.perpetualE6, perpetual),
    linear('dated futures', bases.futureE6, future),
    concentration(0, bases, market),
    concentration(1, bases, market),
    initialOnly(
      'oracle confidence',
      bases.lowConfidenceQ10 >> 10n,
      contingencies.oracleConfidenceE6,
    ),
    initialOnly('oracle latency', dollarDeltaE6, contingencies.oracleLatencyE6),
    initialOnly('collateral', haircutE6, contingencies.collateralE6),
  ];
}

/** One row of the scenario table; id 0 is the mark. */
export interface ScenarioRow {
  readonly id: number;
  /** Move of the index, in hundredths of a percent, for reading. */
  readonly moveBps: bigint;
  readonly vol: string;
  readonly roll: string;
  readonly dampingQ16: bigint;
  readonly lossE6: bigint;
  /** damping·loss, rounded up: what the scan range is the largest of. */
  readonly dampedLossE6: bigint;
  readonly worst: boolean;
}

export function scenarioRows(
  u: UnderlyingId,
  margin: AccountMargin,
  market: PricedMarket,
): ScenarioRow[] {
  const { lossesE6, worstScenario } = margin.underlyings[u];
  return lossesE6.map((lossE6, id) => {
    const scenario = scenarioAt(market.parameters.underlyings[u], id);
    return {
      id,
      moveBps: (scenario.multiplierQ24 * BPS + (1n << 23n)) / (1n << 24n) - BPS,
      vol: scenario.vol,
      roll: scenario.roll,
      dampingQ16: scenario.dampingQ16,
      lossE6,
      dampedLossE6: divCeil(scenario.dampingQ16 * lossE6, 1n << 16n),
      worst: id === worstScenario,
    };
  });
}

/** What a part of the portfolio would need in an account of its own. */
export interface IsolatedNeed {
  readonly mmE6: bigint;
  readonly imE6: bigint;
}

export interface IsolatedReport {
  readonly positions: readonly IsolatedNeed[];
  /** The coins alone: their price risk is margined too. */
  readonly collateral: IsolatedNeed;
  readonly total: IsolatedNeed;
}

export function isolatedReport(portfolio: Portfolio, market: PricedMarket): IsolatedReport {
  const need = (part: Portfolio): IsolatedNeed => {
    const { mmE6, imE6 } = marginPortfolio(part, market);
    return { mmE6, imE6 };
  };
  const positions = portfolio.positions.map((position) =>
    need({ quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: [position] }),
  );
  const collateral = need({ ...portfolio, quoteE6: 0n, positions: [] });
  const total = [...positions, collateral].reduce((sum, part) => ({
    mmE6: sum.mmE6 + part.mmE6,
    imE6: sum.imE6 + part.imE6,
  }));
  return { positions, collateral, total };
}

/** In the order of severity; a bankrupt account is below maintenance as well. */
/** How an account stands, from the worst on. */
export const STATUSES = [
  'bankrupt',
  'below maintenance',
  'below initial margin',
  'healthy',
] as const;

export function statusOf(margin: AccountMargin): (typeof STATUSES)[number] {
  if (margin.bankrupt) return 'bankrupt';
  if (margin.liquidatable) return 'below maintenance';
  return margin.equityE6 < margin.imE6 ? 'below initial margin' : 'healthy';
}
