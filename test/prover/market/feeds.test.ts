// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import { PlimsollError } from '../../../prover/core/errors.ts';
import { chainOf } from '../../../prover/market/feeds/chain.ts';
import type { Feed, OptionRow } from '../../../prover/market/feeds/feed.ts';
import { parseInstrumentName } from '../../../prover/market/feeds/instrument-name.ts';
import { readMarketFile } from '../../../prover/market/feeds/read-file.ts';
import type { SyntheticOption } from './synthetic.ts';
import { readFeed } from './read-feed.ts';
import {
  BTC,
  ETH,
  TIME,
  bookSummary,
  envelope,
  listing,
  syntheticChain,
  ticker,
  toCsv,
} from './synthetic.ts';
import { casesOf } from '../../support/cases.ts';

const small = { ...BTC, days: [9], strikes: 7 };
const chain = (): SyntheticOption[] => syntheticChain(small);

/** A chain with one option changed; the first stands in row 2. */
function withFirst(change: Partial<SyntheticOption>): SyntheticOption[] {
  const [first, ...rest] = chain();
  return [{ ...first!, ...change }, ...rest];
}

const withoutPlace = ({ place: _place, layout: _layout, ...row }: OptionRow): unknown => row;
const rounded = (feed: Feed): unknown =>
  feed.options.map((row) =>
    Object.fromEntries(
      Object.entries(withoutPlace(row) as object).map(([key, value]) => [
        key,
        typeof value === 'number' ? Number(value.toPrecision(5)) : value,
      ]),
    ),
  );

describe('a chain in CSV', () => {
  it('is read with its units: percent, coin, USD, UTC', () => {
    const [row] = readFeed(toCsv(chain()), 'a.csv').options;
    const [option] = chain();
    expect(row).toMatchObject({
      place: 'a.csv: row 2',
      underlying: 0,
      kind: 'call',
      expiry: option!.expiry,
      strike: option!.strike,
      time: TIME,
      index: 70_000,
      openInterest: 10,
    });
    expect(row!.markVol).toBeCloseTo(option!.markVol, 6);
    expect(row!.markPrice).toBeCloseTo(option!.markPrice, 8);
  });

  const cut = (text: string, from: string, to: string): string => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const text = toCsv(chain());
  const [first, second] = text.split('\n').slice(1) as [string, string];
  const cellOf = (row: string, column: number, value: string): string =>
    row.split(',').with(column, value).join(',');
  const swap = (column: number, value: string): string =>
    cut(text, first, cellOf(first, column, value));

  const refusals: readonly (readonly [what: string, text: string, message: string])[] = [
    ['NaN', swap(4, 'NaN'), 'a.csv: row 2, mark_iv: must be a decimal number'],
    ['a negative price', swap(9, '-0.01'), 'a.csv: row 2, bid: must be a price in coin'],
    ['a price in USD', swap(5, '8123.5'), 'a.csv: row 2, mark_price: must be a price in coin'],
    ['a volatility as a number', swap(4, '0.65'), 'a.csv: row 2, mark_iv: must be a volatility in'],
    ['an infinite forward', swap(6, '1e99'), 'a.csv: row 2, forward: must be a price in USD'],
    [
      'a duplicated strike',
      cut(text, second, `${cellOf(first, 4, '88')}\n${second}`),
      'a.csv: row 3, strike: duplicated: expiry, strike, type and time are those of row 2',
    ],
    [
      'a swapped expiry',
      swap(1, '2026-03-06T08:00:00Z'),
      "a.csv: row 2, expiry: does not agree with the instrument's name BTC-13FEB26",
    ],
    ['a swapped strike', swap(2, '1'), 'a.csv: row 2, strike: does not agree with the instr'],
    ['a swapped type', swap(3, 'P'), 'a.csv: row 2, type: does not agree with the instr'],
    [
      'mixed currencies',
      text + toCsv(syntheticChain({ ...ETH, days: [9], strikes: 7 })).split('\n')[1]!,
      'a.csv: row 16, instrument: mixes currencies: must be of BTC',
    ],
    [
      'a cut file',
      text.slice(0, -30),
      'a.csv: row 15, vega: the row has 12 of 14 columns: the file is cut or damaged',
    ],
    ['an open quote', text.slice(0, -20) + '"', 'a.csv: '],
    ['an unknown column', cut(text, 'vega', 'vomma'), 'a.csv: row 1, vomma: unknown column'],
    [
      'a missing column',
      text.replaceAll(/,[^,\n]*\n/g, '\n'),
      'a.csv: row 1, ts: column is missing',
    ],
    ['a column twice', cut(text, ',bid,', ',ask,'), 'a.csv: row 1, ask: column is there twice'],
    [
      'a time without zone',
      swap(13, '2026-02-04T12:00:00'),
      'a.csv: row 2, ts: must be a UTC time',
    ],
    [
      'another asset',
      swap(0, 'SOL-13FEB26-100-C'),
      'a.csv: row 2, instrument: must name an option',
    ],
    [
      'a linear option at another strike',
      swap(0, 'BTC_USDC-13FEB26-100-C'),
      "row 2, strike: does not agree with the instrument's name BTC_USDC-13FEB26-100-C",
    ],
    ['no row', text.split('\n')[0]!, 'a.csv: holds no option, future or perpetual of BTC or ETH'],
    ['nothing', '', 'a.csv: is empty'],
  ];
  it.each(refusals)('is refused with %s', (_what, source, message) => {
    expect(() => readMarketFile(source, 'a.csv')).toThrow(message);
  });
});

