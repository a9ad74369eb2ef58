// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import type { BalanceSymbol } from '../../commitments/account-change.ts';

/** Contracts are counted in lots of 0.01. */
export const LOT_DECIMALS = 2;

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d+))?$/;

/** A decimal number as an integer of 10^-scale, exactly; a digit too many is refused, not rounded. */
export function parseScaled(text: string, scale: number, field: string): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) throw new InvalidInput(field, `must be a decimal number, got "${text}"`);
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > scale) {
    throw new InvalidInput(field, `must have at most ${scale} decimals, got "${text}"`);
  }
  const magnitude = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** Contracts as lots, bought or (below 0) sold. */
export function parseLots(text: string, field: string): bigint {
  const lots = parseScaled(text, LOT_DECIMALS, field);
  requireRule(lots !== 0n, field, 'must not be 0 contracts');
  return lots;
}

/** What leaves or comes into a balance: E6 of USDC, E8 of a coin; above 0. */
export function parseBalanceAmount(asset: BalanceSymbol, text: string, field: string): bigint {
  const amount = parseScaled(text, asset === 'USDC' ? 6 : 8, field);
  requireRule(amount > 0n, field, 'must be above 0');
  return amount;
}

/** `a:1,b:2` as pairs; the part before the last colon may hold colons itself. */
export function parseList(text: string, field: string): readonly (readonly [string, string])[] {
  return text.split(',').map((entry) => {
    const trimmed = entry.trim();
    const colon = trimmed.lastIndexOf(':');
    if (colon < 1 || colon === trimmed.length - 1) {
      throw new InvalidInput(field, `must be name:amount, several with commas, got "${trimmed}"`);
    }
    return [trimmed.slice(0, colon), trimmed.slice(colon + 1)];
  });
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90m`, `2h`, `1d` in seconds; at least one. */
export function parseDuration(text: string, field: string): number {
  const match = /^\+?(\d{1,9})([smhd])$/.exec(text);
  const seconds = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  if (!(seconds >= 1 && seconds < 2 ** 32)) {
    throw new InvalidInput(field, `must be a duration such as 90m, 2h or 1d, got "${text}"`);
  }
  return seconds;
}
