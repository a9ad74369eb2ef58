// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: back-tests under every rule, several times over, take ten seconds of processor time.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { snapshotDocument } from '../../../../../prover/documents/snapshot-document.ts';
import {
  backtestSchema,
  type BacktestDocument,
} from '../../../../../prover/simulation/backtest-document.ts';
import { csvOf, syntheticBars } from '../../../../support/bars.ts';
import { plimsoll } from '../../../../support/cli.ts';
import { sampleSnapshot } from '../../../../support/flat-surface.ts';

let folder: string;
let bars: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-backtest-'));
  const btc = csvOf(syntheticBars({ seed: 1, hours: 1600, gaps: [[900, 5]] }));
  const eth = csvOf(syntheticBars({ seed: 2, hours: 1600, vol: 0.8, price: 1500 }));
  writeFileSync(path('btc.csv'), btc);
  writeFileSync(path('btc.csv.gz'), gzipSync(btc));
  writeFileSync(path('eth.csv'), eth);
  bars = `btc=${path('btc.csv.gz')},eth=${path('eth.csv')}`;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]): Promise<BacktestDocument> {
  const result = await plimsoll('backtest', ...argv, '--json');
  expect(result).toMatchObject({ status: 0, stderr: '' });
  return backtestSchema.parse(JSON.parse(result.stdout));
}

const ruleOf = (document: BacktestDocument, symbol: string, rule: string) =>
  document.underlyings
    .find((own) => own.symbol === symbol)!
    .rules.find((own) => own.rule === rule)!;

