// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { InboxMessage, LeafMessage } from '../../../prover/commitments/inbox-message.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { openStatement, type CircuitUnderTest, type Forgery } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { freeWires, looseWires } from '../../support/rigidity.ts';
import {
  AMOUNT,
  LEAF_KINDS,
  ledgerOf,
  messageOf,
  NEW_OWNER,
  OWNER_LIMIT,
  QUOTE_TOP,
  stateFor,
  type LeafKind,
} from './takeover-accounts.ts';

const ROOTS = ['previousLedgerRoot', 'nextLedgerRoot'] as const;
const PUBLIC = [...ROOTS, 'consumed', 'messageAddress'] as const;
const WORD = (1n << 128n) - 1n;

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('takeover', 'any');
}, 900_000);

function inputsOf(
  kind: LeafKind,
  state: Partial<Account> = {},
  overrides: Partial<InboxMessage> = {},
): CircuitInputs {
  const message: LeafMessage = messageOf(kind, overrides);
  const ledger = ledgerOf({ ...stateFor(kind), ...state });
  return prepareStatement('takeover', { ledger, message, context: 7n }).inputs;
}

const valuesOf = ({ read }: Forgery): Record<(typeof PUBLIC)[number], bigint> =>
  Object.fromEntries(PUBLIC.map((name) => [name, read(name)])) as never;

/**
 * The forgery is of the same ledger and the same message, says something else about them, and every
 * constraint that objects is a named one: without those it would pass.
 */
function expectStopped(
  inputs: CircuitInputs,
  forged: Overrides,
  by: RegExp,
  attack = inputs,
): void {
  const honest = valuesOf(circuit.forge({ inputs }));
  const forgery = circuit.forge({ inputs: attack, overrides: forged });
  const claimed = valuesOf(forgery);
  expect(claimed.previousLedgerRoot).toBe(honest.previousLedgerRoot);
  expect(claimed.consumed & WORD).toBe(honest.consumed & WORD);
  expect(claimed).not.toEqual(honest);
  expect(forgery.reasons.length).toBeGreaterThan(0);
  expect(forgery.reasons.filter((reason) => !by.test(reason))).toEqual([]);
}

