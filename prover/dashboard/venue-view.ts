// SPDX-License-Identifier: GPL-3.0-or-later
import { STATUSES, statusOf } from '../analysis/figures/report.ts';
import { summaryOf, type MarginSummary } from '../analysis/figures/summary.ts';
import { instrumentId } from '../model/instrument.ts';
import type { Instrument } from '../model/types.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
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
  /** The furthest below maintenance margin first. */
  readonly rows: readonly AccountRow[];
  readonly counts: Readonly<Record<Status, number>>;
  readonly equityE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly deficitE6: bigint;
  readonly buckets: readonly RatioBucket[];
  /** The largest notional first. */
  readonly openInterest: readonly OpenInterest[];
}

function openInterestOf(
  accounts: readonly PageAccount[],
  market: PricedMarket,
): readonly OpenInterest[] {
  const books = new Map<string, { instrument: Instrument; held: bigint[] }>();
  for (const { instrument, lots } of accounts.flatMap(({ account }) => account.positions)) {
    const id = instrumentId(instrument);
    const book = books.get(id) ?? { instrument, held: [] };
    book.held.push(lots);
    books.set(id, book);
  }
  return [...books.values()]
    .map(({ instrument, held }): OpenInterest => {
      const side = (sign: bigint): readonly bigint[] =>
        held.filter((lots) => lots * sign > 0n).map((lots) => lots * sign);
      const shareOf = (lots: readonly bigint[]): bigint => {
        const total = lots.reduce((sum, own) => sum + own, 0n);
        const largest = lots.reduce((most, own) => (own > most ? own : most), 0n);
        return total === 0n ? 0n : (largest * 10_000n) / total;
      };
      const [longs, shorts] = [side(1n), side(-1n)];
      const longLots = longs.reduce((sum, own) => sum + own, 0n);
      const [most, other] = [shareOf(longs), shareOf(shorts)];
      return {
        instrument,
        longLots,
        // A lot is 10⁻² of a coin, a price 10⁻⁴ of a dollar: their product is 10⁻⁶ USD.
        notionalE6: longLots * market.snapshot.underlyings[instrument.underlying].indexE4,
        holders: held.length,
        largestBps: most > other ? most : other,
      };
    })
    .sort((one, other) => Number(other.notionalE6 - one.notionalE6));
}

const BUCKETS: readonly (readonly [name: string, upToBps: bigint])[] = [
  ['up to 25 %', 2_500n],
  ['25 to 50 %', 5_000n],
  ['50 to 75 %', 7_500n],
  ['75 to 90 %', 9_000n],
  ['90 to 100 %', 10_000n],
];

function bucketsOf(rows: readonly AccountRow[]): readonly RatioBucket[] {
  const bucket = (name: string, own: readonly AccountRow[]): RatioBucket => ({
    name,
    accounts: own.length,
    mmE6: own.reduce((sum, { mmE6 }) => sum + mmE6, 0n),
  });
  const between = (low: bigint, high: bigint | undefined): readonly AccountRow[] =>
    rows.filter(
      ({ ratioBps }) =>
        ratioBps !== null && ratioBps > low && (high === undefined || ratioBps <= high),
    );
  return [
    ...BUCKETS.map(([name, upTo], place) =>
      bucket(name, between(place === 0 ? -1n : BUCKETS[place - 1]![1], upTo)),
    ),
    bucket('above 100 %', between(10_000n, undefined)),
    bucket(
      'no equity',
      rows.filter(({ ratioBps }) => ratioBps === null),
    ),
  ];
}

/** Accounts of a ledger in a market, by the exact model. */
export function venueView(accounts: readonly PageAccount[], market: PricedMarket): VenueView {
  const rows = accounts
    .map(({ index, account }): AccountRow => {
      const margin = marginPortfolio(account, market);
      const { equityE6, mmE6, imE6, deficitE6 } = margin;
      const status = statusOf(margin);
      return { index, status, equityE6, mmE6, imE6, deficitE6, ...summaryOf(margin) };
    })
    .sort((one, other) => Number(one.excessMmE6 - other.excessMmE6));
  const sum = (of: (row: AccountRow) => bigint): bigint =>
    rows.reduce((total, row) => total + of(row), 0n);
  return {
    rows,
    counts: Object.fromEntries(
      STATUSES.map((status) => [status, rows.filter((row) => row.status === status).length]),
    ) as Record<Status, number>,
    equityE6: sum(({ equityE6 }) => equityE6),
    mmE6: sum(({ mmE6 }) => mmE6),
    imE6: sum(({ imE6 }) => imE6),
    deficitE6: sum(({ deficitE6 }) => deficitE6),
    buckets: bucketsOf(rows),
    openInterest: openInterestOf(accounts, market),
  };
}
