// SPDX-License-Identifier: GPL-3.0-or-later
import type { Measurement } from './measure.ts';

interface Region {
  readonly name: string;
  readonly holds: (measurement: Measurement) => boolean;
}

const stdDevRegions: readonly Region[] = [
  ['below 2⁻¹¹ (5 % for 50 minutes)', 0, 2 ** -11],
  ['2⁻¹¹ … 2⁻⁹', 2 ** -11, 2 ** -9],
  ['2⁻⁹ … 2⁻⁵', 2 ** -9, 2 ** -5],
  ['2⁻⁵ … ½', 2 ** -5, 0.5],
  ['½ … 2', 0.5, 2],
  ['above 2', 2, Infinity],
].map(([name, low, high]) => ({
  name: `standard deviation ${name}`,
  holds: ({ stdDev }) => stdDev >= Number(low) && stdDev < Number(high),
}));

const moneynessRegions: readonly Region[] = [
  ['K/F 0.05 … 0.37', -Infinity, -1],
  ['K/F 0.37 … 0.90', -1, -0.1],
  ['K/F 0.90 … 1.11', -0.1, 0.1],
  ['K/F 1.11 … 2.72', 0.1, 1],
  ['K/F 2.72 … 20', 1, Infinity],
].map(([name, low, high]) => ({
  name: String(name),
  holds: ({ logMoneyness }) => logMoneyness >= Number(low) && logMoneyness < Number(high),
}));

const REGIONS: readonly Region[] = [
  { name: '**all, at the mark**', holds: ({ where }) => where === 'mark' },
  { name: '**all, in a scenario**', holds: ({ where }) => where === 'shocked' },
  ...moneynessRegions,
  ...stdDevRegions,
];

const scientific = (value: number): string => {
  const [digits = '0', exponent = '0'] = value.toExponential(1).split('e');
  return value === 0 ? '0' : `${digits}e${Number(exponent)}`;
};

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** Markdown: values per region, largest and root-mean-square error, and share of the bound used. */
export function regionTable(measurements: readonly Measurement[]): string {
  const rows = REGIONS.map(({ name, holds }) => {
    const own = measurements.filter(holds);
    const errors = own.map(({ errorOfForward }) => errorOfForward);
    const meanSquare = errors.reduce((sum, e) => sum + e * e, 0) / Math.max(1, errors.length);
    const share = largest(own.map(({ shareOfBound }) => shareOfBound));
    const cells = [
      name,
      own.length.toLocaleString('en-US'),
      scientific(largest(errors)),
      scientific(Math.sqrt(meanSquare)),
      `${(100 * share).toFixed(0)} %`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| region | values | largest error / F | root mean square / F | share of the bound |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