describe.each(LEAF_KINDS)('a %s cannot be forged', (kind) => {
  const inputs = inputsOf(kind);

  // Assigned values of the leaf after it: what a thief would write there.
  test.each([
    ['another owner', (word: bigint) => word + 1n],
    ['another nonce', (word: bigint) => word + OWNER_LIMIT],
    ['the frozen bit the other way', (word: bigint) => word ^ (1n << 192n)],
    ['the risk-reducing bit the other way', (word: bigint) => word ^ (1n << 193n)],
    ['a bit that no account has', (word: bigint) => word + (1n << 194n)],
  ])('to leave %s', (_, forge) => {
    expectStopped(
      inputs,
      { 'applied.nextIdentityWord': forge },
      /applied\.nextIdentityWord|nextLeaf/,
    );
  });

  test.each([
    ['one unit more', 1n],
    ['one unit less', -1n],
    ['a balance of BTC more', 1n << 64n],
    ['a balance of stETH less', -(1n << 176n)],
  ])('to leave %s', (_, by) => {
    expectStopped(
      inputs,
      { 'applied.nextBalancesWord': (word) => word + by },
      /applied\.nextBalancesWord|nextLeaf/,
    );
  });

  test('to credit more, and call that the outcome', () => {
    expectStopped(
      inputs,
      { 'applied.credit': (credit) => credit + 1n },
      /applied\.(credit|sum)|isCredit/,
    );
  });

  test.each([0, 1, 2, 3])('to leave other positions: page %d', (page) => {
    expectStopped(inputs, { [`nextLeaf.word[${2 + page}]`]: (hash) => hash + 1n }, /nextLeaf/);
  });

  test.each([0, 1, 2])('to change sibling %d as well', (sibling) => {
    expectStopped(
      inputs,
      { [`update.nextNode[0].word[${sibling}]`]: (leaf) => leaf + 1n },
      /update\.(nextNode|added)\[0\]|nextLeaf/,
    );
  });

  test('to change an account further away as well', () => {
    expectStopped(
      inputs,
      { 'update.nextNode[5].word[2]': (node) => node + 1n },
      /update\.(nextNode|added)\[5\]|update\.nextNode\[4\]/,
    );
  });

  test('to be consumed without an effect, although the account is there with that nonce', () => {
    for (const [forged, by] of [
      [{ 'applied.isApplied': 0n }, /applied\.(isApplied|isAddressed|isBlocked|hasNonce)/],
      [{ 'applied.hasNonce': 0n }, /applied\.|IsEqual/],
      [{ isPresent: 0n }, /isPresent|presence/],
    ] as const) {
      const { violated, read } = circuit.forge({ inputs, overrides: forged });
      expect(read('applied.isApplied')).toBe(0n);
      expect(violated.length).toBeGreaterThan(0);
      if ('applied.isApplied' in forged) expectStopped(inputs, forged, by);
    }
  });

  test('to be applied with another nonce', () => {
    const other = inputsOf(kind, {}, { settlementNonce: 99n });
    expectStopped(other, { 'applied.isApplied': 1n }, /applied\.(isApplied|isAddressed|isBlocked)/);
    expectStopped(
      other,
      { 'applied.isAddressed': 1n },
      /applied\.(isAddressed|hasNonce)|IsEqual|isz/,
    );
  });

  test('to be applied where no account is: a leaf does not appear from nothing', () => {
    const absent = inputsOf(kind, {}, { accountIndex: 6n, settlementNonce: 0n });
    const { read, reasons } = circuit.forge({
      inputs: { ...absent, identityWord: NEW_OWNER },
      overrides: { isPresent: 1n },
    });
    expect(read('applied.isApplied')).toBe(1n);
    expect(reasons.length).toBeGreaterThan(0);
  });

  test('into another kind, with everything after it following', () => {
    const flags = ['isFreeze', 'isTakeover', 'isDeposit'] as const;
    for (const flag of flags) {
      const { violated } = circuit.forge({
        inputs,
        overrides: { [`fields.${flag}`]: (value) => 1n - value },
      });
      expect({ flag, refused: violated.length > 0 }).toEqual({ flag, refused: true });
    }
  });

  test('to say another outcome than the one that the roots have', () => {
    const honest = circuit.forge({ inputs }).read('consumed');
    for (const outcome of [0n, 1n << 64n, AMOUNT + 1n + (1n << 64n)]) {
      const consumed = (honest & WORD) + (outcome << 128n);
      if (consumed === honest) continue;
      expectStopped(inputs, { consumed }, /consumed|applied\.(isApplied|sum|credit|excess)/);
    }
  });

  test('by any input: another one opens another ledger, is another message, or has no witness', () => {
    const honest = valuesOf(circuit.forge({ inputs }));
    const words = Object.entries(inputs).flatMap(([name, value]) =>
      name === 'context' ? [] : perturbations(inputs, name, value),
    );
    expect(words).toHaveLength(5 + 4 + 48);
    const accepted = words.filter(({ changed }) => {
      const forgery = circuit.forge({ inputs: changed });
      const claimed = valuesOf(forgery);
      const isOther =
        claimed.previousLedgerRoot !== honest.previousLedgerRoot ||
        (claimed.consumed & WORD) !== (honest.consumed & WORD) ||
        claimed.messageAddress !== honest.messageAddress;
      return forgery.violated.length === 0 && !isOther;
    });
    expect(accepted.map(({ name }) => name)).toEqual([]);
  });
});

