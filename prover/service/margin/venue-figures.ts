// SPDX-License-Identifier: GPL-3.0-or-later
import { STATUSES } from '../../analysis/figures/report.ts';
import { notionalE6, type Below } from '../../dashboard/liquidation-prices.ts';
import {
  InterestBook,
  RatioBuckets,
  accountRow,
  type Side,
  type Status,
  type VenueView,
} from '../../dashboard/venue-view.ts';
import { marginPortfolio } from '../../risk/margin/margin.ts';
import { divCeil, min } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { RemarginEngine } from '../../venue/remargin/engine.ts';
import { ExactSum } from './exact-sum.ts';

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
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<
    Status,
    number
  >;
  const [equity, mm, im] = [new ExactSum(), new ExactSum(), new ExactSum()];
  let totalDeficitE6 = 0n;
  const buckets = new RatioBuckets();
  const aboveMm = new Float64Array(count);
  const results = engine.results();
  for (let account = 0; account < count; account += 1) {
    const wide = results.wide.get(account);
    // Of a hundred thousand accounts nearly all fit doubles, which add up without a bigint each.
    const equityE6 = wide?.equityE6 ?? results.equityE6[account]!;
    const mmE6 = wide?.mmE6 ?? results.mmE6[account]!;
    const isShort = engine.decide(account).liquidatable;
    const deficitE6 = isShort ? engine.deficitE6(account) : 0n;
    counts[standingOf(isShort, deficitE6, () => engine.isBelowInitial(account))] += 1;
    totalDeficitE6 += deficitE6;
    if (equityE6 > 0) equity.add(equityE6);
    mm.add(mmE6);
    im.add(wide?.imE6 ?? results.imE6[account]!);
    const ratioBps = equityE6 > 0 ? divCeil(BigInt(mmE6) * BPS, BigInt(equityE6)) : null;
    // Whoever is not to be liquidated is not above 100 %, whatever the slack of the arrays.
    buckets.add(ratioBps !== null && !isShort ? min(ratioBps, BPS) : ratioBps, BigInt(mmE6));
    aboveMm[account] = Number(equityE6) - Number(mmE6);
  }
  const rows = lowest(aboveMm, most)
    .map((account) => accountRow(account, marginPortfolio(accounts.portfolio(account), market)))
    .sort((one, other) => Number(one.excessMmE6 - other.excessMmE6));
  return {
    rows,
    accounts: count,
    counts,
    equityE6: equity.value,
    deficitE6: totalDeficitE6,
    mmE6: mm.value,
    imE6: im.value,
    buckets: buckets.list(),
    openInterest: interestOf(engine).list(market),
  };
}

function standingOf(isShort: boolean, deficitE6: bigint, isBelowInitial: () => boolean): Status {
  if (isShort) return deficitE6 > 0n ? 'bankrupt' : 'below maintenance';
  return isBelowInitial() ? 'below initial margin' : 'healthy';
}

/** Places of the lowest values, so many of them, the lowest first; of equals the first. */
function lowest(values: Float64Array, most: number): readonly number[] {
  // Without a comparison of its own a typed array is sorted natively.
  const limit = values.slice().sort()[Math.min(most, values.length) - 1]!;
  const places: number[] = [];
  for (const [place, value] of values.entries()) if (value <= limit) places.push(place);
  return places.sort((one, other) => values[one]! - values[other]!).slice(0, most);
}

function interestOf({ accounts, instruments }: RemarginEngine): InterestBook {
  const known = instruments.instruments;
  const [long, short] = [new HeldSide(known.length), new HeldSide(known.length)];
  for (let account = 0; account < accounts.count; account += 1) {
    const first = accounts.start[account]!;
    for (let place = first; place < first + accounts.positions[account]!; place += 1) {
      const lots = accounts.lots[place]!;
      (lots < 0 ? short : long).add(accounts.instrument[place]!, Math.abs(lots));
    }
  }
  const book = new InterestBook();
  for (const [number, instrument] of known.entries()) {
    book.addSides(instrument, long.of(number), short.of(number));
  }
  return book;
}

/** One side of every instrument, in doubles: 2²⁴ accounts of 2²⁶ lots stay below 2⁵³. */
class HeldSide {
  readonly #lots: Float64Array;
  readonly #largest: Float64Array;
  readonly #holders: Uint32Array;

  constructor(instruments: number) {
    this.#lots = new Float64Array(instruments);
    this.#largest = new Float64Array(instruments);
    this.#holders = new Uint32Array(instruments);
  }

  add(instrument: number, lots: number): void {
    this.#lots[instrument]! += lots;
    this.#holders[instrument]! += 1;
    if (lots > this.#largest[instrument]!) this.#largest[instrument] = lots;
  }

  of(instrument: number): Side {
    return {
      lots: BigInt(this.#lots[instrument]!),
      largest: BigInt(this.#largest[instrument]!),
      holders: this.#holders[instrument]!,
    };
  }
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
