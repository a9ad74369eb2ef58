// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput } from '../../../../prover/core/errors.ts';
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

  const withRow = (index: number, row: string): string => csv(...ROWS.with(index, row));
  it.each([
    ['one bar', csv(ROWS[0]!), 'bars.csv: must hold at least two bars'],
    [
      'a missing column',
      csv(...ROWS).replace('close', 'last'),
      'bars.csv: close: column is missing',
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
      'a local time',
      withRow(1, 'e,2024-08-05 01:00,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be a UTC time such as 2026-02-04T21:00:00Z, or milliseconds since 1970',
    ],
    [
      'a day that does not exist',
      withRow(1, 'e,2024-08-35T01:00:00Z,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be a whole second that exists',
    ],
    [
      'a repeated time',
      withRow(1, 'e,2024-08-05T00:00:00Z,105,106,101,102,1'),
      'bars.csv: row 3, ts: must be after the time of the row before',
    ],
    [
      'a time off the grid',
      withRow(3, 'e,2024-08-05T05:30:00Z,91,91,91,91,1'),
      'bars.csv: row 5, ts: must lie on the 3600-second grid',
    ],
  ])('refuses %s', (_, source, message) => {
    expect(refusal(source)).toBe(message);
  });

  it('refuses a truncated file', () => {
    expect(refusal(csv(...ROWS).slice(0, -12))).toMatch(/^bars\.csv: is not complete, valid CSV/);
  });
});
