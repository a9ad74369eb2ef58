// SPDX-License-Identifier: GPL-3.0-or-later
import { Matrix, solve } from 'ml-matrix';

import type { ForecastSetting } from './setting.ts';

/** Regressors at an index, the constant first; `undefined` where one is unknown. */
export type Regressors = (index: number) => readonly number[] | undefined;

/** A model is fitted anew so often, to every window that has ended by then. */
export const REFIT_BARS = 30 * 24;
/** Windows overlap, so that these are far fewer independent ones. */
const LEAST_WINDOWS = 1000;

interface Normal {
  readonly xx: number[][];
  readonly xy: number[];
  yy: number;
  count: number;
}

interface Fit {
  readonly coefficients: readonly number[];
  readonly residualVariance: number;
}

function add(normal: Normal, x: readonly number[], y: number): void {
  for (let i = 0; i < x.length; i += 1) {
    for (let j = 0; j < x.length; j += 1) normal.xx[i]![j]! += x[i]! * x[j]!;
    normal.xy[i]! += x[i]! * y;
  }
  normal.yy += y * y;
  normal.count += 1;
}

function fitOf({ xx, xy, yy, count }: Normal): Fit | undefined {
  if (count < LEAST_WINDOWS) return undefined;
  const coefficients = solve(new Matrix(xx), Matrix.columnVector(xy), true).to1DArray();
  const explained = coefficients.reduce((sum, c, index) => sum + c * xy[index]!, 0);
  return { coefficients, residualVariance: (yy - explained) / (count - coefficients.length) };
}

/**
 * Least squares of the log variance to come on regressors, over an expanding past: what the model of
 * one day sees ended before it. Half the residual variance corrects the mean of a log-normal forecast.
 */
export function regressionForecasts(
  { outcomes, horizon }: ForecastSetting,
  regressors: Regressors,
  size: number,
): Float64Array {
  const normal: Normal = {
    xx: Array.from({ length: size }, () => new Array<number>(size).fill(0)),
    xy: new Array<number>(size).fill(0),
    yy: 0,
    count: 0,
  };
  let fit: Fit | undefined;
  return outcomes.map((_, index) => {
    const ended = index - horizon;
    if (ended >= 0 && outcomes[ended]! > 0) {
      const x = regressors(ended);
      if (x !== undefined) add(normal, x, Math.log(outcomes[ended]!));
    }
    if (index % REFIT_BARS === 0) fit = fitOf(normal);
    const x = fit === undefined ? undefined : regressors(index);
    if (fit === undefined || x === undefined) return NaN;
    const { coefficients, residualVariance } = fit;
    const log = coefficients.reduce((sum, c, position) => sum + c * x[position]!, 0);
    return Math.exp(log + residualVariance / 2);
  });
}
