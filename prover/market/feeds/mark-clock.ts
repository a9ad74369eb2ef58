// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { median } from '../../core/statistics.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { impliedStdDev } from '../surface/black.ts';
import { durationText, utcText } from './clock.ts';
import type { OptionRow } from './feed.ts';

/**
 * What the marks of one expiry say of the time that is left. A mark price and a mark volatility
 * are two statements of one standard deviation σ·√τ, so that together they state τ: a clock that is
 * hours off, a wrong time zone or another expiry hour shows here, and nowhere else.
 */
export interface MarkTime {
  readonly expiry: number;
  /** Seconds to expiry by the times of the rows, the median. */
  readonly stated: number;
  /** Seconds by which marks and mark volatilities say more. */
  readonly offset: number;
  /** Standard error of `offset`, from the spread over the strikes. */
  readonly doubt: number;
  /** Median over the strikes of how far the variance of the mark is from that of its volatility. */
  readonly disagreement: number;
  /** Names the file. */
  readonly place: string;
}

/** Standard deviations of the money: beyond, the vega is too small for a mark to tell. */
const REACH = 1.5;
const LEAST_STRIKES = 4;
/** Of the time to expiry: real chains stay within 0.7 % in the median, in a crash too. */
const SUSPECT = 0.01;
const CONTRADICTION = 0.02;
/** Of the variance, strike by strike: real chains stay within 1 % in the median. */
const MOST_DISAGREEMENT = 0.04;
/** Standard errors. */
const SIGNIFICANT = 6;
const TO_DEVIATION = 1.4826;

function statedRatio(row: OptionRow): number | undefined {
  const { kind, strike, markVol, markPrice, expiry, time } = row;
  const forward = row.forward ?? row.impliedForward;
  if (markVol === undefined || markPrice === undefined || forward === undefined) return undefined;
  if (expiry <= time || (kind === 'call') !== strike >= forward) return undefined;
  const stdDev = markVol * Math.sqrt((expiry - time) / SECONDS_PER_YEAR);
  if (Math.abs(Math.log(strike / forward)) > REACH * stdDev) return undefined;
  const implied = impliedStdDev(kind, forward, strike, markPrice * forward);
  return implied === undefined ? undefined : (implied / stdDev) ** 2 - 1;
}

function markTime(expiry: number, rows: readonly OptionRow[]): MarkTime | undefined {
  const told = rows.flatMap((row) => {
    const ratio = statedRatio(row);
    return ratio === undefined ? [] : [{ ratio, left: expiry - row.time, place: row.place }];
  });
  if (told.length < LEAST_STRIKES) return undefined;
  const ratio = median(told.map((each) => each.ratio));
  const spread = TO_DEVIATION * median(told.map((each) => Math.abs(each.ratio - ratio)));
  const stated = median(told.map(({ left }) => left));
  return {
    expiry,
    stated,
    offset: ratio * stated,
    doubt: (spread / Math.sqrt(told.length)) * stated,
    disagreement: median(told.map((each) => Math.abs(each.ratio))),
    place: told[0]!.place.replace(/: row \d+$/, ''),
  };
}

export interface MarkVerdict {
  /** 1 where marks and mark volatilities agree, less where they begin not to. */
  readonly agreement: number;
  /** Where they contradict each other: what and by how much. */
  readonly contradiction?: string;
}

const ratioOf = ({ offset, stated }: MarkTime): number => offset / stated;

function contradicts({ offset, stated, doubt }: MarkTime): boolean {
  return Math.abs(offset) > Math.max(CONTRADICTION * stated, SIGNIFICANT * doubt);
}

/** One shift in seconds explains all expiries. */
function isShift(times: readonly MarkTime[], shift: number): boolean {
  return times.every(
    ({ offset, stated, doubt }) =>
      Math.abs(offset - shift) <=
      Math.max(Math.abs(shift) / 4, SIGNIFICANT * doubt, stated * (SUSPECT / 2)),
  );
}

/** One factor on the volatilities explains all expiries. */
function isFactor(times: readonly MarkTime[], ratio: number): boolean {
  return times.every((each) => Math.abs(ratioOf(each) - ratio) <= Math.abs(ratio) / 4);
}

function describe({ expiry, stated, offset }: MarkTime): string {
  return (
    `marks and mark volatilities of ${utcText(expiry)} UTC agree at ` +
    `${durationText(stated + offset)} to expiry, and the times of the rows leave ` +
    durationText(stated)
  );
}

function verdictOf(time: MarkTime): MarkVerdict {
  if (contradicts(time)) return { agreement: 0, contradiction: describe(time) };
  const { disagreement, stated, doubt } = time;
  if (disagreement > MOST_DISAGREEMENT) {
    const share = (50 * disagreement).toFixed(1);
    return {
      agreement: 0,
      contradiction:
        `marks and mark volatilities contradict each other strike by strike, in the median by ` +
        `${share} % of the volatility (at most ${50 * MOST_DISAGREEMENT} %)`,
    };
  }
  const shift = Math.abs(ratioOf(time)) - Math.max(SUSPECT, (3 * doubt) / stated);
  const excess = Math.max(
    shift / (CONTRADICTION - SUSPECT),
    (disagreement - MOST_DISAGREEMENT / 2) / (MOST_DISAGREEMENT / 2),
  );
  return { agreement: 1 - Math.max(0, Math.min(1, excess)) };
}

/**
 * Compares the marks with the mark volatilities of every expiry at the times of the rows. Throws
 * `InvalidInput` where one shift of the clock, or one factor on all volatilities, explains what
 * disagrees; an expiry that disagrees alone is left to its verdict.
 */
export function judgeMarks(
  expiries: readonly { readonly expiry: number; readonly rows: readonly OptionRow[] }[],
): Map<number, MarkVerdict> {
  const times = expiries.flatMap(({ expiry, rows }) => markTime(expiry, rows) ?? []);
  const wrong = times.filter(contradicts);
  const [first] = wrong;
  if (first !== undefined && isShift(times, first.offset)) {
    const direction = first.offset > 0 ? 'ahead' : 'behind';
    throw new InvalidInput(
      `${first.place}: ts`,
      `contradicts the marks: ${describe(first)}: the clock of the file is ` +
        `${durationText(first.offset)} ${direction} (a local time read as UTC?), or its mark_iv is wrong`,
    );
  }
  if (first !== undefined && times.length > 1 && isFactor(times, ratioOf(first))) {
    const factor = Math.sqrt(1 + ratioOf(first));
    throw new InvalidInput(
      `${first.place}: mark_iv`,
      `contradicts mark_price at every expiry: prices say ${factor.toFixed(3)} times the ` +
        'volatilities; wrong units, or another day count',
    );
  }
  return new Map(times.map((each) => [each.expiry, verdictOf(each)] as const));
}
