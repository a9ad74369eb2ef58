// SPDX-License-Identifier: GPL-3.0-or-later
import type { LeafMessage } from '../commitments/inbox-message.ts';
import { applyToAccount, packMessage } from '../commitments/inbox-message.ts';
import { accountLeaf, balancesWord, identityWord, pageHashes } from '../commitments/account.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { ledgerRoot } from '../commitments/ledger.ts';
import { EMPTY_LEAF, rootAfter } from '../commitments/tree.ts';
import type { Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import type { StatementInstance } from './instance.ts';

/** A message and the ledger that it is applied to. */
export interface TakeoverRequest {
  readonly ledger: Ledger;
  readonly message: LeafMessage;
  /** keccak256(chain id, contract, action, beneficiary) mod r. */
  readonly context: bigint;
}

/** The inputs of `Takeover`; where no account is, its words are free and 0 here. */
export function takeoverInputs({ ledger, message, context }: TakeoverRequest): CircuitInputs {
  const [messageWord, addressWord] = packMessage(message);
  const index = Number(message.accountIndex);
  const account = ledger.accounts[index];
  return {
    context,
    messageWord,
    addressWord,
    identityWord: account === undefined ? 0n : identityWord(account),
    balancesWord: account === undefined ? 0n : balancesWord(account),
    page: pageHashes(account?.positions ?? []),
    accountCount: ledger.accountCount,
    children: ledger.place(index).children,
  };
}

/** The statement that a message makes this ledger the next one; there is one for every message. */
export function takeoverInstance(
  request: TakeoverRequest,
  statement: Statement,
): StatementInstance<'takeover'> {
  const { ledger, message, context } = request;
  const index = Number(message.accountIndex);
  const { account, outcome } = applyToAccount(ledger.accounts[index], message);
  const nextLeaf = account === undefined ? EMPTY_LEAF : accountLeaf(account);
  const [messageWord, messageAddress] = packMessage(message);
  const [profile] = Object.keys(statement.profiles);
  return {
    statement: 'takeover',
    profile: profile!,
    inputs: takeoverInputs(request),
    publicSignals: {
      previousLedgerRoot: ledger.root,
      nextLedgerRoot: ledgerRoot(ledger.accountCount, rootAfter(nextLeaf, ledger.place(index))),
      message: messageWord,
      messageAddress,
      appliedE6: outcome.appliedE6,
      isApplied: outcome.isApplied ? 1n : 0n,
      context,
    },
  };
}