function perturbations(
  inputs: CircuitInputs,
  name: string,
  value: CircuitInputs[string],
  path: readonly number[] = [],
): { name: string; changed: CircuitInputs }[] {
  const at = `${name}${path.map((index) => `[${index}]`).join('')}`;
  const here = path.reduce<CircuitInputs[string]>((part, index) => (part as never)[index], value);
  if (Array.isArray(here)) {
    return here.flatMap((_, index) => perturbations(inputs, name, value, [...path, index]));
  }
  const replace = (part: CircuitInputs[string], [first, ...rest]: readonly number[]): unknown =>
    first === undefined
      ? (part as bigint) + 1n
      : (part as readonly CircuitInputs[string][]).with(
          first,
          replace((part as readonly CircuitInputs[string][])[first]!, rest) as bigint,
        );
  return [{ name: at, changed: { ...inputs, [name]: replace(value, path) } as CircuitInputs }];
}

describe('the edges', () => {
  test('a new owner above 160 bits cannot set the nonce: only its range objects', () => {
    const inputs = inputsOf('takeover');
    const attack = { ...inputs, addressWord: NEW_OWNER + OWNER_LIMIT } as CircuitInputs;
    const { reasons } = circuit.forge({ inputs: attack });
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !/addressRange/.test(reason))).toEqual([]);
  });

  test('a credit that does not fit cannot wrap to the deepest debt, nor spill into BTC', () => {
    const inputs = inputsOf('unfreeze', { quoteE6: QUOTE_TOP });
    for (const excess of [0n, 1n << 64n]) {
      expectStopped(inputs, { 'applied.excess': excess }, /applied\.(excess|sum)/);
    }
  });

  test('a credit that fits cannot be called one that does not', () => {
    const inputs = inputsOf('unfreeze');
    expectStopped(inputs, { 'applied.excess': AMOUNT }, /applied\.(excess|sum)/);
  });

  test('a deposit to a frozen account cannot be applied', () => {
    const inputs = inputsOf('deposit', { frozen: true });
    expectStopped(inputs, { 'applied.isBlocked': 0n }, /applied\.isBlocked/);
    expectStopped(inputs, { 'applied.isApplied': 1n }, /applied\.(isApplied|isBlocked)/);
  });

  test('a restriction neither thaws a frozen account nor credits what it says', () => {
    const inputs = inputsOf('restrict', { frozen: true }, { amountE6: AMOUNT });
    const { read, violated } = circuit.forge({ inputs });
    expect(violated).toEqual([]);
    expect(read('applied.appliedE6')).toBe(0n);
    expect(read('applied.nextIdentityWord') >> 192n).toBe(3n);
    expectStopped(inputs, { 'applied.staysFrozen': 0n }, /applied\.staysFrozen/);
    expectStopped(inputs, { 'applied.credit': AMOUNT }, /applied\.(credit|sum)/);
  });

  test('a freeze and a deposit cannot lift a restriction', () => {
    for (const kind of ['freeze', 'deposit'] as const) {
      const inputs = inputsOf(kind, { riskReducingOnly: true });
      const { read } = circuit.forge({ inputs });
      expect(read('applied.nextIdentityWord') >> 193n).toBe(1n);
      expectStopped(inputs, { 'applied.staysRestricted': 0n }, /applied\.staysRestricted/);
    }
  });

  test('a restriction cannot be called an unfreeze, nor an unfreeze a restriction', () => {
    for (const kind of ['restrict', 'unfreeze'] as const) {
      const inputs = inputsOf(kind);
      const flip = (flag: bigint): bigint => 1n - flag;
      // Its bit, and that a message is of exactly one kind.
      expectStopped(inputs, { 'fields.isRestriction': flip }, /isRestriction/);
    }
  });

  test('the last nonce cannot carry into the frozen bit', () => {
    const nonce = { settlementNonce: (1n << 32n) - 1n };
    const inputs = inputsOf('takeover', nonce, nonce);
    expectStopped(inputs, { 'applied.isWrapped': 0n }, /applied\.(isWrapped|isLastNonce)/);
  });

  test('the context is bound to the proof', () => {
    const witness = circuit.witness(inputsOf('freeze'));
    const { wire } = circuit.symbols.get('context');
    expect(circuit.check(witness.with(wire, witness[wire]! + 1n)).length).toBeGreaterThan(0);
  });
});

