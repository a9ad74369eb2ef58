// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { durationText } from '../feeds/clock.ts';
import type { PlacedBar } from './bar-rows.ts';

/** Bars that are left out, and why, for the report. */
export interface LeftOut {
  readonly kept: readonly PlacedBar[];
  readonly remarks: readonly string[];
}

const rowOf = ({ place }: PlacedBar): string => place.replace(/^.*: row /, '');
const fileOf = ({ place }: PlacedBar): string => place.replace(/: row \d+$/, '');

function rows(bars: readonly PlacedBar[]): string {
  const [first, last] = [bars[0]!, bars.at(-1)!];
  return bars.length === 1
    ? first.place
    : `${fileOf(first)}: rows ${rowOf(first)} to ${rowOf(last)}`;
}

/**
 * The length of a bar: the step that most rows have, the shortest of equally frequent ones, so that
 * one row off the grid does not set it. Throws `InvalidInput` for a row off the grid the most lie on.
 */
export function stepOf(bars: readonly PlacedBar[]): number {
  const steps = new Map<number, number>();
  for (const [index, bar] of bars.slice(1).entries()) {
    const step = bar.time - bars[index]!.time;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  const [step] = [...steps].reduce((best, each) =>
    each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best,
  );
  const phases = new Map<number, number>();
  for (const { time } of bars) phases.set(time % step, (phases.get(time % step) ?? 0) + 1);
  const [phase] = [...phases].reduce((best, each) => (each[1] > best[1] ? each : best));
  const odd = bars.find(({ time }) => time % step !== phase);
  if (odd === undefined) return step;
  const late = (odd.time - phase + step) % step;
  const off = late <= step / 2 ? late : late - step;
  throw new InvalidInput(
    `${odd.place}, ts`,
    `must lie on the ${step}-second grid, is ${durationText(off)} ${off > 0 ? 'after' : 'before'} it`,
  );
}

/** No hour and no day of BTC or ETH moved a price this far: on 12 March 2020 an hour made 1.26. */
const MOST_MOVE = Math.log(1.8);
/** Across missing bars a market may do more. */
const MOST_MOVE_OVER_GAP = Math.log(3);
const LONG_GAP_SECONDS = 30 * 86_400;
/** More bars than these are no ticks but another unit. */
const MOST_TICKS = 3;

/** How far a bar is from a price, as |ln|: its open and close, and what its wicks stand out by. */
function distance({ open, high, low, close }: PlacedBar, price: number): [string, number] {
  const parts: [string, number][] = [
    ['open', Math.abs(Math.log(open / price))],
    ['close', Math.abs(Math.log(close / open))],
    ['high', Math.log(high / Math.max(open, close))],
    ['low', Math.log(Math.min(open, close) / low)],
  ];
  return parts.reduce((most, part) => (part[1] > most[1] ? part : most));
}

function mostMove(before: PlacedBar, bar: PlacedBar, step: number): number {
  const gap = bar.time - before.time;
  if (gap > LONG_GAP_SECONDS) return Infinity;
  return gap > step ? MOST_MOVE_OVER_GAP : MOST_MOVE;
}

function factorText(value: number, reference: number): string {
  const factor = value / reference;
  return factor >= 1 ? `${factor.toPrecision(3)} times` : `1/${(1 / factor).toPrecision(3)} of`;
}

/**
 * Takes out bars whose prices no market made: an open, close, high or low that stands alone by a
 * factor of 1.8 or more. Throws `InvalidInput` where prices do not come back: the unit changes.
 */
export function withoutTicks(bars: readonly PlacedBar[], step: number): LeftOut {
  const kept: PlacedBar[] = [];
  const remarks: string[] = [];
  for (let index = 0; index < bars.length; index += 1) {
    const bar = bars[index]!;
    const before = kept.at(-1);
    const reference = before?.close ?? bar.open;
    const limit = before === undefined ? MOST_MOVE : mostMove(before, bar, step);
    const [field, far] = distance(bar, reference);
    const isWick = field === 'high' || field === 'low';
    if (far <= (isWick ? MOST_MOVE : limit)) {
      kept.push(bar);
      continue;
    }
    const value = bar[field as 'open' | 'high' | 'low' | 'close'];
    const against = field === 'open' ? reference : bar.open;
    const found = `${field} ${value} is ${factorText(value, against)} the ${field === 'open' ? 'close before it' : 'open'}`;
    const back = bars
      .slice(index + 1, index + 1 + MOST_TICKS)
      .findIndex((next) => Math.abs(Math.log(next.open / reference)) <= MOST_MOVE);
    if (back >= 0 || index + 1 === bars.length) {
      const odd = bars.slice(index, index + 1 + Math.max(back, 0));
      remarks.push(`${rows(odd)}, ${field}: left out: ${found}, and the bars after it are not`);
      index += odd.length - 1;
      continue;
    }
    // The first bars of a file may be the ones that are wrong.
    if (kept.length <= MOST_TICKS && bars.length > 2 * MOST_TICKS && index <= MOST_TICKS) {
      remarks.push(
        `${rows(kept)}: left out: all bars after are ${factorText(value, against)} their price`,
      );
      kept.splice(0, kept.length, bar);
      continue;
    }
    throw new InvalidInput(
      `${bar.place}, ${field}`,
      `${found} and the bars after it stay there: the unit of the prices changes`,
    );
  }
  return { kept, remarks };
}

const LEAST_FROZEN = 3;
const FROZEN_SECONDS = 1800;

function repeats(bar: PlacedBar, before: PlacedBar): boolean {
  const { open, high, low, close } = bar;
  const flat = open === close && high === low && close === before.close;
  const same =
    open === before.open && high === before.high && low === before.low && close === before.close;
  return flat || same;
}

/** Takes out stretches in which a feed only repeated itself: half an hour and three bars at least. */
export function withoutFrozen(bars: readonly PlacedBar[], step: number): LeftOut {
  const least = Math.max(LEAST_FROZEN, Math.ceil(FROZEN_SECONDS / step));
  const kept: PlacedBar[] = [];
  const remarks: string[] = [];
  let stretch: PlacedBar[] = [];
  const close = (): void => {
    if (stretch.length < least) kept.push(...stretch);
    else
      remarks.push(
        `${rows(stretch)}: left out: frozen, ${stretch.length} bars repeat the one before`,
      );
    stretch = [];
  };
  for (const [index, bar] of bars.entries()) {
    const before = bars[index - 1];
    if (before !== undefined && repeats(bar, before)) {
      stretch.push(bar);
      continue;
    }
    close();
    kept.push(bar);
  }
  close();
  return { kept, remarks };
}
