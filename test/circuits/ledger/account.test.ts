// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { accountLeaf } from '../../../prover/commitments/account.ts';
import { instrumentKey, slotWord } from '../../../prover/commitments/instrument.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import type { Position } from '../../../prover/model/types.ts';
import { accountInputs } from '../../../prover/statements/circuit-inputs.ts';
import { element, openTemplate } from '../arithmetic/template.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { anyPositions, anyAccount } from '../../support/venue.ts';

const KIND = { perpetual: 1n, future: 3n, call: 5n, put: 7n } as const;

const slotInputs = ({ instrument, lots }: Position): Record<string, bigint> => ({
  underlying: BigInt(instrument.underlying),
  kind: KIND[instrument.kind],
  expiry: instrument.expiry,
  strikeE4: instrument.strikeE4,
  lots: element(lots),
});

const CALL = { underlying: 1n, kind: 5n, expiry: 1_800_000_000n, strikeE4: 30_000_000n, lots: 7n };

describe('Slot', () => {
  let slot: CircuitUnderTest;
  beforeAll(async () => {
    slot = await openTemplate('ledger/slot', 'Slot');
  });

  test('packs keys and slots as TypeScript does, over the whole ranges', () => {
    fc.assert(
      fc.property(anyPositions(1), ([position]) => {
        if (position === undefined) return;
        const out = slot.signals(slotInputs(position), [
          'key',
          'packed',
          'occupied',
          'isNegative',
          'isPerpetual',
          'isFuture',
          'isCall',
          'isPut',
        ]);
        const { kind } = position.instrument;
        expect(out).toEqual({
          key: instrumentKey(position.instrument),
          packed: slotWord(position),
          occupied: 1n,
          isNegative: position.lots < 0n ? 1n : 0n,
          isPerpetual: kind === 'perpetual' ? 1n : 0n,
          isFuture: kind === 'future' ? 1n : 0n,
          isCall: kind === 'call' ? 1n : 0n,
          isPut: kind === 'put' ? 1n : 0n,
        });
      }),
    );
  });

  test('takes the empty slot as no lots under key 0', () => {
    const empty = { underlying: 0n, kind: 0n, expiry: 0n, strikeE4: 0n, lots: 0n };
    const out = slot.signals(empty, ['key', 'packed', 'occupied']);
    expect(out).toEqual({ key: 0n, packed: 1n << 105n, occupied: 0n });
  });

  test.each([
    ['a strike of 2^40', { strikeE4: 1n << 40n }],
    ['an option without a strike', { strikeE4: 0n }],
    ['an expiry of 2^32', { expiry: 1n << 32n }],
    ['an option without an expiry', { expiry: 0n }],
    ['lots of 2^26', { lots: 1n << 26n }],
    ['lots below −2^26', { lots: element(-(1n << 26n) - 1n) }],
    ['a third underlying', { underlying: 2n }],
    ['a future with a strike', { kind: 3n }],
    ['a future without an expiry', { kind: 3n, strikeE4: 0n, expiry: 0n }],
    ['a perpetual with a strike', { kind: 1n, expiry: 0n }],
    ['a perpetual with an expiry', { kind: 1n, strikeE4: 0n }],
    ['kind 2', { kind: 2n, strikeE4: 0n }],
    ['kind 4', { kind: 4n }],
    ['kind 6', { kind: 6n }],
    ['kind 8', { kind: 8n }],
    ['an empty slot with lots', { kind: 0n, underlying: 0n, expiry: 0n, strikeE4: 0n }],
    ['an empty slot with an underlying', { kind: 0n, lots: 0n, expiry: 0n, strikeE4: 0n }],
    ['an empty slot with an expiry', { kind: 0n, lots: 0n, underlying: 0n, strikeE4: 0n }],
    ['an empty slot with a strike', { kind: 0n, lots: 0n, underlying: 0n, expiry: 0n }],
  ])('has no witness for %s', (_, change) => {
    expect(slot.check(slot.witness(CALL))).toEqual([]);
    expect(() => slot.witness({ ...CALL, ...change })).toThrow(UnsatisfiedCircuit);
    expect(slot.forge({ inputs: { ...CALL, ...change } }).violated.length).toBeGreaterThan(0);
  });

  test('costs what its doc block says', () => {
    expect(slot.constraints).toBe(112);
  });
});

