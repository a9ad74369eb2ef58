// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { formatMarketInputs } from '../../../../prover/documents/market-inputs-document.ts';
import { parseSnapshot } from '../../../../prover/documents/snapshot-document.ts';
import type { Slice } from '../../../../prover/model/types.ts';
import { plimsoll } from '../../../support/cli.ts';
import type { ChainSpec } from '../synthetic.ts';
import { BTC, ETH, TIME, expiryAt, syntheticChain, toCsv } from '../synthetic.ts';

/*
 * Two days of a venue by the command line: what a wrong, late, early, repeated or unnamed settlement
 * does. The base of 4 February lists 5, 6 and 13 February; the next day is 5 February.
 */

const SPEC: Partial<ChainSpec> = { days: [1, 2, 9], strikes: 9 };
const NEXT: Partial<ChainSpec> = { days: [1, 8], strikes: 9, time: TIME + 86_400 };
const FIRST = expiryAt({ ...BTC, ...SPEC }, 1);
const NO_ACCOUNTS = '{"format":"plimsoll.ledger","version":2,"accounts":[]}';
let folder: string;
const file = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};
const chains = (change: Partial<ChainSpec>, name: string): string[] => [
  write(`${name}-btc.csv`, toCsv(syntheticChain({ ...BTC, ...change }))),
  write(`${name}-eth.csv`, toCsv(syntheticChain({ ...ETH, ...change }))),
];

