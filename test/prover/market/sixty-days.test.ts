// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: sixty days are calibrated.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { instrumentKey } from '../../../prover/commitments/instrument.ts';
import { formatLedger, parseLedger } from '../../../prover/documents/ledger-document.ts';
import { formatMarketInputs } from '../../../prover/documents/market-inputs-document.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../../../prover/documents/snapshot-document.ts';
import { blackPrice } from '../../../prover/market/surface/black.ts';
import type {
  Instrument,
  MarketSnapshot,
  Slice,
  UnderlyingId,
} from '../../../prover/model/types.ts';
import { markMarket } from '../../../prover/risk/pricing/market.ts';
import { bookSettlements } from '../../../prover/venue/booking.ts';
import { plimsoll } from '../../support/cli.ts';
import type { ChainSpec, Surface, SyntheticOption } from './synthetic.ts';
import { BTC, expiryAt, forwardAt, surfaceVol, syntheticChain, toCsv } from './synthetic.ts';

/*
 * A venue's first sixty days, seeded: a chain of BTC and ETH a day, each carried on from the snapshot
 * before with --base; dailies, weeklies and monthlies come and go, the market falls twice, some
 * expiries lose their quotes and some prices come late.
 */

const DAY = 86_400;
const YEAR = 365 * DAY;
const DAYS = 60;
/** 2026-03-02T16:00:00Z, a Monday. */
const START = Date.UTC(2026, 2, 2, 16) / 1000;
const SLOTS = 12;

/** A linear congruential generator (Numerical Recipes): the same days on every machine. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface MarketDay {
  readonly time: number;
  readonly specs: readonly [ChainSpec, ChainSpec];
  /** Quotes of these expiries are gone: no bids, or no rows at all. */
  readonly quiet: ReadonlySet<number>;
  readonly absent: ReadonlySet<number>;
}

/** Days from `time`'s to the expiries listed then: 4 dailies, 5 Fridays, 3 last Fridays. */
function listedDays(time: number): number[] {
  const midnight = Math.floor(time / DAY);
  const month = (day: number): number => new Date(day * DAY * 1000).getUTCMonth();
  const ahead = Array.from({ length: 150 }, (_, i) => midnight + 1 + i);
  const fridays = ahead.filter(isFriday);
  const lastFridays = fridays.filter((day) => month(day) !== month(day + 7));
  const chosen = [...ahead.slice(0, 4), ...fridays.slice(0, 5), ...lastFridays.slice(0, 3)];
  return [...new Set(chosen)].sort((left, right) => left - right).map((day) => day - midnight);
}

function marketDays(): MarketDay[] {
  const next = random(20_260_302);
  let [level, vol] = [80_000, 0.6];
  return Array.from({ length: DAYS }, (_, day) => {
    const crash = day === 17 || day === 41;
    const move = crash ? -0.17 : (next() + next() + next() - 1.5) * 0.05;
    level *= Math.exp(move);
    vol = crash ? vol + 0.45 : vol + (0.6 - vol) * 0.2 + (next() - 0.5) * 0.03;
    const time = START + day * DAY;
    const surface: Surface = { rho: -0.35, eta: 0.9, frontVol: vol, backVol: 0.5 + 0.25 * vol };
    const days = listedDays(time);
    const index = Math.round(100 * level) / 100;
    const common = { ...BTC, surface, days, strikes: 9, carry: 0.05, time };
    const specs = [
      { ...common, index },
      // Fridays only: half the work, and another number of slots.
      {
        ...common,
        days: days.filter((ahead) => isFriday(Math.floor(time / DAY) + ahead)),
        index: Math.round(3.2 * level) / 100,
        underlying: 1 as const,
      },
    ] as const;
    const expiry = (nth: number): number => expiryAt(specs[0], days[nth]!);
    return {
      time,
      specs,
      quiet: new Set(day % 5 === 3 ? [expiry(2), expiry(days.length - 1)] : []),
      absent: new Set(day % 7 === 5 ? [expiry(1), expiry(5)] : []),
    };
  });
}

