// SPDX-License-Identifier: GPL-3.0-or-later

/** What a refusal means and what to do; `values` are those of the custom error, in its order. */
type Words = (values: readonly string[]) => string;

const usd = (amountE6: string | undefined): string => `${amountE6 ?? '?'} (USD E6)`;

/** Only of the errors whose name does not already say what to do. */
const WORDS: Readonly<Record<string, Words>> = {
  AlreadyOpen: ([account]) => `the liquidation of account ${account} is open already`,
  BelowCureMargin: ([equity, margin, buffer]) =>
    `equity of ${usd(equity)} must exceed the maintenance margin of ${usd(margin)} by ` +
    `${buffer} bps; deposit, and prove again under the ledger that contains it`,
  BelowInitialMargin: ([equity, margin]) =>
    `equity of ${usd(equity)} would be below the initial margin of ${usd(margin)}`,
  BidIsEscrowed: ([account]) => `a bid for account ${account} is escrowed: too late for a cure`,
  MarketHalted: () => 'the market is halted; only a cure can be proven now',
  NotAsItStands: () => 'a cure takes a proof of the account as it stands, without a change',
  NotCureTick: ([expected, cited]) =>
    `a cure must be proven at tick ${expected}, the proof cites ${cited}`,
  NotNewerThanCure: ([cured, cited]) =>
    `the account was cured at tick ${cured}; a proof of tick ${cited} is not newer`,
  NotNewerThanOpening: ([opened, cited]) =>
    `the liquidation was opened at tick ${opened}; a proof of tick ${cited} under the same ledger ` +
    'is not newer',
  NotOpen: ([account, nonce]) =>
    `no liquidation of account ${account} at settlement nonce ${nonce} is open`,
  StaleTick: ([cited, latest]) =>
    `tick ${cited} is stale, the current one is ${latest}; prove again at a newer tick`,
  TickTooOld: ([cited]) => `tick ${cited} is too old to be cited; wait for the next one`,
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