describe('a chain of Deribit’s API', () => {
  const options = chain();
  const json = (value: unknown): string => JSON.stringify(value);

  it('reads the same from book summaries and tickers, enveloped or bare, alone or together', () => {
    const wanted = rounded(readFeed(toCsv(options), 'a.csv'));
    const forms = [
      options.map(bookSummary),
      envelope(options.map(bookSummary)),
      options.map(ticker),
      options.map((option) => envelope(ticker(option))),
      [envelope(options.map(listing)), envelope(options.map(bookSummary))],
      options.map((option) => ({
        jsonrpc: '2.0',
        method: 'subscription',
        params: { channel: `ticker.${option.instrument}.100ms`, data: ticker(option) },
      })),
      options.map((option) => ({ ...ticker(option), estimated_delivery_price: 'expired' })),
      options.map((option) => ({ ...bookSummary(option), quote_currency: 'USD' })),
    ];
    for (const form of forms) expect(rounded(readFeed(json(form), 'a.json'))).toEqual(wanted);
    expect(rounded(readFeed(json(ticker(options[0]!)), 'a.json'))).toEqual([
      (wanted as unknown[])[0],
    ]);
  });

  it('takes null, zero and absent alike for a side nobody quotes', () => {
    const [option] = withFirst({ bid: undefined, ask: undefined });
    const { bid_price: _bid, ask_price: _ask, ...absent } = bookSummary(option!);
    for (const row of [bookSummary(option!), ticker(option!), absent]) {
      const [read] = readFeed(json(row), 'a.json').options;
      expect(read).not.toHaveProperty('bid');
      expect(read).not.toHaveProperty('ask');
    }
  });

  it('keeps perpetual and futures apart, and counts combinations', () => {
    const row = bookSummary(options[0]!);
    const future = { ...row, quote_currency: 'USD', mark_price: 70_123.5, mark_iv: undefined };
    const feed = readFeed(
      json([
        row,
        { ...future, instrument_name: 'BTC-PERPETUAL' },
        { ...future, instrument_name: 'BTC-27MAR26', underlying_index: 'index_price' },
        { ...future, instrument_name: 'BTC-FS-27MAR26_PERP' },
      ]),
      'a.json',
    );
    expect(feed.options).toHaveLength(1);
    expect(feed.futures.map(({ expiry, mark }) => [expiry, mark])).toEqual([
      [0, 70_123.5],
      [Date.UTC(2026, 2, 27, 8) / 1000, 70_123.5],
    ]);
    expect(feed.ignored).toBe(1);
  });

  it('closes what the list of instruments calls inactive or does not list', () => {
    const [first, second, ...rest] = options;
    const feeds = [
      readFeed(json(options.map(bookSummary)), 'prices.json'),
      readFeed(
        json([{ ...listing(first!), is_active: false }, ...rest.map(listing)]),
        'instruments.json',
      ),
    ];
    const closed = chainOf(0, feeds, 300).options.filter(({ open }) => !open);
    expect(closed.map(({ strike, kind }) => [strike, kind])).toEqual([
      [first!.strike, 'call'],
      [second!.strike, 'put'],
    ]);
  });

  it('takes the newer of two files’ rows, whichever comes first', () => {
    const older = readFeed(json(options.map(bookSummary)), 'older.json');
    const newer = readFeed(json([ticker({ ...options[0]!, time: TIME + 5 })]), 'newer.json');
    for (const feeds of [
      [older, newer],
      [newer, older],
    ]) {
      const joined = chainOf(0, feeds, 300);
      expect(joined.options.filter(({ place }) => place.startsWith('newer'))).toHaveLength(1);
      expect(joined).toMatchObject({ duplicates: 1, time: TIME + 5 });
    }
  });

  const second = (change: Record<string, unknown>): string =>
    json([bookSummary(options[0]!), { ...bookSummary(options[1]!), ...change }]);
  const refusals: readonly (readonly [what: string, text: string, message: string])[] = [
    ['truncated JSON', second({}).slice(0, -40), 'a.json: is not complete, valid JSON'],
    [
      'NaN',
      second({ mark_iv: 'HERE' }).replace('"HERE"', 'NaN'),
      'a.json: row 2, mark_iv: must be a decimal number, got "NaN"',
    ],
    ['a negative bid', second({ bid_price: -0.1 }), 'a.json: row 2, bid_price: must be'],
    ['a text for a number', second({ ask_price: 'much' }), 'a.json: row 2, ask_price: must be'],
    [
      'a price in USD',
      second({ mark_price: 8_000 }),
      'a.json: row 2, mark_price: must be a price in coin',
    ],
    [
      'an option quoted in USDC',
      second({ quote_currency: 'USDC' }),
      'row 2, quote_currency: mixes',
    ],
    [
      'an underlying of another market',
      second({ underlying_index: 'SYN.ETH-13FEB26' }),
      'a.json: row 2, underlying_index: mixes currencies',
    ],
    [
      'a swapped expiry',
      second({ underlying_index: 'SYN.BTC-20FEB26' }),
      'a.json: row 2, underlying_index: does not agree with the instrument',
    ],
    [
      'a time in seconds',
      second({ creation_timestamp: TIME }),
      'row 2, creation_timestamp: must be a time in m',
    ],
    [
      'a duplicated strike',
      json([bookSummary(options[0]!), { ...bookSummary(options[0]!), mark_iv: 88 }]),
      'a.json: row 2, strike: duplicated',
    ],
    [
      'mixed currencies',
      json([
        bookSummary(options[0]!),
        bookSummary(syntheticChain({ ...ETH, days: [9], strikes: 7 })[0]!),
      ]),
      'a.json: row 2, instrument_name: mixes currencies',
    ],
    [
      'a listing whose expiry was swapped',
      json([{ ...listing(options[0]!), expiration_timestamp: TIME * 1000 }]),
      'a.json: row 1, expiration_timestamp: does not agree',
    ],
    [
      'an answer that is an error',
      json({ jsonrpc: '2.0', error: { code: 10_028, message: 'too_many_requests' } }),
      'a.json: the venue answered "too_many_requests"',
    ],
    ['an empty result', json(envelope([])), 'a.json: holds no option'],
    ['an envelope without result', json({ jsonrpc: '2.0', id: 1 }), 'a.json: result: is required'],
    [
      'a row without name',
      json([{ creation_timestamp: TIME * 1000 }]),
      'a.json: row 1: is no row of an option chain',
    ],
  ];
  it.each(refusals)('is refused with %s', (_what, source, message) => {
    expect(() => readMarketFile(source, 'a.json')).toThrow(message);
  });
});

