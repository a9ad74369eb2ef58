// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { formatFixed } from '../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import {
  belowIn,
  marketAt,
  priceRungs,
  type Below,
  type PriceRung,
} from '../liquidation-prices.ts';
import type { TickData } from '../tick-data.ts';
import { Table, html } from './html.ts';
import { cents } from './text.ts';
import { useAnswer } from './use-answer.ts';

/** Between two markets whatever else the page has to do has its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const SOME = 200;

/** Thousands of margins: some at a time, until it is of no use any more. */
async function recalculated(
  { accounts }: TickData,
  market: PricedMarket,
  isGone: () => boolean,
): Promise<readonly PriceRung[]> {
  const portfolios = accounts.map(({ account }) => account);
  return await priceRungs(async (moveBps, volPpm): Promise<Below> => {
    const elsewhere = marketAt(market, moveBps, volPpm);
    let [count, notionalE6] = [0, 0n];
    for (let first = 0; first < portfolios.length && !isGone(); first += SOME) {
      await turn();
      const below = belowIn(portfolios.slice(first, first + SOME), market, elsewhere);
      count += below.accounts;
      notionalE6 += below.notionalE6;
    }
    return { accounts: count, notionalE6 };
  });
}

/** What would be liquidated where the indices went, now and with stressed volatilities. */
export function LiquidationPrices(props: {
  readonly data: TickData;
  readonly market: PricedMarket;
  /** Where a service says it, of a ledger that is not recalculated here. */
  readonly fetchPrices: (() => Promise<readonly PriceRung[]>) | undefined;
}): VNode {
  const { data, market, fetchPrices } = props;
  const { answer: rungs, fault } = useAnswer<readonly PriceRung[]>(
    (isGone) =>
      data.venue === undefined || fetchPrices === undefined
        ? recalculated(data, market, isGone)
        : fetchPrices(),
    [data, market],
  );
  const indices = (moveBps: bigint): readonly string[] =>
    UNDERLYINGS.map((u) =>
      formatFixed((market.snapshot.underlyings[u].indexE4 * (10_000n + moveBps)) / 10_000n, 4),
    );
  const table = (found: readonly PriceRung[]): VNode =>
    html`<${Table}
      caption="accounts below maintenance where both indices moved together, and their notional at the indices of now; under stress every volatility is half as much again"
      columns=${[
        { title: 'indices' },
        ...UNDERLYINGS.map((u) => ({ title: `${UNDERLYING_SYMBOLS[u]}, USD` })),
        { title: 'accounts' },
        { title: 'notional, USD' },
        { title: 'accounts, stressed' },
        { title: 'notional, stressed, USD' },
      ]}
      rows=${found.map(({ moveBps, now, stressed }) => [
        moveBps === 0n ? 'as now' : `${moveBps > 0n ? '+' : ''}${formatFixed(moveBps, 2)} %`,
        ...indices(moveBps),
        `${now.accounts}`,
        cents(now.notionalE6),
        `${stressed.accounts}`,
        cents(stressed.notionalE6),
      ])}
    />`;
  const shown = (): VNode => {
    if (rungs !== undefined) return table(rungs);
    return fault === ''
      ? html`<p aria-busy="true" class="quiet">searching…</p>`
      : html`<p class="refusal">${fault}</p>`;
  };
  return html`<section aria-labelledby="prices">
    <h2 id="prices">What would be liquidated where</h2>
    ${shown()}
  </section>`;
}
