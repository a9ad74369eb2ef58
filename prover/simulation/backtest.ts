// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { pricePath, type PricePath } from '../forecast/price-path.ts';
import { MARGIN_RULES } from '../forecast/rules/registry.ts';
import { scaledMargin } from '../forecast/scaled-margin.ts';
import type { BarHistory } from '../market/volatility/bars.ts';
import type { ImpliedSeries } from '../market/volatility/implied-series.ts';
import type { MarketSnapshot, Pair, UnderlyingId } from '../model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../model/types.ts';
import type { ChainResult } from './chain-history.ts';
import { chainHistory } from './chain-history.ts';
import type { DeltaOneInput, RuleResult } from './delta-one.ts';
import type { Measure } from './coverage.ts';
import { deltaOneMarket, measureRule, measuresOf } from './delta-one.ts';
import type { MultiplierSeries } from './multiplier-series.ts';
import { inForceAt } from './multiplier-series.ts';
import type { OptionResult } from './option-history.ts';
import { measureOptions, optionHistory } from './option-history.ts';

/** The name under which multipliers from a file are measured. */
export const GIVEN_RULE = 'given';
/** What is measured, and written, unless another rule is asked for. */
export const DEFAULT_RULE = 'dynamic';
/** What rules calibrate themselves to outlast: the longer promise, which binds. */
const RULE_HORIZON_SECONDS = 86_400;

export interface BacktestInput {
  readonly histories: Pair<BarHistory | undefined>;
  readonly parameterSet: ParameterSet;
  /** Seconds that a liquidation may take. */
  readonly horizonSeconds: number;
  /** The rule whose multipliers and events are reported first. */
  readonly rule: string;
  readonly given?: MultiplierSeries;
  /** Only instants in [from, to) count; bars before feed the rules. */
  readonly from?: number;
  readonly to?: number;
  readonly implied: Pair<ImpliedSeries | undefined>;
  readonly snapshots: readonly MarketSnapshot[];
  readonly progress: (done: string) => void;
}

export interface UnderlyingBacktest {
  readonly underlying: UnderlyingId;
  readonly bars: number;
  readonly runs: number;
  readonly stepSeconds: number;
  /** Bars that the reader left out, with rows and reasons: windows that need them are not counted. */
  readonly remarks: readonly string[];
  /** Instants that count: entries of the multiplier series. */
  readonly instants: number;
  readonly firstInstant: number;
  readonly lastInstant: number;
  readonly rules: readonly RuleResult[];
  readonly options: readonly { readonly rule: string; readonly results: readonly OptionResult[] }[];
  /** Counted instants and the multipliers of every rule at them, for plots and files. */
  readonly times: Float64Array;
  readonly multipliers: ReadonlyMap<string, Float64Array>;
}

export interface Backtest {
  readonly rule: string;
  readonly rules: readonly { readonly name: string; readonly summary: string }[];
  readonly horizonSeconds: number;
  readonly measures: readonly Measure[];
  readonly underlyings: readonly UnderlyingBacktest[];
  readonly chains: readonly ChainResult[];
}

const symbolOf = (u: UnderlyingId): string => UNDERLYING_SYMBOLS[u];

/** Multipliers of every rule over a whole path, by name. */
function seriesOf(
  path: PricePath,
  underlying: UnderlyingId,
  input: BacktestInput,
): Map<string, Float64Array> {
  const { parameters } = input.parameterSet;
  const margin = scaledMargin(parameters, underlying, parameters.mmFactorBps);
  const series = new Map<string, Float64Array>();
  // One object for all: rules that share a filter compute it once.
  const rule = { underlying, path, margin, horizonSeconds: RULE_HORIZON_SECONDS };
  for (const { name, multipliers } of MARGIN_RULES) {
    series.set(name, multipliers(rule));
    input.progress(`${symbolOf(underlying)}: multipliers of ${name}`);
  }
  if (input.given !== undefined) {
    const column = input.given.multipliers[underlying];
    if (column === undefined) {
      const name = symbolOf(underlying).toLowerCase();
      throw new InvalidInput(`multipliers: ${name}`, 'column is missing, but its bars are given');
    }
    series.set(GIVEN_RULE, inForceAt(input.given.times, column, path.times));
  }
  return series;
}

/** Entries of the path that count: inside the period asked for, and where every rule has a value. */
function countedRange(
  { times }: PricePath,
  series: ReadonlyMap<string, Float64Array>,
  { from = -Infinity, to = Infinity }: BacktestInput,
  underlying: UnderlyingId,
): readonly [number, number] {
  const given = series.get(GIVEN_RULE);
  const first = times.findIndex(
    (time, index) => time >= from && (given === undefined || !Number.isNaN(given[index])),
  );
  const past = times.findIndex((time) => time >= to);
  const end = past < 0 ? times.length : past;
  if (first < 0 || end - first < 2) {
    throw new InvalidInput(
      `bars of ${symbolOf(underlying)}`,
      'hold fewer than two instants of the period that the multipliers cover',
    );
  }
  return [first, end];
}

