// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair } from '../../model/types.ts';
import type { Side } from './liquidity.ts';
import { midPrice } from './liquidity.ts';
import type { OrderBook } from './order-book.ts';

/** Shares of mid within which depth is watched. */
export const WATCHED_DISTANCES: Pair<number> = [0.0025, 0.01];

/** What rests within two distances of mid, in USD of coins at mid; the further includes the nearer. */
export interface DepthProfile {
  readonly distances: Pair<number>;
  readonly buy: Pair<number>;
  readonly sell: Pair<number>;
  /** False where some book ends inside the further distance: its depth is then a lower bound. */
  readonly complete: boolean;
}

/** Of several books together, each around its own mid: what can be closed on all of them at once. */
export function depthProfile(
  books: readonly OrderBook[],
  distances: Pair<number> = WATCHED_DISTANCES,
): DepthProfile {
  const within = (side: Side, distance: number): number =>
    books.reduce((total, book) => {
      const mid = midPrice(book);
      const levels = side === 'buy' ? book.asks : book.bids;
      return levels
        .filter(({ price }) => Math.abs(price / mid - 1) <= distance)
        .reduce((sum, { price, sizeUsd }) => sum + (sizeUsd / price) * mid, total);
    }, 0);
  const [near, far] = distances;
  const complete = books.every((book) => {
    const mid = midPrice(book);
    const last = ({ asks, bids }: OrderBook): number =>
      Math.min(asks.at(-1)!.price / mid - 1, 1 - bids.at(-1)!.price / mid);
    return last(book) >= far;
  });
  return {
    distances,
    buy: [within('buy', near), within('buy', far)],
    sell: [within('sell', near), within('sell', far)],
    complete,
  };
}

/**
 * The profile of which only a share (0 to 1) is relied on, for books that were not looked at: by the time
 * that somebody closes, the others may be gone.
 */
export const reliedOn = ({ buy, sell, ...rest }: DepthProfile, share: number): DepthProfile => ({
  ...rest,
  buy: [share * buy[0], share * buy[1]],
  sell: [share * sell[0], share * sell[1]],
});

export interface ClosingCost {
  readonly side: Side;
  readonly sizeUsd: number;
  /** Times the book must fill anew before all is closed; 1: it closes at once. */
  readonly rounds: number;
  readonly days: number;
  /** Of mid, at most: every coin is taken to cost the whole distance that it lies within. */
  readonly slippage: number;
  readonly costUsd: number;
}

/**
 * What closing a size costs and how long it takes, from the two depths alone. Within one filling of the book
 * the prediction is never below a walk through it, by construction: what rests within a distance costs no
 * more than that distance. What exceeds the further depth waits `refillSeconds` for the next filling.
 */
export function closingCost(
  profile: DepthProfile,
  { side, sizeUsd, refillSeconds }: { side: Side; sizeUsd: number; refillSeconds: number },
): ClosingCost {
  const [near, far] = profile[side];
  const [nearDistance, farDistance] = profile.distances;
  const rounds = far > 0 ? Math.max(1, Math.ceil(sizeUsd / far)) : Infinity;
  const last = sizeUsd - (rounds - 1) * far;
  const costOf = (size: number): number =>
    Math.min(size, near) * nearDistance + Math.max(0, size - near) * farDistance;
  const costUsd = far > 0 ? (rounds - 1) * costOf(far) + costOf(last) : Infinity;
  return {
    side,
    sizeUsd,
    rounds,
    days: ((rounds - 1) * refillSeconds) / 86_400,
    slippage: costUsd / sizeUsd,
    costUsd,
  };
}