describe('backtest', () => {
  it('prints its documented JSON and the same bytes on repetition, gzipped or not', async () => {
    const out = path('a.csv');
    const first = await plimsoll(
      'backtest',
      '--bars',
      bars,
      '--multipliers-out',
      out,
      '--report',
      path('r1'),
      '--json',
    );
    const plain = bars.replace('btc.csv.gz', 'btc.csv');
    const again = await plimsoll(
      'backtest',
      '--bars',
      plain,
      '--multipliers-out',
      path('b.csv'),
      '--report',
      path('r2'),
      '--json',
    );
    expect(first.status).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(readFileSync(path('b.csv'), 'utf8')).toBe(readFileSync(out, 'utf8'));
    for (const name of ['backtest.html', 'backtest.json']) {
      expect(readFileSync(join(path('r1'), name))).toEqual(readFileSync(join(path('r2'), name)));
    }
    expect(
      backtestSchema.parse(JSON.parse(readFileSync(join(path('r1'), 'backtest.json'), 'utf8'))),
    ).toEqual(JSON.parse(first.stdout));
    const html = readFileSync(join(path('r1'), 'backtest.html'), 'utf8');
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/(src|href)=|https?:\/\/(?!www\.w3\.org)|NaN|undefined/);
  });

  it('reads back the multipliers it wrote, to the same figures', async () => {
    const out = path('round.csv');
    const written = await run('--bars', bars, '--rule', 'fhs', '--multipliers-out', out);
    expect(written.rule).toBe('fhs');
    const read = await run('--bars', bars, '--multipliers', out);
    expect(read.rule).toBe('given');
    for (const symbol of ['BTC', 'ETH']) {
      const { rule: _, ...own } = ruleOf(written, symbol, 'fhs');
      const { rule: __, ...given } = ruleOf(read, symbol, 'given');
      expect(given).toEqual(own);
    }
  });

  it('writes multipliers whose breaches anyone counts from the bars alone', async () => {
    const out = path('by-hand.csv');
    const document = await run('--bars', bars, '--multipliers-out', out);
    const rows = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const closes = new Map<number, [number, number, number]>();
    for (const row of readFileSync(path('eth.csv'), 'utf8').trim().split('\n').slice(1)) {
      const [ts, , high, low, close] = row.split(',');
      closes.set(Date.parse(ts!), [Number(low), Number(high), Number(close)]);
    }
    let [windows, long, short, sum] = [0, 0, 0, 0];
    for (const [ts, , multiplier] of rows) {
      const at = Date.parse(ts!);
      const entry = closes.get(at - 3_600_000);
      const window = Array.from({ length: 24 }, (_, hour) => closes.get(at + hour * 3_600_000));
      if (entry === undefined || window.includes(undefined)) continue;
      windows += 1;
      const margin = 0.8 * (1 - Math.exp((-229 * Number(multiplier)) / 1024));
      sum += margin;
      if (1 - Math.min(...window.map((bar) => bar![0])) / entry[2] > margin) long += 1;
      const rise = Math.max(...window.map((bar) => bar![1])) / entry[2] - 1;
      if (rise > 0.8 * (Math.exp((187 * Number(multiplier)) / 1024) - 1)) short += 1;
    }
    const classes = ruleOf(document, 'ETH', 'dynamic').classes.filter(
      ({ measure }) => measure === 'mm-24h',
    );
    const of = (portfolio: string) => classes.find((own) => own.portfolio === portfolio)!;
    expect(of('delta-one-long')).toMatchObject({ windows, breaches: long });
    expect(of('delta-one-short')).toMatchObject({ windows, breaches: short });
    expect(of('delta-one-long').meanMargin).toBeCloseTo(sum / windows, 12);
    expect(windows).toBe(1600 - 24);
  });

  it('counts only the period asked for, with what came before known to the rules', async () => {
    const all = path('all.csv');
    const part = path('part.csv');
    await run('--bars', bars, '--multipliers-out', all);
    const document = await run(
      '--bars',
      bars,
      '--from',
      '2021-02-01',
      '--to',
      '2021-03-01T00:00:00Z',
      '--multipliers-out',
      part,
    );
    const lines = readFileSync(part, 'utf8').trim().split('\n').slice(1);
    expect(lines[0]).toMatch(/^2021-02-01T00:00:00Z,/);
    expect(lines).toHaveLength(28 * 24);
    const known = readFileSync(all, 'utf8');
    for (const line of lines) expect(known).toContain(line);
    expect(document.underlyings[0]!.instants).toBe(28 * 24 - 5);
  });

  it('takes the horizon of the venue', async () => {
    writeFileSync(path('venue.json'), '{"name":"ours","horizonSeconds":14400}');
    const document = await run('--bars', bars, '--venue', path('venue.json'));
    expect(document.horizonSeconds).toBe(14_400);
    expect(document.measures[0]).toMatchObject({ id: 'mm-horizon', horizonSeconds: 14_400 });
    expect(ruleOf(document, 'ETH', 'static').classes[0]).toMatchObject({
      windows: 1600 - 4,
      offsets: 4,
    });
  });

  it('revalues real chains and says what they count to', async () => {
    mkdirSync(path('chains'));
    for (const [name, vol, spot, after] of [
      ['a', 0.5, 60_000, 0],
      ['b', 0.9, 52_000, 7200],
    ] as const) {
      const document = snapshotDocument(sampleSnapshot({ vol, spot, after }));
      writeFileSync(join(path('chains'), `${name}.json`), JSON.stringify(document));
    }
    const document = await run('--bars', bars, '--chains', path('chains'));
    expect(document.chains).toHaveLength(20);
    expect(new Set(document.chains.flatMap(({ countsTo }) => countsTo))).toEqual(
      new Set(['mm-horizon']),
    );
  });

  it('works on one underlying, and leaves the other column empty', async () => {
    const out = path('one.csv');
    const document = await run('--bars', `eth=${path('eth.csv')}`, '--multipliers-out', out);
    expect(document.underlyings.map(({ symbol }) => symbol)).toEqual(['ETH']);
    expect(readFileSync(out, 'utf8').split('\n')[1]).toMatch(/^2021-01-01T01:00:00Z,,1\.\d+$/);
    expect(await run('--bars', `eth=${path('eth.csv')}`, '--multipliers', out)).toBeDefined();
  });

  it('never counts options that a volatility model made', async () => {
    const document = await run('--bars', bars);
    for (const { rules } of document.underlyings) {
      for (const { classes, modelledOptions } of rules) {
        expect(
          classes
            .map(({ portfolio }) => portfolio)
            .filter((name) => !/^(delta-one|perpetual)-/.test(name)),
        ).toEqual([]);
        expect(modelledOptions.every(({ counted }) => !counted)).toBe(true);
      }
    }
  });

  it('is silent about progress under CI, and reports it at work', async () => {
    const before = process.env['CI'];
    try {
      process.env['CI'] = 'true';
      expect(await plimsoll('backtest', '--bars', bars)).toMatchObject({ status: 0, stderr: '' });
      delete process.env['CI'];
      expect((await plimsoll('backtest', '--bars', bars)).stderr).toContain(
        'ETH: option margins of dynamic',
      );
    } finally {
      if (before === undefined) delete process.env['CI'];
      else process.env['CI'] = before;
    }
  });
});

