// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import type { VNode } from 'preact';

import type { ScenarioRow } from '../../analysis/figures/report.ts';
import { formatFixed } from '../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS, type UnderlyingId } from '../../model/types.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { scenarioParts, type AccountView } from '../account-view.ts';
import { Table, html } from './html.ts';
import { cents, short, usd } from './text.ts';

const SHADES = 5;

const describe = ({ id, moveBps, vol, roll }: ScenarioRow): string =>
  [
    `scenario ${id}`,
    `index ${moveBps < 0n ? '' : '+'}${formatFixed(moveBps, 2)} %`,
    ...(vol === 'unchanged' ? [] : [`volatility ${vol}`]),
    ...(roll === 'none' ? [] : [`roll ${roll}`]),
  ].join(', ');

/** Words of the parameter set, as few characters as a cell has room for. */
const VOL_MARKS: Readonly<Record<string, string>> = {
  unchanged: '',
  up: 'σ↑',
  down: 'σ↓',
  'skewAbs+': 'wings↑',
  'skewAbs-': 'wings↓',
  'skewLinear+': 'skew↑',
  'skewLinear-': 'skew↓',
};
const ROLL_MARKS: Readonly<Record<string, string>> = { none: '', up: 'roll↑', down: 'roll↓' };

/** What a scenario moves, for a glance: the words stand in the title. */
const mark = ({ moveBps, vol, roll }: ScenarioRow): string => {
  const move = Number(moveBps) / 100;
  return `${move > 0 ? '+' : ''}${Number(move.toFixed(1))} % ${VOL_MARKS[vol] ?? vol}${ROLL_MARKS[roll] ?? roll}`;
};

/** From −5, the largest gain of the map, to 5, its largest loss. */
function shadeOf(lossE6: bigint, mostE6: bigint): number {
  if (lossE6 === 0n || mostE6 === 0n) return 0;
  const share = Number((lossE6 * 1000n) / mostE6) / 1000;
  return Math.sign(share) * Math.max(1, Math.round(Math.abs(share) * SHADES));
}

/**
 * Two rows of 32 cells. Buttons rather than a canvas: a cell is reached by keyboard, read aloud, and
 * has its figure in words.
 */
export function HeatMap(props: {
  readonly view: AccountView;
  readonly market: PricedMarket;
}): VNode {
  const { view, market } = props;
  const [open, setOpen] = useState<readonly [UnderlyingId, number] | undefined>(undefined);
  const mostE6 = view.scenarios
    .flat()
    .map(({ dampedLossE6: loss }) => (loss < 0n ? -loss : loss))
    .reduce((most, own) => (own > most ? own : most), 0n);
  const chosen = open === undefined ? undefined : view.scenarios[open[0]][open[1]];
  return html`<section aria-labelledby="scenarios">
    <h2 id="scenarios">What counts in each scenario</h2>
    <p class="quiet">
      Damped loss in USD, a gain with a minus; a cell opens the positions and coins behind it.
    </p>
    ${UNDERLYINGS.map(
      (u) =>
        html`<h3>${UNDERLYING_SYMBOLS[u]}</h3>
          <div class="heat" role="group" aria-label=${`${UNDERLYING_SYMBOLS[u]} scenarios`}>
            ${view.scenarios[u].slice(1).map((row) => {
              const text = `${describe(row)}: ${usd(row.dampedLossE6)}${row.worst ? ', the worst' : ''}`;
              const isOpen = open?.[0] === u && open[1] === row.id;
              return html`<button
                type="button"
                id=${`cell-${u}-${row.id}`}
                class=${`shade${shadeOf(row.dampedLossE6, mostE6)}${row.worst ? ' worst' : ''}`}
                title=${text}
                aria-expanded=${isOpen}
                onClick=${() => setOpen(isOpen ? undefined : [u, row.id])}
              >
                <span aria-hidden="true"
                  ><small>${row.id}</small>${short(row.dampedLossE6)}<small class="moves"
                    >${mark(row)}</small
                  ></span
                ><span class="unseen">${text}</span>
              </button>`;
            })}
          </div>`,
    )}
    ${
      open === undefined || chosen === undefined
        ? null
        : html`<div id="behind">
            <p>
              ${UNDERLYING_SYMBOLS[open[0]]} ${describe(chosen)}: undamped ${usd(chosen.lossE6)},
              counts ${` ${usd(chosen.dampedLossE6)}`}
            </p>
            <${Table}
              caption="profit and loss by position and coin, USD"
              empty="nothing in this underlying"
              columns=${[{ title: 'position or coin', isText: true }, { title: 'profit and loss' }]}
              rows=${scenarioParts(view.margin, market, open[0], open[1]).map(({ name, pnlE6 }) => [
                name,
                cents(pnlE6),
              ])}
            />
          </div>`
    }
  </section>`;
}
