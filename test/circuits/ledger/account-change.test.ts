// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountChange } from '../../../prover/commitments/account-change.ts';
import { accountAfter, NO_CHANGE, placeOf } from '../../../prover/commitments/account-change.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import type { Position } from '../../../prover/model/types.ts';
import { packChange } from '../../../prover/statements/change.ts';
import { accountInputs, changeInputs } from '../../../prover/statements/circuit-inputs.ts';
import { element, openTemplate } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { bearableChanges } from '../../support/changes.ts';
import { anyPositions, SNAPSHOT_TIME, validAccount } from '../../support/venue.ts';

const CAPACITY = 17;

const call = (strikeE4: bigint, lots: bigint): Position => ({
  instrument: { underlying: 0, kind: 'call', expiry: SNAPSHOT_TIME + 1n, strikeE4 },
  lots,
});
/** Calls at even strikes, so that there is room between any two. */
const holding = (count: number): Account =>
  validAccount({
    positions: Array.from({ length: count }, (_, index) => call(BigInt(2 * index + 2), 5n)),
  });
const adding = (addedPosition: Position): AccountChange => ({ ...NO_CHANGE, addedPosition });

/** The inputs of `ChangedAccount`; `after` may lie about what the change leaves. */
function inputsOf(
  account: Account,
  change: AccountChange,
  after = accountAfter(account, change),
): CircuitInputs {
  const ledger = new Ledger([validAccount(), account]);
  const { addedPosition } = change;
  const isInserted =
    addedPosition !== undefined && !placeOf(account.positions, addedPosition).isHeld;
  return {
    ...accountInputs(
      { ...ledger.open(1), account: { ...account, positions: after.positions } },
      CAPACITY,
    ),
    ...changeInputs(change, isInserted),
  };
}

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openTemplate('ledger/changed-account', 'ChangedAccount', [CAPACITY]);
});

function expectChanged(account: Account, change: AccountChange): void {
  const after = accountAfter(account, change);
  const out = circuit.signals(inputsOf(account, change), [
    'ledgerRoot',
    'change',
    'quoteAfterE6',
    'balanceAfterE8[0]',
    'balanceAfterE8[1]',
    'balanceAfterE8[2]',
  ]);
  expect(Object.values(out)).toEqual([
    new Ledger([validAccount(), account]).root,
    packChange(change),
    element(after.quoteE6),
    ...after.collateralE8,
  ]);
}

describe('an account after a change is that of TypeScript', () => {
  test('for 100 random accounts and changes', () => {
    const others = anyPositions(1)
      .filter(({ length }) => length === 1)
      .map(([position]) => position!);
    const cases = anyPositions(CAPACITY - 1).chain((positions) => {
      const account = validAccount({ positions });
      return bearableChanges(account, others).map((change) => ({ account, change }));
    });
    let applied = 0;
    fc.assert(
      fc.property(cases, ({ account, change }) => {
        try {
          accountAfter(account, change);
        } catch {
          return; // lots that leave their width
        }
        applied += 1;
        expectChanged(account, change);
      }),
      { numRuns: 100 },
    );
    expect(applied).toBeGreaterThan(75);
  });

  test.each([
    ['the first position of all', holding(0), adding(call(1n, 1n))],
    ['one before the others', holding(3), adding(call(1n, -1n))],
    ['one between them', holding(3), adding(call(5n, 2n ** 26n - 1n))],
    ['one after them', holding(3), adding(call(7n, -(2n ** 26n)))],
    ['the seventeenth, on a page of its own', holding(16), adding(call(99n, 1n))],
    ['one that moves the sixteenth to the next page', holding(16), adding(call(1n, 1n))],
    ['lots to the last position held', holding(17), adding(call(34n, 7n))],
    ['lots that close the first', holding(17), adding(call(2n, -5n))],
    ['nothing, to no position', holding(0), NO_CHANGE],
  ])('adding %s', (_, account, change) => {
    expectChanged(account, change);
  });

  test('adding lots to a position that the ledger holds with none', () => {
    const account = validAccount({ positions: [call(2n, 0n)] });
    expectChanged(account, adding(call(2n, 3n)));
  });

  test('at the ends of the quote balance', () => {
    const most = 2n ** 63n - 1n;
    const removing = (removedAmount: bigint, isCredited: boolean): AccountChange => ({
      removedAsset: 'USDC',
      removedAmount,
      isCredited,
    });
    expectChanged(validAccount({ quoteE6: -1n }), removing(most, false));
    expectChanged(validAccount({ quoteE6: 0n }), removing(most, true));
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(9_272);
  });
});

