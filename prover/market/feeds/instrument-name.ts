// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingId } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';

/** An instrument of a Deribit feed, as its name spells it. */
export type NamedInstrument =
  | ({ readonly type: 'option'; readonly underlying: UnderlyingId; readonly expiry: number } & {
      readonly strike: number;
      readonly kind: 'call' | 'put';
    })
  | { readonly type: 'future'; readonly underlying: UnderlyingId; readonly expiry: number }
  | { readonly type: 'combination'; readonly underlying: UnderlyingId };

export const NAME_RULE =
  'must name an option, future or perpetual settled in BTC or ETH, such as BTC-27MAR26-70000-C';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Deribit's options and futures expire at 08:00 UTC. */
const EXPIRY_HOUR_UTC = 8;

/** Unix seconds of `27MAR26`, or `undefined` where there is no such day. */
export function expiryOfName(text: string): number | undefined {
  const match = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [day, month, year] = [Number(match[1]), MONTHS.indexOf(match[2]!), 2000 + Number(match[3])];
  const date = new Date(Date.UTC(year, month, day, EXPIRY_HOUR_UTC));
  // Date rolls 31 April over to May.
  return month >= 0 && date.getUTCDate() === day ? date.getTime() / 1000 : undefined;
}

/** `undefined` for what is no instrument of BTC or ETH settled in its own coin. */
export function parseInstrumentName(name: string): NamedInstrument | undefined {
  const [symbol, date = '', strike, type, ...rest] = name.split('-');
  const id = UNDERLYING_SYMBOLS.findIndex((candidate) => candidate === symbol);
  if (id < 0) return undefined;
  const underlying = id as UnderlyingId;
  if (name === `${symbol}-PERPETUAL`) return { type: 'future', underlying, expiry: 0 };
  const expiry = expiryOfName(date);
  // Spreads and other combinations carry the code of their kind in place of a date.
  if (expiry === undefined) {
    return /^[A-Z]+$/.test(date) && strike !== undefined
      ? { type: 'combination', underlying }
      : undefined;
  }
  if (strike === undefined) return { type: 'future', underlying, expiry };
  if (rest.length > 0 || !/^[0-9]+$/.test(strike) || !/^[CP]$/.test(type ?? '')) return undefined;
  const kind = type === 'C' ? 'call' : 'put';
  return { type: 'option', underlying, expiry, strike: Number(strike), kind };
}