describe('rows that contradict each other', () => {
  const feed = (options: readonly SyntheticOption[]): Feed => readFeed(toCsv(options), 'a.csv');
  const doubled = chain().map((option) => ({ ...option, markVol: option.markVol * 2 }));

  it.each([
    ['a forward of another market', withFirst({ forward: 2_100 }), 'row 2, forward: is 2100, more'],
    ['an index of another market', withFirst({ index: 2_100 }), 'row 2, index: is 2100, more than'],
    ['volatilities in another unit', doubled, 'a.csv: ts: contradicts the marks: marks and mark'],
  ])('are refused: %s', (_what, options, message) => {
    expect(() => chainOf(0, [feed(options)], 300)).toThrow(message);
  });
});

describe('a feed damaged at random', () => {
  const options = chain();
  const rows = toCsv(options).trimEnd().split('\n');
  const junk = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('', 'NaN', 'inf', '-1', '0', '1e309', '1e-9', 'null', '"', ',', '\n', '70000'),
  );

  /** It is read, or refused as input with the file's name: nothing else may come out. */
  function readOrRefused(source: string, name: string): void {
    try {
      const read = readMarketFile(source, name);
      if (read.type === 'feeds')
        for (const feed of read.feeds) chainOf(feed.underlying, [feed], 300);
    } catch (error) {
      expect(error).toBeInstanceOf(PlimsollError);
      expect((error as Error).message).toContain(name);
    }
  }

  it('is read, or refused by name of its file: CSV', () => {
    fc.assert(
      fc.property(fc.nat(rows.length - 1), fc.nat(13), junk, (row, column, text) => {
        const cells = rows[row]!.split(',').with(column, text);
        readOrRefused(rows.with(row, cells.join(',')).join('\n'), 'a.csv');
      }),
      { numRuns: casesOf(400) },
    );
  });

  it('is read, or refused by name of its file: JSON', () => {
    const good = [...options.map(bookSummary), ...options.map(ticker), ...options.map(listing)];
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(20), fc.jsonValue(), (row, field, value) => {
        const keys = Object.keys(good[row]!);
        const damaged = { ...good[row], [keys[field % keys.length]!]: value };
        readOrRefused(JSON.stringify(envelope(good.with(row, damaged))), 'a.json');
      }),
      { numRuns: casesOf(400) },
    );
  });

  it('is read, or refused by name of its file: cut anywhere', () => {
    const [csv, json] = [rows.join('\n'), JSON.stringify(options.map(bookSummary))];
    fc.assert(
      fc.property(fc.nat(csv.length), fc.nat(json.length - 1), (atCsv, atJson) => {
        readOrRefused(csv.slice(0, atCsv), 'a.csv');
        expect(() => readMarketFile(json.slice(0, atJson), 'a.json')).toThrow('a.json');
      }),
      { numRuns: casesOf(200) },
    );
  });
});

