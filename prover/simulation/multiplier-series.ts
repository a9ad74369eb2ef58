// SPDX-License-Identifier: GPL-3.0-or-later
import { MOST_MULTIPLIER } from '../forecast/scaled-margin.ts';
import { parseDatedColumns } from '../market/volatility/dated-columns.ts';
import type { Pair } from '../model/types.ts';

const COLUMNS = ['btc', 'eth'] as const;

/** Multipliers as a file carries them: each in force from its instant until the next. */
export interface MultiplierSeries {
  /** Unix seconds, strictly increasing. */
  readonly times: Float64Array;
  /** `undefined` for an underlying whose column is missing or empty. */
  readonly multipliers: Pair<Float64Array | undefined>;
}

/** `2024-01-01T00:00:00Z`. */
export const isoSeconds = (time: number): string =>
  new Date(time * 1000).toISOString().replace('.000Z', 'Z');

/** The series as CSV; numbers in full, so that reading it back gives the same figures. */
export function formatMultipliers({ times, multipliers }: MultiplierSeries): string {
  const rows = Array.from(times, (time, index) =>
    [isoSeconds(time), ...multipliers.map((column) => column?.[index] ?? '')].join(','),
  );
  return [['ts', ...COLUMNS].join(','), ...rows, ''].join('\n');
}

/**
 * Reads a multiplier series: CSV with the columns ts, btc, eth (one of the two may be missing or
 * empty throughout). Throws `InvalidInput` naming file, row and column.
 */
export function parseMultipliers(source: string, document: string): MultiplierSeries {
  const rule = `a number above 0 and at most ${MOST_MULTIPLIER}`;
  const { times, columns } = parseDatedColumns(
    source,
    document,
    COLUMNS.map((name) => ({ name, most: MOST_MULTIPLIER, rule })),
  );
  return { times, multipliers: [columns.get('btc'), columns.get('eth')] };
}

/** The value in force at each instant: that of the last entry not after it; NaN before the first. */
export function inForceAt(
  times: Float64Array,
  values: Float64Array,
  instants: Float64Array,
): Float64Array {
  let next = 0;
  return instants.map((instant) => {
    while (next < times.length && (times[next] as number) <= instant) next += 1;
    return next === 0 ? NaN : (values[next - 1] as number);
  });
}
