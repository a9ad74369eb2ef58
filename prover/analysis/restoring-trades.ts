// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import type { Account } from '../commitments/account.ts';
import { instrumentId } from '../model/instrument.ts';
import { UNDERLYINGS, type Instrument, type Position } from '../model/types.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { abs } from '../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import { tradeStep } from './figures/steps.ts';
import { applySteps, costAtMarkE6 } from './trades.ts';

/** A trade after which an account has its initial margin, at mark and to the lot. */
export interface RestoringTrade extends Position {
  /** |lots| × index, E6 USD: what costs are in proportion to. */
  readonly notionalE6: bigint;
}

/** Sizes looked at before closing in on the least: a hedge that is too large does not help either. */
const LOOKS = 12n;

/** The account after a trade paid at mark; undefined where no account has such positions. */
export function tradedAtMark(
  account: Account,
  trade: Position,
  market: PricedMarket,
): Account | undefined {
  try {
    return applySteps(account, [
      tradeStep({ source: 'trade', ...trade }, costAtMarkE6(trade, market)),
    ]);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

function holds(account: Account, trade: Position, market: PricedMarket): boolean {
  const after = tradedAtMark(account, trade, market);
  if (after === undefined) return false;
  const { equityE6, imE6 } = marginPortfolio(after, market);
  return equityE6 >= imE6;
}

interface Candidate {
  readonly instrument: Instrument;
  readonly sign: bigint;
  readonly most: bigint;
}

/** Closing what is held, and perpetuals either way as far as there is something to hedge. */
function candidates({ positions }: Account): readonly Candidate[] {
  const held = new Set(positions.map(({ instrument }) => instrumentId(instrument)));
  const closing = positions.map(({ instrument, lots }) => ({
    instrument,
    sign: lots > 0n ? -1n : 1n,
    most: abs(lots),
  }));
  const hedging = UNDERLYINGS.flatMap((underlying) => {
    const instrument = { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
    const most = positions
      .filter((position) => position.instrument.underlying === underlying)
      .reduce((sum, { lots }) => sum + abs(lots), 0n);
    if (most === 0n || held.has(instrumentId(instrument))) return [];
    return [1n, -1n].map((sign) => ({ instrument, sign, most }));
  });
  return [...closing, ...hedging];
}

/**
 * Of each trade that alone brings the account back to its initial margin the least size found, the smallest notional
 * first; none where it has its initial margin, or no such trade was found.
 */
export function restoringTrades(account: Account, market: PricedMarket): readonly RestoringTrade[] {
  const { equityE6, imE6 } = marginPortfolio(account, market);
  if (equityE6 >= imE6) return [];
  const found: RestoringTrade[] = [];
  for (const { instrument, sign, most } of candidates(account)) {
    const suffices = (size: bigint): boolean =>
      holds(account, { instrument, lots: sign * size }, market);
    let [short, enough]: [bigint, bigint | undefined] = [0n, undefined];
    for (let look = 1n; look <= LOOKS && enough === undefined; look += 1n) {
      const size = (most * look) / LOOKS;
      if (size > short && suffices(size)) enough = size;
      else if (size > short) short = size;
    }
    if (enough === undefined) continue;
    while (enough - short > 1n) {
      const middle: bigint = (short + enough) / 2n;
      if (suffices(middle)) enough = middle;
      else short = middle;
    }
    const { indexE4 } = market.snapshot.underlyings[instrument.underlying];
    found.push({ instrument, lots: sign * enough, notionalE6: enough * indexE4 });
  }
  return found.sort((one, other) => Number(one.notionalE6 - other.notionalE6));
}
