// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { confidenceQ10, diagnose } from './diagnostics.ts';
import type { FitLimits } from './fit-limits.ts';
import { DEFAULT_FIT_LIMITS } from './fit-limits.ts';
import { brokenRule, dequantise, engineOrders, quantise } from './quantise.ts';
import {
  excess,
  isAcceptable,
  refusal,
  refuseCalendar,
  refuseFit,
  refuseQuotes,
  refuseReach,
} from './refusals.ts';
import type { SliceFit } from './slice-fit.ts';
import { fitSlice } from './slice-fit.ts';
import { smileData } from './smile-data.ts';
import { clampedSvi, fitSurface } from './surface-fit.ts';
import type {
  ClampedSvi,
  ExpiryQuotes,
  FittedSlice,
  QuantisedSvi,
  RefusedSlice,
  SliceCalibration,
  SurfaceCalibration,
} from './types.ts';

/** Volatilities beyond are a feed's mistake: 0.1 % and 5,000 %. */
export const VOL_RANGE = { least: 1e-3, most: 50 };

function checkQuotes({ tau, forward, quotes }: ExpiryQuotes, at: string): void {
  requireRule(tau >= 1n, `${at}.tau`, 'must be at least 1 second');
  requireRule(Number.isFinite(forward) && forward > 0, `${at}.forward`, 'must be above 0');
  const strikes = new Set<number>();
  quotes.forEach(({ strike, vol, volSpread }, index) => {
    const field = `${at}.quotes[${index}]`;
    requireRule(Number.isFinite(strike) && strike > 0, `${field}.strike`, 'must be above 0');
    requireRule(!strikes.has(strike), `${field}.strike`, `${strike} is given twice`);
    strikes.add(strike);
    requireRule(
      vol >= VOL_RANGE.least && vol <= VOL_RANGE.most,
      `${field}.vol`,
      `must be between ${VOL_RANGE.least} and ${VOL_RANGE.most}`,
    );
    requireRule(
      volSpread === undefined || (Number.isFinite(volSpread) && volSpread >= 0),
      `${field}.volSpread`,
      'must be at least 0',
    );
  });
}

function checkInput(expiries: readonly ExpiryQuotes[]): void {
  expiries.forEach((quotes, index) => {
    const at = `expiries[${index}]`;
    const before = expiries[index - 1];
    if (before !== undefined && (quotes.expiry <= before.expiry || quotes.tau <= before.tau)) {
      throw new InvalidInput(`${at}.expiry`, 'must be after the expiry before it');
    }
    checkQuotes(quotes, at);
  });
}

/** Slices that their neighbours move, and the neighbours: one of them is in the way. */
function entangled(
  alone: readonly SliceFit[],
  together: readonly SliceFit[],
  limits: FitLimits,
): number[] {
  const moved = together.map(({ cost }, index) => cost > alone[index]!.cost * (1 + 1e-6));
  const all = together.flatMap((_, i) =>
    moved[i] || moved[i - 1] || moved[i + 1] || excess(together[i]!, limits) > 1 ? [i] : [],
  );
  // What nobody quoted never displaces what somebody did.
  const soft = all.filter((i) => together[i]!.task.data.isSoft);
  return soft.length > 0 ? soft : all;
}

/**
 * Fits the slices together, and while that leaves one outside its tolerance leaves out the slice
 * without which the rest fits best.
 */
function fitTogether(
  alone: readonly SliceFit[],
  refused: Map<bigint, RefusedSlice>,
  limits: FitLimits,
): readonly SliceFit[] {
  const worst = (fits: readonly SliceFit[]): number =>
    Math.max(1, ...fits.map((fit) => excess(fit, limits)));
  let kept = alone;
  for (;;) {
    const together = fitSurface(kept);
    if (worst(together) <= 1) return together;
    const without = entangled(kept, together, limits).map((index) => {
      const others = fitSurface(kept.toSpliced(index, 1));
      const cost = others.reduce((sum, fit) => sum + fit.cost, 0);
      return { index, excess: worst(others), cost };
    });
    const { index } = without.reduce((best, each) =>
      each.excess < best.excess || (each.excess === best.excess && each.cost < best.cost)
        ? each
        : best,
    );
    const dropped = kept[index]!;
    refused.set(dropped.task.data.expiry, refuseCalendar(dropped, limits));
    kept = kept.toSpliced(index, 1);
  }
}

interface Accepted {
  readonly surface: QuantisedSvi;
  readonly svi: ClampedSvi;
}

/** Rounds to the snapshot's fields and checks again what rounding could have broken. */
function finish(fit: SliceFit, before: Accepted | undefined): FittedSlice | RefusedSlice {
  const { data } = fit.task;
  const surface = quantise(clampedSvi(fit));
  const broken = brokenRule(surface);
  if (broken !== undefined) {
    return refusal(data.expiry, 'out-of-range', `${broken}; leave the expiry out`);
  }
  const svi = dequantise(surface);
  const diagnostics = diagnose(fit, svi, before?.svi);
  if (!(diagnostics.butterflyMargin >= 0)) {
    return refusal(
      data.expiry,
      'butterfly-arbitrage',
      `the density factor is ${diagnostics.butterflyMargin.toPrecision(3)} after rounding to the ` +
        "snapshot's fields; leave the expiry out",
    );
  }
  if (!(diagnostics.calendarMargin >= 0) || !engineOrders(before?.surface, surface)) {
    return refusal(
      data.expiry,
      'calendar-arbitrage',
      "total variance falls from the expiry before it after rounding to the snapshot's fields; " +
        'leave one of the two out',
    );
  }
  const confidence = confidenceQ10(data, diagnostics);
  return {
    state: 'fitted',
    expiry: data.expiry,
    surface,
    confidenceQ10: confidence,
    svi,
    diagnostics,
  };
}

/**
 * Raw SVI slices for one underlying: free of butterfly arbitrage on the domain that is priced and of
 * calendar arbitrage everywhere, as the integers of the snapshot. A slice that cannot be had within
 * tolerance is refused with the reason. The same quotes give the same bits. Throws `InvalidInput`
 * for quotes that are not numbers of the stated kind. See docs/calibration.md.
 */
export function calibrateSurface(
  expiries: readonly ExpiryQuotes[],
  limits: FitLimits = DEFAULT_FIT_LIMITS,
): SurfaceCalibration {
  checkInput(expiries);
  const refused = new Map<bigint, RefusedSlice>();
  const alone: SliceFit[] = [];
  for (const quotes of expiries) {
    const unusable = quotes.isSoft
      ? undefined
      : (refuseQuotes(quotes, limits) ?? refuseReach(smileData(quotes), limits));
    if (unusable !== undefined) {
      refused.set(quotes.expiry, unusable);
      continue;
    }
    const fit = fitSlice(smileData(quotes));
    if (isAcceptable(fit, limits)) alone.push(fit);
    else refused.set(quotes.expiry, refuseFit(fit, limits));
  }
  const results = new Map<bigint, SliceCalibration>(refused);
  let before: Accepted | undefined;
  for (const fit of fitTogether(alone, refused, limits)) {
    const slice = finish(fit, before);
    results.set(slice.expiry, slice);
    if (slice.state === 'fitted') before = slice;
  }
  for (const [expiry, slice] of refused) results.set(expiry, slice);
  return { slices: expiries.map(({ expiry }) => results.get(expiry)!) };
}
