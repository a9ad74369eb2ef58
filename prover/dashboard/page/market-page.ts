// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef } from 'preact/hooks';
import type { VNode } from 'preact';
import uPlot from 'uplot';

import { componentAges, isStale } from '../../analysis/staleness.ts';
import { dequantise } from '../../market/surface/quantise.ts';
import { totalVariance } from '../../market/surface/svi.ts';
import { formatFixed, formatUtc } from '../../model/format.ts';
import {
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type LiveSlice,
  type MarketSnapshot,
  type UnderlyingId,
} from '../../model/types.ts';
import type { TickData } from '../tick-data.ts';
import { Table, html, moment } from './html.ts';

const YEAR_SECONDS = 365 * 86_400;
const POINTS = 121;
/** Log-moneyness on either side of the forward. */
const REACH = 0.6;
const CHART_HEIGHT = 280;
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

const liveSlices = (snapshot: MarketSnapshot, u: UnderlyingId): readonly LiveSlice[] =>
  snapshot.underlyings[u].slices.filter((slice) => slice.state === 'live');

/** Implied volatility in percent at a log-moneyness, as the engine prices it. */
function volAt(slice: LiveSlice, time: bigint, k: number): number {
  const years = Number(slice.expiry - time) / YEAR_SECONDS;
  return 100 * Math.sqrt(totalVariance(dequantise(slice), k) / years);
}

/** A line of its own hue and dashes for every expiry. */
const strokeOf = (place: number, of: number): string =>
  `hsl(${Math.round((place * 320) / Math.max(of, 1))} 65% 50%)`;

function Smiles(props: { readonly snapshot: MarketSnapshot; readonly u: UnderlyingId }): VNode {
  const { snapshot, u } = props;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current!;
    const slices = liveSlices(snapshot, u);
    const ks = Array.from({ length: POINTS }, (_, at) => -REACH + (2 * REACH * at) / (POINTS - 1));
    const ink = getComputedStyle(element).color;
    const axis = { stroke: ink, grid: { stroke: `color-mix(in srgb, ${ink} 20%, transparent)` } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: CHART_HEIGHT,
        scales: { x: { time: false } },
        axes: [
          { ...axis, label: 'ln(strike / forward)' },
          { ...axis, label: 'implied volatility, %' },
        ],
        series: [
          { label: 'k', value: (_, k) => (k === null ? '' : k.toFixed(3)) },
          ...slices.map(({ expiry }, at) => ({
            label: formatUtc(expiry),
            stroke: strokeOf(at, slices.length),
            dash: DASHES[at % DASHES.length]!,
            width: 2,
            value: (_: uPlot, vol: number | null) => (vol === null ? '' : `${vol.toFixed(2)} %`),
          })),
        ],
      },
      [ks, ...slices.map((slice) => ks.map((k) => volAt(slice, snapshot.time, k)))],
      element,
    );
    const fit = (): void => chart.setSize({ width: element.clientWidth, height: CHART_HEIGHT });
    addEventListener('resize', fit);
    return () => {
      removeEventListener('resize', fit);
      chart.destroy();
    };
  }, [snapshot, u]);
  return html`<div
    class="chart"
    ref=${place}
    role="img"
    aria-label=${`${UNDERLYING_SYMBOLS[u]} smiles; the table below has their values`}
  ></div>`;
}

const MONEYNESS = [-0.2, -0.1, 0, 0.1, 0.2];

function Underlying(props: { readonly snapshot: MarketSnapshot; readonly u: UnderlyingId }): VNode {
  const { snapshot, u } = props;
  const market = snapshot.underlyings[u];
  return html`<section aria-labelledby=${`market-${u}`}>
    <h2 id=${`market-${u}`}>${UNDERLYING_SYMBOLS[u]}</h2>
    <p>
      index ${formatFixed(market.indexE4, 4)}, perpetual ${formatFixed(market.perpetualMarkE4, 4)},
      depth ${` ${formatFixed(market.depthQuote, 0)}`} USD
    </p>
    <${Smiles} snapshot=${snapshot} u=${u} />
    <${Table}
      caption="implied volatility by ln(strike / forward), %"
      empty="no live expiry"
      columns=${[
        { title: 'expiry, UTC', isText: true },
        { title: 'days' },
        { title: 'forward' },
        ...MONEYNESS.map((k) => ({ title: k > 0 ? `+${k}` : `${k}` })),
      ]}
      rows=${liveSlices(snapshot, u).map((slice) => [
        formatUtc(slice.expiry),
        (Number(slice.expiry - snapshot.time) / 86_400).toFixed(2),
        formatFixed((market.indexE4 * slice.forwardRatioQ30) >> 30n, 4),
        ...MONEYNESS.map((k) => volAt(slice, snapshot.time, k).toFixed(2)),
      ])}
    />
  </section>`;
}

/** The answer of `/margin-state`. */
export interface MovingReply {
  readonly sequence: string;
  readonly time: string;
  readonly floorQ20: string;
  readonly capQ20: string;
  readonly underlyings: readonly { readonly symbol: string; readonly multiplierQ20: string }[];
}

const timesOf = (q20: string): string => formatFixed((BigInt(q20) * 10_000n) >> 20n, 4);

/** How far its rule has moved the venue's margin; a text says why nobody knows. */
function Moving({ moving }: { readonly moving: MovingReply | null | string }): VNode {
  const shown = (): VNode => {
    if (typeof moving === 'string') return html`<p class="quiet">${moving}</p>`;
    if (moving === null) {
      return html`<p class="quiet">
        no rule is in force: the parameters stand as they were governed
      </p>`;
    }
    return html`<p>after step ${moving.sequence}, of ${moment(BigInt(moving.time))}</p>
      <${Table}
        caption="what the moves of scenarios are multiplied with, and the band it never leaves"
        columns=${[
          { title: 'underlying', isText: true },
          { title: 'multiplier' },
          { title: 'at least' },
          { title: 'at most' },
        ]}
        rows=${moving.underlyings.map(({ symbol, multiplierQ20 }) => [
          symbol,
          timesOf(multiplierQ20),
          timesOf(moving.floorQ20),
          timesOf(moving.capQ20),
        ])}
      />`;
  };
  return html`<section aria-labelledby="moving">
    <h2 id="moving">Margin multiplier</h2>
    ${shown()}
  </section>`;
}

export function MarketPage(props: {
  readonly data: TickData;
  /** Undefined where no service is asked. */
  readonly moving: MovingReply | null | string | undefined;
}): VNode {
  const { data, moving } = props;
  const { snapshot, heartbeats } = data;
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
    ${moving === undefined ? null : html`<${Moving} moving=${moving} />`}
    ${UNDERLYINGS.map((u) => html`<${Underlying} snapshot=${snapshot} u=${u} />`)}
  </main>`;
}
