// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { plimsoll } from '../../../../support/cli.ts';

describe('plimsoll solvency totals', () => {
  test('says by how much a fund is too small, and what would be enough', async () => {
    const short = await plimsoll(
      'solvency totals',
      '--tick',
      'crash',
      '--fund',
      '150000',
      '--json',
    );
    const totals = JSON.parse(short.stdout) as {
      isCovered: boolean;
      worstCovered: { shortfallE6: string };
      standings: { healthy: { accounts: number }; bankrupt: { accounts: number } };
      unbalanced: unknown[];
    };
    expect(totals).toMatchObject({ isCovered: false, unbalanced: [], accounts: 304 });
    expect(totals.standings.bankrupt.accounts).toBe(3);
    const needed = `${totals.worstCovered.shortfallE6.slice(0, -6)}.${totals.worstCovered.shortfallE6.slice(-6)}`;
    const enough = await plimsoll('solvency totals', '--tick', 'crash', '--fund', needed);
    expect(enough.stdout).toContain('covered      by a fund of');
    expect(enough.stdout).not.toContain('NOT covered');
  });

  test('finds the move that exhausts the fund in every direction', async () => {
    const { stdout } = await plimsoll(
      'solvency totals',
      '--tick',
      'calm',
      '--fund',
      '1000000',
      '--reverse',
    );
    expect(stdout).toMatch(/BTC down, ETH down {3}\d+\.\d\d %/);
    expect(stdout.match(/^ {2}(BTC|ETH) /gm)).toHaveLength(8);
  });

  test('names the flag that is wrong', async () => {
    expect(await plimsoll('solvency totals', '--fund', '-1')).toMatchObject({
      status: 2,
      stderr: '--fund: must be above 0',
    });
  });
});
