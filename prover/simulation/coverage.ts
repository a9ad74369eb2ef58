// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../core/statistics.ts';
import type { Zone } from './statistics/binomial.ts';
import { overCoverageP, trafficLight, underCoverageP } from './statistics/binomial.ts';
import type { Interval } from './statistics/bootstrap.ts';
import { coverageInterval } from './statistics/bootstrap.ts';
import { breachEvents } from './statistics/events.ts';
import {
  conditionalCoverageTest,
  independenceTest,
  kupiecTest,
  transitionsOf,
} from './statistics/likelihood-ratio.ts';

/** What margin is asked to do: outlast a horizon in this share of the windows. */
export interface Measure {
  readonly id: string;
  readonly margin: 'maintenance' | 'initial';
  readonly horizonSeconds: number;
  /** Share of the windows that must hold, e.g. 0.999. */
  readonly nominal: number;
}

/** The worst loss of one portfolio in every window beside the margin it had at its start. */
export interface MarginHistory {
  /** Unix seconds at which the windows start, increasing. */
  readonly times: Float64Array;
  /** Both as a share of the notional of the portfolio; losses are NaN where the window has a gap. */
  readonly losses: Float64Array;
  readonly margins: Float64Array;
  readonly stepSeconds: number;
  /** Bars in a window: so many offsets have windows that do not overlap. */
  readonly windowBars: number;
}

/** A p-value over all offsets of non-overlapping windows. */
export interface OffsetP {
  readonly median: number;
  readonly worst: number;
}

export interface CoverageStatistics {
  readonly windows: number;
  readonly breaches: number;
  /** Distinct events, 48 h apart. */
  readonly events: number;
  readonly coverage: number;
  readonly coverageInterval: Interval;
  /** Non-overlapping windows, by offset. */
  readonly offsets: number;
  readonly windowsPerOffset: number;
  readonly kupiecP: OffsetP;
  readonly independenceP: OffsetP;
  readonly conditionalCoverageP: OffsetP;
  /** Binomial, one-sided: so many breaches or more, so few or fewer, under the nominal level. */
  readonly underCoverageP: OffsetP;
  readonly overCoverageP: OffsetP;
  /** How many offsets stand in each zone at the nominal level. */
  readonly zones: Readonly<Record<Zone, number>>;
  /** Loss beyond margin where it was breached, share of notional; 0 without a breach. */
  readonly meanShortfall: number;
  readonly largestShortfall: number;
  /** Mean pinball loss of the margin as a forecast of the nominal quantile. */
  readonly pinball: number;
  readonly meanMargin: number;
}

interface OffsetResult {
  readonly windows: number;
  readonly kupiec: number;
  readonly independence: number;
  readonly conditional: number;
  readonly under: number;
  readonly over: number;
  readonly zone: Zone;
}

function testOffset(breaches: readonly boolean[], probability: number): OffsetResult {
  const count = breaches.filter((breach) => breach).length;
  const trials = breaches.length;
  const kupiec = kupiecTest(count, trials, probability);
  const independence = independenceTest(transitionsOf(breaches));
  return {
    windows: trials,
    kupiec: kupiec.p,
    independence: independence.p,
    conditional: conditionalCoverageTest(kupiec, independence).p,
    under: underCoverageP(count, trials, probability),
    over: overCoverageP(count, trials, probability),
    zone: trafficLight(count, trials, probability),
  };
}

/** Windows by offset: those of one offset start a whole number of windows apart. */
function byOffset(history: MarginHistory): boolean[][] {
  const { times, losses, margins, stepSeconds, windowBars } = history;
  const origin = times[0] ?? 0;
  const offsets: boolean[][] = Array.from({ length: windowBars }, () => []);
  times.forEach((time, index) => {
    const loss = losses[index] as number;
    if (Number.isNaN(loss)) return;
    const offset = Math.round((time - origin) / stepSeconds) % windowBars;
    (offsets[offset] as boolean[]).push(loss > (margins[index] as number));
  });
  return offsets.filter((breaches) => breaches.length > 1);
}

function sums({ times, losses, margins }: MarginHistory, nominal: number) {
  const starts: number[] = [];
  const breached: number[] = [];
  let [breaches, shortfall, largest, pinball, margin] = [0, 0, 0, 0, 0];
  losses.forEach((loss, index) => {
    if (Number.isNaN(loss)) return;
    const own = margins[index] as number;
    const beyond = loss - own;
    starts.push(times[index] as number);
    breached.push(beyond > 0 ? 1 : 0);
    pinball += beyond > 0 ? nominal * beyond : (nominal - 1) * beyond;
    margin += own;
    if (beyond <= 0) return;
    breaches += 1;
    shortfall += beyond;
    largest = Math.max(largest, beyond);
  });
  const windows = starts.length;
  return {
    windows,
    breaches,
    meanShortfall: breaches === 0 ? 0 : shortfall / breaches,
    largestShortfall: largest,
    pinball: pinball / windows,
    meanMargin: margin / windows,
    interval: coverageInterval(Float64Array.from(starts), Uint8Array.from(breached)),
  };
}

/** All statistics of one portfolio class under one measure. */
export function coverageStatistics(history: MarginHistory, nominal: number): CoverageStatistics {
  const probability = 1 - nominal;
  const total = sums(history, nominal);
  const tests = byOffset(history).map((breaches) => testOffset(breaches, probability));
  const over = (value: (result: OffsetResult) => number): OffsetP => {
    const values = tests.map(value);
    return { median: median(values), worst: values.length === 0 ? NaN : Math.min(...values) };
  };
  const inZone = (zone: Zone): number => tests.filter((test) => test.zone === zone).length;
  const { times, losses, margins } = history;
  return {
    windows: total.windows,
    breaches: total.breaches,
    events: breachEvents(times, losses, margins).length,
    coverage: 1 - total.breaches / total.windows,
    coverageInterval: total.interval,
    offsets: tests.length,
    windowsPerOffset: median(tests.map(({ windows }) => windows)),
    kupiecP: over(({ kupiec }) => kupiec),
    independenceP: over(({ independence }) => independence),
    conditionalCoverageP: over(({ conditional }) => conditional),
    underCoverageP: over(({ under }) => under),
    overCoverageP: over(({ over: p }) => p),
    zones: { green: inZone('green'), yellow: inZone('yellow'), red: inZone('red') },
    meanShortfall: total.meanShortfall,
    largestShortfall: total.largestShortfall,
    pinball: total.pinball,
    meanMargin: total.meanMargin,
  };
}
