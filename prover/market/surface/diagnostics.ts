// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../../core/statistics.ts';
import { blackPrice } from './black.ts';
import { calendarMargin } from './calendar.ts';
import { leastDensity } from './domain.ts';
import { OUTLIER_TRUST } from './robust.ts';
import type { SliceFit } from './slice-fit.ts';
import type { SliceTask } from './slice-problem.ts';
import { parameterBounds } from './slice-problem.ts';
import type { SmileData, SmileQuote } from './smile-data.ts';
import { clampKink, smileAt, totalVariance } from './svi.ts';
import type { ClampedSvi, ErrorSummary, SliceDiagnostics, SliceErrors } from './types.ts';

/** Where there is nothing to err about, the error is 0. */
const medianOrZero = (values: readonly number[]): number =>
  values.length === 0 ? 0 : median(values);

function summary(errors: readonly number[]): ErrorSummary {
  const sizes = errors.map(Math.abs);
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  return {
    rms: Math.sqrt(squares / Math.max(sizes.length, 1)),
    median: medianOrZero(sizes),
    max: Math.max(0, ...sizes),
  };
}

function errorsOver(quotes: readonly SmileQuote[], years: number, svi: ClampedSvi): SliceErrors {
  const vols: number[] = [];
  const prices: number[] = [];
  for (const { k, vol } of quotes) {
    const stdDev = Math.sqrt(totalVariance(svi, k));
    const kind = k < 0 ? 'put' : 'call';
    const strike = Math.exp(k);
    vols.push(stdDev / Math.sqrt(years) - vol);
    prices.push(
      blackPrice(kind, 1, strike, stdDev) - blackPrice(kind, 1, strike, vol * Math.sqrt(years)),
    );
  }
  return { quotes: quotes.length, vol: summary(vols), price: summary(prices) };
}

const isTrusted = (trust: number): boolean => trust * trust >= OUTLIER_TRUST;

/** rms error of volatility within two standard deviations, over the quotes the fit believes. */
export function trustedError({ data, trust }: SliceTask, svi: ClampedSvi): number {
  const believed = data.quotes.filter(({ core }, index) => core && isTrusted(trust[index]!));
  return errorsOver(believed, data.years, svi).vol.rms;
}

/**
 * Most neighbouring quotes around the money that all lie on one side of the fit and are not
 * believed. Stale quotes stand alone; a row of them is a shape that the slice cannot take.
 */
export function outlierRun(task: SliceTask, svi: ClampedSvi): number {
  let longest = 0;
  let run = 0;
  let side = 0;
  task.data.quotes.forEach(({ k, vol, core }, index) => {
    const distrusted = core && !isTrusted(task.trust[index]!);
    const above = Math.sign(vol * vol * task.data.years - totalVariance(svi, k));
    if (!distrusted) run = 0;
    else run = above === side ? run + 1 : 1;
    side = above;
    longest = Math.max(longest, run);
  });
  return longest;
}

/** Share of the quotes within two standard deviations that the fit does not believe. */
export function outlierShare({ data, trust }: SliceTask): number {
  const core = data.quotes.flatMap((quote, index) => (quote.core ? [trust[index]!] : []));
  return core.filter((value) => !isTrusted(value)).length / Math.max(core.length, 1);
}

const PARAMETERS = ['a', 'b', 'c', 'm', 'sigma'] as const;

function boundsReached({ task, x }: SliceFit): string[] {
  const { lower, upper } = parameterBounds(task);
  const reached = (value: number, bound: number): boolean =>
    Math.abs(value - bound) <= 1e-6 * Math.abs(bound);
  return PARAMETERS.flatMap((name, i) => [
    ...(reached(x[i]!, lower[i]!) ? [`least ${name}`] : []),
    ...(reached(x[i]!, upper[i]!) ? [`most ${name}`] : []),
  ]);
}

/** Of the quantised slice, not of the optimum it was rounded from. */
export function diagnose(
  fit: SliceFit,
  svi: ClampedSvi,
  before: ClampedSvi | undefined,
): SliceDiagnostics {
  const { data, trust } = fit.task;
  return {
    quoteCount: data.quotes.length,
    outliers: trust.filter((value) => !isTrusted(value)).length,
    whole: errorsOver(data.quotes, data.years, svi),
    core: errorsOver(
      data.quotes.filter(({ core }) => core),
      data.years,
      svi,
    ),
    butterflyMargin: leastDensity(svi, svi).value,
    clampKink: Math.max(
      clampKink(smileAt(svi, svi.kMin), 'low'),
      clampKink(smileAt(svi, svi.kMax), 'high'),
    ),
    calendarMargin: before === undefined ? Infinity : calendarMargin(before, svi).value,
    binding: [...fit.binding, ...boundsReached(fit)],
  };
}

/** Uncertainty of the money's volatility, as a share of it, at which confidence is one half. */
const HALF_CONFIDENCE = 0.05;
/** Quotes around the money from which on more add nothing. */
const FULL_COVERAGE = 8;

/**
 * 1024·coverage/(1 + (u/5 %)²): u is the root of squares of the rms error and of the median half
 * spread within two standard deviations of the money, both as a share of the money's volatility;
 * coverage = min(1, quotes there/8). Fields confidenceQ10 of the snapshot.
 */
export function confidenceQ10(
  { quotes, moneyVol }: SmileData,
  { core }: Pick<SliceDiagnostics, 'core'>,
): bigint {
  const halfSpreads = quotes.flatMap(({ core: inside, halfSpread }) =>
    inside && halfSpread !== undefined ? [halfSpread] : [],
  );
  const uncertainty = Math.hypot(core.vol.rms, medianOrZero(halfSpreads)) / moneyVol;
  const coverage = Math.min(1, core.quotes / FULL_COVERAGE);
  return BigInt(Math.floor((1024 * coverage) / (1 + (uncertainty / HALF_CONFIDENCE) ** 2)));
}
