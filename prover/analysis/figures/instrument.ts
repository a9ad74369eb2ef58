// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { UNDERLYING_SYMBOLS, type Instrument, type UnderlyingId } from '../../model/types.ts';
import { parseScaled } from './amount.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The hour at which dated instruments of the venues expire, where a name gives only the day. */
const EXPIRY_HOUR = '08:00';

export const INSTRUMENT_RULE =
  'must look like BTC-PERPETUAL, BTC-27MAR26, BTC-27MAR26-70000-C or ' +
  'ETH-2026-02-05T16:20Z-1500-P';

const NAME =
  /^(BTC|ETH)-(?:(PERPETUAL)|(?:(\d{1,2})([A-Z]{3})(\d{2})|(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})Z)(?:-(\d+(?:\.\d+)?)-([CP]))?)$/;

function expirySeconds(isoDay: string, time: string, field: string): bigint {
  const text = `${isoDay}T${time}:00.000Z`;
  const date = new Date(text);
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== text) {
    throw new InvalidInput(field, `${isoDay} ${time} is not a time that exists`);
  }
  const seconds = date.getTime() / 1000;
  if (seconds < 1 || seconds >= 2 ** 32) throw new InvalidInput(field, 'expiry is out of range');
  return BigInt(seconds);
}

/**
 * Reads an instrument as traders write it; a day without an hour means 08:00 UTC. Throws
 * `InvalidInput` naming `field`.
 */
export function parseInstrument(text: string, field: string): Instrument {
  const match = NAME.exec(text);
  if (match === null) throw new InvalidInput(field, `${INSTRUMENT_RULE}, got "${text}"`);
  const [, symbol, perpetual, day, month, year, isoDay, hour, strike, side] = match;
  const underlying = UNDERLYING_SYMBOLS.findIndex((known) => known === symbol) as UnderlyingId;
  if (perpetual !== undefined) return { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
  let date = isoDay;
  if (day !== undefined && month !== undefined && year !== undefined) {
    const number = MONTHS.indexOf(month) + 1;
    if (number === 0) throw new InvalidInput(field, `"${month}" is not a month`);
    date = `20${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`;
  }
  const expiry = expirySeconds(date ?? '', hour ?? EXPIRY_HOUR, field);
  if (strike === undefined) return { underlying, kind: 'future', expiry, strikeE4: 0n };
  const strikeE4 = parseScaled(strike, 4, field);
  if (strikeE4 < 1n || strikeE4 >= 1n << 40n) {
    throw new InvalidInput(field, `strike must be from 0.0001 to ${(1n << 40n) / 10_000n}`);
  }
  return { underlying, kind: side === 'C' ? 'call' : 'put', expiry, strikeE4 };
}
