// SPDX-License-Identifier: GPL-3.0-or-later
import { useMemo } from 'preact/hooks';
import type { VNode } from 'preact';

import { componentAges, isStale } from '../../analysis/staleness.ts';
import { dequantise } from '../../market/surface/quantise.ts';
import { calendarMargin } from '../../market/surface/calendar.ts';
import { leastDensity } from '../../market/surface/domain.ts';
import type { Domain } from '../../market/surface/types.ts';
import { formatFixed, formatUtc } from '../../model/format.ts';
import {
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type LiveSlice,
  type MarketSnapshot,
  type UnderlyingId,
} from '../../model/types.ts';
import { volAt } from '../quotes-view.ts';
import type { TickData } from '../tick-data.ts';
import { Chart } from './chart.ts';
import { Table, html } from './html.ts';
import { Quotes } from './quotes-part.ts';

const POINTS = 121;
/** Log-moneyness on either side of the forward. */
const REACH = 0.6;

const liveSlices = (snapshot: MarketSnapshot, u: UnderlyingId): readonly LiveSlice[] =>
  snapshot.underlyings[u].slices.filter((slice) => slice.state === 'live');

function Smiles(props: { readonly snapshot: MarketSnapshot; readonly u: UnderlyingId }): VNode {
  const { snapshot, u } = props;
  const [xs, lines] = useMemo(() => {
    const ks = Array.from({ length: POINTS }, (_, at) => -REACH + (2 * REACH * at) / (POINTS - 1));
    const smiles = liveSlices(snapshot, u).map((slice) => ({
      label: formatUtc(slice.expiry),
      values: ks.map((k) => volAt(slice, snapshot.time, k)),
    }));
    return [ks, smiles] as const;
  }, [snapshot, u]);
  return html`<${Chart}
    says=${`${UNDERLYING_SYMBOLS[u]} smiles; the table below has their values`}
    xLabel="ln(strike / forward)"
    yLabel="implied volatility, %"
    xs=${xs}
    lines=${lines}
    digits=${2}
  />`;
}

const MONEYNESS = [-0.2, -0.1, 0, 0.1, 0.2];

/** Below it rounding of the calculation here, and no arbitrage. */
const NOISE = -1e-9;

/** @param within the log-moneyness that both smiles were made for; the engine holds them flat beyond */
function badge(
  { k, value }: { readonly k: number; readonly value: number },
  within: readonly Domain[],
): string {
  const isFlat = within.some(({ kMin, kMax }) => k < kMin || k > kMax);
  const where = `${value.toFixed(4)} at ${k.toFixed(2)}${isFlat ? ', where a smile is held flat' : ''}`;
  return `${value >= NOISE ? '✓ none' : '▼ arbitrage'}, ${where}`;
}

/** By expiry whether a butterfly, or a calendar against the expiry before, would pay for nothing. */
function NoArbitrage(props: {
  readonly snapshot: MarketSnapshot;
  readonly u: UnderlyingId;
}): VNode {
  const { snapshot, u } = props;
  const rows = useMemo(() => {
    const slices = liveSlices(snapshot, u).map((slice) => ({
      expiry: slice.expiry,
      svi: dequantise(slice),
    }));
    return slices.map(({ expiry, svi }, at) => [
      formatUtc(expiry),
      badge(leastDensity(svi, svi), [svi]),
      at === 0 ? '–' : badge(calendarMargin(slices[at - 1]!.svi, svi), [slices[at - 1]!.svi, svi]),
    ]);
  }, [snapshot, u]);
  return html`<${Table}
    caption="arbitrage in the surface: the least of Durrleman’s g(k), and of total variance over that of the expiry before, less 1, and at which ln(strike / forward); below 0 there is some"
    empty="no live expiry"
    columns=${[
      { title: 'expiry, UTC', isText: true },
      { title: 'butterfly', isText: true },
      { title: 'calendar', isText: true },
    ]}
    rows=${rows}
  />`;
}

