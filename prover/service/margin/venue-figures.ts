// SPDX-License-Identifier: GPL-3.0-or-later
import { STATUSES, statusOf } from '../../analysis/figures/report.ts';
import { notionalE6, type Below } from '../../dashboard/liquidation-prices.ts';
import {
  InterestBook,
  RatioBuckets,
  accountRow,
  type Status,
  type VenueView,
} from '../../dashboard/venue-view.ts';
import { marginPortfolio, type AccountMargin } from '../../risk/margin/margin.ts';
import { min } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { RemarginEngine } from '../../venue/remargin/engine.ts';

const BPS = 10_000n;

/**
 * A whole venue as its page shows it: counts and rows by the exact model, sums and ratios as the arrays have them.
 * Everything is margined, under that market.
 *
 * @param most rows at most, those with the least above their maintenance margin
 */
export function venueFigures(
  engine: RemarginEngine,
  market: PricedMarket,
  most: number,
): VenueView {
  const { accounts } = engine;
  const { count } = accounts;
  const exact = (account: number): AccountMargin =>
    marginPortfolio(accounts.portfolio(account), market);
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<
    Status,
    number
  >;
  const sums = { equityE6: 0n, deficitE6: 0n, mmE6: 0n, imE6: 0n };
  const buckets = new RatioBuckets();
  const aboveMm = new Float64Array(count);
  for (let account = 0; account < count; account += 1) {
    const { equityE6, mmE6, imE6, roundingE6 } = engine.margin(account);
    const isShort = engine.decide(account).liquidatable;
    // The arrays never say too little of a margin; where they leave a doubt about the state the model decides.
    const isPlain = isShort ? equityE6 >= roundingE6 : equityE6 >= imE6 + roundingE6;
    const plain: Status = isShort ? 'below maintenance' : 'healthy';
    const margin = isPlain ? undefined : exact(account);
    counts[margin === undefined ? plain : statusOf(margin)] += 1;
    sums.deficitE6 += margin?.deficitE6 ?? 0n;
    if (equityE6 > 0n) sums.equityE6 += equityE6;
    sums.mmE6 += mmE6;
    sums.imE6 += imE6;
    const ratioBps = equityE6 > 0n ? (mmE6 * BPS + equityE6 - 1n) / equityE6 : null;
    // Whoever is not to be liquidated is not above 100 %, whatever the slack of the arrays.
    buckets.add(ratioBps !== null && !isShort ? min(ratioBps, BPS) : ratioBps, mmE6);
    aboveMm[account] = Number(equityE6 - mmE6);
  }
  const order = Uint32Array.from({ length: count }, (_, account) => account);
  order.sort((one, other) => aboveMm[one]! - aboveMm[other]!);
  const rows = [...order.subarray(0, most)]
    .map((account) => accountRow(account, exact(account)))
    .sort((one, other) => Number(one.excessMmE6 - other.excessMmE6));
  return {
    rows,
    accounts: count,
    counts,
    ...sums,
    buckets: buckets.list(),
    openInterest: interestOf(engine).list(market),
  };
}

function interestOf({ accounts, instruments }: RemarginEngine): InterestBook {
  const book = new InterestBook();
  for (let account = 0; account < accounts.count; account += 1) {
    const first = accounts.start[account]!;
    for (let place = first; place < first + accounts.positions[account]!; place += 1) {
      const instrument = instruments.instruments[accounts.instrument[place]!]!;
      book.add(instrument, BigInt(accounts.lots[place]!));
    }
  }
  return book;
}

/** Who would be below maintenance in another market, and what they hold at the indices of this one. */
export function belowElsewhere(
  engine: RemarginEngine,
  market: PricedMarket,
  elsewhere: PricedMarket,
): Below {
  const below = engine.liquidatableIn(elsewhere);
  return {
    accounts: below.length,
    notionalE6: below.reduce(
      (sum, account) => sum + notionalE6(engine.accounts.portfolio(account), market),
      0n,
    ),
  };
}