describe('instrument names', () => {
  it('spell expiry, strike and kind', () => {
    expect(parseInstrumentName('ETH-6FEB26-2100-P')).toEqual({
      type: 'option',
      underlying: 1,
      expiry: Date.UTC(2026, 1, 6, 8) / 1000,
      strike: 2100,
      kind: 'put',
      linear: false,
    });
  });
  it.each(['BTC-31APR26-1-C', 'BTC-6FEB26-1-X', 'BTC-6FEB26-1-C-1', 'BTC', 'BTC-6FEV26'])(
    'do not exist: %s',
    (name) => expect(parseInstrumentName(name)).toBeUndefined(),
  );
  it('are told from those of assets a snapshot has no place for', () => {
    expect(parseInstrumentName('XRP_USDC-6FEB26-2d5-C')).toEqual({ type: 'foreign' });
  });
  it.each([
    ['BTC-27MAR26-70000-C', false],
    ['BTC_USDC-27MAR26-70000-C', true],
    ['BTC-27MAR26-70000-C-USDT', true],
    ['BTC-USD-260327-70000-C', false],
    ['BTC-260327-70000-C', false],
    ['BTC-20260327-70000-C', false],
  ])('of every venue name the same option: %s', (name, linear) =>
    expect(parseInstrumentName(name)).toEqual({
      type: 'option',
      underlying: 0,
      expiry: Date.UTC(2026, 2, 27, 8) / 1000,
      strike: 70_000,
      kind: 'call',
      linear,
    }),
  );
});
