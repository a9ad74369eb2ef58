// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { Bar, BarHistory } from '../../../prover/market/volatility/bars.ts';
import {
  equityE6At,
  historicalRisk,
  historicalWindows,
  movedIndexE4,
} from '../../../prover/analysis/historical.ts';
import { noShock, shockSnapshot } from '../../../prover/analysis/shock.ts';
import { tailRisk } from '../../../prover/analysis/tail.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { markMarket, priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll } from '../../support/cli.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const crash = priceMarket(sample.snapshots.crash.snapshot, parameters);
const accountNamed = (name: string) => sample.ledgers.crash[labelled(sample.labels, name).index]!;

const HOUR = 3_600;
const START = 1_700_000_400;

const bar = (hour: number, close: number): Bar => ({
  time: START + hour * HOUR,
  open: close,
  high: close,
  low: close,
  close,
});
const runOf = (first: number, closes: readonly number[]): Bar[] =>
  closes.map((close, i) => bar(first + i, close));

describe('the tail of a sample', () => {
  const oneTo = (n: number): bigint[] => Array.from({ length: n }, (_, i) => BigInt(i + 1));

  it('has the VaR and expected shortfall of a sample worked by hand', () => {
    // 1…200 at 97.5 %: the worst five are 196…200; VaR is the next, 195.
    expect(tailRisk(oneTo(200), 9_750n, 1)).toMatchObject({
      varE6: 195n,
      esE6: 198n,
      tailE4: 50_000n,
    });
    // 1…150 at 99 %: 1.5 observations: 150 in full and half of 149.
    expect(tailRisk(oneTo(150), 9_900n, 1)).toMatchObject({
      varE6: 149n,
      esE6: 150n,
      tailE4: 15_000n,
    });
    // Fewer than one observation in the tail: the largest loss stands for both.
    expect(tailRisk(oneTo(20), 9_900n, 1)).toMatchObject({ varE6: 20n, esE6: 20n });
  });

  it('does not depend on the order, is never above its own shortfall, moves with cash', () => {
    const samples = fc.array(fc.bigInt(-(10n ** 12n), 10n ** 12n), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(samples, fc.bigInt(-(10n ** 9n), 10n ** 9n), (losses, cash) => {
        for (const level of [9_750n, 9_900n]) {
          const tail = tailRisk(losses, level, 2);
          expect(tailRisk([...losses].reverse(), level, 2)).toEqual(tail);
          expect(tail.esE6).toBeGreaterThanOrEqual(tail.varE6);
          const moved = tailRisk(
            losses.map((loss) => loss + cash),
            level,
            2,
          );
          expect([moved.varE6 - tail.varE6, moved.esE6 - tail.esE6]).toEqual([cash, cash]);
        }
      }),
    );
  });

  it('widens its interval with the overlap, until it leaves the sample', () => {
    const tail = tailRisk(oneTo(2_000), 9_750n, 1);
    const wider = tailRisk(oneTo(2_000), 9_750n, 4);
    // 2,000 losses, 50 in the tail: ± 1.96·√48.75 = 13.7 ranks around 1,950.
    expect([tail.varLowE6, tail.varHighE6]).toEqual([1_936n, 1_964n]);
    expect(wider.varLowE6!).toBeLessThan(tail.varLowE6!);
    expect(wider.varHighE6!).toBeGreaterThan(tail.varHighE6!);
    expect(tailRisk(oneTo(2_000), 9_900n, 100).varHighE6).toBeUndefined();
  });

  it('refuses a sample without losses and levels outside 0 to 1', () => {
    expect(() => tailRisk([], 9_900n, 1)).toThrow('got 0 at 9900');
    expect(() => tailRisk([1n], 10_000n, 1)).toThrow('got 1 at 10000');
  });
});