function measureUnderlying(
  history: BarHistory,
  underlying: UnderlyingId,
  input: BacktestInput,
): UnderlyingBacktest {
  const path = pricePath(history);
  const series = seriesOf(path, underlying, input);
  const [first, end] = countedRange(path, series, input, underlying);
  const { parameters } = input.parameterSet;
  const { horizonSeconds, progress } = input;
  const own: DeltaOneInput = { underlying, path, parameters, horizonSeconds, first, end };
  const market = deltaOneMarket(own);
  progress(`${symbolOf(underlying)}: ${end - first} instants, worst excursions`);
  const rules = [...series].map(([rule, multipliers]) => {
    const result = measureRule(market, rule, multipliers);
    progress(`${symbolOf(underlying)}: coverage of ${rule}`);
    return result;
  });
  const made = optionHistory(own, input.implied[underlying]);
  progress(`${symbolOf(underlying)}: option portfolios revalued`);
  const options = [...series].map(([rule, multipliers]) => {
    const results = measureOptions(made, multipliers);
    progress(`${symbolOf(underlying)}: option margins of ${rule}`);
    return { rule, results };
  });
  return {
    underlying,
    bars: path.times.length,
    runs: history.runs.length,
    stepSeconds: history.stepSeconds,
    remarks: history.remarks ?? [],
    instants: end - first,
    firstInstant: path.times[first] as number,
    lastInstant: path.times[end - 1] as number,
    rules,
    options,
    times: path.times.subarray(first, end),
    multipliers: new Map(
      [...series].map(([rule, multipliers]) => [rule, multipliers.subarray(first, end)]),
    ),
  };
}

/** Multipliers are of this moment if one was set within a day before it. */
const MULTIPLIER_AGE_SECONDS = 86_400;

/** The multipliers of a rule in force at a time; 1 where bars do not reach that far. */
function inForce(
  underlyings: readonly UnderlyingBacktest[],
  rule: string,
  time: number,
): Pair<number> {
  const of = (underlying: UnderlyingId): number => {
    const own = underlyings.find((entry) => entry.underlying === underlying);
    const multipliers = own?.multipliers.get(rule);
    if (own === undefined || multipliers === undefined) return 1;
    const next = own.times.findIndex((instant) => instant > time);
    const index = next < 0 ? own.times.length - 1 : next - 1;
    if (index < 0 || time - (own.times[index] as number) > MULTIPLIER_AGE_SECONDS) return 1;
    return multipliers[index] as number;
  };
  return [of(0), of(1)];
}

/** The whole back-test. Throws `InvalidInput` where the inputs do not fit together. */
export function runBacktest(input: BacktestInput): Backtest {
  const { histories, rule, horizonSeconds, parameterSet, snapshots } = input;
  const measures = measuresOf(horizonSeconds);
  const known = MARGIN_RULES.map(({ name, summary }) => ({ name, summary }));
  const rules =
    input.given === undefined
      ? known
      : [...known, { name: GIVEN_RULE, summary: 'multipliers read from a file' }];
  const underlyings = UNDERLYINGS.flatMap((underlying) => {
    const history = histories[underlying];
    return history === undefined ? [] : [measureUnderlying(history, underlying, input)];
  });
  const chains = chainHistory(
    snapshots,
    parameterSet.parameters,
    (time) => inForce(underlyings, rule, time),
    measures,
  );
  return { rule, rules, horizonSeconds, measures, underlyings, chains };
}

/** The series of one rule at every counted instant of either underlying. */
export function multiplierSeries(
  { underlyings }: Pick<Backtest, 'underlyings'>,
  rule: string,
): MultiplierSeries {
  const times = Float64Array.from(new Set(underlyings.flatMap((entry) => [...entry.times]))).sort();
  const column = (underlying: UnderlyingId): Float64Array | undefined => {
    const own = underlyings.find((entry) => entry.underlying === underlying);
    const multipliers = own?.multipliers.get(rule);
    if (own === undefined || multipliers === undefined) return undefined;
    const known = inForceAt(own.times, multipliers, times);
    // Before its own first bar a market stands at what it opens with.
    return known.map((value) => (Number.isNaN(value) ? (multipliers[0] as number) : value));
  };
  return { times, multipliers: [column(0), column(1)] };
}
