// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../../../prover/core/errors.ts';
import type { AccountChange } from '../../../prover/commitments/account-change.ts';
import { accountAfter, NO_CHANGE } from '../../../prover/commitments/account-change.ts';
import { instrumentKey } from '../../../prover/commitments/instrument.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginAccount } from '../../../prover/risk/margin/margin.ts';
import type { Position } from '../../../prover/model/types.ts';
import { packChange, unpackChange } from '../../../prover/statements/change.ts';
import { anyChange } from '../../support/changes.ts';
import { SNAPSHOT_TIME, validAccount, validSnapshot } from '../../support/venue.ts';

const EXPIRY = SNAPSHOT_TIME + 22n * 86_400n;
const position = (strikeE4: bigint, lots: bigint): Position => ({
  instrument: { underlying: 0, kind: 'call', expiry: EXPIRY, strikeE4 },
  lots,
});
const adding = (addedPosition: Position): AccountChange => ({ ...NO_CHANGE, addedPosition });
const removing = (removedAsset: AccountChange['removedAsset'], amount: bigint): AccountChange => ({
  removedAsset,
  removedAmount: amount,
});

describe('an account after a change', () => {
  test('is itself after none', () => {
    expect(accountAfter(validAccount(), NO_CHANGE)).toEqual(validAccount());
  });

  test('has the amount less of the one balance, down to nothing', () => {
    const account = validAccount();
    expect(accountAfter(account, removing('USDC', 5n))).toEqual({
      ...account,
      quoteE6: account.quoteE6 - 5n,
    });
    expect(accountAfter(account, removing('ETH', 2_000_000_000n)).collateralE8).toEqual([
      150_000_000n,
      0n,
      30_000_000n,
    ]);
    expect(accountAfter(account, removing('stETH', 1n)).collateralE8[2]).toBe(29_999_999n);
  });

  test('has what a sale brings in', () => {
    const sale: AccountChange = { ...removing('USDC', 7n), isCredited: true };
    expect(accountAfter(validAccount(), sale).quoteE6).toBe(validAccount().quoteE6 + 7n);
  });

  test('keeps the order of its positions whatever is inserted', () => {
    for (const strikeE4 of [1n, 699_999_999n, 700_000_001n]) {
      const { positions } = accountAfter(validAccount(), adding(position(strikeE4, -3n)));
      const keys = positions.map(({ instrument }) => instrumentKey(instrument));
      expect(keys).toHaveLength(4);
      expect([...keys].sort((a, b) => (a < b ? -1 : 1))).toEqual(keys);
      expect(new Set(keys).size).toBe(4);
    }
  });

  test('adds lots to those held, and keeps a position of no lots', () => {
    const lots = (added: bigint): bigint | undefined =>
      accountAfter(validAccount(), adding(position(700_000_000n, added))).positions[1]?.lots;
    expect(lots(-3n)).toBe(-1_503n);
    expect(lots(1_500n)).toBe(0n);
  });

  test('is worth and owes as much with a position of no lots as without it', () => {
    const { parameters } = loadDefaultParameters();
    const closed = accountAfter(validAccount(), adding(position(700_000_000n, 1_500n)));
    const without = { ...closed, positions: closed.positions.filter(({ lots }) => lots !== 0n) };
    expect(closed.positions).toHaveLength(without.positions.length + 1);
    const margin = marginAccount(closed, validSnapshot(), parameters);
    const plain = marginAccount(without, validSnapshot(), parameters);
    expect([margin.equityE6, margin.mmE6, margin.imE6]).toEqual([
      plain.equityE6,
      plain.mmE6,
      plain.imE6,
    ]);
  });

  const sixtyFour = validAccount({
    positions: Array.from({ length: 64 }, (_, index) => position(BigInt(index + 1), 1n)),
  });
  const most = validAccount({ quoteE6: 2n ** 63n - 1n });
  const least = validAccount({ quoteE6: -(2n ** 63n) });
  test.each([
    ['a negative amount', validAccount(), removing('USDC', -1n), 'change.removedAmount'],
    ['an amount of 64 bits', validAccount(), removing('USDC', 2n ** 63n), 'change.removedAmount'],
    ['nothing of BTC', validAccount(), removing('BTC', 0n), 'change.removedAsset'],
    [
      'a credit of BTC',
      validAccount(),
      { ...removing('BTC', 1n), isCredited: true },
      'change.isCredited',
    ],
    [
      'a credit of nothing',
      validAccount(),
      { ...NO_CHANGE, isCredited: true },
      'change.isCredited',
    ],
    ['more BTC than held', validAccount(), removing('BTC', 150_000_001n), 'change.removedAmount'],
    ['more ETH than held', validAccount(), removing('ETH', 2_000_000_001n), 'change.removedAmount'],
    [
      'more stETH than held',
      validAccount(),
      removing('stETH', 30_000_001n),
      'change.removedAmount',
    ],
    ['quote below its width', least, removing('USDC', 1n), 'change.removedAmount'],
    [
      'quote above its width',
      most,
      { ...removing('USDC', 1n), isCredited: true },
      'change.removedAmount',
    ],
    [
      'an addition of no lots',
      validAccount(),
      adding(position(1n, 0n)),
      'change.addedPosition.lots',
    ],
    [
      'lots added beyond 27 bits',
      validAccount(),
      adding(position(1n, 2n ** 26n)),
      'change.addedPosition.lots',
    ],
    [
      'lots left beyond 27 bits',
      validAccount(),
      adding(position(700_000_000n, -(2n ** 26n))),
      'change.addedPosition.lots',
    ],
    ['a 65th position', sixtyFour, adding(position(99n, 1n)), 'change.addedPosition'],
  ] as const)('does not exist: %s', (_, account, change, field) => {
    const attempt = (): unknown => accountAfter(account, change);
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(`${field}: must`);
  });

  test('may hold 64 positions, one of them larger', () => {
    const { positions } = accountAfter(sixtyFour, adding(position(64n, 1n)));
    expect(positions[63]?.lots).toBe(2n);
  });
});