describe('backtest refuses, naming the field', () => {
  const csv = (name: string, ...lines: string[]): string => {
    writeFileSync(path(name), lines.join('\n'));
    return path(name);
  };
  const T = '2021-02-01T00:00:00Z';

  it.each([
    ['no bars', () => [], /^--bars: is required/],
    ['another underlying', () => ['--bars', 'sol=x.csv'], /^--bars: must be btc=file\.csv/],
    [
      'a file that is not there',
      () => ['--bars', 'btc=/nowhere.csv'],
      /^--bars: \/nowhere\.csv: no such file/,
    ],
    [
      'half a gzip file',
      () => {
        writeFileSync(path('half.gz'), readFileSync(path('btc.csv.gz')).subarray(0, 5000));
        return ['--bars', `btc=${path('half.gz')}`];
      },
      /^--bars: .*half\.gz: is not complete, valid gzip/,
    ],
    [
      'an unknown rule',
      () => ['--bars', bars, '--rule', 'best'],
      /^--rule: must be one of static, fhs/,
    ],
    [
      'a period without bars',
      () => ['--bars', bars, '--from', '2030-01-01'],
      /^bars of BTC: hold fewer than two/,
    ],
    [
      'a period without a whole window',
      () => ['--bars', bars, '--from', '2021-03-08T08:00:00Z'],
      /^bars of BTC: hold no whole window of 24 h in the period that counts: im-24h needs one/,
    ],
    ['a time that is none', () => ['--bars', bars, '--to', 'May'], /^--to: must be 2023-01-01/],
    [
      'a multiplier of 0',
      () => ['--bars', bars, '--multipliers', csv('zero.csv', 'ts,btc,eth', `${T},0,1`)],
      /zero\.csv: row 2, btc: must be a number above 0/,
    ],
    [
      'times that fall',
      () => [
        '--bars',
        bars,
        '--multipliers',
        csv('falls.csv', 'ts,btc,eth', `${T},1,1`, `${T},1,1`),
      ],
      /falls\.csv: row 3, ts: must be after/,
    ],
    [
      'multipliers without ETH',
      () => ['--bars', bars, '--multipliers', csv('noeth.csv', 'ts,btc', `${T},1`)],
      /^multipliers: eth: column is missing/,
    ],
    [
      'an index in percent',
      () => ['--bars', bars, '--dvol', `btc=${csv('iv.csv', 'ts,iv', `${T},62`)}`],
      /iv\.csv: row 2, iv: must be a volatility as a fraction/,
    ],
    [
      'a venue without a horizon',
      () => ['--bars', bars, '--venue', csv('v.json', '{"name":"x"}')],
      /^horizonSeconds: is required/,
    ],
    [
      'one snapshot alone',
      () => {
        mkdirSync(path('lonely'));
        return ['--bars', bars, '--chains', path('lonely')];
      },
      /^--chains: .*lonely: holds fewer than two snapshots/,
    ],
  ])('%s', async (_, argv, message) => {
    const out = path('never.csv');
    const result = await plimsoll('backtest', ...argv(), '--multipliers-out', out);
    expect(result).toMatchObject({ status: 2 });
    expect(result.stderr).toMatch(message);
    expect(readdirSync(folder)).not.toContain('never.csv');
  });
});
