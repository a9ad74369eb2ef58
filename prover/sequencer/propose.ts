// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak256, toUtf8Bytes } from 'ethers';

import { laneHash, laneSeed } from '../chain/inbox-lane.ts';
import type { StatedOutcome } from '../chain/outcomes.ts';
import { outcomesRoot } from '../chain/outcomes.ts';
import type { LedgerState, Transition } from '../chain/transition.ts';
import type { Account } from '../commitments/account.ts';
import type { InboxMessage } from '../commitments/inbox-message.ts';
import { PlimsollError } from '../core/errors.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { batchBetween, formatBatch } from '../documents/batch-document.ts';
import type { Withdrawable } from './apply-messages.ts';
import { applyMessages } from './apply-messages.ts';
import { ledgerOf } from './ledger-of.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { misled } from './misbehaviour.ts';
import { releasedAfter, type Released } from './released.ts';
import { booked } from './settlement.ts';
import type { Consumed } from './transition-rule.ts';

/** Where a ledger stands: who has what, and how far it has read the inbox. */
export interface VenueState extends Released {
  readonly accounts: readonly Account[];
  readonly engineCount: bigint;
  readonly userCount: bigint;
  readonly engineHash: string;
  readonly userHash: string;
  readonly bookedThrough: bigint;
}

/** What the rollup itself does between the messages; the accounts in, the accounts out. */
export type OwnTransactions = (accounts: readonly Account[]) => readonly Account[];

export interface ProposalOptions {
  /** Of each lane; K of the registry, so that every proposal is lawful. */
  readonly maxMessages?: number;
  readonly ownTransactions?: OwnTransactions;
  /** Settles what has expired and has a price in this snapshot. */
  readonly settledBy?: MarketSnapshot | undefined;
  readonly withdrawable?: Withdrawable;
  readonly misbehaviour?: Misbehaviour;
}

/** A next ledger with everything that is published and proven about it. */
export interface Proposal {
  readonly next: VenueState;
  readonly consumed: Consumed;
  readonly outcomes: readonly StatedOutcome[];
  readonly data: Uint8Array;
  readonly transition: Transition;
}

/** Of what registry a transition is. */
export interface VenueIdentity {
  readonly chainId: bigint;
  readonly registry: string;
  readonly maxPositions: bigint;
}

/** Before the first root: no account and nothing consumed. */
export function emptyVenue({ chainId, registry }: VenueIdentity): VenueState {
  return {
    accounts: [],
    engineCount: 0n,
    userCount: 0n,
    engineHash: laneSeed(chainId, registry, 'engine'),
    userHash: laneSeed(chainId, registry, 'user'),
    bookedThrough: 0n,
    releasedE6: 0n,
    releasedE8: [0n, 0n, 0n],
  };
}

/** As the registry states it; before the first root there is no ledger to hash. */
function ledgerState(
  state: VenueState,
  isGenesis: boolean,
  before?: readonly Account[],
): LedgerState {
  const { accounts, ...read } = state;
  if (isGenesis) return { root: 0n, accountCount: 0n, ...read };
  return { root: ledgerOf(accounts, before).root, accountCount: BigInt(accounts.length), ...read };
}

/** The rollup's own doings: none may touch a frozen account. */
function transacted(
  accounts: readonly Account[],
  ownTransactions: OwnTransactions,
): readonly Account[] {
  const after = ownTransactions(accounts);
  accounts.forEach((account, index) => {
    if (account.frozen && after[index] !== account) {
      throw new PlimsollError('ACCOUNT_FROZEN', `account ${index} is frozen: nothing moves in it`);
    }
  });
  return after;
}

/**
 * The next ledger by the rule of docs/integration.md: the engine's messages, what the rollup does,
 * expired positions booked, then the user messages. On request one of these is done wrongly.
 */
export function proposeNext(
  venue: VenueIdentity,
  state: VenueState,
  pending: Consumed,
  options: ProposalOptions = {},
): Proposal {
  const { maxMessages = Infinity, ownTransactions = (accounts) => accounts } = options;
  const { misbehaviour, settledBy, withdrawable } = options;
  const wrongly = misled(misbehaviour);

  const consumed = wrongly.consumed({
    engine: pending.engine.slice(0, maxMessages),
    user: pending.user.slice(0, maxMessages),
  });
  const engineDone = applyMessages(state.accounts, consumed.engine).accounts;
  const done = wrongly.moved(transacted(engineDone, ownTransactions));
  const settled = booked(done, state.bookedThrough, settledBy);
  const { accounts, outcomes } = applyMessages(settled.accounts, consumed.user, withdrawable);

  const stated = wrongly.outcomes(
    outcomes.map(({ applied }, place) => ({ index: state.userCount + BigInt(place), applied })),
  );
  const amounts = stated.map(({ applied }) => applied);
  const batch = batchBetween(state.accounts, accounts, amounts);
  const data = wrongly.data(toUtf8Bytes(formatBatch(batch)));
  // The registry puts in the hashes of what was really sent, whatever a sequencer made of it.
  const sent = wrongly.sent(consumed);
  const next: VenueState = {
    accounts,
    engineCount: state.engineCount + BigInt(sent.engine.length),
    userCount: state.userCount + BigInt(sent.user.length),
    engineHash: laneHash(state.engineHash, sent.engine),
    userHash: laneHash(state.userHash, sent.user),
    bookedThrough: settled.bookedThrough,
    ...wrongly.released(releasedAfter(state, consumed.user, amounts)),
  };
  return {
    next,
    consumed: sent,
    outcomes: stated,
    data,
    transition: {
      chainId: venue.chainId,
      venue: venue.registry,
      maxPositions: venue.maxPositions,
      previous: ledgerState(state, state.accounts.length === 0),
      next: ledgerState(next, false, state.accounts),
      outcomesRoot: outcomesRoot(stated),
      dataHash: keccak256(data),
    },
  };
}

/** The head of the engine lane, applied by whoever: what a forced root makes of the state. */
export function stateAfterForced(state: VenueState, message: InboxMessage): VenueState {
  return {
    ...state,
    accounts: applyMessages(state.accounts, [message]).accounts,
    engineCount: state.engineCount + 1n,
    engineHash: laneHash(state.engineHash, [message]),
  };
}