let second: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-second-day-'));
  const base = await plimsoll(
    'market import',
    ...chains(SPEC, 'first'),
    '--out',
    file('base.json'),
  );
  expect(base.status).toBe(0);
  second = chains(NEXT, 'second');
});
beforeEach(() => rmSync(file('out.json'), { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const importSecond = (...argv: string[]) =>
  plimsoll(
    'market import',
    ...second,
    '--base',
    file('base.json'),
    '--out',
    file('out.json'),
    ...argv,
  );
const written = () => parseSnapshot(readFileSync(file('out.json'), 'utf8'));
const sliceOf = (u: 0 | 1, expiry: number = FIRST): Slice | undefined =>
  written().underlyings[u].slices.find((slice) => Number(slice.expiry) === expiry);

const GOOD = 'BTC-5FEB26=69123.4567,ETH-5FEB26=2101.5';
const deliveries = (rows: readonly { date: string; delivery_price: number }[], name = 'd.json') =>
  write(name, JSON.stringify({ jsonrpc: '2.0', result: { data: rows, records_total: 9 } }));

describe('the second day', () => {
  it('settles by flag, in four decimals, and keeps the slot', async () => {
    const { status, stdout } = await importSecond('--settlement', GOOD);
    expect(status).toBe(0);
    expect(stdout).toContain('BTC 2026-02-05 08:00: settled at 69123.4567 (--settlement)');
    expect(sliceOf(0)).toMatchObject({ state: 'expired', settlementPriceE4: 691_234_567n });
    expect(sliceOf(1)).toMatchObject({ state: 'expired', settlementPriceE4: 21_015_000n });
  });

  it('tells whose delivery prices a response holds by the index they are near', async () => {
    const rows = (price: number) => [
      { date: '2026-02-05', delivery_price: price },
      { date: '2026-02-04', delivery_price: price * 1.01 },
    ];
    const files = [deliveries(rows(69_000.25)), deliveries(rows(2_099.123_45), 'e.json')];
    const { status } = await importSecond(...files);
    expect(status).toBe(0);
    expect(sliceOf(0)).toMatchObject({ settlementPriceE4: 690_002_500n });
    expect(sliceOf(1)).toMatchObject({ settlementPriceE4: 20_991_235n });
  });

  it('takes a flag before a document, and a document before a delivery price', async () => {
    const settlements = (['BTC', 'ETH'] as const).map((symbol, u) => ({
      symbol,
      expiry: FIRST,
      priceE4: u === 0 ? 690_000_000n : 21_000_000n,
    }));
    const inputs = { time: FIRST, underlyings: [], collateral: [], settlements };
    const document = write('s.json', formatMarketInputs(inputs));
    const delivered = deliveries([{ date: '2026-02-05', delivery_price: 2_111 }]);
    expect(
      (await importSecond(document, delivered, '--settlement', 'BTC-5FEB26=70001')).status,
    ).toBe(0);
    expect(sliceOf(0)).toMatchObject({ settlementPriceE4: 700_010_000n });
    expect(sliceOf(1)).toMatchObject({ settlementPriceE4: 21_000_000n });
  });

  it('awaits a price, and for no longer than is allowed', async () => {
    const waiting = await importSecond();
    expect(waiting.status).toBe(0);
    expect(waiting.stdout).toContain('BTC 2026-02-05 08:00: awaits its settlement price');
    expect(sliceOf(0)).toMatchObject({ state: 'expired', settlementPriceE4: 0n });
    rmSync(file('out.json'));
    const late = await importSecond('--max-unsettled', '14399');
    expect(late.status).toBe(1);
    expect(late.stderr).toContain('BTC 2026-02-05 08:00 UTC expired 14400 s ago');
    expect(late.stderr).toContain('--settlement BTC-2026-02-05T08:00Z=<USD>');
    expect(existsSync(file('out.json'))).toBe(false);
    expect((await importSecond('--max-unsettled', '14400')).status).toBe(0);
  });

  it('marks a price far from both indices', async () => {
    const { stdout } = await importSecond('--settlement', 'BTC-5FEB26=80500,ETH-5FEB26=2101');
    expect(stdout).toContain('check it: 15.0 % off the index');
  });

  const refused: readonly (readonly [string, () => readonly string[], string])[] = [
    [
      'a price of another coin',
      () => ['--settlement', 'BTC-5FEB26=2101'],
      'more than 50 % off the index 70000',
    ],
    [
      'a price with a wrong decimal',
      () => ['--settlement', 'ETH-5FEB26=21010'],
      'more than 50 % off the index 2100',
    ],
    ['an expiry to come', () => ['--settlement', 'BTC-6FEB26=70000'], 'has not expired yet'],
    [
      'an expiry the base lacks',
      () => ['--settlement', 'BTC-3FEB26=70000'],
      'which --base does not hold',
    ],
    ['an expiry twice', () => ['--settlement', 'BTC-5FEB26=70000,BTC-2026-02-05=70000'], 'twice'],
    ['no price', () => ['--settlement', 'BTC-5FEB26'], 'must be <symbol>-<expiry>=<USD>'],
    [
      'a price of nothing',
      () => ['--settlement', 'BTC-5FEB26=0'],
      'must be <symbol>-<expiry>=<USD>',
    ],
    [
      'a day that does not exist',
      () => ['--settlement', 'BTC-31FEB26=70000'],
      'must be a time such as',
    ],
    [
      'delivery prices of nobody',
      () => [deliveries([{ date: '2026-02-05', delivery_price: 140 }])],
      'within 50 % of neither index',
    ],
    [
      'booked and a ledger at once',
      () => ['--booked-through', '5FEB26', '--ledger', write('l.json', NO_ACCOUNTS)],
      'excludes --ledger',
    ],
    [
      'booked after the snapshot',
      () => ['--booked-through', '6FEB26'],
      "after the snapshot's time",
    ],
    ['an unknown limit', () => ['--fit', 'quotes=3'], '--fit: must be name=value'],
    ['a limit twice', () => ['--fit', 'min-side=1,min-side=2'], 'at most once'],
    [
      'a limit out of range',
      () => ['--fit', 'min-quotes=4'],
      '--fit min-quotes: must be a whole number from 5',
    ],
    ['an unknown filter', () => ['--filter', 'bid=0'], '--filter: must be name=value'],
  ];
  it.each(refused)('refuses %s and writes nothing', async (_name, argv, message) => {
    const { status, stderr } = await importSecond(...argv());
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(existsSync(file('out.json'))).toBe(false);
  });
});

describe('the third day', () => {
  it('never changes a settlement: refuses a flag, and leaves a document aside with a remark', async () => {
    await importSecond('--settlement', GOOD);
    const base = write('settled.json', readFileSync(file('out.json'), 'utf8'));
    const third = chains({ days: [7], strikes: 9, time: TIME + 2 * 86_400 }, 'third');
    const go = (...argv: string[]) =>
      plimsoll('market import', ...third, '--base', base, '--out', file('out.json'), ...argv);
    const flag = await go('--settlement', 'BTC-5FEB26=69123.4568');
    expect(flag.status).toBe(2);
    expect(flag.stderr).toContain('a settlement never changes');
    const other = deliveries([
      { date: '2026-02-06', delivery_price: 69_500 },
      { date: '2026-02-05', delivery_price: 69_124 },
    ]);
    const document = await go(other);
    expect(document.status).toBe(0);
    expect(document.stdout).toContain(
      'stays as settled, another price was given and not taken: 69123.4567',
    );
    expect(sliceOf(0)).toMatchObject({ settlementPriceE4: 691_234_567n });
    expect(sliceOf(0, FIRST + 86_400)).toMatchObject({ settlementPriceE4: 695_000_000n });
    const freed = await go(other, '--booked-through', '5FEB26');
    expect(freed.stdout).toContain('BTC 2026-02-05 08:00: booked by the ledger, its slot is free');
    expect(sliceOf(0)).toBeUndefined();
    expect(sliceOf(1)).toBeUndefined();
  });

  it('settles the underlying that has no chain, too', async () => {
    const [btc] = chains(NEXT, 'alone');
    const argv = [
      btc!,
      '--base',
      file('base.json'),
      '--out',
      file('out.json'),
      '--settlement',
      GOOD,
    ];
    expect((await plimsoll('market import', ...argv)).status).toBe(0);
    expect(sliceOf(1)).toMatchObject({ settlementPriceE4: 21_015_000n });
  });

  it('draws an expiry that was carried', async () => {
    const quiet = syntheticChain({ ...BTC, ...NEXT }).map((option) =>
      option.expiry === expiryAt({ ...BTC, ...NEXT }, 8) ? { ...option, bid: undefined } : option,
    );
    const files = [write('quiet.csv', toCsv(quiet)), second[1]!];
    const argv = ['--base', file('base.json'), '--settlement', GOOD, '--picture', file('p.svg')];
    const { status, stdout } = await plimsoll(
      'market import',
      ...files,
      ...argv,
      '--out',
      file('out.json'),
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/carried 2026-02-13 08:00 UTC: .* carried from --base, 86400 s older/);
    expect(readFileSync(file('p.svg'), 'utf8')).not.toContain('NaN');
  });
});
