// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AccountColumns } from '../../../../prover/venue/remargin/account-columns.ts';
import { InstrumentTable } from '../../../../prover/venue/remargin/instrument-table.ts';
import type { Portfolio } from '../../../../prover/model/types.ts';
import { goldenMarket } from '../../../support/golden.ts';
import { portfolios } from './generators.ts';

const sampled = fc.sample(portfolios(goldenMarket('crash')), 300);

describe('account columns', () => {
  it('give back every account after the columns and the pool have grown', () => {
    const columns = new AccountColumns(new InstrumentTable());
    const expected: Portfolio[] = [];
    for (let account = 0; account < 2500; account += 1) {
      expected.push(sampled[account % sampled.length]!);
      expect(columns.append(expected[account]!)).toBe(account);
    }
    // Every account larger or smaller than before, over and over.
    for (let turn = 0; turn < 10_000; turn += 1) {
      const account = (turn * 7919) % expected.length;
      const portfolio = sampled[(turn * 31 + 17) % sampled.length]!;
      expected[account] = portfolio;
      columns.update(account, portfolio);
    }
    for (const [account, portfolio] of expected.entries()) {
      expect(columns.portfolio(account)).toEqual(portfolio);
    }
    const held = expected.reduce((sum, { positions }) => sum + positions.length, 0);
    expect(columns.lots.length).toBeGreaterThan(16 * 1024);
    expect(columns.lots.length).toBeLessThan(4 * held);
  });

  it.each<[string, Partial<Portfolio>, RegExp]>([
    ['a quote balance above 64 bits', { quoteE6: 2n ** 63n }, /64 bits/],
    ['a quote balance below 64 bits', { quoteE6: -(2n ** 63n) - 1n }, /64 bits/],
    ['a negative balance', { collateralE8: [0n, -1n, 0n] }, /56 bits/],
    ['a balance above 56 bits', { collateralE8: [0n, 0n, 2n ** 56n] }, /56 bits/],
    [
      '65 positions',
      {
        positions: Array.from({ length: 65 }, (_, index) => ({
          instrument: { underlying: 0, kind: 'call', expiry: 1n, strikeE4: BigInt(index + 1) },
          lots: 1n,
        })),
      },
      /at most 64 positions/,
    ],
    [
      'ETH before BTC',
      {
        positions: ([1, 0] as const).map((underlying) => ({
          instrument: { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
          lots: 1n,
        })),
      },
      /BTC before ETH/,
    ],
  ])('refuse %s and keep what they had', (_, change, rule) => {
    const columns = new AccountColumns(new InstrumentTable());
    columns.append(sampled[0]!);
    expect(() => columns.update(0, { ...sampled[0]!, ...change })).toThrow(rule);
    expect(() => columns.append({ ...sampled[0]!, ...change })).toThrow(rule);
    expect(columns.portfolio(0)).toEqual(sampled[0]);
    expect(columns.count).toBe(1);
  });

  it('refuse an account that is not there', () => {
    const columns = new AccountColumns(new InstrumentTable());
    expect(() => columns.update(0, sampled[0]!)).toThrow(/below 0/);
  });
});
