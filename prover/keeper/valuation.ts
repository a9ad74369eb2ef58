// SPDX-License-Identifier: GPL-3.0-or-later
import type { VenueConfig } from '../chain/config.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { UNDERLYINGS } from '../model/types.ts';
import { positionGreeks } from '../risk/greeks/greeks.ts';
import type { AccountMargin } from '../risk/margin/margin.ts';
import { divCeil, max } from '../risk/pricing/fixed-point.ts';
import { bidCost, secondsUntilPrice, type BidCost } from './auction.ts';

const BPS = 10_000n;
const USD_E6 = 1_000_000n;
/** A snapshot's depth is what is within this of mid. */
const DEPTH_BPS = 100n;
const WEI = 10n ** 18n;

/** What a keeper reckons with, and how far it goes. */
export interface KeeperLimits {
  /** Dollars it has to spend and to leave in accounts. */
  readonly inventoryE6: bigint;
  /** Half the spread, of every dollar of delta that is unwound. */
  readonly spreadBps: bigint;
  /** Volatility points that each option costs to unwind, in hundredths. */
  readonly volCentipoints: bigint;
  /** Profit below which it waits. */
  readonly minProfitE6: bigint;
  /** Gas price above which it waits, in wei. */
  readonly maxGasPriceWei: bigint;
}

/** What one has to know of an account to bid for it. */
export interface Offer {
  readonly margin: AccountMargin;
  readonly snapshot: MarketSnapshot;
  readonly config: VenueConfig['engine'];
  /** Market-clock seconds since the ledger had the Freeze. */
  readonly elapsed: bigint;
  /** What the fund can pay for it: what is free, and what is reserved for it. */
  readonly backedE6: bigint;
  readonly gasUsed: bigint;
  readonly gasPriceWei: bigint;
}

/** What unwinding costs, in three lines. */
export interface UnwindCost {
  readonly spreadE6: bigint;
  /** Of walking the book: linear in what is sold, from a snapshot's depth within 1 % of mid. */
  readonly impactE6: bigint;
  readonly volE6: bigint;
  readonly totalE6: bigint;
}

/** Every dollar of delta of an account, coins that are collateral included: none is netted against them. */
function deltaE6(margin: AccountMargin, u: 0 | 1): bigint {
  const coins = margin.collateral.reduce(
    (sum, { valueE6 }, c) => ((c === 0) === (u === 0) ? sum + valueE6 : sum),
    0n,
  );
  return margin.contingencies.bases.dollarDeltaE6[u] + coins;
}

export function unwindCost(
  margin: AccountMargin,
  snapshot: MarketSnapshot,
  { spreadBps, volCentipoints }: Pick<KeeperLimits, 'spreadBps' | 'volCentipoints'>,
): UnwindCost {
  let spreadE6 = 0n;
  let impactE6 = 0n;
  for (const u of UNDERLYINGS) {
    const delta = deltaE6(margin, u);
    spreadE6 += divCeil(delta * spreadBps, BPS);
    // The last dollar is sold at delta / depth of 1 % from mid, the average one at half of that.
    const depthE6 = snapshot.underlyings[u].depthQuote * USD_E6;
    impactE6 += divCeil(delta * delta * DEPTH_BPS, 2n * BPS * (depthE6 > 0n ? depthE6 : 1n));
  }
  const vega = margin.positions.reduce(
    (sum, position) => sum + Math.abs(positionGreeks(position).vega),
    0,
  );
  const volE6 = BigInt(Math.ceil((vega * 1e6 * Number(volCentipoints)) / 100));
  return { spreadE6, impactE6, volE6, totalE6: spreadE6 + impactE6 + volE6 };
}

export type Verdict =
  'bid' | 'recovered' | 'gas too dear' | 'costs more than the inventory' | 'too little profit';

/** A bid reckoned through: what it would cost, what it would bring, and what to do about it. */
export interface Valuation extends BidCost {
  readonly verdict: Verdict;
  readonly grossEquityE6: bigint;
  readonly unwind: UnwindCost;
  readonly gasE6: bigint;
  /** Gross equity, less unwinding, price and gas. */
  readonly profitE6: bigint;
  /** Market-clock seconds from now on until a bid would pay; none if it never does. */
  readonly paysIn: bigint | undefined;
}

/**
 * A bid for an account at this moment of its auction. The top-up is no cost: it stays in the account,
 * but it has to be there.
 */
export function valueBid(offer: Offer, limits: KeeperLimits): Valuation {
  const { margin, snapshot, config, elapsed, backedE6 } = offer;
  const { grossEquityE6, mmE6 } = margin;
  const { priceE6, topUpE6, paymentE6 } = bidCost(config, margin, elapsed, backedE6);
  const unwind = unwindCost(margin, snapshot, limits);
  const ethE4 = snapshot.underlyings[1].indexE4;
  const gasE6 = divCeil(offer.gasUsed * offer.gasPriceWei * ethE4 * 100n, WEI);
  const worthE6 = grossEquityE6 - unwind.totalE6 - gasE6;
  const profitE6 = worthE6 - priceE6;
  const wantedE6 = worthE6 - limits.minProfitE6;
  const pays =
    wantedE6 < -backedE6 ? undefined : secondsUntilPrice(config, grossEquityE6, mmE6, wantedE6);
  const verdict = ((): Verdict => {
    if (margin.healthyForCure) return 'recovered';
    if (offer.gasPriceWei > limits.maxGasPriceWei) return 'gas too dear';
    if (paymentE6 > limits.inventoryE6) return 'costs more than the inventory';
    return profitE6 >= limits.minProfitE6 ? 'bid' : 'too little profit';
  })();
  return {
    verdict,
    grossEquityE6,
    priceE6,
    topUpE6,
    paymentE6,
    unwind,
    gasE6,
    profitE6,
    paysIn: pays === undefined ? undefined : max(pays - elapsed, 0n),
  };
}
