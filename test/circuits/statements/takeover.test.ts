// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import type { LeafMessage } from '../../../prover/commitments/inbox-message.ts';
import { applyToAccount, packMessage } from '../../../prover/commitments/inbox-message.ts';
import {
  accountLeaf,
  balancesWord,
  identityWord,
  pageHashes,
} from '../../../prover/commitments/account.ts';
import { hashWords, TAG } from '../../../prover/commitments/hash-words.ts';
import { Ledger, ledgerRoot } from '../../../prover/commitments/ledger.ts';
import type { Children } from '../../../prover/commitments/tree.ts';
import { EMPTY_SUBTREES, rootAfter } from '../../../prover/commitments/tree.ts';
import { TREE_DEPTH } from '../../../prover/commitments/widths.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import { validAccount } from '../../support/venue.ts';
import {
  AMOUNT,
  anyMessage,
  LAST_INDEX,
  LAST_NONCE,
  LEAF_KINDS,
  ledgerOf,
  messageOf,
  NEW_OWNER,
  QUOTE_TOP,
  stateFor,
  SUBJECT,
} from './takeover-accounts.ts';

const CONTEXT = 7n;
const PUBLIC = 5;

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('takeover', 'any');
}, 900_000);

/** What the shipped circuit publishes, its constraints satisfied. */
function published(ledger: Ledger, message: LeafMessage): readonly bigint[] {
  const { inputs } = prepareStatement('takeover', { ledger, message, context: CONTEXT });
  const witness = circuit.witness(inputs);
  expect(circuit.check(witness)).toEqual([]);
  return witness.slice(1, 1 + PUBLIC);
}

/** The same by the ledger itself, rebuilt with the one account replaced. */
function expected(ledger: Ledger, message: LeafMessage): readonly bigint[] {
  const index = Number(message.accountIndex);
  const { account, outcome } = applyToAccount(ledger.accounts[index], message);
  const accounts = account === undefined ? ledger.accounts : ledger.accounts.with(index, account);
  const [word, address] = packMessage(message);
  return [
    ledger.root,
    new Ledger(accounts).root,
    word + (outcome.appliedE6 << 128n) + (outcome.isApplied ? 1n << 192n : 0n),
    address,
    CONTEXT,
  ];
}

