// SPDX-License-Identifier: GPL-3.0-or-later

/** What a refusal means and what to do; `values` are those of the custom error, in its order. */
type Words = (values: readonly string[]) => string;

/** In the order of `IMarketFeed.Component`. */
const COMPONENTS = ['index', 'perpetual', 'forward', 'surface', 'collateral'];
const component = (number: string | undefined): string =>
  COMPONENTS[Number(number)] ?? `component ${number}`;

/** In the order of `IMarketFeed.Guard`. */
const GUARDS = [
  ['index of BTC', 'index of ETH'],
  ['index of BTC', 'index of ETH'],
  ['perpetual mark of BTC', 'perpetual mark of ETH'],
  ['redemption rate of BTC', 'redemption rate of ETH', 'redemption rate of stETH'],
];
const guarded = (guard: string | undefined, which: string | undefined): string =>
  GUARDS[Number(guard)]?.[Number(which)] ?? `number ${which} of guard ${guard}`;

const usd = (amountE6: string | undefined): string => `${amountE6 ?? '?'} (USD E6)`;

/** Only of the errors whose name does not already say what to do. */
const WORDS: Readonly<Record<string, Words>> = {
  AboveUncovered: ([recorded, amount]) =>
    `only ${usd(recorded)} is recorded as uncovered, not ${usd(amount)}`,
  AlreadyOpen: ([account]) => `the liquidation of account ${account} is open already`,
  BelowCureMargin: ([equity, margin, buffer]) =>
    `equity of ${usd(equity)} must exceed the maintenance margin of ${usd(margin)} by ` +
    `${buffer} bps; deposit, and prove again under the ledger that contains it`,
  BelowInitialMargin: ([equity, margin]) =>
    `equity of ${usd(equity)} would be below the initial margin of ${usd(margin)}`,
  BeyondResumeLevel: ([guard, which, value, level]) =>
    `the ${guarded(guard, which)}, ${value}, is too far from ${level}, at which the market is to resume`,
  AnotherSnapshot: ([snapshot, proven]) =>
    `the proof of medians is of snapshot ${proven}, what was signed is ${snapshot}`,
  BookedThroughAheadOfLedger: ([booked, ledger]) =>
    `the snapshot says that what expired by ${booked} was booked; the ledger of its time has booked ` +
    `what expired by ${ledger}`,
  BookedThroughWentBackwards: ([booked, before]) =>
    `the snapshot says that what expired by ${booked} was booked; an earlier one said ${before}`,
  CanaryHoldsNothing: ([account]) =>
    `account ${account} loses in no scenario, so its proof shows nothing of the set`,
  CanaryMissing: () =>
    'no account of each underlying has been shown to be provable under the set; ' +
    'plimsoll prove account-margin --for canary, then plimsoll params activate',
  CanaryTooOld: ([tick]) => `tick ${tick} is too old for a canary; prove it at the current one`,
  ComponentAfterSnapshot: ([which, time, snapshot]) =>
    `the ${component(which)} is of ${time}, after the snapshot's own ${snapshot}`,
  ComponentWentBackwards: ([which, time, before]) =>
    `the ${component(which)} is of ${time}, before ${before}, that of the last accepted snapshot`,
  CoverWindowSpent: ([until]) =>
    `the fund has paid what it pays in one window; the next begins at ${until}`,
  CreditTooLarge: ([credit]) =>
    `the account needs ${usd(credit)} to initial margin, more than a message can carry`,
  DeadlinePassed: ([deadline]) => `the signatures held until ${deadline}`,
  DowntimeGrace: ([until]) =>
    `the market was down: until ${until} accounts can be cured and not liquidated`,
  FreezeNotConsumed: ([message, ledger]) =>
    `ledger ${ledger} has not consumed message ${message}, the Freeze: post a root that does, and ` +
    'wait for a tick of it',
  GuaranteedByBuffer: ([account, guaranteed]) =>
    `the buffer guarantees ${usd(guaranteed)} of account ${account}'s maintenance margin: it may be ` +
    'opened when it lacks more, or when the guarantee is due (venue status)',
  GuardianNotArmed: () => 'the guardian has halted once; the owner must arm it again',
  HashNotKept: ([, count]) =>
    `the hash of the lane after ${count} messages is not kept, for they came in one run: show those ` +
    'after it with keepHashes first',
  HeadlineIsZero: ([guard, which]) => `the ${guarded(guard, which)} is zero`,
  HorizonNotPassed: ([clock, expires]) =>
    `the market clock is ${clock}; bids are taken until ${expires}, the Backstop comes after`,
  HorizonPassed: ([clock, expires]) =>
    `the market clock is ${clock}; bids were taken until ${expires}`,
  MarginStateNotStepped: () =>
    'the margin state has taken no step over the active set yet: step it first',
  MarketHalted: () => 'the market is halted; only a cure can be proven now',
  MarketUncertain: ([breaches]) =>
    `the last ${breaches} snapshots were beyond the breaker; only a cure can be proven until the next`,
  MessagesOverdue: ([lane, message, since]) =>
    `message ${message} of the ${lane === '0' ? 'engine' : 'user'} lane is due since ${since}: a root ` +
    'has to consume it',
  NoLedgerRoot: () => 'the venue has no ledger yet; post its first root',
  MedianProofMissing: () =>
    'the feed asks for a proof of its headline numbers: oracle medians, then oracle submit --medians',
  NoMedianGate: () => 'the feed asks for no proof of its headline numbers: leave --medians away',
  NotACredit: () =>
    'a cure takes a proof of the account as it stands, or after a credit that it pays',
  NotAsItStands: () => 'this takes a proof of the account as it stands, without a change',
  NotBelowMaintenance: ([equity, requirement]) =>
    `equity of ${usd(equity)} is not below the requirement of ${usd(requirement)}`,
  NotForced: () => 'the sequencer is on time; messages are applied by force only when it is not',
  NotFrozen: ([account]) => `the ledger does not have account ${account} frozen`,
  NotNewerThanOpening: ([opened, cited]) =>
    `the liquidation was opened at tick ${opened}; a proof of tick ${cited} is not newer and states ` +
    'no credit',
  NotOnTheMinute: ([time]) => `the snapshot's time ${time} is not a whole minute`,
  NotOpen: ([account, nonce]) =>
    `no liquidation of account ${account} at settlement nonce ${nonce} is open`,
  NotTheNewestSlot: ([time, newest]) =>
    `the snapshot is of ${time}; the feed takes that of ${newest}, the newest minute, only`,
  NotYetResumable: ([from]) =>
    `the market is halted; the first snapshot that can end that is of ${from} or later`,
  NothingChanges: ([, from]) =>
    `the set would stay as it is; a step that changes nothing counts only for inputs from ${from} on`,
  NothingQueued: () => 'the fund owes nothing to the Backstop',
  NothingToApply: () => 'the ledger has consumed every message of the engine',
  NothingToOpen: () => 'every member of the batch is stale or open already',
  OwnedByBackstop: ([account]) =>
    `account ${account} belongs to the Backstop, which is not liquidated`,
  PaymentAboveLimit: ([payment, limit]) =>
    `the bid costs ${usd(payment)}, above the limit of ${usd(limit)}`,
  PriceMoved: ([cited, latest]) =>
    `prices moved from tick ${cited} to tick ${latest}; only a cure may still cite the earlier`,
  ProposalExpired: ([at]) => `the proposal expired at ${at}; propose it again`,
  Recovered: ([equity, margin, buffer]) =>
    `equity of ${usd(equity)} is at the level of a cure (${usd(margin)} and ${buffer} bps): it is not for sale`,
  SequencersTurn: ([until]) => `until ${until} it is the sequencer's turn`,
  SnapshotFromTheFuture: ([time, block]) =>
    `the snapshot's time ${time} is after the block's ${block}`,
  SnapshotNotNewer: ([time, latest]) =>
    `the snapshot's time ${time} is not after ${latest}, the last that the feed took`,
  StaleComponent: ([which, time, oldest]) =>
    `the ${component(which)} is of ${time}; the oldest that is fresh enough is of ${oldest}`,
  StaleTick: ([cited, latest]) =>
    `tick ${cited} is stale, the current one is ${latest}; prove again at a newer tick`,
  StepOutOfOrder: ([time, newest]) =>
    `the step is on inputs of ${time}, the feed has accepted newer ones, of ${newest}: step on those`,
  StepRepeated: ([sequence, latest]) => `step ${sequence} was taken; the latest is ${latest}`,
  StepSkipped: ([sequence, latest]) =>
    `step ${sequence} does not follow ${latest}: prove it from the state that the chain has`,
  StepTooSoon: ([time, earliest]) =>
    `the inputs are of ${time}; the next step takes inputs of ${earliest} or later`,
  TakeoverNotConsumed: ([message]) =>
    `no ledger has consumed message ${message}, the Takeover: post a root that does`,
  ThresholdTooLow: ([threshold, minimum]) =>
    `${threshold} signatures are no quorum of these signers: at least ${minimum} must be needed`,
  TickTooOld: ([cited, age]) =>
    `the snapshot of tick ${cited} is ${age} s old; wait for the next one`,
  TooFewWouldRemain: ([remaining, minimum]) =>
    `${remaining} signers would remain, at least ${minimum} must`,
  UnfreezeNotConsumed: ([message, ledger]) =>
    `ledger ${ledger} has not consumed message ${message}, the Unfreeze of the last cure`,
  UnknownTick: ([tick]) => `there is no tick ${tick}`,
  WrongBase: () => 'the step was proven over another base set than the active one',
  WrongChange: () => 'the proof states another change of the account than the one asked about',
  WrongContext: () =>
    'the proof was made for another chain, contract, action or beneficiary; prove it for this one',
  WrongInputs: () => 'the step was proven on inputs that the quorum did not sign, or on none',
  WrongLedgerRoot: () => 'the proof is about another ledger than that of the cited tick',
  WrongState: () => 'the step was proven from another state than the one on chain',
};

export const EXPLAINED_ERRORS: readonly string[] = Object.keys(WORDS);

/** A refusal in a sentence, for errors that need one. */
export function refusalInWords(errorName: string, values: readonly unknown[]): string | undefined {
  return Object.hasOwn(WORDS, errorName) ? WORDS[errorName]!(values.map(String)) : undefined;
}
