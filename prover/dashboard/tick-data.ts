// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import type { Heartbeats } from '../analysis/staleness.ts';
import type { QuotesDocument } from '../documents/quotes-document.ts';
import type { VenueView } from './venue-view.ts';
import type { MarketSnapshot, RiskParameters } from '../model/types.ts';

/** An account, and its place in the ledger. */
export interface PageAccount {
  readonly index: number;
  readonly account: Account;
}

/** Those of an owner, or of a large ledger one that was asked for. */
export interface LedgerPart {
  readonly of: 'owner' | 'asked';
  /** How many accounts the ledger has. */
  readonly ledgerAccounts: number;
}

export const pageAccounts = (accounts: readonly Account[]): readonly PageAccount[] =>
  accounts.map((account, index) => ({ index, account }));

/** What a page is given of a tick, every document of it checked by whoever exports it. */
export interface TickData {
  readonly snapshot: MarketSnapshot;
  readonly parameters: RiskParameters;
  readonly heartbeats: Heartbeats;
  readonly accounts: readonly PageAccount[];
  /** Which accounts of the ledger these are, where they are not all of them. */
  readonly part?: LedgerPart;
  /** What is shown of a ledger that is too large to be recalculated in a browser. */
  readonly venue?: VenueView;
  /** What the smiles were fitted to, where somebody published it beside the snapshot. */
  readonly quotes?: QuotesDocument | undefined;
  /** Names by index, where accounts have any. */
  readonly names: Readonly<Record<number, string>>;
}

const BIGINT = /^-?\d+n$/;

/** Amounts are written as `123n`, which no name of an account or field is. */
export const formatAmounts = (value: object): string =>
  JSON.stringify(value, (_, held: unknown) => (typeof held === 'bigint' ? `${held}n` : held));

/** Of what `formatAmounts` wrote. */
export const readAmounts = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value,
  );

export const formatTickData = (data: TickData): string => formatAmounts(data);

/** Of what `formatTickData` wrote, and of nothing else: the page checks no documents. */
export const readTickData = (text: string): TickData => readAmounts(text) as TickData;
