// SPDX-License-Identifier: GPL-3.0-or-later

/** What the demonstration proves itself; liquidations are proven by the service. */
export type DemoStatement = 'account-margin' | 'takeover';

export interface OpeningReport {
  readonly account: number;
  readonly gas: number;
}

export interface CureReport {
  readonly account: number;
  readonly creditE6: bigint;
  readonly equityE6: bigint;
  readonly maintenanceMarginE6: bigint;
  readonly gas: number;
}

export interface BidReport {
  readonly account: number;
  readonly priceE6: bigint;
  readonly creditE6: bigint;
  readonly gas: number;
}

export interface BackstopReport {
  readonly account: number;
  readonly deficitE6: bigint;
  readonly paidE6: bigint;
  readonly uncoveredE6: bigint;
}

/** Every figure read back from the chain or measured. */
export interface DemoReport {
  readonly accounts: number;
  readonly breached: number;
  readonly bankrupt: number;
  readonly openings: readonly OpeningReport[];
  /** In transactions of more than one: how many, and the gas of each of them. */
  readonly openMany: { readonly n: number; readonly gasEach: number };
  readonly cures: readonly CureReport[];
  readonly bids: readonly BidReport[];
  readonly closed: number;
  readonly backstopped: readonly BackstopReport[];
  /** Messages applied by force. */
  readonly forced: number;
}