describe('there is no witness', () => {
  const HELD = holding(3);
  /** The forgery is refused, and only by what `by` names. */
  function expectRefused(inputs: CircuitInputs, by: RegExp, overrides: Overrides = {}): void {
    const honest = new Ledger([validAccount(), HELD]).root;
    const forgery = circuit.forge({ inputs, overrides });
    const stolen = forgery.read('ledgerRoot') === honest;
    const refusing = stolen ? by : new RegExp(`${by.source}|path`);
    expect(forgery.reasons.length).toBeGreaterThan(0);
    expect(forgery.reasons.filter((reason) => !refusing.test(reason))).toEqual([]);
  }

  const lowered = (asset: number, amount: bigint): CircuitInputs => ({
    ...inputsOf(HELD, NO_CHANGE),
    removedAsset: BigInt(asset),
    removedAmount: amount,
  });
  test.each([
    ['more BTC than held', lowered(1, 150_000_001n)],
    ['more ETH than held', lowered(2, 2_000_000_001n)],
    ['more stETH than held', lowered(3, 30_000_001n)],
    ['quote below its width', lowered(0, 2n ** 63n - 1_000n)],
  ])('for %s', (_, inputs) => {
    expectRefused(inputs, /remaining\.bits/);
  });

  test('for quote above its width', () => {
    const inputs = { ...lowered(0, 2n ** 63n - 1n), isCredited: 1n, quoteE6: 1n };
    const account = { ...HELD, quoteE6: 1n };
    const { children } = inputsOf(account, NO_CHANGE);
    expectRefused({ ...inputs, children: children! }, /remaining\.bits/);
  });

  test.each([
    ['an asset of nothing', { removedAsset: 2n }, /removedAsset|isNothing|asset/],
    ['a credit of nothing', { isCredited: 1n }, /isNothing|isCredited/],
    [
      'a credit of BTC',
      { isCredited: 1n, removedAsset: 1n, removedAmount: 1n },
      /isCredited|asset|addedLots \+ removedAsset/,
    ],
    [
      'half a credit',
      { isCredited: 2n, removedAmount: 1n },
      /isCredited|addedLots \+ removedAsset/,
    ],
    ['an asset of 3 bits', { removedAsset: 4n, removedAmount: 1n }, /asset/],
    ['an amount of 64 bits', { removedAmount: 2n ** 63n, quoteE6: 0n }, /amount|path|children/],
  ])('for a word with %s', (_, change, by) => {
    expectRefused({ ...inputsOf(HELD, NO_CHANGE), ...change }, by);
  });

  test('for an addition that was not applied', () => {
    expectRefused(
      inputsOf(HELD, adding(call(5n, 1n)), HELD),
      /isPlace|isMoved|isInserted|lotsBefore/,
    );
    expectRefused(inputsOf(HELD, adding(call(4n, 1n)), HELD), /children|path/);
  });

  test('for one that was applied twice', () => {
    const twice = accountAfter(accountAfter(HELD, adding(call(4n, 1n))), adding(call(4n, 1n)));
    expectRefused(inputsOf(HELD, adding(call(4n, 1n)), twice), /children|path/);
    const inserted = accountAfter(HELD, adding(call(5n, 2n)));
    expectRefused(inputsOf(HELD, adding(call(5n, 1n)), inserted), /isInserted|lotsBefore|path/);
  });

  test('for one applied to another slot, the place called that of the instrument', () => {
    const other = accountAfter(HELD, adding(call(6n, 1n)));
    expectRefused(inputsOf(HELD, adding(call(4n, 1n)), other), /lotsBefore/, {
      'changing.isPlace[1]': 0n,
      'changing.isPlace[2]': 1n,
    });
  });

  test('for one at no place, and at two places', () => {
    const inputs = inputsOf(HELD, adding(call(4n, 1n)));
    expectRefused(inputs, /isPlace|lotsBefore|addedKind|path/, { 'changing.isPlace[1]': 0n });
    expectRefused(inputs, /isPlace|lotsBefore|addedKind|path/, { 'changing.isPlace[0]': 1n });
    // Shares of two places: each slot's key would count by half.
    expectRefused(inputs, /isPlace|lotsBefore|path/, {
      'changing.isPlace[0]': 2n,
      'changing.isPlace[1]': -1n,
    });
  });

  test('for one at three places, of which the keys add up to its own', () => {
    // A call, and both perpetuals, spell a put on the second underlying. So do their lots, where two of them
    // are so far below zero that three biases are one.
    const LEAST = -(2n ** 26n);
    const perpetual = (underlying: 0 | 1, lots: bigint): Position => ({
      instrument: { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
      lots,
    });
    const holds = (more: bigint): Account =>
      validAccount({
        positions: [
          perpetual(0, LEAST + 1n + more),
          call(8n, LEAST + 1n + more),
          perpetual(1, 4n + more),
        ],
      });
    const put: Position = {
      instrument: { underlying: 1, kind: 'put', expiry: SNAPSHOT_TIME + 1n, strikeE4: 8n },
      lots: 1n,
    };
    const inputs = { ...inputsOf(holds(0n), adding(put), holds(1n)), isInserted: 0n };
    const isPlace = [0, 1, 2].map((place) => [`changing.isPlace[${place}]`, 1n]);
    const forgery = circuit.forge({ inputs, overrides: Object.fromEntries(isPlace) as Overrides });
    // Of a committed account everything holds but that there is one place.
    expect(forgery.read('ledgerRoot')).toBe(new Ledger([validAccount(), holds(0n)]).root);
    // The last flag is what the sum of the others leaves, wherever it is used.
    const last = 'added.occupied + changing.isPlace[0] + changing.isPlace[1] + changing.isPlace[2]';
    expect(forgery.reasons.length).toBeGreaterThan(0);
    expect(forgery.reasons.filter((reason) => !reason.includes(last))).toEqual([]);
  });

  test('for an inserted slot called held, and a held one called inserted', () => {
    const inserted = inputsOf(HELD, adding(call(5n, 1n)));
    expectRefused({ ...inserted, isInserted: 0n }, /path|children/);
    const held = inputsOf(HELD, adding(call(4n, 1n)));
    expectRefused({ ...held, isInserted: 1n }, /isInserted|lotsBefore|path/);
    expectRefused({ ...inserted, isInserted: 2n }, /isInserted|path/);
  });

  test('for an empty slot with lots, and an added slot without', () => {
    const inputs = inputsOf(HELD, NO_CHANGE);
    expectRefused({ ...inputs, addedLots: 1n }, /added|hasNoLots|lotsBefore/);
    const addition = inputsOf(HELD, adding(call(4n, 1n)), HELD);
    expectRefused({ ...addition, addedLots: 0n }, /hasNoLots|addedLots|IsZero|added/);
  });
});