const chainOf = ({ specs, quiet, absent }: MarketDay, u: UnderlyingId): SyntheticOption[] =>
  syntheticChain(specs[u])
    .filter(({ expiry }) => !absent.has(expiry))
    .map((option) => (quiet.has(option.expiry) ? { ...option, bid: undefined } : option));

/** What the venue settles an expiry at: between the indices of the day before and of the day. */
function deliveryPrice(days: readonly MarketDay[], expiry: number, u: UnderlyingId): number {
  const after = days.findIndex(({ time }) => time >= expiry);
  const [before, now] = [days[after - 1]!.specs[u].index, days[after]!.specs[u].index];
  return Math.round((before + (now - before) * 0.6) * 1e4) / 1e4;
}

let folder: string;
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-days-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 1 January 1970 was a Thursday. */
function isFriday(day: number): boolean {
  return day % 7 === 1;
}

/** Whose options expire then: every day BTC's, on Fridays ETH's too. */
function symbolsOf(expiry: number): readonly { symbol: 'BTC' | 'ETH'; u: UnderlyingId }[] {
  const btc = { symbol: 'BTC', u: 0 } as const;
  return isFriday(Math.floor(expiry / DAY)) ? [btc, { symbol: 'ETH', u: 1 }] : [btc];
}

/** The same prices by three ways: the venue's response, market inputs, a flag. */
function settlementArguments(
  days: readonly MarketDay[],
  day: number,
  expiries: readonly number[],
): string[] {
  if (expiries.length === 0) return [];
  const iso = (expiry: number): string => new Date(expiry * 1000).toISOString().slice(0, 10);
  const price = (expiry: number, u: UnderlyingId): number => deliveryPrice(days, expiry, u);
  if (day % 3 === 0) {
    return ([0, 1] as const).map((u) => {
      const data = expiries.map((at) => ({ date: iso(at), delivery_price: price(at, u) }));
      const response = { jsonrpc: '2.0', result: { data, records_total: data.length } };
      return write(`delivered-${u}.json`, JSON.stringify(response));
    });
  }
  if (day % 3 === 1) {
    const settlements = expiries.flatMap((expiry) =>
      symbolsOf(expiry).map(({ symbol, u }) => ({
        symbol,
        expiry,
        priceE4: BigInt(Math.round(price(expiry, u) * 1e4)),
      })),
    );
    const inputs = { time: expiries.at(-1)!, underlyings: [], collateral: [], settlements };
    return [write('settled.json', formatMarketInputs(inputs))];
  }
  const flags = expiries.flatMap((expiry) =>
    symbolsOf(expiry).map(({ symbol, u }) => `${symbol}-${iso(expiry)}=${price(expiry, u)}`),
  );
  return ['--settlement', flags.join(',')];
}

const dated = ({ positions }: Account) =>
  positions.filter(({ instrument }) => instrument.expiry > 0n);

/** Two sides of the same trades, one option a day at every listed expiry of both coins. */
function traded(accounts: readonly Account[], snapshot: MarketSnapshot, day: number): Account[] {
  const market = markMarket(snapshot, loadDefaultParameters().parameters);
  let [long, short] = accounts as [Account, Account];
  for (const u of [0, 1] as const) {
    for (const [nth, slice] of snapshot.underlyings[u].slices.entries()) {
      if (slice.state === 'expired' || (nth + day) % 4 !== 0) continue;
      const forward = Number(snapshot.underlyings[u].indexE4) / 1e4;
      const step = u === 0 ? 1000 : 50;
      const strike = Math.round((forward * (0.94 + 0.02 * ((day + nth) % 7))) / step) * step;
      const kind = (['call', 'put', 'future'] as const)[(day + nth) % 3]!;
      const instrument: Instrument = {
        underlying: u,
        kind,
        expiry: slice.expiry,
        strikeE4: kind === 'future' ? 0n : BigInt(strike) * 10_000n,
      };
      const costE6 = (10n * market.value(instrument).markQ128) >> 128n;
      long = withTrade(long, instrument, 10n, -costE6);
      short = withTrade(short, instrument, -10n, costE6);
    }
  }
  return [long, short];
}

