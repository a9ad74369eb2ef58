// SPDX-License-Identifier: GPL-3.0-or-later
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { pattern, requireRule } from '../../core/schema.ts';

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
}

const COLUMNS = ['ts', 'open', 'high', 'low', 'close'] as const;

const price = pattern(/^[0-9]+(\.[0-9]+)?$/, 'must be a decimal number')
  .transform(Number)
  .refine((value) => value > 0 && Number.isFinite(value), { error: 'must be above 0' });

const rowSchema = z.object({
  ts: pattern(
    /^(\d{13}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z)$/,
    'must be a UTC time such as 2026-02-04T21:00:00Z, or milliseconds since 1970',
  )
    .transform((text) => (text.endsWith('Z') ? Date.parse(text) : Number(text)) / 1000)
    .refine((time) => Number.isInteger(time), { error: 'must be a whole second that exists' }),
  open: price,
  high: price,
  low: price,
  close: price,
});

function rowsOf(source: string, document: string): Record<string, string>[] {
  try {
    return parse(source, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidInput(document, `is not complete, valid CSV: ${error.message}`, {
      cause: error,
    });
  }
}

function barOf(row: Record<string, string>, place: string): Bar {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidInput(`${place}, ${String(issue?.path[0])}`, issue?.message ?? 'is not valid');
  }
  const { ts, ...prices } = parsed.data;
  const bar = { time: ts, ...prices };
  requireRule(
    bar.low <= Math.min(bar.open, bar.close),
    `${place}, low`,
    'must not be above the open or the close',
  );
  requireRule(
    bar.high >= Math.max(bar.open, bar.close),
    `${place}, high`,
    'must not be below the open or the close',
  );
  return bar;
}

/**
 * Reads OHLC bars from CSV with at least the columns ts, open, high, low, close; times (ISO in UTC or
 * 13-digit milliseconds) strictly increasing. `document` names the file in errors; rows are numbered as in the file, the header
 * being row 1. Throws `InvalidInput` naming file, row and column.
 */
export function parseBars(source: string, document: string): BarHistory {
  const rows = rowsOf(source, document);
  requireRule(rows.length >= 2, document, 'must hold at least two bars');
  for (const column of COLUMNS) {
    requireRule(
      Object.hasOwn(rows[0] ?? {}, column),
      `${document}: ${column}`,
      'column is missing',
    );
  }
  const place = (index: number): string => `${document}: row ${index + 2}`;
  const bars = rows.map((row, index) => barOf(row, place(index)));

  const steps = bars.slice(1).map((bar, index) => bar.time - (bars[index] as Bar).time);
  const late = steps.findIndex((step) => step <= 0);
  requireRule(late < 0, `${place(late + 1)}, ts`, 'must be after the time of the row before');
  const stepSeconds = Math.min(...steps);
  const odd = steps.findIndex((step) => step % stepSeconds !== 0);
  requireRule(odd < 0, `${place(odd + 1)}, ts`, `must lie on the ${stepSeconds}-second grid`);

  const runs: Bar[][] = [[bars[0] as Bar]];
  for (const [index, bar] of bars.slice(1).entries()) {
    if (steps[index] === stepSeconds) runs.at(-1)?.push(bar);
    else runs.push([bar]);
  }
  return { stepSeconds, runs };
}
