// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';

import { formatFixed } from '../../model/format.ts';
import { Chart, type Line } from './chart.ts';
import { Table, html, moment } from './html.ts';
import { lasting } from './text.ts';

/** The answer of `/coverage`; moves in 10⁻⁴ of the index. */
export interface CoverageReply {
  readonly horizonSeconds: number;
  readonly underlyings: readonly {
    readonly symbol: string;
    readonly breaches: number;
    readonly band: {
      readonly floorFallBps: string;
      readonly floorRiseBps: string;
      readonly capFallBps: string;
      readonly capRiseBps: string;
    } | null;
    readonly ticks: readonly {
      readonly time: string;
      readonly indexE4: string;
      readonly fallBps: string;
      readonly riseBps: string;
      readonly furthestFallBps: string;
      readonly furthestRiseBps: string;
      readonly isBreached: boolean;
    }[];
  }[];
}
type Covered = CoverageReply['underlyings'][number];

const percent = (bps: string): string => `${formatFixed(BigInt(bps), 2)} %`;
const height = (bps: string): number => Number(bps) / 100;
/** Breaches that the table lists, the newest of them. */
const LISTED = 20;

function linesOf({ ticks, band }: Covered): readonly Line[] {
  const all = (bps: string): readonly number[] => ticks.map(() => height(bps));
  const breach = (of: 'fall' | 'rise'): readonly (number | null)[] =>
    ticks.map(({ fallBps, riseBps, furthestFallBps, furthestRiseBps }) => {
      const [went, covered] =
        of === 'fall' ? [furthestFallBps, fallBps] : [furthestRiseBps, riseBps];
      const isBeyond =
        of === 'fall' ? BigInt(went) < BigInt(covered) : BigInt(went) > BigInt(covered);
      return isBeyond ? height(went) : null;
    });
  return [
    { label: 'rise covered, %', values: ticks.map(({ riseBps }) => height(riseBps)) },
    { label: 'furthest rise, %', values: ticks.map((tick) => height(tick.furthestRiseBps)) },
    { label: 'fall covered, %', values: ticks.map(({ fallBps }) => height(fallBps)) },
    { label: 'furthest fall, %', values: ticks.map((tick) => height(tick.furthestFallBps)) },
    ...(band === null
      ? []
      : ([
          { label: 'rise, floor', values: all(band.floorRiseBps), tone: 'quiet' },
          { label: 'rise, cap', values: all(band.capRiseBps), tone: 'quiet' },
          { label: 'fall, floor', values: all(band.floorFallBps), tone: 'quiet' },
          { label: 'fall, cap', values: all(band.capFallBps), tone: 'quiet' },
        ] as const)),
    { label: 'breach, rise', values: breach('rise'), isMarks: true, tone: 'bad' },
    { label: 'breach, fall', values: breach('fall'), isMarks: true, tone: 'bad' },
  ];
}

function Underlying(props: { readonly of: Covered; readonly horizonSeconds: number }): VNode {
  const { of, horizonSeconds } = props;
  const [xs, lines] = useMemo(() => [of.ticks.map(({ time }) => Number(time)), linesOf(of)], [of]);
  const horizon = lasting(BigInt(horizonSeconds));
  const breached = of.ticks.filter(({ isBreached }) => isBreached).toReversed();
  return html`<h3>${of.symbol}</h3>
    <p>
      ${of.breaches === 0 ? '✓' : '▼'} ${`${of.breaches} of ${of.ticks.length}`} ticks were
      followed, within ${horizon}, by a move further than margin covered
    </p>
    <${Chart}
      says=${`${of.symbol}: moves that margin covered and moves that came; breaches are in the table below`}
      xLabel="tick, UTC"
      yLabel="move of the index, %"
      xs=${xs}
      isTime
      lines=${lines}
      digits=${2}
    />
    <${Table}
      caption=${`breaches, the newest ${LISTED} at most: how far the index went within ${horizon} of the tick`}
      empty="none"
      columns=${[
        { title: 'tick', isText: true },
        { title: 'index, USD' },
        { title: 'fall covered' },
        { title: 'furthest fall' },
        { title: 'rise covered' },
        { title: 'furthest rise' },
      ]}
      rows=${breached
        .slice(0, LISTED)
        .map((tick) => [
          moment(BigInt(tick.time)),
          formatFixed(BigInt(tick.indexE4), 4),
          percent(tick.fallBps),
          percent(tick.furthestFallBps),
          percent(tick.riseBps),
          percent(tick.furthestRiseBps),
        ])}
    />`;
}

/** What the margin foresaw, and where the market went further; a text says why nobody knows. */
export function CoveragePart({ coverage }: { readonly coverage: CoverageReply | string }): VNode {
  return html`<section aria-labelledby="coverage">
    <h2 id="coverage">What margin covered, and what came</h2>
    ${
      typeof coverage === 'string'
        ? html`<p class="quiet">${coverage}</p>`
        : coverage.underlyings.map(
            (of) => html`<${Underlying} of=${of} horizonSeconds=${coverage.horizonSeconds} />`,
          )
    }
  </section>`;
}
