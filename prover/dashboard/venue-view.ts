// SPDX-License-Identifier: GPL-3.0-or-later
import { STATUSES, statusOf } from '../analysis/figures/report.ts';
import { summaryOf, type MarginSummary } from '../analysis/figures/summary.ts';
import { instrumentId } from '../model/instrument.ts';
import type { Instrument } from '../model/types.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import type { PageAccount } from './tick-data.ts';

export type Status = (typeof STATUSES)[number];

/** An account in the list of a venue. */
export interface AccountRow extends MarginSummary {
  readonly index: number;
  readonly status: Status;
  readonly equityE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly deficitE6: bigint;
}

/** What all accounts hold of an instrument. */
export interface OpenInterest {
  readonly instrument: Instrument;
  /** Of the long side; in a ledger that holds, the short side is as large. */
  readonly longLots: bigint;
  /** Σ lots long × index, in 10⁻⁶ USD, rounded down. */
  readonly notionalE6: bigint;
  readonly holders: number;
  /** The largest holding of either side, in 10⁻⁴ of its side, rounded down. */
  readonly largestBps: bigint;
}

/** Accounts whose maintenance margin is so much of their equity. */
export interface RatioBucket {
  readonly name: string;
  readonly accounts: number;
  readonly mmE6: bigint;
}

export interface VenueView {
  /** The furthest below maintenance margin first; of a large ledger as many as are shown. */
  readonly rows: readonly AccountRow[];
  /** Accounts of the ledger. */
  readonly accounts: number;
  readonly counts: Readonly<Record<Status, number>>;
  /** Of all accounts that have any: what others are below zero is no part of it. */
  readonly equityE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly deficitE6: bigint;
  readonly buckets: readonly RatioBucket[];
  /** The largest notional first. */
  readonly openInterest: readonly OpenInterest[];
}

/** What a side of an instrument holds together, its largest holding, and how many there are. */
export interface Side {
  readonly lots: bigint;
  readonly largest: bigint;
  readonly holders: number;
}
const NOBODY: Side = { lots: 0n, largest: 0n, holders: 0 };

const joined = (one: Side, other: Side): Side => ({
  lots: one.lots + other.lots,
  largest: one.largest > other.largest ? one.largest : other.largest,
  holders: one.holders + other.holders,
});

/** Open interest of every instrument that somebody holds, counted holding by holding or by whole sides. */
export class InterestBook {
  readonly #books = new Map<
    string,
    { readonly instrument: Instrument; readonly long: Side; readonly short: Side }
  >();

  add(instrument: Instrument, lots: bigint): void {
    const held = (of: bigint): Side => ({ lots: of, largest: of, holders: 1 });
    if (lots < 0n) this.addSides(instrument, NOBODY, held(-lots));
    else this.addSides(instrument, held(lots), NOBODY);
  }

  addSides(instrument: Instrument, long: Side, short: Side): void {
    if (long.holders + short.holders === 0) return;
    const id = instrumentId(instrument);
    const known = this.#books.get(id);
    this.#books.set(id, {
      instrument,
      long: known === undefined ? long : joined(known.long, long),
      short: known === undefined ? short : joined(known.short, short),
    });
  }

  /** At a market's indices, the largest notional first. */
  list({ snapshot }: Pick<PricedMarket, 'snapshot'>): readonly OpenInterest[] {
    const shareOf = ({ lots, largest }: Side): bigint =>
      lots === 0n ? 0n : (largest * 10_000n) / lots;
    return [...this.#books.values()]
      .map(({ instrument, long, short }): OpenInterest => {
        const [most, other] = [shareOf(long), shareOf(short)];
        return {
          instrument,
          longLots: long.lots,
          // A lot is 10⁻² of a coin, a price 10⁻⁴ of a dollar: their product is 10⁻⁶ USD.
          notionalE6: long.lots * snapshot.underlyings[instrument.underlying].indexE4,
          holders: long.holders + short.holders,
          largestBps: most > other ? most : other,
        };
      })
      .sort((one, other) => Number(other.notionalE6 - one.notionalE6));
  }
}

function openInterestOf(
  accounts: readonly PageAccount[],
  market: PricedMarket,
): readonly OpenInterest[] {
  const book = new InterestBook();
  for (const { account } of accounts) {
    for (const { instrument, lots } of account.positions) book.add(instrument, lots);
  }
  return book.list(market);
}

const BUCKETS: readonly (readonly [name: string, upToBps: bigint])[] = [
  ['up to 25 %', 2_500n],
  ['25 to 50 %', 5_000n],
  ['50 to 75 %', 7_500n],
  ['75 to 90 %', 9_000n],
  ['90 to 100 %', 10_000n],
];

/** Accounts by their margin ratio, and what they need together. */
export class RatioBuckets {
  readonly #accounts = new Array<number>(BUCKETS.length + 2).fill(0);
  readonly #mmE6 = new Array<bigint>(BUCKETS.length + 2).fill(0n);

  /** @param ratioBps maintenance margin over equity; null where there is no equity */
  add(ratioBps: bigint | null, mmE6: bigint): void {
    const within = BUCKETS.findIndex(([, upTo]) => ratioBps !== null && ratioBps <= upTo);
    const place = within >= 0 ? within : ratioBps === null ? BUCKETS.length + 1 : BUCKETS.length;
    this.#accounts[place]! += 1;
    this.#mmE6[place]! += mmE6;
  }

  list(): readonly RatioBucket[] {
    return [...BUCKETS.map(([name]) => name), 'above 100 %', 'no equity'].map((name, place) => ({
      name,
      accounts: this.#accounts[place]!,
      mmE6: this.#mmE6[place]!,
    }));
  }
}

export const accountRow = (index: number, margin: AccountMargin): AccountRow => {
  const { equityE6, mmE6, imE6, deficitE6 } = margin;
  return {
    index,
    status: statusOf(margin),
    equityE6,
    mmE6,
    imE6,
    deficitE6,
    ...summaryOf(margin),
  };
};

/** Accounts of a ledger in a market, by the exact model. */
export function venueView(accounts: readonly PageAccount[], market: PricedMarket): VenueView {
  const rows = accounts
    .map(({ index, account }) => accountRow(index, marginPortfolio(account, market)))
    .sort((one, other) => Number(one.excessMmE6 - other.excessMmE6));
  const sum = (of: (row: AccountRow) => bigint): bigint =>
    rows.reduce((total, row) => total + of(row), 0n);
  const buckets = new RatioBuckets();
  for (const { ratioBps, mmE6 } of rows) buckets.add(ratioBps, mmE6);
  return {
    rows,
    accounts: rows.length,
    counts: Object.fromEntries(
      STATUSES.map((status) => [status, rows.filter((row) => row.status === status).length]),
    ) as Record<Status, number>,
    equityE6: sum(({ equityE6 }) => (equityE6 > 0n ? equityE6 : 0n)),
    mmE6: sum(({ mmE6 }) => mmE6),
    imE6: sum(({ imE6 }) => imE6),
    deficitE6: sum(({ deficitE6 }) => deficitE6),
    buckets: buckets.list(),
    openInterest: openInterestOf(accounts, market),
  };
}
