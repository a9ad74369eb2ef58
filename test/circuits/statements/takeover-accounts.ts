// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import type { InboxMessage, LeafMessage } from '../../../prover/commitments/inbox-message.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { anyAccount, validAccount } from '../../support/venue.ts';

export const OWNER_LIMIT = 1n << 160n;
export const QUOTE_TOP = (1n << 63n) - 1n;
export const LAST_NONCE = (1n << 32n) - 1n;
export const LAST_INDEX = (1n << 24n) - 1n;

export type LeafKind = LeafMessage['kind'];
export const LEAF_KINDS: readonly LeafKind[] = [
  'freeze',
  'unfreeze',
  'takeover',
  'restrict',
  'deposit',
];

export const NEW_OWNER = 0x5a11ed0000000000000000000000000000000bedn;
export const AMOUNT = 2_500_000_000n;

/** The state in which the engine sends such a message; a deposit finds an open account. */
export const stateFor = (kind: LeafKind): Partial<Account> => ({
  frozen: kind === 'unfreeze' || kind === 'takeover',
  riskReducingOnly: kind !== 'deposit' && kind !== 'restrict',
});

/** Six accounts, so that a path has present and absent siblings on two levels; the fourth is told. */
export const SUBJECT = 3n;
export function ledgerOf(overrides: Partial<Account> = {}): Ledger {
  const others = Array.from({ length: 6 }, (_, index) =>
    validAccount({ owner: 0xb0bn + BigInt(index), quoteE6: BigInt(index) }),
  );
  return new Ledger(others.with(Number(SUBJECT), validAccount(overrides)));
}

export function messageOf<Kind extends LeafKind>(
  kind: Kind,
  overrides: Partial<InboxMessage> = {},
): LeafMessage {
  const { settlementNonce } = validAccount();
  const isCredit = kind !== 'freeze' && kind !== 'restrict';
  return {
    accountIndex: SUBJECT,
    settlementNonce,
    amountE6: isCredit ? AMOUNT : 0n,
    address: kind === 'takeover' || kind === 'deposit' ? NEW_OWNER : 0n,
    ...overrides,
    kind,
  };
}

const edges = (...values: readonly bigint[]): fc.Arbitrary<bigint> => fc.constantFrom(...values);
const amount = fc.oneof(edges(0n, 1n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 64n - 1n));
const address = fc.oneof(edges(0n, OWNER_LIMIT - 1n), fc.bigInt(0n, OWNER_LIMIT - 1n));
const nonce = fc.oneof(edges(0n, LAST_NONCE), fc.bigInt(0n, LAST_NONCE));
const quote = fc.oneof(
  edges(QUOTE_TOP, -QUOTE_TOP - 1n, QUOTE_TOP - 1n, 0n),
  fc.bigInt(-QUOTE_TOP - 1n, QUOTE_TOP),
);

const subject: fc.Arbitrary<Account> = fc
  .tuple(anyAccount(18), nonce, quote, fc.boolean(), fc.boolean())
  .map(([account, settlementNonce, quoteE6, frozen, riskReducingOnly]) => ({
    ...account,
    settlementNonce,
    quoteE6,
    frozen,
    riskReducingOnly,
  }));

/** A ledger and any message to it: mostly to an account that it names rightly, at times to none. */
export const anyMessage: fc.Arbitrary<{ ledger: Ledger; message: LeafMessage }> = fc
  .record({
    accounts: fc.array(subject, { minLength: 1, maxLength: 9 }),
    kind: fc.constantFrom(...LEAF_KINDS),
    place: fc.nat(8),
    absent: fc.option(edges(9n, 10n, 63n, LAST_INDEX), { freq: 6 }),
    otherNonce: fc.option(nonce, { freq: 6 }),
    amountE6: amount,
    address,
  })
  .map(({ accounts, kind, place, absent, otherNonce, amountE6, address: party }) => {
    const index = place % accounts.length;
    const message = {
      kind,
      accountIndex: absent ?? BigInt(index),
      settlementNonce: otherNonce ?? accounts[index]!.settlementNonce,
      amountE6,
      address: party,
    };
    return { ledger: new Ledger(accounts), message };
  });
