// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { secondsOf } from './clock.ts';
import { parseInstrumentName } from './instrument-name.ts';
import { quoted } from '../../core/quoted.ts';

/** One row of a document, out of whatever its venue wraps it in. */
export interface JsonRow {
  readonly value: Readonly<Record<string, unknown>>;
  /** Unix seconds of the envelope, where it states a time and the row may not. */
  readonly time?: number;
}

/** Deeper than any envelope of a venue: `{"params": {"data": [{…}]}}` in a list has three. */
const MAX_DEPTH = 12;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function hasField(value: unknown, key: string): boolean {
  return isObject(value) && Object.hasOwn(value, key);
}

const has = (value: Record<string, unknown>, key: string): boolean => Object.hasOwn(value, key);

/** What the venue says went wrong, where the document is an error and no answer. */
function refusalOf(value: Record<string, unknown>): string | undefined {
  // Deribit and Derive: {"error": {"message": …}}
  const { error } = value;
  if (isObject(error) && typeof error['message'] === 'string') return error['message'];
  // OKX: {"code": "51001", "msg": …}; Binance: {"code": -1121, "msg": …}
  const { code, msg } = value;
  if (typeof msg === 'string' && code !== undefined && String(code) !== '0') return msg;
  // Bybit: {"retCode": 10001, "retMsg": …}
  const { retCode, retMsg } = value;
  if (typeof retMsg === 'string' && retCode !== undefined && Number(retCode) !== 0) return retMsg;
  return undefined;
}

/** Where the rows stand in an envelope; `undefined` where the value is a row itself. */
function inner(value: Record<string, unknown>, file: string): unknown {
  const { params } = value;
  // A notification of Deribit or Derive.
  if (isObject(params) && has(params, 'data')) return params['data'];
  if (has(value, 'result') || has(value, 'jsonrpc')) {
    const { result } = value;
    if (result === undefined || result === null) {
      throw new InvalidInput(`${file}: result`, 'is required');
    }
    return result;
  }
  if (has(value, 'data') && (has(value, 'code') || has(value, 'topic') || has(value, 'arg'))) {
    return value['data'];
  }
  if (has(value, 'stream') && has(value, 'data')) return value['data'];
  // get_last_trades…, Bybit's lists, Derive's maps and its notifications.
  for (const key of ['trades', 'list', 'tickers', 'instrument_ticker'] as const) {
    if (has(value, key) && !has(value, 'instrument_name')) return value[key];
  }
  return undefined;
}

/** `{"BTC-20260327-70000-C": {…}, …}`: the names are keys of a map. */
function rowsOfMap(value: Record<string, unknown>): Record<string, unknown>[] | undefined {
  const entries = Object.entries(value);
  const [first] = entries;
  if (first === undefined || parseInstrumentName(first[0]) === undefined) return undefined;
  return entries.map(([name, row]) => ({ instrument_name: name, ...(isObject(row) ? row : {}) }));
}

function envelopeTime(value: Record<string, unknown>): number | undefined {
  return secondsOf(value['time'] ?? value['ts'], 'ms');
}

/** The name in a channel such as `ticker_slim.BTC-20260327-70000-C.1000`. */
function channelName(value: Record<string, unknown>): string | undefined {
  const { params } = value;
  const channel = isObject(params) ? params['channel'] : undefined;
  if (typeof channel !== 'string') return undefined;
  return channel.split('.').find((part) => parseInstrumentName(part) !== undefined);
}

interface Surroundings {
  readonly time?: number;
  readonly name?: string;
}

function collect(
  value: unknown,
  file: string,
  around: Surroundings,
  depth: number,
  rows: JsonRow[],
): void {
  if (depth > MAX_DEPTH) {
    throw new InvalidInput(file, `is nested more than ${MAX_DEPTH} deep: no answer of a venue is`);
  }
  if (Array.isArray(value)) {
    for (const item of value) collect(item, file, around, depth + 1, rows);
    return;
  }
  if (!isObject(value)) {
    const got = quoted(String(JSON.stringify(value)));
    throw new InvalidInput(`${file}: row ${rows.length + 1}`, `must be an object, got ${got}`);
  }
  const refused = refusalOf(value);
  if (refused !== undefined) {
    throw new InvalidInput(file, `the venue answered "${quoted(refused)}"; ask it again`);
  }
  const within = inner(value, file);
  if (within !== undefined) {
    const [time, name] = [envelopeTime(value) ?? around.time, channelName(value) ?? around.name];
    const next = {
      ...(time === undefined ? {} : { time }),
      ...(name === undefined ? {} : { name }),
    };
    collect(within, file, next, depth + 1, rows);
    return;
  }
  const named = rowsOfMap(value) ?? [
    around.name !== undefined && !has(value, 'instrument_name')
      ? { instrument_name: around.name, ...value }
      : value,
  ];
  for (const row of named) {
    rows.push(around.time === undefined ? { value: row } : { value: row, time: around.time });
  }
}

/**
 * The rows of a response, a notification, a bare result, or a list of any of them, of Deribit, OKX,
 * Bybit, Binance or Derive. Throws `InvalidInput` where the venue answered with an error.
 */
export function jsonRows(value: unknown, file: string): JsonRow[] {
  const rows: JsonRow[] = [];
  collect(value, file, {}, 0, rows);
  return rows;
}
