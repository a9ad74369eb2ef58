// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { accountDocument } from '../../documents/ledger-document.ts';
import { snapshotDocument } from '../../documents/snapshot-document.ts';
import { formatAddress } from '../../model/format.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type MarketSnapshot,
} from '../../model/types.ts';
import { accountGreeks, positionGreeks, surfaceGreeks } from '../../risk/greeks/greeks.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { MarginLevels } from '../levels.ts';
import type { ShockedSnapshot } from '../shock.ts';
import type { StaleComponent } from '../staleness.ts';
import type { Standing } from '../standing.ts';
import { levelsFigures } from './levels-text.ts';
import { summaryOf, valueE6 } from './summary.ts';
import { contingencyLines, scenarioRows, statusOf, type IsolatedReport } from './report.ts';

/** Greeks under the surface; positions in the account's order. */
export function greeksFigures({ positions }: AccountMargin, snapshot: MarketSnapshot): object {
  const { underlyings, account } = accountGreeks(positions, snapshot);
  return {
    positions: positions.map((position) => surfaceGreeks(position, snapshot)),
    underlyings: UNDERLYINGS.map((u) => ({ symbol: UNDERLYING_SYMBOLS[u], ...underlyings[u] })),
    accountUsd: account,
  };
}

/** A position with its figures, for programs. */
export function positionFigures(
  position: AccountMargin['positions'][number],
  isolated: IsolatedReport['positions'][number] | undefined,
): object {
  const { instrument, lots, valuation } = position;
  return {
    underlying: UNDERLYING_SYMBOLS[instrument.underlying],
    kind: instrument.kind,
    expiry: Number(instrument.expiry),
    strikeE4: instrument.strikeE4,
    lots,
    markE4: valuation.markQ128 >> 128n,
    valueE6: valueE6(lots, valuation.markQ128),
    greeks: positionGreeks(position),
    isolated,
  };
}

/** One side of the comparison, for programs. */
export function standingFigures({ margin, market, excessMmE6, excessImE6, greeks }: Standing) {
  return {
    status: statusOf(margin),
    equityE6: margin.equityE6,
    grossEquityE6: margin.grossEquityE6,
    mmE6: margin.mmE6,
    imE6: margin.imE6,
    excessMmE6,
    excessImE6,
    scanMmE6: margin.scanMmE6,
    scanImE6: margin.scanImE6,
    underlyings: UNDERLYINGS.map((u) => ({
      symbol: UNDERLYING_SYMBOLS[u],
      indexE4: market.snapshot.underlyings[u].indexE4,
      scanE6Q16: margin.underlyings[u].scanQ16,
      worstScenario: margin.underlyings[u].worstScenario,
      greeks: greeks[u],
    })),
    contingencies: contingencyLines(margin, market),
  };
}

/** A what-if that was worked out. */
export interface WhatIfResult {
  /** What was done, in words. */
  readonly applied: readonly string[];
  readonly now: Standing;
  readonly after: Standing;
  readonly changed: Account;
  readonly moved: ShockedSnapshot;
  readonly stale: readonly StaleComponent[];
  /** Where they were asked for. */
  readonly levels?: MarginLevels | undefined;
}

/** The same for programs, whose account it was apart. */
export function whatIfFigures(result: WhatIfResult): object {
  const { applied, now, after, changed, moved, stale, levels } = result;
  return {
    margin: 'exact',
    applied,
    now: standingFigures(now),
    after: standingFigures(after),
    accountAfter: accountDocument(changed),
    snapshotAfter: snapshotDocument(moved.snapshot),
    stale,
    ...(levels === undefined ? {} : { levels: levelsFigures(levels) }),
    limits: moved.limits.map(({ underlying, ...rest }) => ({
      underlying: UNDERLYING_SYMBOLS[underlying],
      ...rest,
    })),
  };
}

/** Whose account it is; a hypothetical portfolio is nobody's. */
export const ownerFigures = ({ owner, settlementNonce }: Account): object => ({
  owner: formatAddress(owner),
  settlementNonce,
});

/** Everything that a margin is made of, for programs: the same on the command line and over HTTP. */
export function marginFigures(
  margin: AccountMargin,
  market: PricedMarket,
  isolated: IsolatedReport,
): object {
  return {
    equityE6: margin.equityE6,
    grossEquityE6: margin.grossEquityE6,
    deficitE6: margin.deficitE6,
    ...summaryOf(margin),
    mmE6: margin.mmE6,
    imE6: margin.imE6,
    scanMmE6: margin.scanMmE6,
    scanImE6: margin.scanImE6,
    contingencies: contingencyLines(margin, market),
    collateral: margin.collateral.map((value, c) => ({ asset: COLLATERAL_SYMBOLS[c], ...value })),
    positions: margin.positions.map((position, i) =>
      positionFigures(position, isolated.positions[i]),
    ),
    underlyings: UNDERLYINGS.map((u) => ({
      symbol: UNDERLYING_SYMBOLS[u],
      worstScenario: margin.underlyings[u].worstScenario,
      scenarios: scenarioRows(u, margin, market),
    })),
    greeks: greeksFigures(margin, market.snapshot),
    isolated: { collateral: isolated.collateral, total: isolated.total },
  };
}
