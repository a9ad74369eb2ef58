// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { margins } from '../../../sample/venue.ts';
import { plimsoll } from '../../../../support/cli.ts';

interface Row {
  readonly account: number;
  readonly status: string;
  readonly equityE6: string;
  readonly mmE6: string;
}

async function all(
  ...argv: string[]
): Promise<{ accounts: Row[]; counts: Record<string, number> }> {
  const result = await plimsoll('margin', '--all', '--json', ...argv);
  expect(result.status, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as { accounts: Row[]; counts: Record<string, number> };
}

const below = (level: 'mmE6' | 'imE6'): number[] =>
  margins.crash.flatMap((margin, index) => (margin.equityE6 < margin[level] ? [index] : []));

describe('plimsoll margin --all', () => {
  it('finds who is below maintenance in a whole ledger, the furthest below first', async () => {
    const { accounts, counts } = await all('--below', 'mm');
    expect(accounts.map(({ account }) => account).sort((a, b) => a - b)).toEqual(below('mmE6'));
    expect(counts['belowMm']).toBe(accounts.length);
    expect(counts['bankrupt']).toBe(margins.crash.filter(({ bankrupt }) => bankrupt).length);
    const gaps = accounts.map(({ equityE6, mmE6 }) => BigInt(equityE6) - BigInt(mmE6));
    expect(gaps.every((gap, place) => place === 0 || gap >= gaps[place - 1]!)).toBe(true);
    for (const { status } of accounts) expect(['bankrupt', 'below maintenance']).toContain(status);
  });

  it('finds who is below initial margin, and lists everybody without a level', async () => {
    const initial = await all('--below', 'im');
    expect(initial.accounts.map(({ account }) => account).sort((a, b) => a - b)).toEqual(
      below('imE6'),
    );
    const { accounts, counts } = await all();
    expect(accounts.length).toBe(margins.crash.length);
    expect(counts).toMatchObject({ accounts: margins.crash.length, belowIm: below('imE6').length });
  });

  it.each([
    [['--all', '--below', 'xm'], /^--below: must be one of mm, im/],
    [['--all', '3'], /^<account>: excludes --all/],
    [['--all', '--explain'], /^--explain: is for one account/],
    [['--below', 'mm', '3'], /^--below: needs --all/],
    [[], /^<account>: is required, or --all/],
  ])('refuses %j', async (argv, message) => {
    const result = await plimsoll('margin', ...argv);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(message);
  });
});
