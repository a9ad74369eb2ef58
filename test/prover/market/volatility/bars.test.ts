// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput } from '../../../../prover/core/errors.ts';
import { parseBarColumnMap } from '../../../../prover/market/volatility/bar-columns.ts';
import { parseBars } from '../../../../prover/market/volatility/bars.ts';

const HEADER = 'event,ts,open,high,low,close,volume';
const ROWS = [
  'e,2024-08-05T00:00:00Z,100,110,95,105,1',
  'e,2024-08-05T01:00:00Z,105,106,101,102.5,1',
  'e,2024-08-05T04:00:00Z,90,92,89,91,1',
  'e,2024-08-05T05:00:00Z,91,91,91,91,1',
];

const csv = (...rows: string[]): string => [HEADER, ...rows].join('\n');

function refusal(source: string): string {
  try {
    parseBars(source, 'bars.csv');
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseBars', () => {
  it('reads bars and begins a new run after a gap', () => {
    const history = parseBars(csv(...ROWS), 'bars.csv');
    expect(history.stepSeconds).toBe(3600);
    expect(history.runs.map((run) => run.length)).toEqual([2, 2]);
    expect(history.runs[0]?.[1]).toEqual({
      time: Date.UTC(2024, 7, 5, 1) / 1000,
      open: 105,
      high: 106,
      low: 101,
      close: 102.5,
    });
  });

  it('takes times in milliseconds for the same times in ISO form', () => {
    const inMilliseconds = csv(...ROWS).replaceAll(/\d{4}-[^,]*Z/g, (text) =>
      String(Date.parse(text)),
    );
    expect(parseBars(inMilliseconds, 'bars.csv')).toEqual(parseBars(csv(...ROWS), 'bars.csv'));
  });

  it('reads what a column map calls them, and no other columns', () => {
    const map = (columns: object, times = 's'): string =>
      JSON.stringify({ format: 'plimsoll.column-map', version: 1, columns, times });
    const columns = { ts: 'when', open: 'o1', high: 'h1', low: 'l1', close: 'p1' };
    const rows = Array.from(
      { length: 4 },
      (_, i) => `${1_722_816_000 + 3600 * i},101,100,102,99,7`,
    );
    const source = ['when,p1,o1,h1,l1,close', ...rows].join('\n');
    const { runs } = parseBars(source, 'b.csv', { columnMap: parseBarColumnMap(map(columns)) });
    const first = { time: 1_722_816_000, open: 100, high: 102, low: 99, close: 101 };
    expect(runs[0]?.[0]).toEqual(first);
    const wrong = parseBarColumnMap(map({ ...columns, low: 'low' }));
    expect(() => parseBars(source, 'b.csv', { columnMap: wrong })).toThrow(
      'b.csv: low: the column map names low, and the header does not have it',
    );
    const inMs = parseBarColumnMap(map(columns, 'ms'));
    expect(() => parseBars(source, 'b.csv', { columnMap: inMs })).toThrow('b.csv: row 2, ts');
    expect(() => parseBarColumnMap(map({ ts: 'when' }))).toThrow('columns.open: is required');
  });

  it('skips an address above the header, and rows of minutes in which nothing traded', () => {
    const [header = '', ...rows] = csv(...ROWS).split('\n');
    const title = ['https://data.example', header, ...rows].join('\n');
    expect(parseBars(title, 'bars.csv').runs).toEqual(parseBars(csv(...ROWS), 'bars.csv').runs);
    const at = header.split(',');
    const prices = ['open', 'high', 'low', 'close'].map((name) => at.indexOf(name));
    const spoilt = (text: string, of: readonly number[]): string =>
      text
        .split(',')
        .map((cell, index) => (of.includes(index) ? 'NaN' : cell))
        .join(',');
    const hole = parseBars(
      [header, rows[0], spoilt(rows[1]!, prices), ...rows.slice(2)].join('\n'),
      'b.csv',
    );
    expect(hole.remarks).toContain('b.csv: row 3: left out: no prices');
    // A price that is missing alone is damage.
    expect(() =>
      parseBars(
        [header, rows[0], spoilt(rows[1]!, prices.slice(1)), ...rows.slice(2)].join('\n'),
        'b.csv',
      ),
    ).toThrow('b.csv: row 3, high');
  });

  const withRow = (index: number, row: string): string => csv(...ROWS.with(index, row));
  it.each([
    ['one bar', csv(ROWS[0]!), 'bars.csv: must hold at least two bars'],
    [
      'a missing column',
      csv(...ROWS).replace('close', 'last'),
      'bars.csv: close: column is missing; a column map can say which column it is',
    ],
    [
      'NaN',
      withRow(1, 'e,2024-08-05T01:00:00Z,NaN,106,101,102,1'),
      'bars.csv: row 3, open: must be a decimal number',
    ],
    [
      'a negative price',
      withRow(1, 'e,2024-08-05T01:00:00Z,105,106,-1,102,1'),
      'bars.csv: row 3, low: must be a decimal number',
    ],
    [
      'a price of zero',
      withRow(1, 'e,2024-08-05T01:00:00Z,105,106,0,102,1'),
      'bars.csv: row 3, low: must be above 0',
    ],
    [
      'an empty cell',
      withRow(1, 'e,2024-08-05T01:00:00Z,105,106,101,,1'),
      'bars.csv: row 3, close: must be a decimal number',
    ],
    [
      'a low above the close',
      withRow(1, 'e,2024-08-05T01:00:00Z,105,106,104,102,1'),
      'bars.csv: row 3, low: must not be above the open or the close',
    ],
    [
      'a high below the open',
      withRow(1, 'e,2024-08-05T01:00:00Z,105,104,101,102,1'),
      'bars.csv: row 3, high: must not be below the open or the close',
    ],
    [
      'a time of day alone',
      withRow(1, 'e,01:00,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be a UTC time such as 2026-02-04T21:33:08Z, or seconds, milliseconds or microseconds since 1970',
    ],
    [
      'a day that does not exist',
      withRow(1, 'e,2024-08-35T01:00:00Z,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be a UTC time such as 2026-02-04T21:33:08Z, or seconds, milliseconds or microseconds since 1970',
    ],
    [
      'a repeated time',
      withRow(1, 'e,2024-08-05T00:00:00Z,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be after the time of the row before',
    ],
    [
      'a time off the grid',
      withRow(3, 'e,2024-08-05T05:30:00Z,91,91,91,91,1'),
      'bars.csv: row 5, ts: must lie on the 3600-second grid, is 30 min after it',
    ],
  ])('refuses %s', (_, source, message) => {
    expect(refusal(source)).toBe(message);
  });

  it('refuses a truncated file', () => {
    expect(refusal(csv(...ROWS).slice(0, -12))).toMatch(
      /^bars\.csv: row 5: is not complete, valid CSV: the row has \d of 7 columns/,
    );
  });

  it('names a column that is there twice', () => {
    expect(refusal(csv(...ROWS).replace('volume', 'close'))).toBe(
      'bars.csv: close: column is there twice',
    );
  });

  const hours = (count: number, change: (row: number[], index: number) => number[]): string =>
    [
      'ts,open,high,low,close',
      ...Array.from({ length: count }, (_, i) => {
        const [open, close] = [100 + Math.sin(i), 100 + Math.sin(i + 1)];
        const row = [open, Math.max(open, close) + 1, Math.min(open, close) - 1, close];
        return [1.7e9 + 3600 * i, ...change(row, i)].join(',');
      }),
    ].join('\n');

  it.each([2, 3, 10, 100])('leaves out and names a high that is %s times the rest', (factor) => {
    const history = parseBars(
      hours(60, ([o, h, l, c], i) => (i === 30 ? [o!, h! * factor, l!, c!] : [o!, h!, l!, c!])),
      'bars.csv',
    );
    expect(history.remarks).toHaveLength(1);
    expect(history.remarks?.[0]).toMatch(/^bars\.csv: row 32, high: left out: high \d/);
    expect(history.runs.map((run) => run.length)).toEqual([30, 29]);
  });

  it.each([0.01, 0.1, 10, 100, 1000])('refuses prices that become %s times what they were', (f) => {
    expect(refusal(hours(60, (row, i) => (i < 30 ? row : row.map((x) => x * f))))).toMatch(
      /^bars\.csv: row 32, open: .*the unit of the prices changes$/,
    );
  });

  it.each([
    ['one bar', 1],
    ['three bars', 3],
  ])('leaves out %s in another unit', (_, count) => {
    const history = parseBars(
      hours(60, (row, i) => (i >= 30 && i < 30 + count ? row.map((x) => x * 100) : row)),
      'bars.csv',
    );
    expect(history.remarks?.[0]).toContain('row');
    expect(history.runs.flat()).toHaveLength(60 - count);
  });

  it('leaves out and names the rows in which a feed is frozen', () => {
    const frozen = hours(60, (row, i) => (i >= 20 && i < 30 ? [100, 100, 100, 100] : row));
    expect(parseBars(frozen, 'bars.csv').remarks).toEqual([
      'bars.csv: rows 23 to 31: left out: frozen, 9 bars repeat the one before',
    ]);
  });

  it('keeps frozen rows for a back-test: an account is held through an outage', () => {
    const frozen = hours(60, (row, i) => (i >= 20 && i < 30 ? [100, 100, 100, 100] : row));
    const history = parseBars(frozen, 'bars.csv', { keepFrozen: true });
    expect(history.remarks).toBeUndefined();
    expect(history.runs.map((run) => run.length)).toEqual([60]);
  });

  it('keeps the worst hour there was', () => {
    const crash = hours(60, ([o, h, l, c], i) =>
      i === 30 ? [o!, h!, l! * 0.7, c! * 0.8] : [o!, h!, l!, c!],
    );
    expect(parseBars(crash, 'bars.csv').runs.flat()).toHaveLength(60);
  });

  /** Times and prices of three bars, as each venue writes them. */
  const T = 1.7e12;
  const STEP = 3_600_000;
  const P = [
    [100, 110, 95, 105],
    [105, 106, 101, 102.5],
    [102.5, 104, 99, 103],
  ] as const;
  const texts = P.map((prices) => prices.map(String));
  const candles: readonly (readonly [venue: string, value: unknown])[] = [
    // https://docs.deribit.com/api-reference/market-data/public-get_tradingview_chart_data
    [
      'Deribit',
      {
        jsonrpc: '2.0',
        id: 1,
        result: {
          status: 'ok',
          ticks: P.map((_, i) => T + i * STEP),
          ...Object.fromEntries(
            ['open', 'high', 'low', 'close'].map((name, at) => [name, P.map((row) => row[at])]),
          ),
          volume: [1, 2, 3],
          cost: [1, 2, 3],
        },
      },
    ],
    // https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-candlesticks
    [
      'OKX',
      {
        code: '0',
        msg: '',
        data: [
          [String(T + 3 * STEP), '103', '103', '103', '103', '0', '0', '0', '0'],
          ...texts.map((row, i) => [String(T + i * STEP), ...row, '1', '1', '1', '1']).reverse(),
        ],
      },
    ],
    // https://bybit-exchange.github.io/docs/v5/market/kline
    [
      'Bybit',
      {
        retCode: 0,
        retMsg: 'OK',
        result: {
          category: 'linear',
          symbol: 'BTCUSDT',
          list: texts.map((row, i) => [String(T + i * STEP), ...row, '1', '1']).reverse(),
        },
        time: T,
      },
    ],
    // https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Kline-Candlestick-Data
    [
      'Binance',
      texts.map((row, i) => [
        T + i * STEP,
        ...row,
        '1',
        T + (i + 1) * STEP - 1,
        '1',
        9,
        '1',
        '1',
        '0',
      ]),
    ],
  ];
  const wanted = P.map(([open, high, low, close], i) => ({
    time: (T + i * STEP) / 1000,
    open,
    high,
    low,
    close,
  }));
  it.each(candles)('reads the candles of %s', (_, value) => {
    expect(parseBars(JSON.stringify(value), 'bars.json').runs).toEqual([wanted]);
  });

  it.each([
    [
      'pandas',
      'Date,Open,High,Low,Close',
      (s: number) => new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' '),
    ],
    ['Unix seconds', 'unix;open;high;low;close', String],
    ['a headerless file of Binance in microseconds', undefined, (s: number) => String(s * 1e6)],
  ])('reads CSV of %s', (_, header, time) => {
    const delimiter = header?.includes(';') === true ? ';' : ',';
    const lines = wanted.map(({ time: s, open, high, low, close }) =>
      [time(s), open, high, low, close].join(delimiter),
    );
    const source = [...(header === undefined ? [] : [header]), ...lines].join('\n');
    expect(parseBars(source, 'bars.csv').runs).toEqual([wanted]);
  });

  it('says what a venue answered in place of candles', () => {
    expect(refusal('{"code":"51001","msg":"Instrument ID does not exist","data":[]}')).toBe(
      'bars.csv: the venue answered "Instrument ID does not exist"; ask it again',
    );
  });
});
