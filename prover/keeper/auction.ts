// SPDX-License-Identifier: GPL-3.0-or-later
import type { VenueConfig } from '../chain/config.ts';
import type { AccountMargin } from '../risk/margin/margin.ts';
import { max, min } from '../risk/pricing/fixed-point.ts';

const BPS = 10_000n;

export type AuctionConfig = Pick<VenueConfig['engine'], 'rampSeconds' | 'incentiveBps'>;

/**
 * What an account costs so long after the ledger had its Freeze; negative where the fund pays. The twin
 * of `LiquidationEngine.priceE6`, with which a test compares it.
 */
export function auctionPriceE6(
  { rampSeconds, incentiveBps }: AuctionConfig,
  grossEquityE6: bigint,
  maintenanceMarginE6: bigint,
  elapsed: bigint,
): bigint {
  const ramp = BigInt(rampSeconds);
  const baseE6 = max(maintenanceMarginE6, -min(grossEquityE6, 0n));
  const discountE6 = (baseE6 * (BPS + BigInt(incentiveBps)) * min(elapsed, ramp)) / (BPS * ramp);
  const incentiveE6 = (maintenanceMarginE6 * BigInt(incentiveBps)) / BPS;
  const floorE6 = min(grossEquityE6, 0n) - incentiveE6;
  return max(max(grossEquityE6, 0n) - discountE6, floorE6);
}

/** What a bid takes at one moment, E6 USD. */
export interface BidCost {
  /** Negative where the fund pays. */
  readonly priceE6: bigint;
  /** To initial margin: stays in the account. */
  readonly topUpE6: bigint;
  /** Escrowed by the bidder: what the fund pays serves the top-up first. */
  readonly paymentE6: bigint;
}

/** What the fund does not have, it does not pay: `backedE6` is what it can. */
export function bidCost(
  config: AuctionConfig,
  { grossEquityE6, equityE6, imE6, mmE6 }: AccountMargin,
  elapsed: bigint,
  backedE6: bigint,
): BidCost {
  const priceE6 = max(auctionPriceE6(config, grossEquityE6, mmE6, elapsed), -backedE6);
  const topUpE6 = max(imE6 - equityE6, 0n);
  return { priceE6, topUpE6, paymentE6: max(priceE6 + topUpE6, 0n) };
}

/** The first moment, in seconds after the Freeze, at which the price is that or less; none if never. */
export function secondsUntilPrice(
  config: AuctionConfig,
  grossEquityE6: bigint,
  maintenanceMarginE6: bigint,
  priceE6: bigint,
): bigint | undefined {
  const at = (elapsed: bigint): bigint =>
    auctionPriceE6(config, grossEquityE6, maintenanceMarginE6, elapsed);
  const ramp = BigInt(config.rampSeconds);
  if (at(ramp) > priceE6) return undefined;
  // The price never rises with time.
  let [early, late] = [0n, ramp];
  while (early < late) {
    const middle = (early + late) / 2n;
    if (at(middle) > priceE6) early = middle + 1n;
    else late = middle;
  }
  return late;
}
