// SPDX-License-Identifier: GPL-3.0-or-later
import type { Bar, BarHistory } from '../../prover/market/volatility/bars.ts';
import { uniformNumbers } from '../../prover/simulation/statistics/random.ts';

const HOUR = 3600;

export interface BarSettings {
  readonly seed: number;
  readonly hours: number;
  /** Annual, of a calm hour; 0.6 unless given. */
  readonly vol?: number;
  /** How far volatility wanders: 0 keeps every hour alike, 1 makes storms of four times the calm. */
  readonly storms?: number;
  /** Hours left out, as [first, count]. */
  readonly gaps?: readonly (readonly [number, number])[];
  /** Unix seconds of the first bar. */
  readonly start?: number;
  readonly price?: number;
}

/** Hourly bars whose volatility clusters: a slow and a fast component, fat tails, twelve steps a bar. */
export function syntheticBars(settings: BarSettings): Bar[] {
  const { seed, hours, vol = 0.6, storms = 1, gaps = [], price = 20_000 } = settings;
  const { start = Date.UTC(2021, 0, 1) / 1000 } = settings;
  const uniform = uniformNumbers(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const hourly = vol / Math.sqrt(365 * 24);
  const bars: Bar[] = [];
  let [slow, fast, level] = [0, 0, price];
  for (let hour = 0; hour < hours; hour += 1) {
    slow = 0.998 * slow + 0.03 * normal();
    fast = 0.93 * fast + 0.12 * normal();
    const deviation = hourly * Math.exp(storms * (slow + fast)) * (uniform() < 0.01 ? 3 : 1);
    const open = level;
    let [low, high] = [open, open];
    for (let step = 0; step < 12; step += 1) {
      level *= Math.exp((deviation / Math.sqrt(12)) * normal());
      low = Math.min(low, level);
      high = Math.max(high, level);
    }
    if (gaps.some(([first, count]) => hour >= first && hour < first + count)) continue;
    bars.push({ time: start + hour * HOUR, open, high, low, close: level });
  }
  return bars;
}

export function historyOf(bars: readonly Bar[]): BarHistory {
  const runs: Bar[][] = [];
  bars.forEach((bar, index) => {
    const previous = bars[index - 1];
    if (previous === undefined || bar.time - previous.time !== HOUR) runs.push([]);
    runs.at(-1)!.push(bar);
  });
  return { stepSeconds: HOUR, runs };
}

export function csvOf(bars: readonly Bar[]): string {
  const rows = bars.map(({ time, open, high, low, close }) =>
    [new Date(time * 1000).toISOString(), open, high, low, close].join(','),
  );
  return ['ts,open,high,low,close', ...rows, ''].join('\n');
}