describe('windows', () => {
  const btc: BarHistory = {
    stepSeconds: HOUR,
    runs: [runOf(0, [100, 110, 99, 120]), runOf(10, [200, 100, 150])],
  };
  const eth: BarHistory = {
    stepSeconds: HOUR,
    runs: [runOf(1, [10, 11, 12]), runOf(10, [20, 30])],
  };

  it('run close to close over the horizon, overlap, and never span a gap', () => {
    const { windows, overlap } = historicalWindows([btc, undefined], 2 * HOUR);
    expect(overlap).toBe(2);
    expect(windows.map(({ start, moves: [move] }) => [start, move])).toEqual([
      [START + 1 * HOUR, { fromE8: 100n * 10n ** 8n, toE8: 99n * 10n ** 8n }],
      [START + 2 * HOUR, { fromE8: 110n * 10n ** 8n, toE8: 120n * 10n ** 8n }],
      [START + 11 * HOUR, { fromE8: 200n * 10n ** 8n, toE8: 150n * 10n ** 8n }],
    ]);
  });

  it('move both underlyings by what happened to both at the same time', () => {
    const { windows } = historicalWindows([btc, eth], HOUR);
    expect(windows.map(({ start, moves }) => [start, ...moves.map((m) => m?.toE8)])).toEqual([
      [START + 2 * HOUR, 99n * 10n ** 8n, 11n * 10n ** 8n],
      [START + 3 * HOUR, 120n * 10n ** 8n, 12n * 10n ** 8n],
      [START + 11 * HOUR, 100n * 10n ** 8n, 30n * 10n ** 8n],
    ]);
  });

  it('refuse a horizon off the grid of the bars, and bars without a common window', () => {
    expect(() => historicalWindows([btc, undefined], 5_400)).toThrow(
      "--horizon: must be a multiple of the bars' 3600 s, got 5400 s",
    );
    const late: BarHistory = { stepSeconds: HOUR, runs: [runOf(50, [1, 2])] };
    expect(() => historicalWindows([btc, late], HOUR)).toThrow('--bars: hold no common window');
  });
});

describe('historical simulation', () => {
  const histories: BarHistory[] = [0, 1].map((u) => {
    // A deterministic path with calm and with violent hours.
    const closes = Array.from(
      { length: 240 },
      (_, i) => (u === 0 ? 60_000 : 1_600) * Math.exp(0.08 * Math.sin(i * (1.7 + u)) ** 3),
    );
    return { stepSeconds: HOUR, runs: [runOf(0, closes)] };
  });
  const set = historicalWindows([histories[0], histories[1]], 2 * HOUR);

  it('takes equity from marks alone exactly as the margin does', () => {
    const marks = markMarket(crash.snapshot, parameters);
    for (const account of sample.ledgers.crash) {
      expect(equityE6At(account, marks)).toBe(marginPortfolio(account, crash).equityE6);
    }
  });

  it('loses in each window what the shocked market says, and orders its tail', () => {
    for (const name of ['positions-17', 'together', 'haircut-btc-tier-4']) {
      const account = accountNamed(name);
      const risk = historicalRisk(account, crash, set);
      const still = noShock(crash.snapshot);
      const now = marginPortfolio(account, crash).equityE6;
      const losses = set.windows.map(({ moves }) => {
        const [btc, eth] = still.indexE4.map((index, u) => movedIndexE4(index, moves[u]!));
        const shock = { ...still, indexE4: [btc!, eth!] as const };
        const { snapshot } = shockSnapshot(crash.snapshot, shock, parameters);
        return now - marginPortfolio(account, priceMarket(snapshot, parameters)).equityE6;
      });
      expect(risk.windows).toBe(238);
      expect(risk.worst.lossE6).toBe(losses.reduce((a, b) => (a > b ? a : b)));
      expect(risk.tails).toEqual([tailRisk(losses, 9_750n, 2), tailRisk(losses, 9_900n, 2)]);
      for (const amount of [0n, risk.worst.lossE6, risk.worst.lossE6 - 1n]) {
        expect(risk.exceedances(amount)).toBe(losses.filter((loss) => loss > amount).length);
      }
    }
  });

  it('loses nothing on cash, and the whole move on a perpetual', () => {
    const cash = { quoteE6: 10n ** 9n, collateralE8: [0n, 0n, 0n] as const, positions: [] };
    expect(historicalRisk(cash, crash, set).tails.map(({ varE6 }) => varE6)).toEqual([0n, 0n]);
    const instrument = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
    const long = { ...cash, positions: [{ instrument, lots: 100n }] };
    const { worst } = historicalRisk(long, crash, set);
    const [move] = worst.moves;
    const share = 1 - Number(move!.toE8) / Number(move!.fromE8);
    const mark = Number(crash.snapshot.underlyings[0].perpetualMarkE4) / 1e4;
    expect(Number(worst.lossE6) / 1e6).toBeCloseTo(mark * share, 2);
  });
});