describe('SlotOrder', () => {
  let order: CircuitUnderTest;
  const empty = { underlying: 0n, kind: 0n, expiry: 0n, strikeE4: 0n, lots: 0n };
  const btc = { ...CALL, underlying: 0n };
  const higher = { ...CALL, strikeE4: (1n << 40n) - 1n };
  const put = { ...CALL, kind: 7n, strikeE4: 1n };
  const columns = (slots: readonly (typeof CALL)[]): Record<string, bigint[]> =>
    Object.fromEntries(
      (['underlying', 'kind', 'expiry', 'strikeE4', 'lots'] as const).map((name) => [
        name,
        slots.map((slot) => slot[name]),
      ]),
    );

  beforeAll(async () => {
    order = await compileHarness({
      name: 'ordered-slots-3',
      file: 'test/circuits/templates/ordered-slots.circom',
      template: 'OrderedSlots',
      parameters: [3],
    });
  });

  test.each([
    ['three in order', [btc, CALL, put]],
    ['strikes in order', [CALL, higher, put]],
    ['two and an empty slot', [btc, CALL, empty]],
    ['none', [empty, empty, empty]],
  ])('admits %s', (_, slots) => {
    expect(order.check(order.witness(columns(slots)))).toEqual([]);
  });

  test.each([
    ['one instrument twice', [CALL, CALL, put]],
    ['one instrument twice, long and short', [btc, put, { ...put, lots: element(-7n) }]],
    ['strikes out of order', [higher, CALL, put]],
    ['a second order', [CALL, btc, empty]],
    ['a gap', [btc, empty, CALL]],
    ['an empty slot first', [empty, CALL, empty]],
  ])('refuses %s', (_, slots) => {
    const { violated, reasons } = order.forge({ inputs: columns(slots) });
    expect(violated.length).toBeGreaterThan(0);
    expect(reasons.join()).toMatch(/order|kindBits|slot\[\d\]\.is/);
  });

  test('costs 78 constraints per slot after the first', () => {
    expect(order.constraints).toBe(3 * 111 + 2 * 78);
  });
});

describe('AccountOpening', () => {
  let opening: CircuitUnderTest;
  beforeAll(async () => {
    opening = await openTemplate('ledger/account-opening', 'AccountOpening', [17]);
  });

  test('opens random accounts under the root that TypeScript computes', () => {
    const accounts = fc.sample(anyAccount(17), { numRuns: 22, seed: 5 });
    const ledger = new Ledger(accounts);
    for (const index of [0, 1, 3, 4, 15, 16, 21]) {
      const { ledgerRoot } = opening.signals(accountInputs(ledger.open(index), 17), ['ledgerRoot']);
      expect(ledgerRoot).toBe(ledger.root);
    }
  });

  test('hashes a leaf with no, one and seventeen positions as TypeScript does', () => {
    const [base] = fc.sample(anyAccount(0), { numRuns: 1, seed: 6 });
    const seventeen = fc
      .sample(anyPositions(24), { numRuns: 60, seed: 7 })
      .find(({ length }) => length >= 17)!
      .slice(0, 17);
    for (const count of [0, 1, 16, 17]) {
      const account = { ...base!, positions: seventeen.slice(0, count) };
      const ledger = new Ledger([account]);
      const { ['account.leaf']: leaf } = opening.signals(accountInputs(ledger.open(0), 17), [
        'account.leaf',
      ]);
      expect(leaf).toBe(accountLeaf(account));
    }
  });

  test('refuses an index at the count, and a child that is not the one below', () => {
    const ledger = new Ledger(fc.sample(anyAccount(2), { numRuns: 5, seed: 8 }));
    const inputs = accountInputs(ledger.open(4), 17);
    expect(() => opening.witness({ ...inputs, accountCount: 4n })).toThrow(/LedgerPath|Range/);
    const children = (inputs['children'] as readonly (readonly bigint[])[]).map((level) => [
      ...level,
    ]);
    children[1]![1] = children[1]![1]! + 1n;
    const reasons = opening.forge({ inputs: { ...inputs, children } }).reasons;
    expect(reasons.length).toBeGreaterThan(0);
  });
});
