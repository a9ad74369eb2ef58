// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';

import type * as ChartLibrary from './chart-library.ts';
import { html } from './html.ts';
import { loadScript } from './load-script.ts';
import { useAnswer } from './use-answer.ts';

const HEIGHT = 280;
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export interface Line {
  readonly label: string;
  /** By place on the axis below; null where there is nothing. */
  readonly values: readonly (number | null)[];
  /** Marks alone, and no line between them. */
  readonly isMarks?: boolean;
  /** Of its place among the lines, unless a name says otherwise. */
  readonly tone?: 'bad' | 'quiet';
}

/** A line of its own hue and dashes for each. */
const strokeOf = (place: number, of: number): string =>
  `hsl(${Math.round((place * 320) / Math.max(of, 1))} 65% 50%)`;

/** Month, day and time of a Unix second, in UTC. */
const utcShort = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(5, 16).replace('T', ' ');
const utcTicks = (_: uPlot, seconds: readonly number[]): string[] => seconds.map(utcShort);
const utcValue = (_: uPlot, seconds: number | null): string =>
  seconds === null ? '–' : utcShort(seconds);

/** Lines over one axis; the table beside it has the values for whoever cannot see them. */
export function Chart(props: {
  /** What it shows, in words, and where its values stand. */
  readonly says: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xs: readonly number[];
  /** Whether `xs` are Unix seconds, shown in UTC. */
  readonly isTime?: boolean;
  readonly lines: readonly Line[];
  readonly digits: number;
}): VNode {
  const { says, xLabel, yLabel, xs, isTime = false, lines, digits } = props;
  const place = useRef<HTMLElement>(null);
  const { answer: library, fault } = useAnswer(
    () => loadScript<typeof ChartLibrary>('PlimsollChart', '/page/chart.js'),
    [],
  );
  useEffect(() => {
    if (library === undefined) return;
    const { uPlot: Plot } = library;
    const element = place.current!;
    // Asked at each drawing: the system may go from light to dark under it.
    const style = getComputedStyle(element);
    const ink = (): string => style.color;
    const named = { bad: () => style.getPropertyValue('--bad-line'), quiet: ink };
    const grid = (): string => `color-mix(in srgb, ${ink()} 20%, transparent)`;
    const axis = { stroke: ink, grid: { stroke: grid } };
    const valueOf = (_: uPlot, value: number | null): string =>
      value === null ? '–' : value.toFixed(digits);
    const chart = new Plot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { x: { time: isTime } },
        tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        axes: [
          { ...axis, label: xLabel, ...(isTime ? { space: 90, values: utcTicks } : {}) },
          { ...axis, label: yLabel },
        ],
        series: [
          { label: xLabel, value: isTime ? utcValue : valueOf },
          ...lines.map(({ label, isMarks = false, tone }, at) => {
            const stroke = tone === undefined ? strokeOf(at, lines.length) : named[tone];
            return {
              label,
              stroke,
              dash: isMarks ? [] : DASHES[at % DASHES.length]!,
              width: isMarks ? 0 : 2,
              points: { show: isMarks, fill: stroke, size: tone === 'quiet' ? 4 : 8 },
              value: valueOf,
            };
          }),
        ],
      },
      [[...xs], ...lines.map(({ values }) => [...values])],
      element,
    );
    const fit = (): void => chart.setSize({ width: element.clientWidth, height: HEIGHT });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => chart.redraw();
    addEventListener('resize', fit);
    scheme.addEventListener('change', draw);
    return () => {
      removeEventListener('resize', fit);
      scheme.removeEventListener('change', draw);
      chart.destroy();
    };
  }, [library, xs, lines]);
  return html`<div class="chart" ref=${place} role="img" aria-label=${says}></div>
    ${fault === '' ? null : html`<p class="refusal">no picture: ${fault}</p>`}`;
}