describe('the shipped takeover agrees with TypeScript', () => {
  test('on any message to any ledger, bit for bit', () => {
    fc.assert(
      fc.property(anyMessage, ({ ledger, message }) => {
        expect(published(ledger, message)).toEqual(expected(ledger, message));
        const { publicSignals } = prepareStatement('takeover', {
          ledger,
          message,
          context: CONTEXT,
        });
        expect(encodePublicSignals('takeover', publicSignals)).toEqual(expected(ledger, message));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a credit that just fits', 'unfreeze', { quoteE6: QUOTE_TOP - AMOUNT }, AMOUNT],
    ['a credit one above it', 'unfreeze', { quoteE6: QUOTE_TOP - AMOUNT + 1n }, AMOUNT - 1n],
    ['a top-up to a full account', 'takeover', { quoteE6: QUOTE_TOP }, 0n],
    ['a deposit to the deepest debt', 'deposit', { quoteE6: -QUOTE_TOP - 1n }, AMOUNT],
  ] as const)('at the edge of 64 bits: %s', (_, kind, overrides, appliedE6) => {
    const ledger = ledgerOf({ ...stateFor(kind), ...overrides });
    const signals = published(ledger, messageOf(kind));
    expect(signals).toEqual(expected(ledger, messageOf(kind)));
    expect(signals[2]! >> 128n).toBe(appliedE6 + (1n << 64n));
  });

  test('at the last nonce, which wraps and touches neither bit nor owner', () => {
    const ledger = ledgerOf({ settlementNonce: LAST_NONCE, frozen: true, riskReducingOnly: true });
    const message = messageOf('takeover', { settlementNonce: LAST_NONCE });
    const { account } = applyToAccount(ledger.account(Number(SUBJECT)), message);
    expect(account).toMatchObject({
      owner: NEW_OWNER,
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
    });
    expect(published(ledger, message)).toEqual(expected(ledger, message));
  });

  test('for the last place of a full tree', () => {
    const account = validAccount(stateFor('takeover'));
    const message = messageOf('takeover', { accountIndex: LAST_INDEX });
    const ledger = ledgerOf();
    // The siblings do not matter to the statement, so those of the path are the cheapest: none.
    let node = accountLeaf(account);
    const children = EMPTY_SUBTREES.slice(0, TREE_DEPTH).map((empty): Children => {
      const four: Children = [empty, empty, empty, node];
      node = hashWords(TAG.node, four);
      return four;
    });
    const path = { index: Number(LAST_INDEX), children };
    const rootOf = (leaf: bigint): bigint => ledgerRoot(LAST_INDEX + 1n, rootAfter(leaf, path));
    const witness = circuit.witness({
      ...prepareStatement('takeover', { ledger, message, context: CONTEXT }).inputs,
      identityWord: identityWord(account),
      balancesWord: balancesWord(account),
      page: pageHashes(account.positions),
      accountCount: LAST_INDEX + 1n,
      children,
    });
    expect(circuit.check(witness)).toEqual([]);
    const after = applyToAccount(account, message);
    expect(witness.slice(1, 3)).toEqual([
      rootOf(accountLeaf(account)),
      rootOf(accountLeaf(after.account)),
    ]);
    expect(witness[3]! >> 128n).toBe(AMOUNT + (1n << 64n));
  });
});

describe.each(LEAF_KINDS)('%s', (kind) => {
  const addressed = ledgerOf(stateFor(kind));

  test('changes the account as it says', () => {
    const { account, outcome } = applyToAccount(
      addressed.account(Number(SUBJECT)),
      messageOf(kind),
    );
    const before = addressed.account(Number(SUBJECT));
    expect(account).toEqual(
      {
        freeze: { ...before, frozen: true },
        unfreeze: {
          ...before,
          frozen: false,
          riskReducingOnly: false,
          quoteE6: before.quoteE6 + AMOUNT,
        },
        restrict: { ...before, riskReducingOnly: true },
        takeover: {
          ...before,
          owner: NEW_OWNER,
          settlementNonce: before.settlementNonce + 1n,
          frozen: false,
          riskReducingOnly: false,
          quoteE6: before.quoteE6 + AMOUNT,
        },
        deposit: { ...before, quoteE6: before.quoteE6 + AMOUNT },
      }[kind],
    );
    const appliedE6 = kind === 'freeze' || kind === 'restrict' ? 0n : AMOUNT;
    expect(outcome).toEqual({ isApplied: true, appliedE6 });
    expect(published(addressed, messageOf(kind))).toEqual(expected(addressed, messageOf(kind)));
  });

  test.each([
    ['for another nonce', { settlementNonce: 4n }, {}],
    ['for a nonce that was', { settlementNonce: 2n }, {}],
    ['for an account that does not exist', { accountIndex: 6n }, {}],
    ['for the last place of the tree', { accountIndex: LAST_INDEX }, {}],
    ...(kind === 'deposit' ? [['to a frozen account', {}, { frozen: true }] as const] : []),
  ] as const)('%s is consumed without an effect', (_, of, state) => {
    const ledger = ledgerOf({ ...stateFor(kind), ...state });
    const message = messageOf(kind, of);
    const signals = published(ledger, message);
    expect(signals.slice(0, 2)).toEqual([ledger.root, ledger.root]);
    expect(signals[2]! >> 128n).toBe(0n);
  });

  test('has the same cost for an account of no and of 64 positions', () => {
    const none = ledgerOf({ ...stateFor(kind), positions: [] });
    const many = ledgerOf({
      ...stateFor(kind),
      positions: Array.from({ length: 64 }, (_, index) => ({
        instrument: { underlying: 0, kind: 'call', expiry: 9n, strikeE4: BigInt(index + 1) },
        lots: 1n,
      })),
    });
    for (const ledger of [none, many]) {
      expect(published(ledger, messageOf(kind))).toEqual(expected(ledger, messageOf(kind)));
    }
  });
});

test('a withdrawal, and a kind that does not exist, have no witness', () => {
  const ledger = ledgerOf();
  const { inputs } = prepareStatement('takeover', {
    ledger,
    message: messageOf('deposit'),
    context: CONTEXT,
  });
  const word = inputs['messageWord'] as bigint;
  const accepted = Array.from({ length: 256 }, (_, code) => BigInt(code)).filter((code) => {
    const forged = { ...inputs, messageWord: word - (word & 255n) + code };
    return circuit.forge({ inputs: forged }).violated.length === 0;
  });
  expect(accepted).toEqual([1n, 2n, 3n, 4n, 16n]);
});
