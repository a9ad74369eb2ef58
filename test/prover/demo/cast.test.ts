// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { formatTable } from '../../../prover/model/format.ts';
import { castOf } from '../../../prover/demo/cast.ts';
import { NotAsTold, confirmRefused } from '../../../prover/demo/confirm.ts';
import { remargin } from '../../../prover/demo/remargin.ts';
import { exactUsd, priceUsd } from '../../../prover/demo/text.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { indexOf, margins, sample } from '../sample/venue.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const parameters = loadDefaultParameters();
const crash = (change: (index: number) => bigint = () => 0n) =>
  remargin(
    sample.ledgers.crash.map((account, index) => ({
      ...account,
      quoteE6: account.quoteE6 + change(index),
    })),
    new MarketTick(sample.snapshots.crash.snapshot, parameters),
  );

describe('remargin', () => {
  it('lists who is below maintenance, and the bankrupt by rising deficit', () => {
    const { breached, bankrupt } = crash();
    const all = margins.crash.map((margin, index) => ({ margin, index }));
    expect(breached).toEqual(all.filter((a) => a.margin.liquidatable).map((a) => a.index));
    expect(bankrupt).toEqual([
      indexOf('gross-equity-minus-one'),
      indexOf('bankrupt-paid-in-full'),
      indexOf('bankrupt-beyond-the-fund'),
    ]);
  });
});

const rebound = remargin(
  sample.ledgers.rebound,
  new MarketTick(sample.snapshots.rebound.snapshot, parameters),
);

describe('cast', () => {
  it('prefers the accounts the sample names', () => {
    expect(castOf(sample.labels, crash(), rebound)).toEqual({
      target: indexOf('ordinary-liquidation'),
      healthy: indexOf('hedged-market-maker'),
      recovering: indexOf('wick-victim'),
      fated: sample.labels.filter(({ kind }) => kind === 'fate').map(({ index }) => index),
    });
  });

  it('takes another account when the named one is not below maintenance', () => {
    const rescued = crash((index) =>
      index === indexOf('ordinary-liquidation') ? 1_000_000_000_000n : 0n,
    );
    const { target } = castOf(sample.labels, rescued, rebound);
    expect(target).not.toBe(indexOf('ordinary-liquidation'));
    expect(rescued.margins[target]?.liquidatable).toBe(true);
    expect(rescued.margins[target]?.bankrupt).toBe(false);
  });

  it('has no story to tell when nobody is below maintenance', () => {
    const calm = crash(() => 10_000_000_000_000n);
    expect(calm.breached).toEqual([]);
    expect(() => castOf(sample.labels, calm, rebound)).toThrow(NotAsTold);
  });

  it('lets another account recover when the named one was never below maintenance', () => {
    const rescued = crash((index) => (index === indexOf('wick-victim') ? 1_000_000_000_000n : 0n));
    const { target, recovering } = castOf(sample.labels, rescued, rebound);
    expect(recovering).not.toBe(indexOf('wick-victim'));
    expect(recovering).not.toBe(target);
    expect(rescued.margins[recovering!]?.liquidatable).toBe(true);
    expect(rebound.margins[recovering!]?.healthyForCure).toBe(true);
  });

  it('lets nobody recover where nobody does', () => {
    expect(castOf(sample.labels, crash(), crash()).recovering).toBeUndefined();
  });
});

describe('confirmRefused', () => {
  it('is not content with an accepted call, nor with another error', async () => {
    await expect(confirmRefused(Promise.resolve(), 'AlreadyOpen')).rejects.toThrow(NotAsTold);
    const failed = Promise.reject(new Error('out of gas'));
    await expect(confirmRefused(failed, 'AlreadyOpen')).rejects.toThrow('out of gas');
  });
});

describe('amounts for people', () => {
  it.each([
    [0n, '0.000000'],
    [-1n, '−0.000001'],
    [1_234_567_890n, '1,234.567890'],
    [-41_873_274_519n, '−41,873.274519'],
    [1_000_000_000_000n, '1,000,000.000000'],
  ])('%s is %s', (amountE6, text) => {
    expect(exactUsd(amountE6)).toBe(text);
  });

  it('prices have two decimals', () => {
    expect(priceUsd(730_676_200n)).toBe('73,067.62');
  });

  it('a table is as wide as its widest cells', () => {
    expect(formatTable(['a', 'b'], [['long name', '1']])).toEqual(['a          b', 'long name  1']);
  });
});