/** At-the-forward volatility by days to expiry. */
function TermStructure(props: {
  readonly snapshot: MarketSnapshot;
  readonly u: UnderlyingId;
}): VNode {
  const { snapshot, u } = props;
  const [xs, lines] = useMemo(() => {
    const slices = liveSlices(snapshot, u);
    const days = slices.map(({ expiry }) => Number(expiry - snapshot.time) / 86_400);
    const values = slices.map((slice) => volAt(slice, snapshot.time, 0));
    return [days, [{ label: 'at the forward, %', values }]] as const;
  }, [snapshot, u]);
  return html`<${Chart}
    says=${`${UNDERLYING_SYMBOLS[u]} term structure; the column 0 of the table has its values`}
    xLabel="days to expiry"
    yLabel="implied volatility, %"
    xs=${xs}
    lines=${lines}
    digits=${2}
  />`;
}

function Underlying(props: {
  readonly snapshot: MarketSnapshot;
  readonly quotes: TickData['quotes'];
  readonly u: UnderlyingId;
}): VNode {
  const { snapshot, quotes, u } = props;
  const market = snapshot.underlyings[u];
  const slices = useMemo(() => liveSlices(snapshot, u), [snapshot, u]);
  return html`<section aria-labelledby=${`market-${u}`}>
    <h2 id=${`market-${u}`}>${UNDERLYING_SYMBOLS[u]}</h2>
    <p>
      index ${formatFixed(market.indexE4, 4)} USD, perpetual
      ${` ${formatFixed(market.perpetualMarkE4, 4)}`} USD, depth
      ${` ${formatFixed(market.depthQuote, 0)}`} USD.
    </p>
    <${Smiles} snapshot=${snapshot} u=${u} />
    <${Table}
      caption="implied volatility by ln(strike / forward), %"
      empty="no live expiry"
      columns=${[
        { title: 'expiry, UTC', isText: true },
        { title: 'days' },
        { title: 'forward, USD' },
        ...MONEYNESS.map((k) => ({ title: k > 0 ? `+${k}` : `${k}` })),
      ]}
      rows=${liveSlices(snapshot, u).map((slice) => [
        formatUtc(slice.expiry),
        (Number(slice.expiry - snapshot.time) / 86_400).toFixed(2),
        formatFixed((market.indexE4 * slice.forwardRatioQ30) >> 30n, 4),
        ...MONEYNESS.map((k) => volAt(slice, snapshot.time, k).toFixed(2)),
      ])}
    />
    <${Quotes} quotes=${quotes} snapshot=${snapshot} slices=${slices} u=${u} />
    <${TermStructure} snapshot=${snapshot} u=${u} />
    <${NoArbitrage} snapshot=${snapshot} u=${u} />
  </section>`;
}

export function MarketPage(props: {
  readonly data: TickData;
  /** What a service says of its market beside the tick. */
  readonly beside?: VNode | undefined;
}): VNode {
  const { data, beside } = props;
  const { snapshot, heartbeats, quotes } = data;
  return html`<main>
    <h1>Market</h1>
    <section aria-labelledby="ages">
      <h2 id="ages">Ages of the oracle’s components, at the snapshot’s own time</h2>
      <${Table}
        caption="in seconds"
        columns=${[
          { title: 'component', isText: true },
          { title: 'age' },
          { title: 'at most' },
          { title: 'state', isText: true },
        ]}
        rows=${componentAges(snapshot, heartbeats).map((age) => [
          age.component,
          `${age.ageSeconds}`,
          `${age.allowedSeconds}`,
          isStale(age) ? '▼ stale: a feed refuses it' : '✓ fresh',
        ])}
      />
    </section>
    ${beside ?? null}
    ${UNDERLYINGS.map((u) => html`<${Underlying} snapshot=${snapshot} quotes=${quotes} u=${u} />`)}
  </main>`;
}