function withTrade(
  account: Account,
  instrument: Instrument,
  lots: bigint,
  paidE6: bigint,
): Account {
  const key = instrumentKey(instrument);
  const others = account.positions.filter((held) => instrumentKey(held.instrument) !== key);
  const held = account.positions.find((position) => instrumentKey(position.instrument) === key);
  const position = { instrument, lots: (held?.lots ?? 0n) + lots };
  const positions = [...others, position].sort((left, right) =>
    instrumentKey(left.instrument) < instrumentKey(right.instrument) ? -1 : 1,
  );
  if (positions.length > 64) return account;
  return { ...account, quoteE6: account.quoteE6 + paidE6, positions };
}

const equityE6 = (account: Account, snapshot: MarketSnapshot): bigint => {
  const market = markMarket(snapshot, loadDefaultParameters().parameters);
  const marks = account.positions.map(
    ({ instrument, lots }) => lots * market.value(instrument).markQ128,
  );
  return account.quoteE6 + (marks.reduce((sum, mark) => sum + mark, 0n) >> 128n);
};

/** USD, from the surface that the chain was written from, or from the venue's delivery price. */
function trueValue(days: readonly MarketDay[], day: number, instrument: Instrument): number {
  const { underlying, kind, expiry, strikeE4 } = instrument;
  const [spec, at, strike] = [days[day]!.specs[underlying], Number(expiry), Number(strikeE4) / 1e4];
  const payoff = (price: number): number =>
    kind === 'future' ? price : Math.max(kind === 'call' ? price - strike : strike - price, 0);
  if (at <= spec.time) return payoff(deliveryPrice(days, at, underlying));
  const forward = forwardAt(spec, at);
  if (kind === 'future') return forward;
  const years = (at - spec.time) / YEAR;
  const vol = surfaceVol(spec.surface, Math.log(strike / forward), years);
  return blackPrice(kind as 'call' | 'put', forward, strike, vol * Math.sqrt(years));
}