/** circomlib's IsZero names an inverse, which is multiplied by the number: by 0 where that is 0. */
function inversesOfZero(inputs: CircuitInputs): string[] {
  const inverses = circuit.symbols
    .matching(/\.inv$/)
    .filter((name) => circuit.symbols.get(name).wire >= 0);
  const numberOf = (name: string): string => name.replace(/inv$/, 'in');
  const numbers = circuit.signals(inputs, inverses.map(numberOf));
  return inverses.filter((name) => numbers[numberOf(name)] === 0n);
}

const namesOf = (wires: readonly number[]): string[] =>
  wires.map((wire) => circuit.symbols.nameOfWire(wire)).sort();

describe.each([
  ...LEAF_KINDS.map((kind) => ({
    title: `of a ${kind}`,
    inputs: inputsOf(kind),
    isTaken: kind === 'takeover',
  })),
  {
    title: 'without an effect',
    inputs: inputsOf('takeover', {}, { settlementNonce: 9n }),
    isTaken: false,
  },
  {
    title: 'for no account',
    inputs: inputsOf('takeover', {}, { accountIndex: 9n }),
    isTaken: false,
  },
  { title: 'at the edge', inputs: inputsOf('unfreeze', { quoteE6: QUOTE_TOP }), isTaken: false },
])('a witness $title', ({ inputs, isTaken }) => {
  test('lets no wire take another value alone, but inverses of zero', () => {
    const loose = namesOf(looseWires(circuit.r1cs, circuit.witness(inputs)));
    // The context is only squared, so −context satisfies the same constraints; and an address that
    // makes nobody the owner may be another one of 160 bits. Both are public signals, whose values
    // the verifier sets.
    const signals = isTaken ? ['context'] : ['context', 'messageAddress'];
    expect(loose).toEqual([...inversesOfZero(inputs), ...signals].sort());
  });

  test('lets no set of wires move together, but inverses of zero', () => {
    const wiresOf = (name: string, value: CircuitInputs[string]): number[] =>
      Array.isArray(value)
        ? value.flatMap((part: CircuitInputs[string], index) => wiresOf(`${name}[${index}]`, part))
        : [circuit.symbols.get(name).wire];
    const given = new Set(Object.entries(inputs).flatMap(([name, value]) => wiresOf(name, value)));
    const free = freeWires(circuit.r1cs, circuit.witness(inputs), given);
    expect(namesOf(free)).toEqual(inversesOfZero(inputs).sort());
  });
});

test('every bit and every inverse of the library, forged and followed through, is refused', () => {
  const hints = circuit.symbols
    .matching(/(?:\.inv|\.out\[\d+\])$/)
    .filter(
      (name) => circuit.symbols.get(name).wire >= 0 && !/Hash|Mix|Ark|Sigma|ark|mix/.test(name),
    );
  expect(hints.length).toBeGreaterThan(600);
  for (const kind of LEAF_KINDS) {
    const inputs = inputsOf(kind);
    const zero = new Set(inversesOfZero(inputs));
    // Every seventh with another start by kind: all of them in four passes would be minutes.
    const some = hints.filter((_, index) => index % 7 === LEAF_KINDS.indexOf(kind));
    const accepted = some.filter((name) => {
      const wrong = (value: bigint): bigint => (value <= 1n ? 1n - value : value + 1n);
      const { violated } = circuit.forge({ inputs, overrides: { [name]: wrong } });
      return violated.length === 0 && !zero.has(name);
    });
    expect(accepted).toEqual([]);
  }
});
