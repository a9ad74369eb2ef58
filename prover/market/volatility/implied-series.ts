// SPDX-License-Identifier: GPL-3.0-or-later
import { parseDatedColumns } from './dated-columns.ts';

/** Implied volatility of one underlying over time. */
export interface ImpliedSeries {
  /** Unix seconds, strictly increasing. */
  readonly times: Float64Array;
  /** Annualised; 1 = 100 %. */
  readonly vols: Float64Array;
}

/** Above this a file gives percent. */
const MOST_VOL = 10;

/** Reads an index of implied volatility: CSV with the columns ts and iv. Throws `InvalidInput`. */
export function parseImpliedSeries(source: string, document: string): ImpliedSeries {
  const rule = `a volatility as a fraction, above 0 and at most ${MOST_VOL}`;
  const { times, columns } = parseDatedColumns(source, document, [
    { name: 'iv', most: MOST_VOL, rule },
  ]);
  return { times, vols: columns.get('iv') as Float64Array };
}
