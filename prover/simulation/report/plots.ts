// SPDX-License-Identifier: GPL-3.0-or-later
import { scrolling } from './html.ts';
import { MUTED, at, label, line, ticks } from '../../market/charts/svg.ts';

const SIZE = { width: 1120, height: 300, left: 54, right: 150, top: 16, bottom: 30 } as const;
const GRID = '#e3e8ed';
/** One a rule, in their order. */
export const COLOURS = ['#5d6b78', '#c8401e', '#d99a1c', '#1f5f99', '#1d7a46'] as const;

export interface Line {
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Lowest and highest of every pixel column: storms survive however long the history is. */
function columnsOf(
  { times, values }: Line,
  x: (time: number) => number,
): [number, number, number][] {
  const columns = new Map<number, [number, number]>();
  times.forEach((time, index) => {
    const value = values[index] as number;
    const column = Math.round(x(time));
    const known = columns.get(column);
    if (known === undefined) columns.set(column, [value, value]);
    else columns.set(column, [Math.min(known[0], value), Math.max(known[1], value)]);
  });
  return [...columns].map(([column, [low, high]]) => [column, low, high]);
}

function yearTicks(first: number, last: number): number[] {
  const years: number[] = [];
  for (let year = new Date(first * 1000).getUTCFullYear(); ; year += 1) {
    const time = Date.UTC(year, 0, 1) / 1000;
    if (time > last) return years;
    if (time >= first) years.push(time);
  }
}

/** Powers of two between two logarithms: levels of a scale on which a doubling looks the same. */
function doublings(bottom: number, top: number): number[] {
  const [first, last] = [Math.ceil(bottom / Math.LN2), Math.floor(top / Math.LN2)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 2 ** (first + i));
}

/** Series over time on a logarithmic scale, where a rise of a tenth looks the same everywhere. */
export function timePlot(lines: readonly Line[], unit: (value: number) => string): string {
  const first = Math.min(...lines.map(({ times }) => times[0] as number));
  const last = Math.max(...lines.map(({ times }) => times.at(-1) as number));
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of lines) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const [bottom, top] = [Math.log(low) - 0.05, Math.log(high) + 0.05];
  const width = SIZE.width - SIZE.left - SIZE.right;
  const height = SIZE.height - SIZE.top - SIZE.bottom;
  const x = (time: number): number => SIZE.left + ((time - first) / (last - first)) * width;
  const y = (value: number): number =>
    SIZE.top + (1 - (Math.log(value) - bottom) / (top - bottom)) * height;
  const levels = doublings(bottom, top);
  const paths = lines.map((own, index) => {
    const points = columnsOf(own, x).map(
      ([column, least, most]) => `${column},${at(y(least))} ${column},${at(y(most))}`,
    );
    const colour = COLOURS[index % COLOURS.length];
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.1"/>`;
  });
  const axis = SIZE.height - SIZE.bottom;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">`,
    ...levels.flatMap((level) => [
      line([SIZE.left, y(level)], [SIZE.left + width, y(level)], GRID),
      label(SIZE.left - 6, y(level) + 4, unit(level), { anchor: 'end', colour: MUTED }),
    ]),
    ...yearTicks(first, last).flatMap((time) => [
      line([x(time), SIZE.top], [x(time), axis], GRID),
      label(x(time), axis + 16, String(new Date(time * 1000).getUTCFullYear()), {
        anchor: 'middle',
        colour: MUTED,
      }),
    ]),
    ...paths,
    ...lines.map(({ name }, index) =>
      label(SIZE.left + width + 10, SIZE.top + 14 + 18 * index, name, {
        colour: COLOURS[index % COLOURS.length] as string,
        bold: true,
      }),
    ),
    '</svg>',
  ];
  return scrolling(parts.join('\n'));
}

export interface BarGroup {
  readonly name: string;
  /** One a series; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

/** Groups of bars from 0, with a line at what they are held against. */
export function barPlot(
  groups: readonly BarGroup[],
  names: readonly string[],
  limit: number,
  unit: (value: number) => string,
): string {
  const values = groups.flatMap((group) => group.values.map((value) => value ?? 0));
  const high = Math.max(limit, ...values) * 1.08;
  const width = SIZE.width - SIZE.left - SIZE.right;
  const height = SIZE.height - SIZE.top - SIZE.bottom;
  const axis = SIZE.height - SIZE.bottom;
  const y = (value: number): number => axis - (value / high) * height;
  const space = width / groups.length;
  const thickness = (space * 0.8) / names.length;
  const bars = groups.flatMap((group, index) =>
    group.values.flatMap((value, series) => {
      if (value === undefined) return [];
      const left = SIZE.left + index * space + space * 0.1 + series * thickness;
      const top = y(value);
      return [
        `<rect x="${at(left)}" y="${at(top)}" width="${at(thickness - 1)}" height="${at(axis - top)}" fill="${COLOURS[series % COLOURS.length]}"/>`,
      ];
    }),
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">`,
    ...ticks(0, high, 5).flatMap((value) => [
      line([SIZE.left, y(value)], [SIZE.left + width, y(value)], GRID),
      label(SIZE.left - 6, y(value) + 4, unit(value), { anchor: 'end', colour: MUTED }),
    ]),
    ...bars,
    line([SIZE.left, y(limit)], [SIZE.left + width, y(limit)], '#c8401e', 1.5),
    ...groups.map(({ name }, index) =>
      label(SIZE.left + (index + 0.5) * space, axis + 16, name, {
        anchor: 'middle',
        colour: MUTED,
      }),
    ),
    ...names.map((name, series) =>
      label(SIZE.left + width + 10, SIZE.top + 14 + 18 * series, name, {
        colour: COLOURS[series % COLOURS.length] as string,
        bold: true,
      }),
    ),
    '</svg>',
  ];
  return scrolling(parts.join('\n'));
}
