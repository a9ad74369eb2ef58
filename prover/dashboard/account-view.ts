// SPDX-License-Identifier: GPL-3.0-or-later
import {
  contingencyLines,
  scenarioRows,
  statusOf,
  type ContingencyLine,
  type ScenarioRow,
} from '../analysis/figures/report.ts';
import { underlyingLines } from '../analysis/derivation/scenarios.ts';
import { summaryOf, valueE6, type MarginSummary } from '../analysis/figures/summary.ts';
import type { Account } from '../commitments/account.ts';
import { instrumentName } from '../model/format.ts';
import { type Pair, type Position, type UnderlyingId } from '../model/types.ts';
import { accountGreeks } from '../risk/greeks/greeks.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import type { Status } from './venue-view.ts';

/** A position, and what the account would need without it. */
export interface PositionRow extends Position {
  readonly name: string;
  readonly markE4: bigint;
  readonly valueE6: bigint;
  /** Requirement with the position less the one without it: negative for a hedge. */
  readonly marginalMmE6: bigint;
  readonly marginalImE6: bigint;
}

export interface AccountView {
  readonly margin: AccountMargin;
  readonly status: Status;
  readonly summary: MarginSummary;
  /** USDC that may leave at once: what is above initial margin, and no more than is there. */
  readonly withdrawableE6: bigint;
  readonly positions: readonly PositionRow[];
  readonly contingencies: readonly ContingencyLine[];
  readonly scenarios: Pair<readonly ScenarioRow[]>;
  readonly greeks: ReturnType<typeof accountGreeks>;
}

/** What a position or a coin makes or loses in a scenario; 10⁻⁶ USD, rounded down. */
export interface ScenarioPart {
  readonly name: string;
  readonly pnlE6: bigint;
}

export function accountView(account: Account, market: PricedMarket): AccountView {
  const margin = marginPortfolio(account, market);
  const { equityE6, imE6 } = margin;
  const free = equityE6 - imE6 < account.quoteE6 ? equityE6 - imE6 : account.quoteE6;
  return {
    margin,
    status: statusOf(margin),
    summary: summaryOf(margin),
    withdrawableE6: free > 0n ? free : 0n,
    positions: margin.positions.map(({ instrument, lots, valuation }, place): PositionRow => {
      const without = marginPortfolio(
        { ...account, positions: account.positions.toSpliced(place, 1) },
        market,
      );
      return {
        instrument,
        lots,
        name: instrumentName(instrument),
        markE4: valuation.markQ128 >> 128n,
        valueE6: valueE6(lots, valuation.markQ128),
        marginalMmE6: margin.mmE6 - without.mmE6,
        marginalImE6: margin.imE6 - without.imE6,
      };
    }),
    contingencies: contingencyLines(margin, market),
    scenarios: [scenarioRows(0, margin, market), scenarioRows(1, margin, market)],
    greeks: accountGreeks(margin.positions, market.snapshot),
  };
}

/** Positions and coins behind a cell of the heat map, the largest loss first. */
export function scenarioParts(
  margin: AccountMargin,
  market: PricedMarket,
  u: UnderlyingId,
  id: number,
): readonly ScenarioPart[] {
  const { positions, collateral } = underlyingLines(u, margin, market).scenarios[id]!;
  return [
    ...positions.map(({ position, pnlE6Q152 }) => ({
      name: instrumentName(margin.positions[position]!.instrument),
      pnlE6: pnlE6Q152 >> 152n,
    })),
    ...collateral.map(({ asset, pnlE6Q152 }) => ({
      name: `${asset}, after its haircut`,
      pnlE6: pnlE6Q152 >> 152n,
    })),
  ].sort((one, other) => Number(one.pnlE6 - other.pnlE6));
}
