// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Account } from '../../prover/commitments/account.ts';
import { parseLedger } from '../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../../prover/documents/snapshot-document.ts';
import { marginPortfolio, type AccountMargin } from '../../prover/risk/margin/margin.ts';
import { priceMarket, type PricedMarket } from '../../prover/risk/pricing/market.ts';

/** Margins of the golden portfolios as frozen; every integer a decimal string. */
export interface ExpectedMargin {
  readonly name: string;
  readonly equityE6: string;
  readonly grossEquityE6: string;
  readonly deficitE6: string;
  readonly mmE6: string;
  readonly imE6: string;
  readonly scanQ16: readonly string[];
  readonly worstScenarios: readonly number[];
}

export interface GoldenCase {
  readonly name: string;
  readonly account: Account;
  readonly market: PricedMarket;
  readonly expected: ExpectedMargin | undefined;
}

/** Two markets: a crash with every kind of expiry, and the ends of every range. */
export const GOLDEN_SETS = ['crash', 'extremes'] as const;
export type GoldenSet = (typeof GOLDEN_SETS)[number];

export const goldenPath = (name: string): string =>
  fileURLToPath(new URL(`../golden/${name}.json`, import.meta.url));
const read = (name: string): string => readFileSync(goldenPath(name), 'utf8');

export const goldenMarket = (set: GoldenSet): PricedMarket =>
  priceMarket(parseSnapshot(read(`${set}-snapshot`)), loadDefaultParameters().parameters);

/** The portfolios every implementation must agree on, with what they must agree on. */
export function goldenCases(set: GoldenSet): GoldenCase[] {
  const market = goldenMarket(set);
  const expected = JSON.parse(read(`${set}-margins`)) as readonly ExpectedMargin[];
  return parseLedger(read(`${set}-ledger`)).map((account, index) => ({
    name: expected[index]?.name ?? `account ${index}`,
    account,
    market,
    expected: expected[index],
  }));
}

export const marginRecord = (name: string, margin: AccountMargin): ExpectedMargin => ({
  name,
  equityE6: String(margin.equityE6),
  grossEquityE6: String(margin.grossEquityE6),
  deficitE6: String(margin.deficitE6),
  mmE6: String(margin.mmE6),
  imE6: String(margin.imE6),
  scanQ16: margin.underlyings.map(({ scanQ16 }) => String(scanQ16)),
  worstScenarios: margin.underlyings.map(({ worstScenario }) => worstScenario),
});

export const marginOf = ({
  account,
  market,
}: Pick<GoldenCase, 'account' | 'market'>): AccountMargin => marginPortfolio(account, market);