describe('sixty days carried on with --base', () => {
  it(
    'hold twelve slots at most, settle every expiry in time and value every position rightly',
    { timeout: 600_000 },
    async () => {
      const days = marketDays();
      const first = { owner: `0x${'1'.padStart(40, '0')}`, settlementNonce: 0, positions: [] };
      const balances = { USDC: '0', BTC: '0', ETH: '0', stETH: '0' };
      const other = { ...first, owner: `0x${'2'.padStart(40, '0')}` };
      let accounts: readonly Account[] = parseLedger(
        JSON.stringify({
          format: 'plimsoll.ledger',
          version: 1,
          accounts: [first, other].map((account) => ({ ...account, balances })),
        }),
      );
      let before: MarketSnapshot | undefined;
      const seen = { carried: 0, awaiting: 0, settled: 0, freed: 0, crowded: 0, booked: 0 };
      const worst = { quoted: 0, carried: 0 };

      for (const [day, market] of days.entries()) {
        const files = ([0, 1] as const).map((u) =>
          write(`chain-${u}.csv`, toCsv(chainOf(market, u))),
        );
        const expiring = (before?.underlyings[0].slices ?? [])
          .filter((slice) => isUnsettled(slice) && Number(slice.expiry) <= market.time)
          .map(({ expiry }) => Number(expiry));
        // Every sixth day the venue is late; its prices come with the next.
        const isLate = day % 6 === 4;
        const settled = isLate ? [] : settlementArguments(days, day, expiring);
        const base = day === 0 ? [] : ['--base', join(folder, 'snapshot.json')];
        const ledger = ['--ledger', write('ledger.json', formatLedger(accounts))];
        const argv = [...files, ...settled, ...base, ...ledger, '--json'];
        const out = ['--out', join(folder, 'snapshot.json')];
        const { status, stdout, stderr } = await plimsoll('market import', ...argv, ...out);
        expect(stderr).toBe('');
        expect(status).toBe(0);
        const report = JSON.parse(stdout) as Report;
        const snapshot = parseSnapshot(readFileSync(join(folder, 'snapshot.json'), 'utf8'));
        count(report, seen);

        checkSlots(snapshot, before, report);
        for (const account of accounts) {
          for (const { instrument } of dated(account)) {
            const slices = snapshot.underlyings[instrument.underlying].slices;
            const slice = slices.find(({ expiry }) => expiry === instrument.expiry);
            // Never silently intrinsic: whatever is held is listed.
            expect(slice).toBeDefined();
            if (slice!.state === 'expired' && slice!.settlementPriceE4 === 0n) continue;
            const value = markMarket(snapshot, loadDefaultParameters().parameters).value(
              instrument,
            );
            const mark = Number(value.markQ128 >> 64n) / 2 ** 64 / 1e4;
            const error = Math.abs(mark - trueValue(days, day, instrument));
            if (slice!.state === 'expired') {
              expect(error).toBeLessThan(1e-6);
              continue;
            }
            const at = Number(instrument.expiry);
            const isQuoted = !market.quiet.has(at) && !market.absent.has(at);
            const share = error / market.specs[instrument.underlying].index;
            worst[isQuoted ? 'quoted' : 'carried'] = Math.max(
              worst[isQuoted ? 'quoted' : 'carried'],
              share,
            );
          }
        }

        const equities = accounts.map((account) => equityE6(account, snapshot));
        const booking = bookSettlements(accounts, snapshot);
        seen.booked += booking.booked;
        // Booking moves value from positions to balances, to the unit.
        booking.accounts.forEach((account, index) =>
          expect(equityE6(account, snapshot)).toBe(equities[index]),
        );
        expect(booking.accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n)).toBe(0n);
        accounts = traded(booking.accounts, snapshot, day);
        before = snapshot;
      }

      // Of the index: a quoted expiry to the width of its quotes, a carried one to a crash's news.
      expect(worst.quoted).toBeLessThan(1e-4);
      expect(worst.carried).toBeLessThan(0.005);
      expect(seen.carried).toBeGreaterThan(40);
      expect(seen.awaiting).toBeGreaterThan(10);
      expect(seen.settled).toBeGreaterThan(60);
      expect(seen.freed).toBeGreaterThan(60);
      expect(seen.booked).toBeGreaterThan(100);
    },
  );
});

const isUnsettled = (slice: Slice): boolean =>
  slice.state === 'live' || slice.settlementPriceE4 === 0n;

interface Report {
  readonly underlyings: readonly {
    readonly crowdedOut: readonly number[];
    readonly expiries: readonly { readonly origin: string }[];
  }[];
  readonly expired: readonly { readonly what: string; readonly ageSeconds: string }[];
  readonly bookedThrough: string;
}

function count(report: Report, seen: Record<string, number>): void {
  for (const { what } of report.expired) seen[what] = (seen[what] ?? 0) + 1;
  for (const { crowdedOut, expiries } of report.underlyings) {
    seen['crowded']! += crowdedOut.length;
    seen['carried']! += expiries.filter(({ origin }) => origin !== 'quotes').length;
  }
}

/** What a snapshot owes the one before it, and the venue its members. */
function checkSlots(snapshot: MarketSnapshot, before: MarketSnapshot | undefined, report: Report) {
  const booked = BigInt(report.bookedThrough);
  for (const u of [0, 1] as const) {
    const { slices } = snapshot.underlyings[u];
    expect(slices.length).toBeLessThanOrEqual(SLOTS);
    for (const slice of slices) {
      expect(slice.expiry > booked).toBe(true);
      if (slice.state === 'live' || slice.settlementPriceE4 !== 0n) continue;
      expect(Number(snapshot.time - slice.expiry)).toBeLessThanOrEqual(DAY);
    }
    for (const old of before?.underlyings[u].slices ?? []) {
      if (old.expiry <= booked) continue;
      const now = slices.find(({ expiry }) => expiry === old.expiry);
      expect(now).toBeDefined();
      if (old.state === 'expired' && old.settlementPriceE4 !== 0n) expect(now).toEqual(old);
    }
  }
}
