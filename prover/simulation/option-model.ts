// SPDX-License-Identifier: GPL-3.0-or-later
import { SECONDS_PER_YEAR } from '../core/year.ts';
import { blackPrice } from '../market/surface/black.ts';
import type { RiskParameters, UnderlyingId, VolShock } from '../model/types.ts';
import { interpolateTenor } from '../risk/pricing/tenor.ts';

/**
 * The margin of option portfolios in doubles, for histories of tens of thousands of hours on which
 * the exact model would take hours. One volatility for every strike and expiry, forwards at the index,
 * the index 1. Agrees with the exact model on such a surface (tested); decides nothing.
 */

/** What a portfolio is made of: calls (puts by parity), the 30-day forward and the coin itself. */
export const COMPONENTS = [
  'call7',
  'call30',
  'upperCall30',
  'lowerCall30',
  'forward30',
  'coin',
] as const;
export type Component = (typeof COMPONENTS)[number];

export interface OptionPortfolio {
  readonly portfolio: string;
  readonly holds: Readonly<Partial<Record<Component, number>>>;
  /** Lots that pay the short-option contingency, uncovered, calls and puts apart. */
  readonly uncoveredShorts: number;
}

/**
 * At the money, and 25-delta 30-day strikes above (call) and below (put). A put is its call less the
 * forward, up to cash, which no scenario moves: a short straddle holds −2 calls and +1 forward.
 */
export const OPTION_PORTFOLIOS: readonly OptionPortfolio[] = [
  { portfolio: 'short-straddle-30d', holds: { call30: -2, forward30: 1 }, uncoveredShorts: 2 },
  {
    portfolio: 'risk-reversal-long-call',
    holds: { upperCall30: 1, lowerCall30: -1, forward30: 1 },
    uncoveredShorts: 1,
  },
  {
    portfolio: 'risk-reversal-short-call',
    holds: { upperCall30: -1, lowerCall30: 1, forward30: -1 },
    uncoveredShorts: 1,
  },
  { portfolio: 'calendar-short-7d', holds: { call7: -1, call30: 1 }, uncoveredShorts: 1 },
  { portfolio: 'calendar-short-30d', holds: { call7: 1, call30: -1 }, uncoveredShorts: 1 },
  { portfolio: 'covered-call-30d', holds: { coin: 1, upperCall30: -1 }, uncoveredShorts: 1 },
  { portfolio: 'short-call-spread', holds: { call30: -1, upperCall30: 1 }, uncoveredShorts: 0 },
  { portfolio: 'short-put-spread', holds: { call30: -1, lowerCall30: 1 }, uncoveredShorts: 0 },
];

const DAY = 86_400;
export const NEAR_SECONDS = 7 * DAY;
export const FAR_SECONDS = 30 * DAY;
/** N(z) = 0.75. */
const QUARTILE = 0.674489750196082;

interface Structure {
  readonly seconds: number;
  readonly strike: number;
}

/** Strikes chosen at entry, at the volatility of that hour, the index being 1. */
export function structuresAt(vol: number): Readonly<Record<string, Structure>> {
  const deviation = vol * Math.sqrt(FAR_SECONDS / SECONDS_PER_YEAR);
  const strike = (sign: 1 | -1) => Math.exp(deviation ** 2 / 2 + sign * QUARTILE * deviation);
  return {
    call7: { seconds: NEAR_SECONDS, strike: 1 },
    call30: { seconds: FAR_SECONDS, strike: 1 },
    upperCall30: { seconds: FAR_SECONDS, strike: strike(1) },
    lowerCall30: { seconds: FAR_SECONDS, strike: strike(-1) },
  };
}

const CALLS = ['call7', 'call30', 'upperCall30', 'lowerCall30'] as const;
const [FORWARD, COIN] = [COMPONENTS.indexOf('forward30'), COMPONENTS.indexOf('coin')];

/** Values of all components at an index, a volatility and so many seconds after entry. */
export function valuesAt(
  structures: Readonly<Record<string, Structure>>,
  index: number,
  vol: number,
  elapsedSeconds: number,
): Float64Array {
  const values = new Float64Array(COMPONENTS.length);
  CALLS.forEach((call, position) => {
    const { seconds, strike } = structures[call] as Structure;
    const years = Math.max(seconds - elapsedSeconds, 0) / SECONDS_PER_YEAR;
    values[position] = blackPrice('call', index, strike, vol * Math.sqrt(years));
  });
  values[FORWARD] = index;
  values[COIN] = index;
  return values;
}

export const holdings = ({ holds }: OptionPortfolio): Float64Array =>
  Float64Array.from(COMPONENTS, (component) => holds[component] ?? 0);

export function worth(held: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < held.length; index += 1) {
    sum += (held[index] as number) * (values[index] as number);
  }
  return sum;
}

