// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How a document spells its times; `auto` takes texts as ISO and numbers by their size, `utc` is ISO
 * with its zone, which `iso` may leave out.
 */
export const TIME_UNITS = ['auto', 'iso', 'utc', 's', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const PER_SECOND = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 } as const;

/** 2001 to the end of what a snapshot's 32 bits hold. */
const [LEAST, MOST] = [1e9, 2 ** 32];

const TEXT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)? ?(Z|UTC|[-+]\d{2}(?::?\d{2})?)?$/;

const ZONED = /(Z|UTC|:\d{2}(\.\d+)? ?[-+]\d{2}(:?\d{2})?)$/;

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'UTC') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  return (zone.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

/** Unix seconds of a text, `undefined` where it is no time or there is no such day. */
function secondsOfText(text: string, hourOfDate: number): number | undefined {
  const match = TEXT.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute = '0', second = '0', fraction = '0', zone] = match;
  const parts = [year, month, day, hour ?? hourOfDate, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (h > 23 || mi > 59 || s > 59) return undefined;
  const midnight = new Date(Date.UTC(y, mo - 1, d));
  // Date rolls 31 April over to May.
  if (midnight.getUTCMonth() !== mo - 1 || midnight.getUTCDate() !== d) return undefined;
  const whole = midnight.getTime() / 1000 + 3600 * h + 60 * mi + s - 60 * offsetMinutes(zone);
  return whole + Number(fraction);
}

/** Sizes of the units do not overlap between 2001 and 2106. */
function unitOf(value: number): keyof typeof PER_SECOND | undefined {
  const units = ['s', 'ms', 'us', 'ns'] as const;
  return units.find((unit) => value >= LEAST * PER_SECOND[unit] && value < MOST * PER_SECOND[unit]);
}

/**
 * Unix seconds, with a fraction, of a cell in one of the forms collectors write: ISO with or without
 * zone (UTC then; pandas leaves it out), seconds, milliseconds, microseconds or nanoseconds since
 * 1970. A date alone is taken at `hourOfDate` UTC. `undefined` where it is no time of 2001 … 2106.
 */
export function secondsOf(cell: unknown, unit: TimeUnit, hourOfDate = 0): number | undefined {
  const numeric = typeof cell === 'number' || /^[0-9]+(\.[0-9]+)?$/.test(String(cell).trim());
  let seconds: number | undefined;
  if (!numeric) {
    const isText = unit === 'auto' || unit === 'iso' || unit === 'utc';
    if (!isText || (unit === 'utc' && !ZONED.test(String(cell)))) return undefined;
    seconds = typeof cell === 'string' ? secondsOfText(cell, hourOfDate) : undefined;
  } else {
    if (unit === 'iso' || unit === 'utc') return undefined;
    const value = Number(cell);
    const named = unit === 'auto' ? unitOf(value) : unit;
    seconds = named === undefined ? undefined : value / PER_SECOND[named];
  }
  return seconds !== undefined && seconds >= LEAST && seconds < MOST ? seconds : undefined;
}

/** What an error says of a time in this unit. */
export const TIME_RULES: Readonly<Record<TimeUnit, string>> = {
  auto: 'must be a UTC time such as 2026-02-04T21:33:08Z, or seconds, milliseconds or microseconds since 1970',
  iso: 'must be a UTC time such as 2026-02-04T21:33:08Z',
  utc: 'must be a UTC time such as 2026-02-04T21:33:08Z',
  s: 'must be a time in seconds since 1970',
  ms: 'must be a time in milliseconds since 1970',
  us: 'must be a time in microseconds since 1970',
  ns: 'must be a time in nanoseconds since 1970',
};

/** `2026-03-03 08:00:00`, UTC. */
export function utcText(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(0, 19).replace('T', ' ');
}

/** `90 s`, `7 min`, `18.0 h`, `3.0 days`: an age for people. */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${Number(size.toFixed(1))} s`;
  if (size < 7200) return `${Math.round(size / 60)} min`;
  if (size < 172_800) return `${(size / 3600).toFixed(1)} h`;
  return `${(size / 86_400).toFixed(1)} days`;
}
