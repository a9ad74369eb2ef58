// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { VNode } from 'preact';

import { levelText, moveText } from '../../analysis/figures/levels-text.ts';
import { marginLevels, type LevelSearch, type MarginLevels } from '../../analysis/levels.ts';
import type { Account } from '../../commitments/account.ts';
import { restoringTrades, type RestoringTrade } from '../../analysis/restoring-trades.ts';
import { formatAddress, formatFixed, instrumentName } from '../../model/format.ts';
import { COLLATERAL_SYMBOLS, UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { Greeks } from '../../risk/greeks/greeks.ts';
import { abs } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { accountView, type AccountView } from '../account-view.ts';
import { HeatMap } from './heat-map.ts';
import { Table, Tile, html } from './html.ts';
import { STATUS_MARK, STATUS_TONE, cents, ratioText, usd } from './text.ts';
import { WhatIf } from './what-if-form.ts';

function levelRows(
  name: string,
  { now, up, down }: LevelSearch,
  format: (level: bigint) => string,
): readonly (readonly string[])[] {
  return (['down', 'up'] as const).flatMap((direction) =>
    (['mm', 'im'] as const).map((requirement) => {
      const { healthyNow, level, second, searchedTo } = (direction === 'up' ? up : down)[
        requirement
      ];
      const margin = requirement === 'mm' ? 'maintenance' : 'initial';
      return [
        `${name}, ${direction}`,
        margin,
        level === undefined
          ? `none as far as ${format(searchedTo)}`
          : `${healthyNow ? 'falls below' : 'is restored'} at ${format(level)}`,
        level === undefined ? '' : moveText(level, now),
        level === undefined || second === undefined
          ? ''
          : `${healthyNow ? 'is restored' : 'falls below'} at ${format(second)}`,
        level === undefined || second === undefined ? '' : moveText(second, now),
      ];
    }),
  );
}

/** What would bring it back to initial margin, beside a deposit; searched once the rest of the page stands. */
function Restoring(props: { readonly account: Account; readonly market: PricedMarket }): VNode {
  const { account, market } = props;
  const [trades, setTrades] = useState<readonly RestoringTrade[] | undefined>(undefined);
  useEffect(() => {
    setTrades(undefined);
    const timer = setTimeout(() => setTrades(restoringTrades(account, market)), 50);
    return () => clearTimeout(timer);
  }, [account, market]);
  return html`<section aria-labelledby="restoring">
    <h2 id="restoring">The cheapest trades back to initial margin</h2>
    ${
      trades === undefined
        ? html`<p aria-busy="true" class="quiet">searching…</p>`
        : html`<${Table}
            caption="each alone, at mark, to the lot; the smallest notional first"
            empty="no single trade that closes a position or hedges by a perpetual brings it back"
            columns=${[
              { title: 'trade', isText: true },
              { title: 'contracts' },
              { title: 'notional at the index, USD' },
            ]}
            rows=${trades.map(({ instrument, lots, notionalE6 }) => [
              `${lots > 0n ? 'buy' : 'sell'} ${instrumentName(instrument)}`,
              formatFixed(abs(lots), 2),
              cents(notionalE6),
            ])}
          />`
    }
  </section>`;
}

/** Thousands of margins: searched once the rest of the page stands. */
function Levels(props: { readonly account: Account; readonly market: PricedMarket }): VNode {
  const { account, market } = props;
  const [levels, setLevels] = useState<MarginLevels | undefined>(undefined);
  useEffect(() => {
    setLevels(undefined);
    const timer = setTimeout(() => setLevels(marginLevels(account, market)), 50);
    return () => clearTimeout(timer);
  }, [account, market]);
  const rows =
    levels === undefined
      ? []
      : [
          ...levels.index.flatMap(({ underlying, ...search }) =>
            levelRows(`${UNDERLYING_SYMBOLS[underlying]} index`, search, levelText.index),
          ),
          ...(levels.vol === undefined
            ? []
            : levelRows('volatilities ×', levels.vol, levelText.vol)),
        ];
  const hasSecond = rows.some(([, , , , second]) => second !== '');
  return html`<section aria-labelledby="levels">
    <h2 id="levels">Where it crosses its margins</h2>
    ${
      levels === undefined
        ? html`<p aria-busy="true" class="quiet">searching…</p>`
        : html`<${Table}
            caption="the nearest level each way and, where it crosses back beyond, the second; everything else as it is"
            empty="nothing held can move"
            columns=${[
              { title: 'what moves', isText: true },
              { title: 'margin', isText: true },
              { title: 'level', isText: true },
              { title: 'from now' },
              ...(hasSecond ? [{ title: 'and beyond', isText: true }, { title: 'from now' }] : []),
            ]}
            rows=${hasSecond ? rows : rows.map((row) => row.slice(0, 4))}
          />`
    }
  </section>`;
}

const GREEK_DIGITS = {
  delta: 4,
  gamma: 8,
  vega: 2,
  theta: 2,
  vanna: 4,
  volga: 4,
} as const satisfies Record<keyof Greeks, number>;

const greekRow = (name: string, greeks: Greeks): readonly string[] => [
  name,
  ...(Object.keys(GREEK_DIGITS) as (keyof Greeks)[]).map((greek) =>
    greeks[greek].toFixed(GREEK_DIGITS[greek]),
  ),
];

function Holdings(props: { readonly account: Account; readonly view: AccountView }): VNode {
  const { account, view } = props;
  return html`<section aria-labelledby="holdings">
    <h2 id="holdings">What it holds</h2>
    <${Table}
      caption="balances"
      columns=${[{ title: 'asset', isText: true }, { title: 'balance' }, { title: 'after haircut, USD' }]}
      rows=${[
        ['USDC', formatFixed(account.quoteE6, 6), cents(account.quoteE6)],
        ...COLLATERAL_SYMBOLS.flatMap((symbol, c) =>
          account.collateralE8[c] === 0n
            ? []
            : [
                [
                  symbol,
                  formatFixed(account.collateralE8[c]!, 8),
                  cents(view.margin.collateral[c]!.haircutValueE6),
                ],
              ],
        ),
      ]}
    />
    <${Table}
      caption="positions; marginal: what the requirement is more for having it"
      empty="none"
      columns=${[
        { title: 'instrument', isText: true },
        { title: 'contracts' },
        { title: 'mark' },
        { title: 'value, USD' },
        { title: 'marginal MM, USD' },
        { title: 'marginal IM, USD' },
      ]}
      rows=${view.positions.map(({ name, lots, markE4, valueE6, marginalMmE6, marginalImE6 }) => [
        name,
        formatFixed(lots, 2),
        formatFixed(markE4, 4),
        cents(valueE6),
        cents(marginalMmE6),
        cents(marginalImE6),
      ])}
    />
  </section>`;
}

export function AccountPage(props: {
  readonly index: number;
  readonly name: string | undefined;
  readonly account: Account;
  readonly market: PricedMarket;
  /** Why it was liquidated, where somebody knows. */
  readonly why?: VNode | undefined;
  /** What was proven about it, where a service knows. */
  readonly proofs?: VNode | undefined;
}): VNode {
  const { index, name, account, market, why, proofs } = props;
  const view = useMemo(() => accountView(account, market), [account, market]);
  const { margin, summary, status } = view;
  return html`<main>
    <h1>Account ${index}${name === undefined ? '' : ` ${name}`}</h1>
    <p class="quiet">
      owner ${formatAddress(account.owner)}, nonce ${`${account.settlementNonce}`}
    </p>
    <dl class="tiles">
      <${Tile}
        id="state"
        label="state"
        value=${`${STATUS_MARK[status]} ${status}`}
        tone=${STATUS_TONE[status]}
      />
      <${Tile}
        id="withdrawable"
        label="withdrawable now"
        value=${usd(view.withdrawableE6)}
        note="USDC"
      />
      <${Tile}
        id="im-left"
        label="initial margin left for an order"
        value=${usd(summary.excessImE6)}
        tone=${summary.excessImE6 < 0n ? 'warn' : undefined}
      />
      <${Tile}
        id="ratio"
        label="margin ratio"
        value=${ratioText(summary.ratioBps)}
        note="of equity; liquidated above 100 %"
      />
      <${Tile}
        id="deposit"
        label="deposit back to initial margin"
        value=${usd(summary.depositToImE6)}
        note="USDC"
      />
      <${Tile} id="equity" label="equity" value=${usd(margin.equityE6)} />
      <${Tile} id="mm" label="maintenance margin" value=${usd(margin.mmE6)} />
      <${Tile} id="im" label="initial margin" value=${usd(margin.imE6)} />
      ${
        margin.bankrupt
          ? html`<${Tile} id="deficit" label="deficit" value=${usd(margin.deficitE6)} tone="bad" />`
          : null
      }
    </dl>
    ${summary.excessImE6 < 0n ? html`<${Restoring} account=${account} market=${market} />` : null}
    ${why ?? null}
    <${HeatMap} key=${`heat-${index}`} view=${view} market=${market} />
    <${Levels} account=${account} market=${market} />
    <${WhatIf} key=${`what-if-${index}`} account=${account} market=${market} />
    <${Holdings} account=${account} view=${view} />
    <section aria-labelledby="requirement">
      <h2 id="requirement">The requirement, line by line</h2>
      <${Table}
        caption="each line rounded up on its own, USD; the totals round once"
        columns=${[{ title: 'line', isText: true }, { title: 'of' }, { title: 'maintenance' }, { title: 'initial' }]}
        rows=${[
          ['scan range', '', cents(margin.scanMmE6), cents(margin.scanImE6)],
          ...view.contingencies.map(({ name: line, baseE6, mmE6, imE6 }) => [
            line,
            cents(baseE6),
            cents(mmE6),
            cents(imE6),
          ]),
        ]}
      />
    </section>
    <section aria-labelledby="greeks">
      <h2 id="greeks">Greeks</h2>
      <${Table}
        caption="delta in coins, gamma in coins a dollar of the index, the others in USD: vega, vanna and volga a volatility point, theta a day; strikes keep their volatility"
        columns=${[{ title: 'of', isText: true }, ...Object.keys(GREEK_DIGITS).map((title) => ({ title }))]}
        rows=${[
          ...UNDERLYINGS.map((u) =>
            greekRow(UNDERLYING_SYMBOLS[u], view.greeks.underlyings[u].stickyStrike),
          ),
          greekRow('both, USD', view.greeks.account.stickyStrike),
        ]}
      />
    </section>
    ${
      proofs ??
      html`<section aria-labelledby="proofs">
        <h2 id="proofs">Proofs and receipts</h2>
        <p class="quiet">are shown by the page of a service: an exported tick holds none.</p>
      </section>`
    }
  </main>`;
}
