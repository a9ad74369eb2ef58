// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import type { CoinMessage, InboxMessage } from '../../../prover/commitments/inbox-message.ts';
import { packMessage, unpackMessage, withCoin } from '../../../prover/commitments/inbox-message.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { applyMessages } from '../../../prover/sequencer/apply-messages.ts';
import { releasedAfter } from '../../../prover/sequencer/released.ts';
import { aboveInitialMargin } from '../../../prover/sequencer/withdrawable.ts';
import { goldenCases } from '../../support/golden.ts';
import { validAccount } from '../../support/venue.ts';

const OWNER = 0xa11cen;
const STRANGER = 0xb0bn;
const TOP_E8 = (1n << 56n) - 1n;

const holder = (changes: Partial<Account> = {}): Account =>
  validAccount({
    owner: OWNER,
    settlementNonce: 3n,
    frozen: false,
    riskReducingOnly: false,
    collateralE8: [500n, 0n, TOP_E8 - 5n],
    ...changes,
  });
const coinMessage = (
  kind: CoinMessage['kind'],
  coin: CoinMessage['coin'],
  amountE8: bigint,
  changes: Partial<CoinMessage> = {},
): CoinMessage => ({
  kind,
  coin,
  accountIndex: 0n,
  settlementNonce: 3n,
  amountE8,
  address: OWNER,
  ...changes,
});
const all = (_account: Account, message: InboxMessage): bigint =>
  'coin' in message ? message.amountE8 : message.amountE6;
const applied = (account: Account, message: InboxMessage) => {
  const { accounts, outcomes } = applyMessages([account], [message], all);
  return { coins: accounts[0]!.collateralE8, ...outcomes[0]! };
};

describe('a message of a coin', () => {
  it.each([
    ['coinDeposit', 0, 18n],
    ['coinWithdrawal', 0, 19n],
    ['coinDeposit', 1, 20n],
    ['coinWithdrawal', 1, 21n],
    ['coinDeposit', 2, 22n],
    ['coinWithdrawal', 2, 23n],
  ] as const)('%s of coin %i has a code of its own', (kind, coin, code) => {
    const message = coinMessage(kind, coin, 7n);
    const [word, address] = packMessage(message);
    expect(word & 0xffn).toBe(code);
    expect(unpackMessage(word, address)).toEqual(message);
  });

  it('has no code beyond the third', () => {
    const [word, address] = packMessage(coinMessage('coinWithdrawal', 2, 7n));
    expect(() => unpackMessage(word + 1n, address)).toThrow(/no message/);
  });

  it('is credited up to the top of the balance, and to no frozen account and no other nonce', () => {
    expect(applied(holder(), coinMessage('coinDeposit', 1, 9n))).toEqual({
      coins: [500n, 9n, TOP_E8 - 5n],
      isApplied: true,
      applied: 9n,
    });
    expect(applied(holder(), coinMessage('coinDeposit', 2, 9n))).toMatchObject({
      coins: [500n, 0n, TOP_E8],
      applied: 5n,
    });
    const refused = { isApplied: false, applied: 0n };
    const deposit = coinMessage('coinDeposit', 0, 9n);
    expect(applied(holder({ frozen: true }), deposit)).toMatchObject(refused);
    expect(applied(holder({ settlementNonce: 4n }), deposit)).toMatchObject(refused);
    expect(applied(holder({ riskReducingOnly: true }), deposit).applied).toBe(9n);
  });

  it('takes off what is there, for the owner, of an account that is free', () => {
    const asked = coinMessage('coinWithdrawal', 0, 501n);
    expect(applied(holder(), asked)).toMatchObject({ coins: [0n, 0n, TOP_E8 - 5n], applied: 500n });
    for (const account of [
      holder({ frozen: true }),
      holder({ riskReducingOnly: true }),
      holder({ owner: STRANGER }),
      holder({ settlementNonce: 4n }),
    ]) {
      expect(applied(account, asked)).toMatchObject({ isApplied: false, applied: 0n });
    }
  });

  it('releases what it took off or did not credit, of its own asset alone', () => {
    const messages = [
      coinMessage('coinDeposit', 2, 9n),
      coinMessage('coinWithdrawal', 0, 4n),
      coinMessage('coinWithdrawal', 1, 8n),
    ];
    expect(
      releasedAfter({ releasedE6: 1n, releasedE8: [2n, 3n, 5n] }, messages, [5n, 4n, 0n]),
    ).toEqual({ releasedE6: 1n, releasedE8: [6n, 3n, 9n] });
  });
});

it('a coin leaves whole or not at all: where the account without it is at its initial margin', () => {
  const [{ market, account }] = goldenCases('crash') as [ReturnType<typeof goldenCases>[number]];
  const own = { ...account, frozen: false, riskReducingOnly: false };
  const rich = { ...withCoin(own, 0, 10n ** 9n), quoteE6: own.quoteE6 };
  const bare = marginPortfolio(withCoin(own, 0, 0n), market);
  const asked = (held: Account, amountE8: bigint): bigint => {
    const message = coinMessage('coinWithdrawal', 0, amountE8, {
      settlementNonce: held.settlementNonce,
      address: held.owner,
    });
    return applyMessages([held], [message], aboveInitialMargin(market)).outcomes[0]!.applied;
  };
  const atMargin = { ...rich, quoteE6: rich.quoteE6 + bare.imE6 - bare.equityE6 };
  expect(asked(atMargin, 10n ** 9n)).toBe(10n ** 9n);
  // More than there is leaves as what there is.
  expect(asked(atMargin, 10n ** 12n)).toBe(10n ** 9n);
  const short = { ...atMargin, quoteE6: atMargin.quoteE6 - 1n };
  expect(asked(short, 10n ** 9n)).toBe(0n);
});