describe('plimsoll margin --bars', () => {
  let folder: string;
  const csv = (rows: readonly string[]): string =>
    ['event,ts,open,high,low,close,volume,source', ...rows].join('\n');
  const row = (hour: number, close: number): string =>
    `x,${new Date((START + hour * HOUR) * 1000).toISOString().slice(0, 19)}Z,${close},${close},${close},${close},1,test`;
  const file = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-bars-'));
    const prices = Array.from({ length: 60 }, (_, i) => 60_000 + 900 * ((i * 7) % 13));
    writeFileSync(file('btc.csv'), csv(prices.map((price, i) => row(i, price))));
    writeFileSync(file('eth.csv'), csv(prices.map((price, i) => row(i + 3, price / 37))));
    writeFileSync(file('bad.csv'), csv([row(0, 1), row(1, 2), row(2, -3)]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('stands beside the margin, with its sample size, and repeats itself', async () => {
    const bars = `btc=${file('btc.csv')},eth=${file('eth.csv')}`;
    const run = async () => plimsoll('margin', 'together', '--bars', bars, '--json');
    const { status, stdout, stderr } = await run();
    expect([status, stderr]).toEqual([0, '']);
    const { history, mmE6 } = JSON.parse(stdout) as {
      mmE6: string;
      history: {
        windows: number;
        horizonSeconds: number;
        tails: { levelBps: string; tailE4: string }[];
        exceedances: { name: string; amountE6: string }[];
      };
    };
    // 60 bars each, three hours apart, two-hour windows: 55 that both cover.
    expect(history).toMatchObject({ windows: 55, horizonSeconds: 7_200 });
    expect(history.tails.map(({ levelBps, tailE4 }) => [levelBps, tailE4])).toEqual([
      ['9750', '13750'],
      ['9900', '5500'],
    ]);
    expect(history.exceedances).toContainEqual(
      expect.objectContaining({ name: 'maintenance margin', amountE6: mmE6 }),
    );
    expect((await run()).stdout).toBe(stdout);

    const text = await plimsoll('margin', 'together', '--bars', bars, '--horizon', '5h');
    expect(text.stdout).toContain('52 overlapping windows of 5.00 h');
    expect(text.stdout).toMatch(/99\.0 % .* 0\.52$/m);
  });

  it('notes an underlying without bars', async () => {
    const { stderr } = await plimsoll('margin', 'together', '--bars', `eth=${file('eth.csv')}`);
    expect(stderr).toBe('BTC: no bars given, its price stays where it is');
  });

  it('refuses what it cannot read, by its name', async () => {
    const good = `btc=${file('btc.csv')}`;
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [['--bars', file('btc.csv')], '--bars: must be btc=file.csv, eth=file.csv or both'],
      [['--bars', `${good},${good}`], '--bars: BTC is given twice'],
      [['--bars', `btc=${file('none.csv')}`], 'none.csv: no such file'],
      [['--bars', `btc=${file('bad.csv')}`], 'bad.csv: row 4, open: must be a decimal number'],
      [['--bars', good, '--horizon', '2'], '--horizon: must be a duration such as 90m, 2h or 1d'],
      [['--bars', good, '--horizon', '90m'], '--horizon: must be a multiple of the bars'],
      [['--bars', good, '--horizon', '9d'], '--bars: hold no common window'],
      [['--horizon', '2h'], '--horizon: needs --bars'],
    ];
    for (const [argv, message] of refusals) {
      const { status, stdout, stderr } = await plimsoll('margin', 'together', ...argv);
      expect(stderr).toContain(message);
      expect([status, stdout]).toEqual([2, '']);
    }
  });
});
