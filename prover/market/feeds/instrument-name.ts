// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingId } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';

/** An instrument of a feed, as its name spells it. */
export type NamedInstrument =
  | ({ readonly type: 'option'; readonly underlying: UnderlyingId; readonly expiry: number } & {
      readonly strike: number;
      readonly kind: 'call' | 'put';
      /** True where the name says that a dollar is paid, as `BTC_USDC-…` and `…-C-USDT` do. */
      readonly linear: boolean;
    })
  | {
      readonly type: 'future';
      readonly underlying: UnderlyingId;
      readonly expiry: number;
      readonly linear: boolean;
    }
  | { readonly type: 'combination'; readonly underlying: UnderlyingId }
  /** An instrument of an asset that a snapshot has no place for. */
  | { readonly type: 'foreign' };

export const NAME_RULE =
  'must name an option, future or perpetual of BTC or ETH, such as BTC-27MAR26-70000-C';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Options and futures of Deribit, OKX, Bybit, Binance and Derive expire at 08:00 UTC. */
export const EXPIRY_HOUR_UTC = 8;

function expiryOn(year: number, month: number, day: number): number | undefined {
  const date = new Date(Date.UTC(year, month, day, EXPIRY_HOUR_UTC));
  // Date rolls 31 April over to May.
  return date.getUTCMonth() === month && date.getUTCDate() === day
    ? date.getTime() / 1000
    : undefined;
}

/** Unix seconds of `27MAR26`, `260327` or `20260327`; `undefined` where there is no such day. */
export function expiryOfName(text: string): number | undefined {
  const letters = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(text);
  if (letters !== null) {
    const month = MONTHS.indexOf(letters[2]!);
    return month < 0 ? undefined : expiryOn(2000 + Number(letters[3]), month, Number(letters[1]));
  }
  const digits = /^(?:20)?(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (digits === null) return undefined;
  return expiryOn(2000 + Number(digits[1]), Number(digits[2]) - 1, Number(digits[3]));
}

const DOLLAR = /^USD[CT]?$/;
const FOREIGN = /^[A-Z0-9]+(_USD[CTE]?)?(-[A-Z0-9._d]+)+$/;

/**
 * Reads `BTC-27MAR26-70000-C` (Deribit, Bybit), `BTC_USDC-27MAR26-70000-C` (Deribit, linear),
 * `BTC-27MAR26-70000-C-USDT` (Bybit), `BTC-USD-260327-70000-C` (OKX), `BTC-260327-70000-C`
 * (Binance) and `BTC-20260327-70000-C` (Derive). `undefined` for what is no instrument at all.
 */
export function parseInstrumentName(name: string): NamedInstrument | undefined {
  const parts = name.split('-');
  const [symbol = '', dollar] = (parts[0] ?? '').split('_');
  const id = UNDERLYING_SYMBOLS.findIndex((candidate) => candidate === symbol);
  if (id < 0) return FOREIGN.test(name) ? { type: 'foreign' } : undefined;
  if (dollar !== undefined && !DOLLAR.test(dollar)) return undefined;
  const underlying = id as UnderlyingId;
  const linear = dollar === 'USDC' || dollar === 'USDT';
  // OKX puts the currency of quotation second; USD there means settled in coin.
  const rest = parts[1] === 'USD' ? parts.slice(2) : parts.slice(1);
  const [date = '', strike, type, ...tail] = rest;
  if (rest.length === 1 && (date === 'PERPETUAL' || date === 'PERP' || date === 'SWAP')) {
    return { type: 'future', underlying, expiry: 0, linear };
  }
  const expiry = expiryOfName(date);
  // Spreads and other combinations carry the code of their kind in place of a date.
  if (expiry === undefined) {
    return /^[A-Z]+$/.test(date) && strike !== undefined
      ? { type: 'combination', underlying }
      : undefined;
  }
  if (strike === undefined) return { type: 'future', underlying, expiry, linear };
  const settled = tail[0] === 'USDT' || tail[0] === 'USDC';
  if (tail.length > (settled ? 1 : 0)) return undefined;
  if (!/^[0-9]+([.d][0-9]+)?$/.test(strike) || !/^[CP]$/.test(type ?? '')) return undefined;
  const kind = type === 'C' ? 'call' : 'put';
  return {
    type: 'option',
    underlying,
    expiry,
    strike: Number(strike.replace('d', '.')),
    kind,
    linear: linear || settled,
  };
}
