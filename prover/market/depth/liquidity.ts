// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { BookLevel, OrderBook } from './order-book.ts';

export interface DepthNearMid {
  /** Halfway between the best bid and the best ask, USD. */
  readonly mid: number;
  /** USD resting within the range, per side. */
  readonly bidUsd: number;
  readonly askUsd: number;
  /** False where the book given ends inside the range: the depth is then a lower bound. */
  readonly complete: boolean;
  /** The smaller side in whole USD, rounded down: a liquidation may have to trade either way. */
  readonly depthQuote: bigint;
}

export const midPrice = ({ bids, asks }: OrderBook): number =>
  ((bids[0] as BookLevel).price + (asks[0] as BookLevel).price) / 2;

const totalUsd = (levels: readonly BookLevel[]): number =>
  levels.reduce((sum, { sizeUsd }) => sum + sizeUsd, 0);

/** The size that rests within ±`share` of mid (0.01 = 1 %). */
export function depthNearMid(book: OrderBook, share: number): DepthNearMid {
  const mid = midPrice(book);
  const [low, high] = [mid * (1 - share), mid * (1 + share)];
  const bidUsd = totalUsd(book.bids.filter(({ price }) => price >= low));
  const askUsd = totalUsd(book.asks.filter(({ price }) => price <= high));
  return {
    mid,
    bidUsd,
    askUsd,
    complete:
      (book.bids.at(-1) as BookLevel).price <= low && (book.asks.at(-1) as BookLevel).price >= high,
    depthQuote: BigInt(Math.floor(Math.min(bidUsd, askUsd))),
  };
}

export type Side = 'buy' | 'sell';

/**
 * What trading `sizeUsd` at once costs against mid, as a share of it (0.01 = 1 %). The size is coins
 * at mid, so that buying and selling mean the same exposure. Throws `BOOK_TOO_THIN` where the book
 * given does not hold that much.
 */
export function slippage(book: OrderBook, side: Side, sizeUsd: number): number {
  const mid = midPrice(book);
  const wantedCoins = sizeUsd / mid;
  let coins = 0;
  let paidUsd = 0;
  for (const level of side === 'buy' ? book.asks : book.bids) {
    const taken = Math.min(level.sizeUsd / level.price, wantedCoins - coins);
    coins += taken;
    paidUsd += taken * level.price;
    if (coins >= wantedCoins) break;
  }
  // Sums of a thousand levels round; a shortfall worth less than a cent is none.
  if ((wantedCoins - coins) * mid > 0.01) {
    throw new PlimsollError(
      'BOOK_TOO_THIN',
      `the book holds ${Math.floor(coins * mid)} USD to ${side}, not ${sizeUsd}`,
    );
  }
  const average = paidUsd / coins;
  return side === 'buy' ? average / mid - 1 : 1 - average / mid;
}
