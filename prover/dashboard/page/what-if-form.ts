// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import type { VNode } from 'preact';

import { PlimsollError } from '../../core/errors.ts';
import type { Account } from '../../commitments/account.ts';
import { appliedTexts } from '../../analysis/figures/applied.ts';
import { stepsOf, type Ask } from '../../analysis/figures/steps.ts';
import { statusOf } from '../../analysis/figures/report.ts';
import { shockOf, shockedBy } from '../../analysis/figures/shock-text.ts';
import { repriceMarket } from '../../analysis/shock.ts';
import { standingOf, type Standing } from '../../analysis/standing.ts';
import { applySteps } from '../../analysis/trades.ts';
import { UNDERLYINGS } from '../../model/types.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { Table, html, type FieldEvent } from './html.ts';
import { usd } from './text.ts';

interface Answer {
  readonly applied: readonly string[];
  readonly now: Standing;
  readonly after: Standing;
}

const FIELDS = [
  ['deposit', 'deposit, USDC', '10000'],
  ['withdraw', 'withdraw, USDC', '500'],
  ['instrument', 'trade: instrument', 'BTC-PERPETUAL'],
  ['contracts', 'contracts, sold below 0', '-0.5'],
  ['btc', 'BTC index: a move or a price', '-10%'],
  ['eth', 'ETH index: a move or a price', '1500'],
  ['vol', 'all volatilities: a move', '+20%'],
] as const;
const SHOCKS = ['btc', 'eth', 'vol'] as const;
type FieldName = (typeof FIELDS)[number][0];
type Fields = Readonly<Record<FieldName, string>>;
const NOTHING = Object.fromEntries(FIELDS.map(([name]) => [name, ''])) as Fields;

/** What the form asks for, by the functions that `plimsoll what-if` calls; throws naming the field. */
function answer(account: Account, market: PricedMarket, fields: Fields): Answer {
  const ask = (source: FieldName, name: string, value: string): readonly Ask[] =>
    value === '' ? [] : [{ source, name, value }];
  const steps = stepsOf(
    {
      deposit: ask('deposit', 'USDC', fields.deposit),
      withdraw: ask('withdraw', 'USDC', fields.withdraw),
      add:
        fields.instrument === ''
          ? []
          : ask('contracts', fields.instrument, fields.contracts || '0'),
      remove: [],
      isPaid: true,
    },
    account,
    market,
  );
  const { snapshot } = market;
  const asked = SHOCKS.filter((name) => fields[name] !== '');
  const shock = shockOf(
    asked.map((name) => ({ source: name, name, value: fields[name] })),
    snapshot,
    'the market',
  );
  const after = shockedBy(snapshot, shock, market.parameters, 'the market');
  return {
    applied: appliedTexts(steps, shock, snapshot),
    now: standingOf(account, market),
    after: standingOf(applySteps(account, steps), repriceMarket(market, after.snapshot)),
  };
}

/** Before and after, recalculated here to the last unit. */
export function WhatIf(props: { readonly account: Account; readonly market: PricedMarket }): VNode {
  const [fields, setFields] = useState<Fields>(NOTHING);
  let result: Answer | undefined;
  let refusal: string | undefined;
  if (FIELDS.some(([name]) => fields[name] !== '')) {
    try {
      result = answer(props.account, props.market, fields);
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      refusal = error.message;
    }
  }
  const row = (name: string, of: (standing: Standing) => string): readonly string[] =>
    result === undefined ? [] : [name, of(result.now), of(result.after)];
  return html`<section aria-labelledby="what-if">
    <h2 id="what-if">What if</h2>
    <form class="fields" onSubmit=${(event: FieldEvent) => event.preventDefault()}>
      ${FIELDS.map(
        ([name, label, example]) =>
          html`<label
            >${label}
            <input
              name=${name}
              placeholder=${example}
              autocomplete="off"
              spellcheck=${false}
              value=${fields[name]}
              onInput=${(event: FieldEvent) =>
                setFields({ ...fields, [name]: event.currentTarget.value.trim() })}
          /></label>`,
      )}
    </form>
    <div aria-live="polite" id="answer">
      ${refusal === undefined ? null : html`<p class="refusal">✕ ${refusal}</p>`}
      ${
        result === undefined
          ? null
          : html`<ul>
                ${result.applied.map((text) => html`<li>${text}</li>`)}
              </ul>
              <${Table}
                caption="before and after"
                columns=${[{ title: '', isText: true }, { title: 'now' }, { title: 'after' }]}
                rows=${[
                  row('state', ({ margin }) => statusOf(margin)),
                  row('equity', ({ margin }) => usd(margin.equityE6)),
                  row('maintenance margin', ({ margin }) => usd(margin.mmE6)),
                  row('initial margin', ({ margin }) => usd(margin.imE6)),
                  row('above maintenance', ({ excessMmE6 }) => usd(excessMmE6)),
                  row('above initial', ({ excessImE6 }) => usd(excessImE6)),
                  ...UNDERLYINGS.map((u) =>
                    row(`${['BTC', 'ETH'][u]} delta`, ({ greeks }) => greeks[u].delta.toFixed(4)),
                  ),
                ]}
              />`
      }
    </div>
  </section>`;
}
