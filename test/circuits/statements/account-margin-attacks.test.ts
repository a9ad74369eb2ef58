// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountChange } from '../../../prover/commitments/account-change.ts';
import { accountAfter, NO_CHANGE } from '../../../prover/commitments/account-change.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import {
  accountMarginInputs,
  accountMarginInstance,
} from '../../../prover/statements/account-margin.ts';
import { packChange } from '../../../prover/statements/change.ts';
import { findStatement, loadManifest } from '../../../prover/statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { market, parameters, POSITIONS, SAFE, slotOf } from './attacks.ts';
import { requestOf } from './cores.ts';

const CAPACITY = 4;
const STATEMENT = findStatement(loadManifest(REPOSITORY_ROOT), 'account-margin');
const CALL = POSITIONS[slotOf('call')]!;
/** Three positions, so that one may be added. */
const HELD: Account = { ...SAFE, positions: POSITIONS.slice(0, CAPACITY - 1) };
const ledger = new Ledger([HELD]);
const NAMES = STATEMENT.publicSignals.map(({ name }) => name);

const requestFor = (change: AccountChange) => ({
  ...requestOf(ledger, 0, market, parameters),
  change,
});
const inputsOf = (change: AccountChange): CircuitInputs =>
  accountMarginInputs(requestFor(change), CAPACITY);
const publishedOf = (change: AccountChange): readonly bigint[] =>
  encodePublicSignals(
    'account-margin',
    accountMarginInstance(requestFor(change), STATEMENT).publicSignals,
  );

const BUY: AccountChange = {
  removedAsset: 'USDC',
  removedAmount: 1_000_000n,
  addedPosition: { ...CALL, lots: 100n },
};
const SELL: AccountChange = {
  removedAsset: 'USDC',
  removedAmount: 1_000_000n,
  isCredited: true,
  addedPosition: { ...CALL, lots: -100n },
};
const WITHDRAWAL: AccountChange = { removedAsset: 'BTC', removedAmount: 100_000_000n };
const OTHER_STRIKE: AccountChange = {
  ...NO_CHANGE,
  addedPosition: {
    instrument: { ...CALL.instrument, strikeE4: CALL.instrument.strikeE4 + 1n },
    lots: -100n,
  },
};

/** The change word; above it stands what the haircuts take. */
const CHANGE_END = 2n ** 172n;

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('account-margin', '4');
}, 900_000);

describe('the change that is published is the one that is measured', () => {
  test.each([
    ['none', NO_CHANGE],
    ['a purchase', BUY],
    ['a sale', SELL],
    ['a withdrawal', WITHDRAWAL],
    ['a new position', OTHER_STRIKE],
  ])('with %s', (_, change) => {
    const witness = circuit.witness(inputsOf(change));
    expect(circuit.check(witness)).toEqual([]);
    expect(witness.slice(1, 1 + NAMES.length)).toEqual(publishedOf(change));
  });

  test('in a way that no other witness has: every public signal is fixed by the rest', () => {
    const witness = circuit.witness(inputsOf(BUY));
    for (const name of NAMES) {
      const { wire } = circuit.symbols.get(name);
      const violated = circuit.check(witness.with(wire, witness[wire]! + 1n));
      expect(violated.length, name).toBeGreaterThan(0);
    }
  });
});

describe('a change is neither skipped, doubled nor moved', () => {
  /** Publishes the word of `claimed` under the real ledger root; refused by `by` alone. */
  function expectStopped(
    claimed: AccountChange,
    measured: Account,
    by: RegExp,
    inputs: CircuitInputs = {},
    overrides: Overrides = {},
  ): void {
    const word = inputsOf(claimed);
    const { positions } = measured;
    const account = accountMarginInputs(
      {
        ...requestOf(new Ledger([{ ...HELD, positions }]), 0, market, parameters),
        change: NO_CHANGE,
      },
      CAPACITY,
    );
    const fields = ['underlying', 'kind', 'expiry', 'strikeE4', 'lots'] as const;
    const slots = Object.fromEntries(fields.map((name) => [name, account[name]!]));
    const forgery = circuit.forge({ inputs: { ...word, ...slots, ...inputs }, overrides });
    expect(forgery.read('change') % CHANGE_END).toBe(packChange(claimed));
    expect(forgery.reasons.length).toBeGreaterThan(0);
    expect(forgery.reasons.filter((reason) => !by.test(reason))).toEqual([]);
  }

  test('a sale whose short is not there', () => {
    expectStopped(SELL, HELD, /opened\.path/);
  });

  test('a purchase that counts twice', () => {
    expectStopped(BUY, accountAfter(accountAfter(HELD, BUY), BUY), /opened\.path/);
  });

  test('a new short left out', () => {
    expectStopped(OTHER_STRIKE, HELD, /isPlace|lotsBefore|atPlace|isInserted|opened\.path/);
  });

  test('a new short put on another strike', () => {
    const elsewhere = accountAfter(HELD, {
      ...NO_CHANGE,
      addedPosition: {
        instrument: { ...CALL.instrument, strikeE4: CALL.instrument.strikeE4 + 2n },
        lots: -100n,
      },
    });
    const place = elsewhere.positions.findIndex(
      ({ instrument }) => instrument.strikeE4 === CALL.instrument.strikeE4 + 2n,
    );
    expectStopped(
      OTHER_STRIKE,
      elsewhere,
      /lotsBefore|isInserted/,
      {},
      {
        [`opened.changing.isPlace[${place}]`]: 1n,
      },
    );
  });

  test('a withdrawal that leaves the balance as it was', () => {
    const { read, reasons } = circuit.forge({
      inputs: inputsOf(WITHDRAWAL),
      overrides: { 'opened.changing.taken[0]': 0n },
    });
    expect(read('change') % CHANGE_END).toBe(packChange(WITHDRAWAL));
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !/removedA|asset|taken|balance/.test(reason))).toEqual([]);
  });
});
