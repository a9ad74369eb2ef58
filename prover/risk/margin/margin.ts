// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { valueCollateral, type CollateralValue } from './collateral.ts';
import {
  contingencies,
  contingencyBases,
  type Contingencies,
  type ValuedPosition,
} from './contingencies.ts';
import { divCeil, max, sum } from '../pricing/fixed-point.ts';
import { priceMarket, type PricedMarket } from '../pricing/market.ts';
import { ONE_Q24, SCENARIO_COUNT, scenarioAt } from '../pricing/scenarios.ts';
import type {
  MarketSnapshot,
  Pair,
  Portfolio,
  RiskParameters,
  Triple,
  UnderlyingId,
} from '../../model/types.ts';

export interface UnderlyingRisk {
  /** Undamped loss by scenario id 0…32; id 0 is 0. Negative: a gain. */
  readonly lossesE6: readonly bigint[];
  /** The largest damped loss, E6·2¹⁶; never negative. */
  readonly scanQ16: bigint;
  /** Where it occurs; the lowest id of a tie. */
  readonly worstScenario: number;
}

/** The exact margin of one account (docs/spec.md §5). Amounts are E6 USD. */
export interface AccountMargin {
  readonly equityE6: bigint;
  /** Equity without haircuts: below zero the account is bankrupt. */
  readonly grossEquityE6: bigint;
  /** What a bankrupt account is short of; 0 otherwise. */
  readonly deficitE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly liquidatable: boolean;
  readonly bankrupt: boolean;
  /** Whether the account stands far enough above maintenance to end a liquidation. */
  readonly healthyForCure: boolean;
  /** The scan range as charged: factor·Σ scan, rounded up. */
  readonly scanMmE6: bigint;
  readonly scanImE6: bigint;
  readonly contingencies: Contingencies;
  readonly underlyings: Pair<UnderlyingRisk>;
  readonly collateral: Triple<CollateralValue>;
  readonly positions: readonly ValuedPosition[];
}

const chargeCeil = (factorBps: bigint, scanQ16: bigint): bigint =>
  divCeil(factorBps * scanQ16, 10_000n << 16n);

function underlyingRisk(
  u: UnderlyingId,
  positions: readonly ValuedPosition[],
  collateral: Triple<CollateralValue>,
  { parameters }: PricedMarket,
): UnderlyingRisk {
  const own = positions.filter(({ instrument }) => instrument.underlying === u);
  const shockedE6 = sum(
    collateral.map(({ haircutValueE6 }, c) =>
      parameters.collateral[c as 0 | 1 | 2].underlying === u ? haircutValueE6 : 0n,
    ),
  );
  const markQ128 = sum(own.map(({ lots, valuation }) => lots * valuation.markQ128));
  const lossesE6: bigint[] = [];
  let scanQ16 = 0n;
  let worstScenario = 0;
  for (let id = 0; id < SCENARIO_COUNT; id += 1) {
    const { multiplierQ24, dampingQ16 } = scenarioAt(parameters.underlyings[u], id);
    let valueQ152 = (shockedE6 * (multiplierQ24 - ONE_Q24)) << 128n;
    for (const { lots, valuation } of own) valueQ152 += lots * (valuation.valuesQ152[id] as bigint);
    // Floored, as the equity is: an account that can only lose what it holds never owes more than it
    // holds. The requirement rounds up in its total.
    const lossE6 = ((markQ128 << 24n) - valueQ152) >> 152n;
    lossesE6.push(lossE6);
    if (dampingQ16 * lossE6 > scanQ16) {
      scanQ16 = dampingQ16 * lossE6;
      worstScenario = id;
    }
  }
  return { lossesE6, scanQ16, worstScenario };
}

/** The exact margin of a portfolio in a market priced once for many accounts. */
export function marginPortfolio(portfolio: Portfolio, market: PricedMarket): AccountMargin {
  const { parameters } = market;
  const positions = portfolio.positions.map((position) => ({
    ...position,
    valuation: market.value(position.instrument),
  }));
  const collateral = valueCollateral(portfolio.collateralE8, market.collateralPricesE4, parameters);
  const positionsE6 =
    sum(positions.map(({ lots, valuation }) => lots * valuation.markQ128)) >> 128n;
  const uncollateralisedE6 = portfolio.quoteE6 + positionsE6;
  const equityE6 = uncollateralisedE6 + sum(collateral.map((c) => c.haircutValueE6));
  const grossEquityE6 = uncollateralisedE6 + sum(collateral.map((c) => c.valueE6));

  const underlyings: Pair<UnderlyingRisk> = [
    underlyingRisk(0, positions, collateral, market),
    underlyingRisk(1, positions, collateral, market),
  ];
  const scanQ16 = underlyings[0].scanQ16 + underlyings[1].scanQ16;
  const scanMmE6 = chargeCeil(parameters.mmFactorBps, scanQ16);
  const scanImE6 = chargeCeil(parameters.imFactorBps, scanQ16);
  const extra = contingencies(contingencyBases(positions, market), collateral, market);
  const mmE6 = scanMmE6 + extra.mmE6;
  const imE6 =
    scanImE6 + extra.imE6 + extra.oracleConfidenceE6 + extra.oracleLatencyE6 + extra.collateralE6;
  return {
    equityE6,
    grossEquityE6,
    deficitE6: max(0n, -grossEquityE6),
    mmE6,
    imE6,
    liquidatable: equityE6 < mmE6,
    bankrupt: grossEquityE6 < 0n,
    healthyForCure: 10_000n * equityE6 >= (10_000n + parameters.cureBufferBps) * mmE6,
    scanMmE6,
    scanImE6,
    contingencies: extra,
    underlyings,
    collateral,
    positions,
  };
}

export const marginAccount = (
  portfolio: Portfolio,
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
): AccountMargin => marginPortfolio(portfolio, priceMarket(snapshot, parameters));

/**
 * What the liquidation statement requires when it exhibits one scenario per underlying: never more
 * than maintenance margin, and equal to it for the worst ids. Throws `OUT_OF_RANGE` for ids outside
 * the grid and `NEGATIVE_SCAN` where the two damped losses sum to a gain, which no statement admits.
 */
export function requirementAt(
  { underlyings, contingencies: { mmE6 } }: AccountMargin,
  parameters: RiskParameters,
  scenarioIds: Pair<number>,
): bigint {
  const term = (u: UnderlyingId): bigint => {
    const id = scenarioIds[u];
    const { dampingQ16 } = scenarioAt(parameters.underlyings[u], id);
    return dampingQ16 * (underlyings[u].lossesE6[id] as bigint);
  };
  const scanQ16 = term(0) + term(1);
  if (scanQ16 < 0n) {
    throw new PlimsollError('NEGATIVE_SCAN', 'requirementAt: the exhibited scenarios are a gain');
  }
  return chargeCeil(parameters.mmFactorBps, scanQ16) + mmE6;
}
