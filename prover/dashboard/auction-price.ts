// SPDX-License-Identifier: GPL-3.0-or-later
import { auctionPriceE6 } from '../keeper/auction.ts';
import { max, min } from '../risk/pricing/fixed-point.ts';

/** The market clock and the rule of an answer of `/auctions`; clocks in seconds. */
export interface AuctionRule {
  readonly clock: string;
  readonly runsForSeconds: string;
  readonly rampSeconds: number;
  readonly incentiveBps: number;
  readonly horizonSeconds: number;
}

/** What such an answer has of an open liquidation; amounts in E6 USD. */
export interface ForSale {
  readonly openedAt: string | null;
  readonly frozenAt: string | null;
  readonly grossEquityE6: string;
  readonly mmE6: string;
  readonly topUpE6: string;
  readonly backedE6: string;
}

/** What a bid takes at a moment of the market clock, E6 USD and seconds. */
export interface BidNow {
  readonly priceE6: bigint;
  readonly paymentE6: bigint;
  readonly elapsed: bigint;
  readonly rampLeft: bigint;
  readonly endsIn: bigint | undefined;
}

/** What a bid takes so long after an answer came, by the rule of the contract. */
export function bidNow(
  { clock, runsForSeconds, ...config }: AuctionRule,
  auction: ForSale,
  secondsSince: bigint,
): BidNow | undefined {
  if (auction.frozenAt === null) return undefined;
  const now = BigInt(clock) + min(secondsSince, BigInt(runsForSeconds));
  const elapsed = now - BigInt(auction.frozenAt);
  const falling = auctionPriceE6(
    config,
    BigInt(auction.grossEquityE6),
    BigInt(auction.mmE6),
    elapsed,
  );
  // What the fund does not have, it does not pay.
  const priceE6 = max(falling, -BigInt(auction.backedE6));
  const rampLeft = max(BigInt(config.rampSeconds) - elapsed, 0n);
  const endsIn =
    auction.openedAt === null
      ? undefined
      : max(BigInt(auction.openedAt) + BigInt(config.horizonSeconds) - now, 0n);
  return {
    priceE6,
    paymentE6: max(priceE6 + BigInt(auction.topUpE6), 0n),
    elapsed,
    rampLeft,
    endsIn,
  };
}