describe('the change word', () => {
  test('of nothing is 2^105', () => {
    expect(packChange(NO_CHANGE)).toBe(2n ** 105n);
  });

  test('has slot, amount, asset and credit from the lowest bit up', () => {
    expect(packChange(removing('stETH', 1n))).toBe(2n ** 105n + 2n ** 106n + 3n * 2n ** 169n);
    expect(packChange({ ...removing('USDC', 2n), isCredited: true })).toBe(
      2n ** 105n + 2n ** 107n + 2n ** 171n,
    );
    expect(packChange(adding(position(5n, -1n)))).toBe(
      5n + EXPIRY * 2n ** 40n + 5n * 2n ** 72n + (2n ** 26n - 1n) * 2n ** 79n,
    );
  });

  test('is undone, over the whole ranges', () => {
    fc.assert(
      fc.property(anyChange, (change) => {
        const { isCredited = false, addedPosition, ...rest } = change;
        expect(unpackChange(packChange(change))).toEqual({
          ...rest,
          isCredited,
          ...(addedPosition === undefined ? {} : { addedPosition }),
        });
      }),
    );
  });

  const EMPTY = 2n ** 105n;
  test.each([
    ['173 bits', EMPTY + 2n ** 172n, 'change'],
    ['nothing of an asset', EMPTY + 2n ** 169n, 'change.removedAsset'],
    ['a credit of nothing', EMPTY + 2n ** 171n, 'change.isCredited'],
    ['an empty slot with lots', EMPTY + 2n ** 79n, 'change.addedSlot'],
    ['kind 2', EMPTY + 2n * 2n ** 72n, 'change.addedSlot'],
    ['a perpetual with a strike', EMPTY + 2n ** 79n + 2n ** 72n + 1n, 'change.addedSlot'],
    ['a call without an expiry', EMPTY + 2n ** 79n + 5n * 2n ** 72n + 1n, 'change.addedSlot'],
    ['a third underlying', EMPTY + 2n ** 79n + 2n ** 72n + 2n ** 76n, 'change.addedSlot'],
    ['a perpetual of no lots', EMPTY + 2n ** 72n, 'change.addedPosition.lots'],
  ])('is refused with %s', (_, word, field) => {
    expect(() => unpackChange(word)).toThrow(`${field}: must`);
  });
});
