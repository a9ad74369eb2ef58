// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { stepOf, withoutFrozen, withoutTicks } from './bar-faults.ts';
import type { BarColumnMap } from './bar-columns.ts';
import type { PlacedBar } from './bar-rows.ts';
import { readBars } from './bar-rows.ts';

/** One price bar; prices in USD per coin, the bar covers [time, time + step). */
export interface Bar {
  /** Unix seconds at which the bar opens. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Bars in time order. Where bars are missing, a new run begins: no return spans a gap. */
export interface BarHistory {
  /** Length of every bar. */
  readonly stepSeconds: number;
  readonly runs: readonly (readonly Bar[])[];
  /** Bars that were left out, named with their rows and the reason; absent where none was. */
  readonly remarks?: readonly string[];
}

/** How a history is cleaned. */
export interface BarReading {
  /**
   * Keep stretches in which the feed repeated itself. A volatility must not take them for calm; a
   * back-test must not lose what came after them: an account is held through an outage.
   */
  readonly keepFrozen?: boolean;
  /** Which column is which, where the header does not say. */
  readonly columnMap?: BarColumnMap;
}

const withoutPlace = ({ place: _place, ...bar }: PlacedBar): Bar => bar;

function emptyRemark(document: string, [first, ...others]: readonly number[]): string[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more, to row ${others.at(-1)}`;
  return [`${document}: row ${first}${more}: left out: no prices`];
}

/**
 * Reads OHLC bars: CSV with at least the columns ts, open, high, low, close or what collectors call
 * them, or JSON klines of Deribit, OKX, Bybit or Binance. Bars of ticks that no market made and
 * stretches of a frozen feed are left out and named in `remarks`; a change of unit is refused.
 * `document` names the file in errors; rows are numbered as in the file, the header being row 1.
 * Throws `InvalidInput` naming file, row and column.
 */
export function parseBars(
  source: string,
  document: string,
  { keepFrozen = false, columnMap }: BarReading = {},
): BarHistory {
  const { bars, empty } = readBars(source, document, columnMap);
  const stepSeconds = stepOf(bars);
  const { kept: real, remarks: ticks } = withoutTicks(bars, stepSeconds);
  const { kept, remarks: frozen } = keepFrozen
    ? { kept: real, remarks: [] }
    : withoutFrozen(real, stepSeconds);
  const [first] = kept;
  if (first === undefined) throw new InvalidInput(document, 'holds no bar that could be kept');
  const runs: Bar[][] = [[withoutPlace(first)]];
  for (const [index, bar] of kept.slice(1).entries()) {
    const next = withoutPlace(bar);
    if (bar.time - kept[index]!.time === stepSeconds) runs.at(-1)?.push(next);
    else runs.push([next]);
  }
  const remarks = [...emptyRemark(document, empty), ...ticks, ...frozen];
  return { stepSeconds, runs, ...(remarks.length === 0 ? {} : { remarks }) };
}
