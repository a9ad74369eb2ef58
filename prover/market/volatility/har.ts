// SPDX-License-Identifier: GPL-3.0-or-later
import { Matrix, solve } from 'ml-matrix';

import { PlimsollError } from '../../core/errors.ts';
import type { Bar, BarHistory } from './bars.ts';
import { barVariance } from './realised.ts';

/**
 * Heterogeneous autoregression of realised variance (Corsi 2009) in logarithms: the log variance
 * over the coming horizon on the log variances over a short, a medium and a long past window.
 * Logarithms keep forecasts positive and tame the days of a crash; windows are counted in bars.
 */
export interface HarShape {
  readonly windows: readonly [number, number, number];
  readonly horizon: number;
}

export interface HarModel extends HarShape {
  /** Constant, then one per window. */
  readonly coefficients: readonly [number, number, number, number];
  /** Of the log residuals: half of it corrects the mean of a log-normal forecast. */
  readonly residualVariance: number;
  /** Overlapping forecast windows the fit saw. */
  readonly observations: number;
}

export interface HarObservation {
  /** 1 and the log mean variance of each window. */
  readonly regressors: readonly number[];
  /** Mean variance per bar over the horizon that followed. */
  readonly outcome: number;
}

/** Bars in which nothing traded have variance 0, whose logarithm does not exist: 1 bp per bar. */
const LEAST_VARIANCE = 1e-8;

function prefixSums(bars: readonly Bar[]): number[] {
  const sums = [0];
  for (let index = 1; index < bars.length; index += 1) {
    const variance = barVariance(bars[index - 1] as Bar, bars[index] as Bar);
    sums.push((sums[index - 1] as number) + Math.max(variance, LEAST_VARIANCE));
  }
  return sums;
}

function meanBetween(sums: readonly number[], from: number, to: number): number {
  return ((sums[to] as number) - (sums[from] as number)) / (to - from);
}

function regressorsAt(sums: readonly number[], end: number, shape: HarShape): number[] {
  return [1, ...shape.windows.map((window) => Math.log(meanBetween(sums, end - window, end)))];
}

const longest = ({ windows }: HarShape): number => Math.max(...windows);

/** Every window of a run with what followed it: overlapping, in time order. */
export function harObservations(bars: readonly Bar[], shape: HarShape): HarObservation[] {
  const sums = prefixSums(bars);
  const observations: HarObservation[] = [];
  for (let end = longest(shape); end + shape.horizon < sums.length; end += 1) {
    observations.push({
      regressors: regressorsAt(sums, end, shape),
      outcome: meanBetween(sums, end, end + shape.horizon),
    });
  }
  return observations;
}

/** Forecast of the mean variance per bar from regressors. */
export function predictHar(
  { coefficients, residualVariance }: HarModel,
  regressors: readonly number[],
) {
  const log = coefficients.reduce((sum, c, index) => sum + c * (regressors[index] as number), 0);
  return Math.exp(log + residualVariance / 2);
}

/** Windows overlap, so that a hundred of them hold far fewer independent ones. */
const LEAST_OBSERVATIONS = 100;

/** Least squares over every run of the history. Throws `TOO_FEW_BARS`. */
export function fitHar(runs: BarHistory['runs'], shape: HarShape): HarModel {
  const observations = runs.flatMap((run) => harObservations(run, shape));
  if (observations.length < LEAST_OBSERVATIONS) {
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `the HAR forecast needs ${LEAST_OBSERVATIONS} windows of ${longest(shape)} past and ` +
        `${shape.horizon} coming bars without a gap, got ${observations.length}`,
    );
  }
  const design = new Matrix(observations.map(({ regressors }) => [...regressors]));
  const outcomes = observations.map(({ outcome }) => Math.log(outcome));
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = solve(
    design,
    Matrix.columnVector(outcomes),
    true,
  ).to1DArray();
  const fitted = design.mmul(Matrix.columnVector([c0, c1, c2, c3])).to1DArray();
  const squares = outcomes.reduce((sum, y, index) => sum + (y - (fitted[index] as number)) ** 2, 0);
  return {
    ...shape,
    coefficients: [c0, c1, c2, c3],
    residualVariance: squares / (observations.length - 4),
    observations: observations.length,
  };
}

/** Forecast of the mean variance per bar over the coming horizon. Throws `TOO_FEW_BARS`. */
export function forecastHar(model: HarModel, bars: readonly Bar[]): number {
  const sums = prefixSums(bars);
  if (sums.length <= longest(model)) {
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `the HAR forecast needs ${longest(model) + 1} bars without a gap, got ${bars.length}`,
    );
  }
  return predictHar(model, regressorsAt(sums, sums.length - 1, model));
}
