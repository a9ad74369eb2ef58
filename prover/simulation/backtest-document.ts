// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { parameterHash } from '../commitments/parameters-words.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import type { UnderlyingId } from '../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../model/types.ts';
import type { Backtest, UnderlyingBacktest } from './backtest.ts';
import type { RuleResult } from './delta-one.ts';
import type { EventRow } from './event-table.ts';
import { eventTable } from './event-table.ts';

export const BACKTEST_FORMAT = 'plimsoll.backtest';
export const BACKTEST_VERSION = 1;

/** How the figures are to be read, in the document itself: whoever checks them needs no other page. */
const CONVENTION = {
  instant:
    'ts is the end of a bar. The multiplier there uses bars that ended at or before ts, never a later one, and holds until the next row',
  entry: 'the close of the bar that ended at ts (the bar whose own ts is one step earlier)',
  window:
    'the bars that begin in [ts, ts + horizon); a window that meets a gap is not counted; a horizon that is no whole number of bars is rounded up',
  loss: 'the worst low (long) or high (short) inside the window against the entry, share of the entry',
  margin:
    'factor * max over scenarios of damping * loss; undamped moves are e^(g*lambda/1024), damped ones weigh min(1, damping*lambda); lambda is not rounded to the grid; perpetual-* add their contingency',
  breach: 'loss > margin',
} as const;

const number = z.number().nullable();
const count = z.number().int().min(0);
const seconds = z.number().int();
const symbol = z.enum(UNDERLYING_SYMBOLS);
const offsetP = z.strictObject({ median: number, worst: number });
const measure = z.strictObject({
  id: z.string(),
  margin: z.enum(['maintenance', 'initial']),
  horizonSeconds: seconds,
  nominal: z.number(),
});
const statistics = {
  windows: count,
  breaches: count,
  events: count,
  coverage: number,
  coverageInterval: z.strictObject({ low: number, high: number }),
  offsets: count,
  windowsPerOffset: number,
  kupiecP: offsetP,
  independenceP: offsetP,
  conditionalCoverageP: offsetP,
  underCoverageP: offsetP,
  overCoverageP: offsetP,
  zones: z.strictObject({ green: count, yellow: count, red: count }),
  meanShortfall: number,
  largestShortfall: number,
  pinball: number,
  meanMargin: number,
};
const movement = z.strictObject({
  mean: number,
  lowest: number,
  highest: number,
  peakToTrough: number,
  oneDayRise: number,
  fiveDayRise: number,
});
const verdict = z.enum(['pass', 'fail']);
const ruleResult = z.strictObject({
  rule: z.string(),
  verdicts: z.strictObject({
    coverage: verdict,
    independence: verdict,
    efficiency: verdict,
    procyclicality: verdict,
  }),
  classes: z.array(z.strictObject({ portfolio: z.string(), measure: z.string(), ...statistics })),
  years: z.array(
    z.strictObject({
      year: z.number().int(),
      portfolio: z.string(),
      measure: z.string(),
      windows: count,
      breaches: count,
      coverage: number,
      meanMargin: number,
    }),
  ),
  movement: z.strictObject({ multiplier: movement, long: movement, short: movement }),
  equalBreaches: z.strictObject({
    breaches: count,
    staticMultiplier: number,
    relativeMargin: number,
    relativeShortfall: number,
  }),
  efficiency: number,
  /** A volatility model made this history: it never counts to coverage. */
  modelledOptions: z.array(
    z.strictObject({
      portfolio: z.string(),
      source: z.enum(['implied-index', 'realised']),
      counted: z.literal(false),
      ...statistics,
      movement,
    }),
  ),
});
const eventRow = z.strictObject({
  portfolio: z.string(),
  start: seconds,
  end: seconds,
  largestLoss: z.number(),
  byRule: z.array(
    z.strictObject({
      rule: z.string(),
      windows: count,
      largestShortfall: z.number(),
      marginAtWorst: z.number(),
    }),
  ),
});
const decimal = z.string().regex(/^-?[0-9]+$/);

/** Version 1 of what `plimsoll backtest --json` prints; fields in docs/backtest.md. */
export const backtestSchema = z.strictObject({
  format: z.literal(BACKTEST_FORMAT),
  version: z.literal(BACKTEST_VERSION),
  convention: z.record(z.string(), z.string()),
  parameters: z.strictObject({ name: z.string(), parameterHash: decimal }),
  horizonSeconds: seconds,
  rule: z.string(),
  rules: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
  measures: z.array(measure),
  underlyings: z.array(
    z.strictObject({
      symbol,
      bars: count,
      runs: count,
      stepSeconds: seconds,
      remarks: z.array(z.string()),
      instants: count,
      firstInstant: seconds,
      lastInstant: seconds,
      rules: z.array(ruleResult),
      events: z.array(eventRow),
    }),
  ),
  chains: z.array(
    z.strictObject({
      symbol,
      portfolio: z.string(),
      from: seconds,
      to: seconds,
      multiplier: z.number(),
      indexFromE4: decimal,
      indexToE4: decimal,
      lossE6: decimal,
      mmE6: decimal,
      imE6: decimal,
      beyondMm: z.boolean(),
      beyondIm: z.boolean(),
      countsTo: z.array(z.string()),
    }),
  ),
});

/** NaN and infinities, which JSON lacks, are null: nothing to compute. */
export type BacktestDocument = z.infer<typeof backtestSchema>;

const symbolOf = (underlying: UnderlyingId) => UNDERLYING_SYMBOLS[underlying];

function ruleDocument(own: UnderlyingBacktest, result: RuleResult) {
  const { rule, verdicts, classes, years, movement, equalBreaches, efficiency } = result;
  const options = own.options.find((entry) => entry.rule === rule)?.results ?? [];
  return {
    rule,
    verdicts,
    classes: classes.map(({ measure, ...rest }) => ({ ...rest, measure: measure.id })),
    years,
    movement,
    equalBreaches,
    efficiency,
    modelledOptions: options,
  };
}

function underlyingDocument(own: UnderlyingBacktest, events: readonly EventRow[]) {
  return {
    symbol: symbolOf(own.underlying),
    bars: own.bars,
    runs: own.runs,
    stepSeconds: own.stepSeconds,
    remarks: own.remarks,
    instants: own.instants,
    firstInstant: own.firstInstant,
    lastInstant: own.lastInstant,
    rules: own.rules.map((result) => ruleDocument(own, result)),
    events,
  };
}

/** NaN and ±∞ become null and `bigint` a decimal string, as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The results as the versioned document; it always obeys its own schema. */
export function backtestDocument(backtest: Backtest, set: ParameterSet): BacktestDocument {
  const { rule, rules, horizonSeconds, underlyings, chains, measures } = backtest;
  return backtestSchema.parse(
    plain({
      format: BACKTEST_FORMAT,
      version: BACKTEST_VERSION,
      convention: CONVENTION,
      parameters: { name: set.document.name, parameterHash: parameterHash(set) },
      horizonSeconds,
      rule,
      rules,
      measures,
      underlyings: underlyings.map((own) => underlyingDocument(own, eventTable(own.rules))),
      chains: chains.map(({ underlying, ...rest }) => ({ symbol: symbolOf(underlying), ...rest })),
    }),
  );
}
