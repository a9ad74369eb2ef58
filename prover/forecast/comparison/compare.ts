// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import type { ImpliedSeries } from '../../market/volatility/implied-series.ts';
import type { PricePath } from '../price-path.ts';
import type { Candidate } from './candidates.ts';
import { DAY_BARS, REFERENCE, candidates } from './candidates.ts';
import type { DieboldMariano } from './diebold-mariano.ts';
import { dieboldMariano } from './diebold-mariano.ts';
import type { OutcomeProxy } from './setting.ts';
import { forecastSetting } from './setting.ts';

export interface Losses {
  readonly days: number;
  /** Mean of o/f − ln(o/f) − 1 over variances (Patton 2011). */
  readonly qlike: number;
  /** Root mean square error and mean error, annualised volatility (1 = 100 %). */
  readonly rmse: number;
  readonly bias: number;
}

export interface ForecastScore extends Losses {
  readonly name: string;
  /** Against the reference, by QLIKE; `undefined` for the reference itself. */
  readonly versusReference: DieboldMariano | undefined;
  readonly years: readonly (Losses & { readonly year: number })[];
}

export interface ForecastComparison {
  readonly proxy: OutcomeProxy;
  /** Every candidate is scored on the same days: those on which all have a forecast. */
  readonly days: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly scores: readonly ForecastScore[];
}

/** A year of learning before the first forecast counts. */
const TRAINING_BARS = 365 * 24;
const HOUR = 3600;

const loss = (outcome: number, forecast: number): number =>
  outcome / forecast - Math.log(outcome / forecast) - 1;

const vol = (variance: number): number => Math.sqrt((variance * SECONDS_PER_YEAR) / HOUR);

function lossesOf(
  days: readonly number[],
  outcomes: Float64Array,
  forecasts: Float64Array,
): Losses {
  let [qlike, squares, bias] = [0, 0, 0];
  for (const index of days) {
    const [outcome, forecast] = [outcomes[index]!, forecasts[index]!];
    const error = vol(forecast) - vol(outcome);
    qlike += loss(outcome, forecast);
    squares += error ** 2;
    bias += error;
  }
  const count = days.length;
  return {
    days: count,
    qlike: qlike / count,
    rmse: Math.sqrt(squares / count),
    bias: bias / count,
  };
}

/** Implied variance per hour at each bar, from the last entry of the last two hours. */
function impliedPerBar({ times }: PricePath, { times: own, vols }: ImpliedSeries): Float64Array {
  let next = 0;
  return times.map((time) => {
    while (next < own.length && own[next]! <= time) next += 1;
    if (next === 0 || time - own[next - 1]! > 2 * HOUR) return NaN;
    return (vols[next - 1]! ** 2 * HOUR) / SECONDS_PER_YEAR;
  });
}

function scoreOf(
  { name, forecasts }: Candidate,
  days: readonly number[],
  outcomes: Float64Array,
  times: Float64Array,
  reference: Float64Array,
): ForecastScore {
  const years = new Map<number, number[]>();
  for (const index of days) {
    const year = new Date(times[index]! * 1000).getUTCFullYear();
    years.set(year, [...(years.get(year) ?? []), index]);
  }
  const differences = Float64Array.from(
    days,
    (index) =>
      loss(outcomes[index]!, forecasts[index]!) - loss(outcomes[index]!, reference[index]!),
  );
  return {
    name,
    ...lossesOf(days, outcomes, forecasts),
    versusReference: name === REFERENCE ? undefined : dieboldMariano(differences),
    years: [...years].map(([year, own]) => ({ year, ...lossesOf(own, outcomes, forecasts) })),
  };
}

/**
 * Forecasts of the variance of the coming day, one a day, each by a model that saw only what had
 * ended; `withLearned` adds boosted trees, which take most of the time. With an implied index only days that have one are scored. Throws `TOO_FEW_BARS`, and
 * `NOT_HOURLY` for bars of another length.
 */
export function compareForecasts(
  path: PricePath,
  proxy: OutcomeProxy,
  implied: ImpliedSeries | undefined,
  withLearned: boolean,
): ForecastComparison {
  if (path.stepSeconds !== HOUR) {
    throw new PlimsollError('NOT_HOURLY', 'forecasts are compared on hourly bars');
  }
  const index = implied === undefined ? undefined : impliedPerBar(path, implied);
  const setting = forecastSetting(path, DAY_BARS, proxy, index);
  const all = candidates(setting, withLearned);
  const days: number[] = [];
  for (let day = TRAINING_BARS; day < path.times.length; day += 1) {
    if (day % DAY_BARS !== DAY_BARS - 1) continue;
    const known = all.every(({ forecasts }) => forecasts[day]! > 0);
    if (known && setting.outcomes[day]! > 0) days.push(day);
  }
  if (days.length < 60) {
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `a comparison needs 60 days after a year of learning, got ${days.length}`,
    );
  }
  const reference = all.find(({ name }) => name === REFERENCE)!.forecasts;
  return {
    proxy,
    days: days.length,
    firstDay: path.times[days[0]!]!,
    lastDay: path.times[days.at(-1)!]!,
    scores: all.map((one) => scoreOf(one, days, setting.outcomes, path.times, reference)),
  };
}
