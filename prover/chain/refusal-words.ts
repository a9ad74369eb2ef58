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
  AlreadyOpen: ([account]) => `the liquidation of account ${account} is open already`,
  BelowCureMargin: ([equity, margin, buffer]) =>
    `equity of ${usd(equity)} must exceed the maintenance margin of ${usd(margin)} by ` +
    `${buffer} bps; deposit, and prove again under the ledger that contains it`,
  BelowInitialMargin: ([equity, margin]) =>
    `equity of ${usd(equity)} would be below the initial margin of ${usd(margin)}`,
  BeyondResumeLevel: ([guard, which, value, level]) =>
    `the ${guarded(guard, which)}, ${value}, is too far from ${level}, at which the market is to resume`,
  BookedThroughAheadOfLedger: ([booked, ledger]) =>
    `the snapshot says that what expired by ${booked} was booked; the ledger of its time has booked ` +
    `what expired by ${ledger}`,
  BookedThroughWentBackwards: ([booked, before]) =>
    `the snapshot says that what expired by ${booked} was booked; an earlier one said ${before}`,
  CanaryHoldsNothing: ([account]) =>
    `account ${account} loses in no scenario, so its proof shows nothing of the set`,
  CanaryMissing: () =>
    'no account of each underlying has been shown to be provable under the set; ' +
    'plimsoll params canary shows one',
  CanaryTooOld: ([tick]) => `tick ${tick} is too old for a canary; prove it at the current one`,
  ComponentAfterSnapshot: ([which, time, snapshot]) =>
    `the ${component(which)} is of ${time}, after the snapshot's own ${snapshot}`,
  ComponentWentBackwards: ([which, time, before]) =>
    `the ${component(which)} is of ${time}, before ${before}, that of the last accepted snapshot`,
  DeadlinePassed: ([deadline]) => `the signatures held until ${deadline}`,
  DowntimeGrace: ([until]) =>
    `the market was down: until ${until} accounts can be cured and not liquidated`,
  GuardianNotArmed: () => 'the guardian has halted once; the owner must arm it again',
  HeadlineIsZero: ([guard, which]) => `the ${guarded(guard, which)} is zero`,
  MarketUncertain: ([breaches]) =>
    `the last ${breaches} snapshots were beyond the breaker; only a cure can be proven until the next`,
  MarketHalted: () => 'the market is halted; only a cure can be proven now',
  NotACredit: () =>
    'a cure takes a proof of the account as it stands, or after a credit that it pays',
  NotAsItStands: () => 'this takes a proof of the account as it stands, without a change',
  NotNewerThanOpening: ([opened, cited]) =>
    `the liquidation was opened at tick ${opened}; a proof of tick ${cited} is not newer and states ` +
    'no credit',
  NotOnTheMinute: ([time]) => `the snapshot's time ${time} is not a whole minute`,
  NotTheNewestSlot: ([time, newest]) =>
    `the snapshot is of ${time}; the feed takes that of ${newest}, the newest minute, only`,
  NotYetResumable: ([from]) =>
    `the market is halted; the first snapshot that can end that is of ${from} or later`,
  NotOpen: ([account, nonce]) =>
    `no liquidation of account ${account} at settlement nonce ${nonce} is open`,
  PriceMoved: ([cited, latest]) =>
    `prices moved from tick ${cited} to tick ${latest}; only a cure may still cite the earlier`,
  ProposalExpired: ([at]) => `the proposal expired at ${at}; propose it again`,
  SnapshotFromTheFuture: ([time, block]) =>
    `the snapshot's time ${time} is after the block's ${block}`,
  SnapshotNotNewer: ([time, latest]) =>
    `the snapshot's time ${time} is not after ${latest}, the last that the feed took`,
  StaleComponent: ([which, time, oldest]) =>
    `the ${component(which)} is of ${time}; the oldest that is fresh enough is of ${oldest}`,
  StaleTick: ([cited, latest]) =>
    `tick ${cited} is stale, the current one is ${latest}; prove again at a newer tick`,
  ThresholdTooLow: ([threshold, minimum]) =>
    `${threshold} signatures are no quorum of these signers: at least ${minimum} must be needed`,
  TickTooOld: ([cited, age]) =>
    `the snapshot of tick ${cited} is ${age} s old; wait for the next one`,
  TooFewWouldRemain: ([remaining, minimum]) =>
    `${remaining} signers would remain, at least ${minimum} must`,
  WrongChange: () => 'the proof states another change of the account than the one asked about',
  WrongContext: () =>
    'the proof was made for another chain, contract, action or beneficiary; prove it for this one',
  WrongLedgerRoot: () => 'the proof is about another ledger than that of the cited tick',
};

export const EXPLAINED_ERRORS: readonly string[] = Object.keys(WORDS);

/** A refusal in a sentence, for errors that need one. */
export function refusalInWords(errorName: string, values: readonly unknown[]): string | undefined {
  return Object.hasOwn(WORDS, errorName) ? WORDS[errorName]!(values.map(String)) : undefined;
}
