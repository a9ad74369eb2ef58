// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { BarHistory } from '../volatility/bars.ts';
import type { Tick } from './ticks.ts';

/** From `expiry − windowSeconds` to `expiry`, unix seconds. */
export interface SettlementWindow {
  readonly expiry: number;
  readonly windowSeconds: number;
}

/** A time-weighted average of the index over a settlement window. */
export interface SettlementAverage {
  /** USD. */
  readonly price: number;
  /** USD: the true average is no further from `price`, if between ticks the index stayed between. */
  readonly uncertainty: number;
  /** Bars or ticks that it was taken over. */
  readonly observations: number;
}

/** Half an hour, as Deribit and Derive average (docs/market-data.md). */
export const DEFAULT_WINDOW_SECONDS = 1800;
/** A bar says where the price was, not how long: coarser ones leave too much open. */
const LEAST_BARS = 6;
/** Between ticks the last one is held; longer than this nobody knows the index. */
export const MOST_SECONDS_BETWEEN_TICKS = 60;

const utc = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function refuse(message: string): never {
  throw new PlimsollError('NO_SETTLEMENT_PRICE', message);
}

/**
 * Over bars: the mean of open, high, low and close of each, all bars alike. The true average lies
 * between the mean of the lows and that of the highs. Throws `NO_SETTLEMENT_PRICE` where bars are
 * missing or too long.
 */
export function averageOfBars(
  { stepSeconds, runs }: BarHistory,
  { expiry, windowSeconds }: SettlementWindow,
): SettlementAverage {
  const start = expiry - windowSeconds;
  const count = windowSeconds / stepSeconds;
  if (!Number.isInteger(count) || count < LEAST_BARS) {
    refuse(
      `bars of ${stepSeconds} s cannot give an average over ${windowSeconds} s: give at least ` +
        `${LEAST_BARS} equal bars (of ${Math.floor(windowSeconds / LEAST_BARS)} s or less), or ticks`,
    );
  }
  const bars = runs.flat().filter(({ time }) => time >= start && time < expiry);
  const missing = Array.from({ length: count }, (_, i) => start + i * stepSeconds).find(
    (time, index) => bars[index]?.time !== time,
  );
  if (missing !== undefined) {
    refuse(
      `no bar at ${utc(missing)}: the window from ${utc(start)} to ${utc(expiry)} must be covered`,
    );
  }
  const mean = (of: (bar: (typeof bars)[number]) => number): number =>
    bars.reduce((sum, bar) => sum + of(bar), 0) / count;
  const price = mean(({ open, high, low, close }) => (open + high + low + close) / 4);
  const [least, most] = [mean(({ low }) => low), mean(({ high }) => high)];
  return { price, uncertainty: Math.max(most - price, price - least), observations: count };
}

/**
 * Over ticks: each held until the next. Throws `NO_SETTLEMENT_PRICE` where one is held for longer
 * than a minute.
 */
export function averageOfTicks(
  ticks: readonly Tick[],
  { expiry, windowSeconds }: SettlementWindow,
): SettlementAverage {
  const start = expiry - windowSeconds;
  const first = ticks.findLastIndex(({ time }) => time <= start);
  const held = ticks.slice(Math.max(first, 0)).filter(({ time }) => time < expiry);
  if (first < 0 || held.length === 0) {
    refuse(`no tick at or before ${utc(start)}, where the window begins`);
  }
  let [sum, uncertain] = [0, 0];
  held.forEach(({ time, price }, index) => {
    const next = held[index + 1];
    const until = next?.time ?? expiry;
    if (until - time > MOST_SECONDS_BETWEEN_TICKS) {
      refuse(
        `no tick between ${utc(time)} and ${utc(until)}: the index may be held for at most ` +
          `${MOST_SECONDS_BETWEEN_TICKS} s`,
      );
    }
    const seconds = until - Math.max(time, start);
    sum += price * seconds;
    uncertain += Math.abs((next?.price ?? price) - price) * seconds;
  });
  return {
    price: sum / windowSeconds,
    uncertainty: uncertain / windowSeconds,
    observations: held.length,
  };
}
