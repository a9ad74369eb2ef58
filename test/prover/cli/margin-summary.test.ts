// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { marginLevels } from '../../../prover/analysis/levels.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { formatFixed, formatTable, formatUsd } from '../../../prover/model/format.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll, plimsollAt } from '../../support/cli.ts';

const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);
const accountNamed = (name: string) => sample.ledgers.crash[labelled(sample.labels, name).index]!;
const marginOf = (name: string) => marginPortfolio(accountNamed(name), market);
const margin = async (...argv: string[]): Promise<string> => {
  const { status, stdout } = await plimsoll('margin', ...argv);
  expect(status).toBe(0);
  return stdout;
};

describe('what plimsoll margin says first', () => {
  it.each(['together', 'ordinary-liquidation', 'bankrupt-beyond-the-fund', 'positions-17'])(
    'of %s: equity, margins, ratio, deposit, worst scenario and nearest levels of the model',
    async (name) => {
      const { equityE6, mmE6, imE6, deficitE6, bankrupt, underlyings } = marginOf(name);
      const stdout = await margin(name);
      const lines = stdout.split('\n').slice(0, stdout.split('\n').indexOf(''));
      const after = (label: string): string =>
        lines.find((line) => line.startsWith(`  ${label} `))?.slice(22) ?? '';
      expect(after('equity')).toBe(formatUsd(equityE6, 6));
      expect(after('maintenance margin')).toContain(formatUsd(mmE6, 6));
      expect(after('initial margin')).toContain(formatUsd(imE6, 6));
      expect(after('margin ratio')).toContain(
        equityE6 > 0n
          ? `${formatFixed((mmE6 * 10_000n + equityE6 - 1n) / equityE6, 2)} %`
          : 'no equity',
      );
      expect(after('deficit')).toBe(bankrupt ? formatUsd(deficitE6, 6) : '');
      expect(after('to initial margin')).toBe(
        imE6 > equityE6 ? `deposit ${formatUsd(imE6 - equityE6, 6)} USDC` : 'nothing to deposit',
      );
      const worst = underlyings.findIndex(({ scanQ16 }) => scanQ16 > 0n);
      expect(after('worst scenario')).toContain(
        `${worst === 0 ? 'BTC' : 'ETH'} ${underlyings[worst as 0 | 1].worstScenario}: index`,
      );
      const [first] = marginLevels(accountNamed(name), market).index;
      const crossings = [first!.down.mm.level, first!.up.mm.level].filter((at) => at !== undefined);
      const shown = after('nearest levels');
      if (crossings.length === 0) expect(shown).toContain(': none from');
      else expect(crossings.some((at) => shown.includes(formatFixed(at, 4)))).toBe(true);
      // One screen: what is behind it is for who asks.
      expect(stdout.split('\n').length).toBeLessThan(36);
      expect(stdout).not.toContain('<- worst');
    },
  );

  it('names the deposit that makes the account whole, and not a unit less does', async () => {
    const name = 'positions-64';
    const { depositToImE6 } = JSON.parse(await margin(name, '--json')) as { depositToImE6: string };
    const statusAfter = async (amountE6: bigint): Promise<string> => {
      const { stdout } = await plimsoll(
        'what-if',
        name,
        '--deposit',
        `USDC:${formatFixed(amountE6, 6).replaceAll(',', '')}`,
        '--json',
      );
      return (JSON.parse(stdout) as { after: { status: string } }).after.status;
    };
    expect(await statusAfter(BigInt(depositToImE6))).toBe('healthy');
    expect(await statusAfter(BigInt(depositToImE6) - 1n)).toBe('below initial margin');
  });

  it('rounds the ratio so that whoever is liquidatable stands above 100 %', async () => {
    // One unit below maintenance: a ratio rounded to the nearest would say 100.00 %.
    const report = JSON.parse(await margin('equity-below-mm', '--json')) as Record<string, string>;
    expect(BigInt(report['excessMmE6']!)).toBe(-1n);
    expect(BigInt(report['ratioBps']!)).toBe(10_001n);
  });
});

const TABLES = [
  ['margin', ['positions-17', '--details', '--levels']],
  ['margin', ['ordinary-liquidation', '--details', '--levels']],
  ['margin', ['--all', '--below', 'im']],
  ['margin', ['ordinary-liquidation', '--explain']],
  ['what-if', ['together', '--deposit', 'USDC:1', '--levels']],
  ['solvency totals', []],
  ['circuits', []],
] as const;

describe('tables on a terminal', () => {
  it.each(
    TABLES.flatMap(([command, argv]) =>
      [60, 80, 120].map((width) => [command, argv.join(' '), width, argv] as const),
    ),
  )('of %s %s keep within %d characters, and lose nothing', async (command, _, width, argv) => {
    const [narrow, wide] = [
      await plimsollAt(width, command, ...argv),
      await plimsoll(command, ...argv),
    ];
    expect(narrow.status, narrow.stderr).toBe(0);
    // A table's lines are indented or have several cells; what is prose is the terminal's to break.
    const isRow = (line: string): boolean => /^ {2}\S|\S {2,}\S.* {2,}\S/.test(line);
    const rows = narrow.stdout.split('\n').filter(isRow);
    for (const line of rows) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(rows.length).toBeGreaterThan(4);
    const words = (text: string): Set<string> => new Set(text.split(/\s+/));
    expect(words(narrow.stdout)).toEqual(words(wide.stdout));
  });

  it('set the cells of a pair that is too wide in several lines, and cut no word', () => {
    const table = formatTable(['what', 'level'], [['all of them', 'restored at 1.25 (+1 %)']], 20);
    expect(table).toEqual([
      'what           level',
      'all of      restored',
      'them         at 1.25',
      '              (+1 %)',
    ]);
    const [word] = formatTable(['', ''], [['one', 'indivisible']], 5);
    expect(word).toBe('');
    expect(formatTable(['', ''], [['one', 'indivisible']], 5)[1]).toBe('one  indivisible');
  });
});

describe('plimsoll what-if', () => {
  it('repeats what it applied, in order', async () => {
    const argv = [
      'together',
      '--deposit',
      'BTC:0.5',
      '--remove',
      'BTC-PERPETUAL:all',
      '--add',
      'BTC-27MAR26-70000-C:-0.5',
      '--withdraw',
      'USDC:10',
      '--shock',
      'btc=-10%,eth-vol=+20%,time=6h',
    ];
    const { stdout } = await plimsoll('what-if', ...argv, '--json');
    const { applied } = JSON.parse(stdout) as { applied: string[] };
    const text = (await plimsoll('what-if', ...argv)).stdout;
    for (const line of applied) expect(text).toContain(`    ${line}\n`);
    expect(applied).toEqual([
      'deposit 0.50000000 BTC',
      expect.stringMatching(/^buy 6\.00 BTC perpetual, paid [\d,.]+ USDC$/),
      expect.stringMatching(
        /^sell 0\.50 BTC 2026-03-27 08:00 70,000\.00 call, received [\d.]+ USDC$/,
      ),
      'withdraw 10.000000 USDC',
      'BTC index 58,450.0000 to 52,605.0000 (-10.00 %)',
      'ETH volatilities +20.00 %',
      '6.0 h pass',
    ]);
  });
});
