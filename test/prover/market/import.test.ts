// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: whole chains are read and fitted, again and again.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import type { Feed } from '../../../prover/market/feeds/feed.ts';
import { importMarket } from '../../../prover/market/snapshot/import-market.ts';
import { formatMarketInputs } from '../../../prover/documents/market-inputs-document.ts';
import { readFeed } from './read-feed.ts';
import { parseMarketInputs } from '../../../prover/documents/market-inputs-document.ts';
import { totalVariance } from '../../../prover/market/surface/svi.ts';
import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll } from '../../support/cli.ts';
import type { ChainSpec, SyntheticOption } from './synthetic.ts';
import {
  BTC,
  ETH,
  TIME,
  bookSummary,
  envelope,
  expiryAt,
  forwardAt,
  surfaceVol,
  syntheticChain,
  toCsv,
} from './synthetic.ts';

const YEAR = 31_536_000;
let folder: string;
const file = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-import-'));
});
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(file(name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chains(change: Partial<ChainSpec> = {}): [btc: string, eth: string] {
  return [
    write('btc.csv', toCsv(syntheticChain({ ...BTC, ...change }))),
    write('eth.csv', toCsv(syntheticChain({ ...ETH, ...change, index: ETH.index, underlying: 1 }))),
  ];
}

const feedOf = (options: readonly SyntheticOption[], name: string): Feed =>
  readFeed(toCsv(options), name);

describe('plimsoll market import', () => {
  it('writes a snapshot that parses, prices and margins', async () => {
    const imported = await plimsoll('market import', ...chains(), '--out', file('s.json'));
    expect(imported.stderr).toBe('');
    expect(imported.status).toBe(0);
    const snapshot = parseSnapshot(readFileSync(file('s.json'), 'utf8'));
    expect(snapshot.time).toBe(BigInt(TIME));
    expect(snapshot.underlyings.map(({ slices }) => slices.length)).toEqual([5, 5]);
    expect(snapshot.underlyings[0]).toMatchObject({ indexE4: 700_000_000n, confidenceQ10: 1024n });
    const [first] = snapshot.underlyings[0].slices;
    const forward = (700_000_000n * first!.forwardRatioQ30 + 2n ** 30n - 1n) >> 30n;
    expect(Number(forward) / 1e4).toBeCloseTo(forwardAt(BTC, Number(first!.expiry)), 3);
    const margin = await plimsoll('margin', 'together', '--snapshot', file('s.json'), '--json');
    expect(margin.status).toBe(0);
    expect(BigInt((JSON.parse(margin.stdout) as { mmE6: string }).mmE6)).toBeGreaterThan(0n);
  });

  it('gives the same bytes from CSV, from Deribit’s JSON, and every time', async () => {
    const [btc, eth] = chains();
    const json = (spec: ChainSpec): string =>
      JSON.stringify(envelope(syntheticChain(spec).map(bookSummary)));
    const fromCsv = ['--out', file('a.json'), '--picture', file('a.svg')];
    const again = ['--out', file('b.json'), '--picture', file('b.svg')];
    await plimsoll('market import', btc, eth, ...fromCsv);
    await plimsoll('market import', eth, btc, ...again);
    const [btcJson, ethJson] = [write('btc.json', json(BTC)), write('eth.json', json(ETH))];
    await plimsoll('market import', btcJson, ethJson, '--out', file('c.json'));
    for (const other of ['b.json', 'c.json']) {
      expect(readFileSync(file(other))).toEqual(readFileSync(file('a.json')));
    }
    expect(readFileSync(file('b.svg'))).toEqual(readFileSync(file('a.svg')));
  });

  it('recovers random surfaces free of arbitrage', () => {
    fc.assert(
      fc.property(
        fc.record({
          rho: fc.double({ min: -0.6, max: 0.4, noNaN: true }),
          eta: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
          frontVol: fc.double({ min: 0.4, max: 1.5, noNaN: true }),
          backVol: fc.double({ min: 0.4, max: 0.9, noNaN: true }),
        }),
        (surface) => {
          const spec = { ...BTC, surface, days: [9, 30, 180] };
          const { underlyings } = importMarket({
            feeds: [
              feedOf(syntheticChain(spec), 'btc.csv'),
              feedOf(syntheticChain({ ...ETH, days: [30] }), 'eth.csv'),
            ],
            inputs: [],
          });
          const { surface: fitted, repricing } = underlyings[0]!;
          expect(repricing.options).toBe(spec.days.length * 2 * spec.strikes);
          expect(repricing.max).toBeLessThan(5e-4);
          for (const { fit, expiry } of fitted.expiries) {
            expect(fit.state).toBe('fitted');
            if (fit.state !== 'fitted') continue;
            expect(fit.diagnostics.butterflyMargin).toBeGreaterThanOrEqual(0);
            expect(fit.diagnostics.calendarMargin).toBeGreaterThanOrEqual(0);
            const years = (expiry - TIME) / YEAR;
            for (const z of [-2, -1, 0, 1, 2]) {
              const k = z * surfaceVol(surface, 0, years) * Math.sqrt(years);
              const vol = Math.sqrt(totalVariance(fit.svi, k) / years);
              expect(Math.abs(vol - surfaceVol(surface, k, years))).toBeLessThan(0.002);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reports what it used, dropped, took by default and left out', async () => {
    const options = syntheticChain(BTC);
    const [nearest] = options.map(({ expiry }) => expiry).sort((a, b) => a - b);
    const spoilt = options.map((option) =>
      option.expiry === nearest ? { ...option, bid: undefined } : option,
    );
    const btc = write('btc.csv', toCsv(spoilt));
    const [, eth] = chains();
    write('btc.csv', toCsv(spoilt));
    const { stdout, status } = await plimsoll('market import', btc, eth, '--out', file('s.json'));
    expect(status).toBe(0);
    expect(stdout).toContain('BTC: 170 options, 4 of 5 expiries fitted');
    expect(stdout).toMatch(/2026-02-06 08:00 .* 0\/34 .* 17 in-the-money, 17 zero-bid/);
    expect(stdout).toContain('borrowed 2026-02-06 08:00 UTC: 0 usable quotes');
    expect(stdout).toContain(
      'BTC perpetualMarkE4: none given: the index; give --perpetual BTC=<USD>',
    );
    expect(stdout).toContain('stETH redemptionRateQ30: none given: 1 ETH');
    expect(stdout).toMatch(/re-priced 170 options /);
  });

  it('keeps twelve expiries, those with the largest open interest', async () => {
    const days = Array.from({ length: 13 }, (_, index) => 7 * (index + 1));
    const spec = { ...BTC, days, strikes: 9 };
    const light = expiryAt(spec, days[5]!);
    const options = syntheticChain(spec).map((option) => ({
      ...option,
      openInterest: option.expiry === light ? 1 : 10,
    }));
    const btc = write('btc.csv', toCsv(options));
    const eth = write('eth.csv', toCsv(syntheticChain({ ...ETH, days: [30] })));
    const { stdout } = await plimsoll('market import', btc, eth, '--out', file('s.json'));
    expect(stdout).toMatch(/left out 2026-03-18 08:00: a snapshot holds 12 expiries/);
    const { slices } = parseSnapshot(readFileSync(file('s.json'), 'utf8')).underlyings[0];
    expect(slices).toHaveLength(12);
    expect(slices.some(({ expiry }) => expiry === BigInt(light))).toBe(false);
  });

  it('takes what chains lack from flags, then from documents, the newest first', async () => {
    const inputs = (time: number, depthQuote: bigint, realisedVolQ20: bigint): string =>
      formatMarketInputs({
        time,
        underlyings: [{ symbol: 'BTC', depthQuote, realisedVolQ20 }],
        collateral: [{ asset: 'stETH', marketPriceE4: 20_950_000n }],
      });
    const older = write('older.json', inputs(TIME - 50, 1n, 111n));
    const newer = write('newer.json', inputs(TIME - 20, 2n, 222n));
    const flags = ['--perpetual', 'BTC=70012.5,ETH=2101', '--depth', 'ETH=3000000,BTC=4000000'];
    const more = [
      '--redemption',
      'stETH=1.2',
      '--forecast-vol',
      'BTC=62.5',
      '--index',
      'ETH=2100.25',
    ];
    const out = ['--out', file('s.json'), ...flags, ...more];
    const { status } = await plimsoll('market import', older, ...chains(), newer, ...out);
    expect(status).toBe(0);
    const snapshot = parseSnapshot(readFileSync(file('s.json'), 'utf8'));
    expect(snapshot.underlyings[0]).toMatchObject({
      perpetualMarkE4: 700_125_000n,
      depthQuote: 4_000_000n,
      realisedVolQ20: 222n,
      forecastVolQ20: 655_360n,
    });
    expect(snapshot.underlyings[1]).toMatchObject({ indexE4: 21_002_500n, depthQuote: 3_000_000n });
    expect(snapshot.collateral[2]).toEqual({
      marketPriceE4: 20_950_000n,
      redemptionRateQ30: (12n << 30n) / 10n,
    });
    expect(snapshot.collateralTime).toBe(BigInt(TIME - 50));
  });

  it('is dated by a later price, and not by a later depth', async () => {
    const later = (fields: object): string =>
      write(
        'later.json',
        formatMarketInputs({
          time: TIME + 30,
          underlyings: [{ symbol: 'ETH', ...fields }],
          collateral: [],
        }),
      );
    for (const [fields, time] of [
      [{ depthQuote: 5n }, TIME],
      [{ perpetualMarkE4: 21_000_000n }, TIME + 30],
    ] as const) {
      const files = [...chains({ days: [30] }), later(fields)];
      await plimsoll('market import', ...files, '--out', file('s.json'));
      const snapshot = parseSnapshot(readFileSync(file('s.json'), 'utf8'));
      expect(snapshot.time).toBe(BigInt(time));
      expect(snapshot.surfaceTime).toBe(BigInt(TIME));
    }
  });

  it('takes the other currency from --base, aged and with its own times', async () => {
    const base = loadSample().snapshots.calm.snapshot;
    const document = snapshotDocument({ ...base, time: BigInt(TIME - 600) }) as {
      surfaceTime: number;
    };
    for (const field of [
      'indexTime',
      'perpetualTime',
      'forwardTime',
      'surfaceTime',
      'collateralTime',
    ])
      Object.assign(document, { [field]: TIME - 700 });
    const path = write('base.json', JSON.stringify(document));
    const [btc] = chains();
    const { stdout } = await plimsoll(
      'market import',
      btc,
      '--base',
      path,
      '--out',
      file('s.json'),
    );
    expect(stdout).toMatch(
      /ETH: no chain given: all of it from --base, which is [0-9.]+ (s|min|h|days) older/,
    );
    const snapshot = parseSnapshot(readFileSync(file('s.json'), 'utf8'));
    expect(snapshot.underlyings[1].indexE4).toBe(base.underlyings[1].indexE4);
    expect(snapshot.underlyings[0].depthQuote).toBe(base.underlyings[0].depthQuote);
    expect(snapshot.surfaceTime).toBe(BigInt(TIME - 700));
    expect(snapshot.indexTime).toBe(BigInt(TIME - 700));
    const refused = await plimsoll(
      'market import',
      btc,
      '--base',
      write('later.json', JSON.stringify({ ...document, time: TIME + 9 })),
      '--out',
      file('t.json'),
    );
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--base: is of 9 s'),
    });
  });

  it('prints the whole report as JSON', async () => {
    const { stdout } = await plimsoll(
      'market import',
      ...chains(),
      '--out',
      file('s.json'),
      '--json',
    );
    const report = JSON.parse(stdout) as {
      underlyings: {
        symbol: string;
        expiries: { used: number; listed: number; dropped: object }[];
      }[];
    };
    expect(report.underlyings.map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH']);
    for (const { used, listed, dropped } of report.underlyings.flatMap(
      ({ expiries }) => expiries,
    )) {
      const left = Object.values(dropped as Record<string, number>).reduce((a, b) => a + b, 0);
      expect(used + left).toBe(listed);
    }
  });

  const refusals: readonly (readonly [string, (btc: string, eth: string) => string[], string])[] = [
    [
      'one currency alone',
      (btc) => [btc],
      '<file>: no option chain of ETH: a snapshot has BTC and',
    ],
    ['no --out', (btc, eth) => [btc, eth, '--no-out'], '--out: is required'],
    ['no such file', (btc) => [btc, '/nowhere.csv'], '<file>: /nowhere.csv: no such file'],
    ['a snapshot as a chain', (btc) => [btc, 'snapshot'], 'is a snapshot: give it with --base'],
    [
      'bad inputs',
      (btc, eth) => [btc, eth, 'inputs'],
      'inputs.json: underlyings[0].depthQuote: must',
    ],
    [
      'stale inputs',
      (btc, eth) => [btc, eth, 'stale'],
      'stale.json: time: is more than a day before',
    ],
    ['a damaged row', (btc) => [btc, 'damaged'], 'damaged.csv: row 3, mark_iv: must be a decimal'],
    [
      'a bad flag',
      (btc, eth) => [btc, eth, '--depth', 'BTC=1.5'],
      '--depth: must be a whole number',
    ],
    [
      'an unknown symbol',
      (btc, eth) => [btc, eth, '--depth', 'SOL=1'],
      '--depth: must be <symbol>',
    ],
    [
      'a flag twice',
      (btc, eth) => [btc, eth, '--index', 'BTC=1,BTC=2'],
      '--index: must be <symbol>',
    ],
    [
      'a price too large',
      (btc, eth) => [btc, eth, '--perpetual', 'BTC=999999999'],
      'perpetualMarkE4',
    ],
    ['a bad age', (btc, eth) => [btc, eth, '--max-age', '-1'], '--max-age'],
  ];
  it.each(refusals)('refuses %s and writes nothing', async (_what, argv, message) => {
    const damaged = toCsv(syntheticChain({ ...ETH, days: [30] })).split('\n');
    damaged[2] = damaged[2]!.replace(/,(\d+\.\d+),/, ',NaN,');
    const files: Readonly<Record<string, string>> = {
      snapshot: write('snapshot.json', loadSample().snapshots.calm.document),
      inputs: write(
        'inputs.json',
        JSON.stringify({
          format: 'plimsoll.market-inputs',
          version: 1,
          time: TIME,
          underlyings: [{ symbol: 'BTC', depthQuote: '-1' }],
        }),
      ),
      stale: write(
        'stale.json',
        formatMarketInputs({ time: TIME - 86_401, underlyings: [], collateral: [] }),
      ),
      damaged: write('damaged.csv', damaged.join('\n')),
    };
    const words = argv(...chains({ days: [30] })).map((word) => files[word] ?? word);
    const out = words.includes('--no-out') ? [] : ['--out', file('s.json')];
    const given = words.filter((word) => word !== '--no-out');
    const { status, stdout, stderr } = await plimsoll('market import', ...given, ...out);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(file('s.json'))).toBe(false);
  });

  it('refuses to make a snapshot of an underlying no expiry of which can be fitted', async () => {
    const silent = syntheticChain(BTC).map((option) => ({ ...option, bid: undefined }));
    const btc = write('silent.csv', toCsv(silent));
    const [, eth] = chains();
    const { status, stderr } = await plimsoll('market import', btc, eth, '--out', file('s.json'));
    expect(status).toBe(1);
    expect(stderr).toContain('BTC: none of 5 expiries could be fitted');
    expect(existsSync(file('s.json'))).toBe(false);
  });
});

describe('one underlying alone', () => {
  it('gives its levels as market inputs, and no snapshot', async () => {
    const [btc] = chains();
    const out = file('levels.json');
    const { status, stdout } = await plimsoll('market import', btc, '--levels', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^BTC index 70000\.00 of 2026-02-04 12:00:00 UTC/);
    expect(parseMarketInputs(readFileSync(out, 'utf8'))).toEqual({
      time: BTC.time,
      underlyings: [{ symbol: 'BTC', indexE4: 700_000_000n }],
      collateral: [],
    });
  });

  it('does not give levels that its own forward contradicts', async () => {
    const options = syntheticChain(BTC).map((option) => ({ ...option, index: 60_000 }));
    const path = write('off.csv', toCsv(options));
    const { status, stderr } = await plimsoll('market import', path, '--levels', file('off.json'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^BTC index: 60000 contradicts the nearest forward/);
    expect(existsSync(file('off.json'))).toBe(false);
  });
});

/** The widest that a text of so many characters is drawn, in the fonts the picture names. */
const widthOf = (text: string, size: number): number => 0.62 * size * text.length;

describe('the picture', () => {
  it('keeps texts apart, and says where a quote goes on beyond the frame', async () => {
    const wide = { ...BTC, halfSpread: 0.4 };
    const chain = write('wide.csv', toCsv(syntheticChain(wide)));
    const [, eth] = chains();
    await plimsoll(
      'market import',
      chain,
      eth,
      '--out',
      file('w.json'),
      '--picture',
      file('w.svg'),
      '--filter',
      'max-spread=300',
    );
    const svg = readFileSync(file('w.svg'), 'utf8');
    expect(svg.match(/<polygon /g)!.length).toBeGreaterThan(0);
    for (const [panel] of svg.matchAll(/<g [\s\S]*?<\/g>/g)) {
      const texts = [
        ...panel.matchAll(
          /<text x="([^"]+)" y="([^"]+)" font-size="(\d+)" text-anchor="(\w+)"[^>]*>([^<]*)</g,
        ),
      ];
      const spans = texts.map(([, x, y, size, anchor, text]) => {
        const width = widthOf(text!, Number(size));
        const left = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
        return { text, y: Number(y), left, right: left + width };
      });
      spans.forEach((one, i) => {
        for (const other of spans.slice(i + 1)) {
          const isSameLine = Math.abs(one.y - other.y) < 8;
          const overlap = one.left < other.right && other.left < one.right;
          expect(isSameLine && overlap, `${one.text} and ${other.text}`).toBe(false);
        }
      });
    }
  });

  it('has a titled panel per expiry with every quote and the fit inside the frame', async () => {
    const [btc, eth] = chains();
    const out = ['--out', file('s.json'), '--picture', file('p.svg'), '--json'];
    const { stdout } = await plimsoll('market import', btc, eth, ...out);
    const svg = readFileSync(file('p.svg'), 'utf8');
    const { underlyings } = JSON.parse(stdout) as {
      underlyings: { expiries: { expiry: number; used: number }[] }[];
    };
    const expiries = underlyings.flatMap((underlying) => underlying.expiries);
    const used = expiries.reduce((sum, entry) => sum + entry.used, 0);
    expect(svg.match(/<polyline /g)).toHaveLength(expiries.length);
    // Two more dots: the legend of each underlying.
    expect(svg.match(/<circle /g)).toHaveLength(used + underlyings.length);
    for (const { expiry } of expiries) {
      expect(svg).toContain(`>${new Date(expiry * 1000).toISOString().slice(0, 10)}  (`);
    }
    expect(svg).not.toContain('NaN');
    for (const [, points] of svg.matchAll(/<polyline points="([^"]*)"/g)) {
      for (const point of points!.split(' ')) {
        const [x, y] = point.split(',').map(Number) as [number, number];
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(400);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(290);
      }
    }
  });
});