interface FloatScenario {
  readonly log: number;
  readonly damping: number;
  readonly vol: VolShock;
  readonly rollSign: number;
}

/** The shock table at the expiry of one structure, as plain factors. */
interface Shocks {
  readonly up: number;
  readonly down: number;
  readonly cap: number;
  readonly slope: number;
  readonly rollLog: number;
  /** Least standard deviation after an upward shock. */
  readonly floor: number;
  readonly deviationPerVol: number;
}

/** Scan ranges of a parameter set by volatility and multiplier. */
export interface OptionMargin {
  /** Maintenance margin by portfolio, in the order of OPTION_PORTFOLIOS, share of the index. */
  readonly maintenance: (vol: number, multiplier: number) => Float64Array;
}

function shocksAt(parameters: RiskParameters, u: UnderlyingId, seconds: number): Shocks {
  const tenor = interpolateTenor(parameters.tenor, BigInt(seconds));
  const years = seconds / SECONDS_PER_YEAR;
  return {
    up: 1 + Number(tenor.volUpQ10) / 1024,
    down: 1 - Number(tenor.volDownQ10) / 1024,
    cap: Number(tenor.skewCapQ10) / 1024,
    slope: Number(tenor.skewSlopeQ10) / 1024,
    rollLog: Number(tenor.rollLogQ10) / 1024,
    floor: (Number(parameters.underlyings[u].volFloorUpBps) / 10_000) * Math.sqrt(years),
    deviationPerVol: Math.sqrt(years),
  };
}

function shockedDeviation(shock: VolShock, deviation: number, k: number, shocks: Shocks): number {
  const skew = (x: number): number => Math.min(Math.max(shocks.slope * x, -shocks.cap), shocks.cap);
  switch (shock) {
    case 'unchanged':
      return deviation;
    case 'up':
      return Math.max(deviation * shocks.up, shocks.floor);
    case 'down':
      return deviation * shocks.down;
    case 'skewLinear+':
      return deviation * (1 + skew(k));
    case 'skewLinear-':
      return deviation * (1 - skew(k));
    case 'skewAbs+':
      return deviation * (1 + skew(Math.abs(k)));
    case 'skewAbs-':
      return deviation * (1 - skew(Math.abs(k)));
  }
}

export function optionMargin(parameters: RiskParameters, underlying: UnderlyingId): OptionMargin {
  const scenarios: FloatScenario[] = parameters.underlyings[underlying].scenarios.map(
    ({ logMoveQ10, dampingQ16, vol, roll }) => ({
      log: Number(logMoveQ10) / 1024,
      damping: Number(dampingQ16) / 65_536,
      vol,
      rollSign: roll === 'none' ? 0 : roll === 'up' ? 1 : -1,
    }),
  );
  const near = shocksAt(parameters, underlying, NEAR_SECONDS);
  const far = shocksAt(parameters, underlying, FAR_SECONDS);
  const held = OPTION_PORTFOLIOS.map(holdings);
  const factor = Number(parameters.mmFactorBps) / 10_000;
  const shortCharge = Number(parameters.shortOption.mmBps) / 10_000;

  const maintenance = (vol: number, multiplier: number): Float64Array => {
    const structures = structuresAt(vol);
    const marks = valuesAt(structures, 1, vol, 0);
    const scans = new Float64Array(held.length);
    const values = new Float64Array(COMPONENTS.length);
    for (const { log, damping, vol: shock, rollSign } of scenarios) {
      const move = Math.exp(damping === 1 ? log * multiplier : log);
      const weight = damping === 1 ? 1 : Math.min(1, damping * multiplier);
      CALLS.forEach((call, position) => {
        const { seconds, strike } = structures[call] as Structure;
        const shocks = seconds === NEAR_SECONDS ? near : far;
        const deviation = vol * shocks.deviationPerVol;
        const forward = move + (rollSign === 0 ? 0 : Math.exp(rollSign * shocks.rollLog) - 1);
        const shocked = shockedDeviation(shock, deviation, Math.log(strike), shocks);
        values[position] = blackPrice('call', forward, strike, shocked);
      });
      values[COIN] = move;
      values[FORWARD] = move + (rollSign === 0 ? 0 : Math.exp(rollSign * far.rollLog) - 1);
      for (let index = 0; index < held.length; index += 1) {
        const own = held[index] as Float64Array;
        const loss = weight * (worth(own, marks) - worth(own, values));
        if (loss > (scans[index] as number)) scans[index] = loss;
      }
    }
    return scans.map(
      (scan, index) =>
        factor * scan + shortCharge * (OPTION_PORTFOLIOS[index] as OptionPortfolio).uncoveredShorts,
    );
  };
  return { maintenance };
}
