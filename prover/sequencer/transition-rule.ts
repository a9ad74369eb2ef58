// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak256, toUtf8String } from 'ethers';

import { laneHash } from '../chain/inbox-lane.ts';
import { outcomesRoot } from '../chain/outcomes.ts';
import type { Transition } from '../chain/transition.ts';
import type { Account } from '../commitments/account.ts';
import { accountLeaf, identityWord } from '../commitments/account.ts';
import type { InboxMessage } from '../commitments/inbox-message.ts';
import { isCoinMessage, isWithdrawal, withCoin } from '../commitments/inbox-message.ts';
import { instrumentKey } from '../commitments/instrument.ts';
import { Ledger } from '../commitments/ledger.ts';
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { COLLATERAL_SYMBOLS, type MarketSnapshot } from '../model/types.ts';
import { accountsAfter, parseBatch, type Batch } from '../documents/batch-document.ts';
import type { Withdrawable } from './apply-messages.ts';
import { applyMessages } from './apply-messages.ts';
import { releasedAfter } from './released.ts';
import { booked } from './settlement.ts';

/** Consumed messages of both lanes, in the order of each. */
export interface Consumed {
  readonly engine: readonly InboxMessage[];
  readonly user: readonly InboxMessage[];
}

/** What published data say, and the ledger that they make of the one before. */
export interface RebuiltLedger {
  readonly batch: Batch;
  readonly ledger: Ledger;
}

/** What is known beside a transition when it is judged. */
export interface TransitionEvidence {
  readonly transition: Transition;
  /** The accounts of the previous ledger, rebuilt from what was published before. */
  readonly previous: readonly Account[];
  /** What the inbox holds between the counts of the transition. */
  readonly consumed: Consumed;
  readonly data: Uint8Array;
  /** What `data` makes of `previous`, from whoever has hashed it; else it is hashed here. */
  readonly rebuilt?: RebuiltLedger;
  /** Whose prices settled what was booked; undefined where nothing was. */
  readonly settledBy: MarketSnapshot | undefined;
  readonly withdrawable: Withdrawable;
}

/** The rules of docs/integration.md, by their numbers there. */
export const TRANSITION_RULES = {
  T1: 'the published data rebuilds the next ledger',
  T2: 'exactly the messages of the inbox are consumed',
  T3: 'owner, nonce and state bits change by engine messages only',
  T4: 'a frozen account changes by engine messages and settlement only',
  T5: 'user messages have the outcomes that are stated',
  T6: 'nothing is made of nothing: quote, collateral and lots add up',
  T7: 'nothing that expired by the time booked through is still held',
  T8: 'no account holds more positions than the venue allows',
  T9: 'no account disappears',
  T10: 'what is risk-reducing only takes no risk and gives nothing away',
  T11: 'what was released is what withdrawals took off and deposits did not credit',
} as const;

export type TransitionRule = keyof typeof TRANSITION_RULES;

/** A transition that no validity proof would exist of. */
export class UnlawfulTransition extends PlimsollError {
  readonly rule: TransitionRule;

  constructor(rule: TransitionRule, detail: string) {
    super('UNLAWFUL_TRANSITION', `${rule}: ${TRANSITION_RULES[rule]}: ${detail}`);
    this.rule = rule;
  }
}

function demand(holds: boolean, rule: TransitionRule, detail: string): void {
  if (!holds) throw new UnlawfulTransition(rule, detail);
}

