// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseMarketInputs } from '../../../../prover/documents/market-inputs-document.ts';
import { plimsoll } from '../../../support/cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-market-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** Hourly bars that swing by `swing(hour)` of the price; enough for a forecast. */
function bars(name: string, hours: number, swing: (hour: number) => number, gapAt = 0): string {
  const rows = Array.from({ length: hours }, (_, hour) => {
    const time = Date.UTC(2024, 0, 1, hour + (gapAt > 0 && hour >= gapAt ? 1000 : 0));
    const high = 100 * (1 + swing(hour));
    return [new Date(time).toISOString(), 100, high, 100 / (1 + swing(hour)), 100].join(',');
  });
  writeFileSync(path(name), ['ts,open,high,low,close', ...rows].join('\n'));
  return path(name);
}

describe('market vol', () => {
  it('writes what market import reads', async () => {
    const file = bars('calm.csv', 400, (hour) => 0.004 + 0.002 * Math.sin(hour / 9));
    const out = path('vol.json');
    const run = await plimsoll('market vol', file, '--underlying', 'ETH', '--out', out, '--json');
    expect(run).toMatchObject({ status: 0 });
    const report = JSON.parse(run.stdout) as { yangZhang: number; forecast: number };
    const inputs = parseMarketInputs(readFileSync(out, 'utf8'));
    expect(inputs.time).toBe(Date.UTC(2024, 0, 1, 400) / 1000);
    expect(inputs.underlyings).toEqual([
      {
        symbol: 'ETH',
        realisedVolQ20: BigInt(Math.round(report.yangZhang * 2 ** 20)),
        forecastVolQ20: BigInt(Math.round(report.forecast * 2 ** 20)),
      },
    ]);
  });

  it('reports errors out of sample', async () => {
    const file = bars('two.csv', 800, (hour) => 0.004 + 0.002 * Math.sin(hour / 9), 400);
    const run = await plimsoll('market vol', file, '--evaluate');
    expect(run.stdout).toMatch(/out of sample, \d+ overlapping windows/);
    expect(run.stdout).toMatch(/har +0\.\d{3}/);
  });

  it('refuses what it cannot use, and writes nothing', async () => {
    const out = path('none.json');
    const short = bars('short.csv', 20, () => 0.01);
    expect(await plimsoll('market vol', short, '--underlying', 'BTC', '--out', out)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('realised volatility needs 25 bars') as string,
    });
    expect(await plimsoll('market vol', short, '--out', out)).toMatchObject({
      status: 2,
      stderr: '--underlying: is required with --out: BTC or ETH',
    });
    expect(await plimsoll('market vol', short, '--underlying', 'DOGE')).toMatchObject({
      status: 2,
      stderr: '--underlying: must be one of BTC, ETH',
    });
    const missing = await plimsoll('market vol', path('nowhere.csv'));
    expect(missing).toMatchObject({ status: 2 });
    expect(existsSync(out)).toBe(false);
  });
});

const BOOK = {
  instrument_name: 'ETH-PERPETUAL',
  timestamp: 1_770_307_892_345,
  bids: [[1999, 10_000]],
  asks: [
    [2001, 30_000],
    [2100, 500_000],
  ],
};

describe('market depth', () => {
  it('writes the smaller side, and prices a size', async () => {
    writeFileSync(path('book.json'), JSON.stringify(BOOK));
    const out = path('depth.json');
    const argv = [path('book.json'), '--size', '25000', '--underlying', 'ETH', '--out', out];
    const run = await plimsoll('market depth', ...argv, '--json');
    expect(run).toMatchObject({ status: 0 });
    const report = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({ mid: 2000, depthQuote: '10000', complete: false });
    expect(report['slippage']).toEqual({
      sizeUsd: 25_000,
      buy: expect.closeTo(0.0005, 10) as number,
      sell: null,
    });
    expect(parseMarketInputs(readFileSync(out, 'utf8'))).toEqual({
      time: 1_770_307_892,
      underlyings: [{ symbol: 'ETH', depthQuote: 10_000n }],
      collateral: [],
    });
    const words = await plimsoll('market depth', ...argv);
    expect(words.stdout).toContain('selling 25000 USD  more than the book holds');
    expect(words.stdout).toContain('at least: the book given ends inside 1 %');
  });

  it('asks for the time of a book that states none', async () => {
    const binance = { lastUpdateId: 1, bids: [['1999', '1']], asks: [['2001', '1']] };
    writeFileSync(path('binance.json'), JSON.stringify(binance));
    const argv = [path('binance.json'), '--underlying', 'ETH', '--out', path('timed.json')];
    expect(await plimsoll('market depth', ...argv)).toMatchObject({
      status: 2,
      stderr: '--time: is required with --out: this book does not state its time',
    });
    expect(existsSync(path('timed.json'))).toBe(false);
    expect(await plimsoll('market depth', ...argv, '--time', '1770307892')).toMatchObject({
      status: 0,
    });
    expect(parseMarketInputs(readFileSync(path('timed.json'), 'utf8')).time).toBe(1_770_307_892);
  });

  it.each([
    ['--size', '0', '--size: must be at least 1'],
    ['--underlying', 'DOGE', '--underlying: must be one of BTC, ETH'],
    [
      '--size',
      'much',
      '--size: must be an integer without leading zeros, fraction, exponent or "-0"',
    ],
  ])('refuses %s %s', async (flag, value, message) => {
    writeFileSync(path('book.json'), JSON.stringify(BOOK));
    expect(await plimsoll('market depth', path('book.json'), flag, value)).toMatchObject({
      status: 2,
      stderr: message,
    });
  });
});
