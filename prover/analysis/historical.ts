// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import type { BarHistory } from '../market/volatility/bars.ts';
import { valueCollateral } from '../risk/margin/collateral.ts';
import { divFloor, max, sum } from '../risk/pricing/fixed-point.ts';
import { markMarket, type PricedMarket } from '../risk/pricing/market.ts';
import type { Pair, Portfolio, UnderlyingId } from '../model/types.ts';
import { noShock, shockSnapshot } from './shock.ts';
import { tailRisk, type TailRisk } from './tail.ts';

/** A price before and after, E8: exact to the cent of a cent for prices of bar files. */
export interface PriceMove {
  readonly fromE8: bigint;
  readonly toE8: bigint;
}

/** What happened over one horizon. */
export interface Window {
  /** Unix seconds: close of the bar at which the window begins. */
  readonly start: number;
  /** Absent where no bars of that underlying were given: it stays where it is. */
  readonly moves: Pair<PriceMove | undefined>;
}

export interface WindowSet {
  readonly horizonSeconds: number;
  /** How many windows begin within one horizon: neighbours share most of their price path. */
  readonly overlap: number;
  /** At least one. */
  readonly windows: readonly Window[];
}

export interface WindowRisk extends Window {
  readonly lossE6: bigint;
}

export interface HistoricalRisk {
  readonly horizonSeconds: number;
  readonly windows: number;
  readonly firstStart: number;
  readonly lastStart: number;
  /** How many of them do not overlap, about: windows over bars of a horizon. */
  readonly independentWindows: number;
  readonly tails: readonly TailRisk[];
  readonly worst: WindowRisk;
  /** Windows in which the account lost more than the amount. */
  readonly exceedances: (amountE6: bigint) => number;
}

/** The confidence levels reported, in basis points. */
export const TAIL_LEVELS_BPS = [9_750n, 9_900n];

const toE8 = (price: number): bigint => BigInt(Math.round(price * 1e8));

/** Closes by the time of the close, per run; a window never spans a gap between runs. */
function movesOf({ stepSeconds, runs }: BarHistory, horizonSeconds: number) {
  const bars = horizonSeconds / stepSeconds;
  const moves = new Map<number, PriceMove>();
  for (const run of runs) {
    run.slice(0, Math.max(0, run.length - bars)).forEach(({ time, close }, i) => {
      const end = run[i + bars];
      if (end !== undefined) {
        moves.set(time + stepSeconds, { fromE8: toE8(close), toE8: toE8(end.close) });
      }
    });
  }
  return moves;
}

/**
 * Overlapping windows of the horizon, close to close, one at every bar; with two histories only
 * those that both cover, so that both underlyings move as they did together. Throws `InvalidInput`
 * naming the horizon or the bars where there are none.
 */
export function historicalWindows(
  histories: Pair<BarHistory | undefined>,
  horizonSeconds: number,
): WindowSet {
  const tables = histories.map((history) => {
    if (history === undefined) return undefined;
    if (horizonSeconds % history.stepSeconds !== 0) {
      throw new InvalidInput(
        '--horizon',
        `must be a multiple of the bars' ${history.stepSeconds} s, got ${horizonSeconds} s`,
      );
    }
    return movesOf(history, horizonSeconds);
  });
  const [btc, eth] = tables;
  const starts = [...(btc ?? eth ?? new Map<number, PriceMove>()).keys()].filter(
    (start) => eth === undefined || eth.has(start),
  );
  if (starts.length === 0) {
    throw new InvalidInput('--bars', `hold no common window of ${horizonSeconds} s without a gap`);
  }
  const steps = histories.map((history) => history?.stepSeconds ?? 0);
  return {
    horizonSeconds,
    overlap: horizonSeconds / Math.max(...steps),
    windows: starts.map((start) => ({ start, moves: [btc?.get(start), eth?.get(start)] })),
  };
}

/** Equity with haircuts (docs/spec.md §5), from marks alone. */
export function equityE6At(portfolio: Portfolio, market: PricedMarket): bigint {
  const collateral = valueCollateral(
    portfolio.collateralE8,
    market.collateralPricesE4,
    market.parameters,
  );
  const markedQ128 = sum(
    portfolio.positions.map(({ instrument, lots }) => lots * market.value(instrument).markQ128),
  );
  return portfolio.quoteE6 + sum(collateral.map((c) => c.haircutValueE6)) + (markedQ128 >> 128n);
}

/** The index after a move, to the nearest unit and never below 1. */
export const movedIndexE4 = (indexE4: bigint, { fromE8, toE8: to }: PriceMove): bigint =>
  max(1n, divFloor(2n * indexE4 * to + fromE8, 2n * fromE8));

/**
 * Historical simulation: every window's price moves put on today's snapshot at once (forwards by
 * ratio, strikes keep their volatility, no time passes) and the whole account revalued. A loss is
 * the fall of equity, the quantity that margin is compared with. Throws `OUT_OF_RANGE` where a move
 * leaves the range of prices.
 */
export function historicalRisk(
  portfolio: Portfolio,
  market: PricedMarket,
  { windows, horizonSeconds, overlap }: WindowSet,
): HistoricalRisk {
  const { snapshot, parameters } = market;
  const still = noShock(snapshot);
  const now = equityE6At(portfolio, market);
  const risks = windows.map((window): WindowRisk => {
    const index = (u: UnderlyingId): bigint => {
      const move = window.moves[u];
      return move === undefined ? still.indexE4[u] : movedIndexE4(still.indexE4[u], move);
    };
    const shock = { ...still, indexE4: [index(0), index(1)] as const };
    const shocked = markMarket(shockSnapshot(snapshot, shock, parameters).snapshot, parameters);
    return { ...window, lossE6: now - equityE6At(portfolio, shocked) };
  });
  const losses = risks.map(({ lossE6 }) => lossE6);
  const starts = windows.map(({ start }) => start);
  return {
    horizonSeconds,
    windows: risks.length,
    firstStart: Math.min(...starts),
    lastStart: Math.max(...starts),
    independentWindows: Math.max(1, Math.floor(risks.length / overlap)),
    tails: TAIL_LEVELS_BPS.map((level) => tailRisk(losses, level, overlap)),
    worst: risks.reduce((worst, risk) => (risk.lossE6 > worst.lossE6 ? risk : worst)),
    exceedances: (amountE6) => losses.filter((loss) => loss > amountE6).length,
  };
}