function rebuiltFrom(previous: readonly Account[], data: Uint8Array): RebuiltLedger {
  try {
    const batch = parseBatch(toUtf8String(data));
    return { batch, ledger: new Ledger(accountsAfter(previous, batch)) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new UnlawfulTransition('T1', error.message);
  }
}

function requireRebuilt(evidence: TransitionEvidence): {
  readonly batch: Batch;
  readonly accounts: readonly Account[];
} {
  const { previous, data } = evidence;
  const { next, dataHash } = evidence.transition;
  demand(keccak256(data) === dataHash, 'T1', 'the data is not what its hash says');
  const { batch, ledger } = evidence.rebuilt ?? rebuiltFrom(previous, data);
  demand(ledger.root === next.root, 'T1', `it leads to root ${ledger.root}`);
  demand(ledger.accountCount === next.accountCount, 'T1', `it has ${ledger.accountCount} accounts`);
  return { batch, accounts: ledger.accounts };
}

function requireConsumed({ transition, consumed }: TransitionEvidence): void {
  const { previous, next } = transition;
  const { engine, user } = consumed;
  const engineHash = laneHash(previous.engineHash, engine);
  const userHash = laneHash(previous.userHash, user);
  demand(
    BigInt(engine.length) === next.engineCount - previous.engineCount &&
      engineHash === next.engineHash,
    'T2',
    'the engine lane has another hash',
  );
  demand(
    BigInt(user.length) === next.userCount - previous.userCount && userHash === next.userHash,
    'T2',
    'the user lane has another hash',
  );
}

/** By the user messages alone: what is stated of them taken back. */
function beforeUserMessages(
  accounts: readonly Account[],
  messages: readonly InboxMessage[],
  outcomes: readonly bigint[],
): readonly Account[] {
  const before = [...accounts];
  messages.forEach((message, place) => {
    const index = Number(message.accountIndex);
    const account = before[index];
    const stated = outcomes[place]!;
    if (account === undefined || stated === 0n) return;
    const change = isWithdrawal(message) ? stated : -stated;
    before[index] = isCoinMessage(message)
      ? withCoin(account, message.coin, account.collateralE8[message.coin] + change)
      : { ...account, quoteE6: account.quoteE6 + change };
  });
  return before;
}

/** That what is stated of the user messages is one story, whether or not they were applied so. */
function requireStated(
  { transition, consumed: { user } }: TransitionEvidence,
  outcomes: readonly bigint[],
): void {
  const first = transition.previous.userCount;
  const stated = outcomes.map((applied, place) => ({ index: first + BigInt(place), applied }));
  demand(stated.length === user.length, 'T5', `${stated.length} of ${user.length} are stated`);
  demand(outcomesRoot(stated) === transition.outcomesRoot, 'T5', 'they have another Merkle root');
}

function requireReleased(
  { transition, consumed: { user } }: TransitionEvidence,
  outcomes: readonly bigint[],
): void {
  const { next } = transition;
  const { releasedE6, releasedE8 } = releasedAfter(transition.previous, user, outcomes);
  demand(
    releasedE6 === next.releasedE6,
    'T11',
    `it is ${releasedE6}, stated is ${next.releasedE6}`,
  );
  COLLATERAL_SYMBOLS.forEach((symbol, coin) => {
    const [is, stated] = [releasedE8[coin]!, next.releasedE8[coin]!];
    demand(is === stated, 'T11', `of ${symbol} it is ${is}, stated is ${stated}`);
  });
}

function requireOutcomes(
  { transition, consumed: { user }, withdrawable }: TransitionEvidence,
  before: readonly Account[],
  accounts: readonly Account[],
  outcomes: readonly bigint[],
): void {
  const first = transition.previous.userCount;
  const done = applyMessages(before, user, withdrawable);
  done.outcomes.forEach(({ applied }, place) => {
    demand(
      applied === outcomes[place],
      'T5',
      `message ${first + BigInt(place)} applies ${applied}, stated is ${outcomes[place]}`,
    );
  });
  accounts.forEach((account, index) => {
    const { quoteE6, collateralE8 } = done.accounts[index]!;
    demand(quoteE6 === account.quoteE6, 'T5', `account ${index} has another quote balance`);
    COLLATERAL_SYMBOLS.forEach((symbol, coin) => {
      const isSame = collateralE8[coin] === account.collateralE8[coin];
      demand(isSame, 'T5', `account ${index} has another balance of ${symbol}`);
    });
  });
}

/** Everything there is: quote, each collateral, and the lots of each instrument. */
function totalsOf(accounts: readonly Account[]): ReadonlyMap<string, bigint> {
  const totals = new Map<string, bigint>();
  const add = (name: string, amount: bigint): void => {
    totals.set(name, (totals.get(name) ?? 0n) + amount);
  };
  for (const { quoteE6, collateralE8, positions } of accounts) {
    add('quote', quoteE6);
    collateralE8.forEach((balance, asset) => add(`collateral ${asset}`, balance));
    for (const { instrument, lots } of positions) add(`lots of ${instrumentKey(instrument)}`, lots);
  }
  return totals;
}

function requireConserved(before: readonly Account[], after: readonly Account[]): void {
  // What is the very same account adds the same to both.
  const [had, has] = [
    totalsOf(before.filter((account, index) => account !== after[index])),
    totalsOf(after.filter((account, index) => account !== before[index])),
  ];
  for (const name of new Set([...had.keys(), ...has.keys()])) {
    const [was, is] = [had.get(name) ?? 0n, has.get(name) ?? 0n];
    demand(was === is, 'T6', `${name} in all was ${was} and would be ${is}`);
  }
}

function holdsExpired({ positions }: Account, through: bigint): boolean {
  return positions.some(({ instrument: { expiry } }) => expiry !== 0n && expiry <= through);
}

/** Every position is held smaller or as it was, on the side it was on, and no coin has left. */
function isReduced(before: Account, after: Account): boolean {
  const held = new Map(
    before.positions.map(({ instrument, lots }) => [instrumentKey(instrument), lots]),
  );
  return (
    after.collateralE8.every((balance, asset) => balance >= before.collateralE8[asset]!) &&
    after.positions.every(({ instrument, lots }) => {
      const had = held.get(instrumentKey(instrument)) ?? 0n;
      return lots > 0n ? lots <= had : lots >= had;
    })
  );
}

/**
 * Throws `UnlawfulTransition` unless the next ledger follows from the previous one by the rule: the
 * engine's messages first, then whatever the rollup itself does, then the user messages.
 */
export function checkTransition(evidence: TransitionEvidence): void {
  const { transition, previous, consumed, settledBy } = evidence;
  const { next, maxPositions } = transition;
  const { batch, accounts } = requireRebuilt(evidence);
  requireConsumed(evidence);
  accounts.forEach((account, index) => {
    demand(!holdsExpired(account, next.bookedThrough), 'T7', `account ${index} does`);
    demand(BigInt(account.positions.length) <= maxPositions, 'T8', `account ${index} does`);
  });
  requireStated(evidence, batch.outcomes);
  // The first ledger comes from nowhere: whoever deploys the venue is trusted for it.
  if (transition.previous.root === 0n) {
    requireReleased(evidence, batch.outcomes);
    return;
  }
  demand(
    accounts.length >= previous.length,
    'T9',
    `${accounts.length} of ${previous.length} are left`,
  );

  const engineDone = applyMessages(previous, consumed.engine).accounts;
  const settled = booked(engineDone, transition.previous.bookedThrough, settledBy);
  demand(settled.bookedThrough === next.bookedThrough, 'T7', 'another time is booked through');
  const before = beforeUserMessages(accounts, consumed.user, batch.outcomes);
  engineDone.forEach((account, index) => {
    const wherever = [accounts[index], settled.accounts[index], before[index]];
    if (wherever.every((same) => same === account)) return;
    const isSame = identityWord(account) === identityWord(accounts[index]!);
    demand(isSame, 'T3', `account ${index} is another's or in another state`);
    if (account.riskReducingOnly) {
      demand(isReduced(settled.accounts[index]!, before[index]!), 'T10', `account ${index} does`);
    }
    if (!account.frozen) return;
    const isUntouched = accountLeaf(settled.accounts[index]!) === accountLeaf(accounts[index]!);
    demand(isUntouched, 'T4', `frozen account ${index} has changed`);
  });
  accounts
    .slice(previous.length)
    .forEach(({ frozen, riskReducingOnly, settlementNonce }, place) => {
      const isNew = !frozen && !riskReducingOnly && settlementNonce === 0n;
      demand(isNew, 'T3', `account ${previous.length + place} is new and has a history`);
    });
  requireOutcomes(evidence, before, accounts, batch.outcomes);
  requireReleased(evidence, batch.outcomes);
  requireConserved(settled.accounts, before);
}
