// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Bar, BarHistory } from './bars.ts';
import type { VolatilityWindows } from './estimate.ts';
import { DEFAULT_WINDOWS, harShape, realisedBars } from './estimate.ts';
import { fitHar, harObservations, predictHar } from './har.ts';
import { annualised, ewmaVariance, yangZhangVariance } from './realised.ts';

export const FORECASTERS = ['har', 'ewma', 'yangZhang'] as const;
export type Forecaster = (typeof FORECASTERS)[number];

/** Errors of a forecast against the volatility that followed. */
export interface ForecastErrors {
  /** Mean of o/f − ln(o/f) − 1 over variances (Patton 2011): robust to noise, hard on understating. */
  readonly qlike: number;
  /** Root mean square, mean absolute and mean error in annualised volatility (1 = 100 %). */
  readonly rmse: number;
  readonly mae: number;
  readonly bias: number;
}

export interface ForecastEvaluation {
  /** Overlapping windows, over all runs. */
  readonly observations: number;
  /** What was forecast by models fitted to the others: runs between gaps, or blocks of one run. */
  readonly by: 'runs' | 'blocks';
  readonly parts: number;
  readonly errors: Readonly<Record<Forecaster, ForecastErrors>>;
}

type Outcome = readonly [forecast: number, outcome: number];

function errorsOf(outcomes: readonly Outcome[], stepSeconds: number): ForecastErrors {
  const count = outcomes.length;
  const mean = (value: (forecast: number, outcome: number) => number): number =>
    outcomes.reduce((sum, [forecast, outcome]) => sum + value(forecast, outcome), 0) / count;
  const gap = (forecast: number, outcome: number): number =>
    annualised(forecast, stepSeconds) - annualised(outcome, stepSeconds);
  return {
    qlike: mean((forecast, outcome) => outcome / forecast - Math.log(outcome / forecast) - 1),
    rmse: Math.sqrt(mean((forecast, outcome) => gap(forecast, outcome) ** 2)),
    mae: mean((forecast, outcome) => Math.abs(gap(forecast, outcome))),
    bias: mean(gap),
  };
}

/** Blocks of a run without gaps; no window reaches from one into another. */
const BLOCKS = 5;

interface Parts {
  readonly by: 'runs' | 'blocks';
  readonly parts: readonly (readonly Bar[])[];
}

/** Runs between gaps; of a single long run, the most blocks up to five that are long enough. */
function partsOf(runs: BarHistory['runs'], least: number): Parts {
  const long = runs.filter((run) => run.length > least);
  if (long.length >= 2) return { by: 'runs', parts: long };
  const [run = []] = long;
  const blocks = Math.min(BLOCKS, Math.floor(run.length / (least + 1)));
  const bounds = Array.from({ length: blocks + 1 }, (_, i) =>
    Math.floor((i * run.length) / blocks),
  );
  const parts = bounds.slice(1).map((end, index) => run.slice(bounds[index], end));
  return { by: 'blocks', parts };
}

/**
 * Errors out of sample: each run between gaps, or each block of a run without any, is forecast by a
 * model that was fitted to the others only, beside the two estimates of what was, taken as
 * forecasts. Throws `TOO_FEW_BARS`, naming `document`, where there are not two parts long enough.
 */
export function evaluateForecasts(
  { stepSeconds, runs }: BarHistory,
  document: string,
  windows: VolatilityWindows = DEFAULT_WINDOWS,
): ForecastEvaluation {
  const shape = harShape(windows, stepSeconds);
  const window = realisedBars(windows, stepSeconds);
  const first = Math.max(window, ...shape.windows);
  const { by, parts: long } = partsOf(runs, first + shape.horizon);
  if (long.length < 2) {
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `${document}: an evaluation needs two runs of more than ${first + shape.horizon} bars, or one ` +
        `of twice as many, got runs of ${runs
          .map((run) => run.length)
          .slice(0, 8)
          .join(', ')} bars`,
    );
  }
  const outcomes: Record<Forecaster, Outcome[]> = { har: [], ewma: [], yangZhang: [] };
  for (const run of long) {
    const model = fitHar(
      long.filter((other) => other !== run),
      shape,
    );
    const longest = Math.max(...shape.windows);
    for (const [index, observation] of harObservations(run, shape).entries()) {
      const now = longest + index;
      if (now < first) continue;
      const known: readonly Bar[] = run.slice(0, now + 1);
      const { outcome } = observation;
      outcomes.har.push([predictHar(model, observation.regressors), outcome]);
      outcomes.ewma.push([ewmaVariance(known, window / 2), outcome]);
      outcomes.yangZhang.push([yangZhangVariance(known.slice(-window - 1)), outcome]);
    }
  }
  return {
    observations: outcomes.har.length,
    by,
    parts: long.length,
    errors: {
      har: errorsOf(outcomes.har, stepSeconds),
      ewma: errorsOf(outcomes.ewma, stepSeconds),
      yangZhang: errorsOf(outcomes.yangZhang, stepSeconds),
    },
  };
}
