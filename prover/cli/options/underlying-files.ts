// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readTextFileOrGzip } from '../../core/files.ts';
import { parseBars, type BarHistory, type BarReading } from '../../market/volatility/bars.ts';
import type { Pair } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';

/** Reads `btc=file,eth=file`, one of the two or both; files may be gzipped. */
export function readByUnderlying<T>(
  text: string,
  flag: string,
  read: (source: string, path: string) => T,
): Pair<T | undefined> {
  const known = new Map<string, T>();
  for (const part of text.split(',').map((entry) => entry.trim())) {
    const equals = part.indexOf('=');
    const symbol = part.slice(0, Math.max(0, equals)).toUpperCase();
    const path = part.slice(equals + 1);
    if (!UNDERLYING_SYMBOLS.some((name) => name === symbol) || path === '') {
      throw new InvalidInput(flag, `must be btc=file.csv, eth=file.csv or both, got "${part}"`);
    }
    if (known.has(symbol)) throw new InvalidInput(flag, `${symbol} is given twice`);
    known.set(symbol, read(readTextFileOrGzip(path, flag), path));
  }
  return [known.get('BTC'), known.get('ETH')];
}

/** Price bars of `--bars btc=…,eth=…`. */
export const readBarHistories = (
  text: string,
  reading: BarReading = {},
): Pair<BarHistory | undefined> =>
  readByUnderlying(text, '--bars', (source, path) => parseBars(source, path, reading));
