// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import type { Account } from '../../commitments/account.ts';
import { parseLedger } from '../../documents/ledger-document.ts';
import { bookedBy } from '../../market/snapshot/booked.ts';
import type { Settlement } from '../../market/snapshot/settle.ts';
import type { MarketSnapshot, UnderlyingId } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { expiryOfName } from '../../market/feeds/instrument-name.ts';

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.0+)?)?Z)?$/;
const DELIVERY_HOUR = 'T08:00Z';

/** `2026-03-03T08:00Z`, `2026-03-03` or `3MAR26` (both at 08:00 UTC), or unix seconds. */
export function parseExpiry(text: string, field: string): number {
  const named = expiryOfName(text);
  if (named !== undefined) return named;
  const iso = ISO.test(text) ? (text.includes('T') ? text : text + DELIVERY_HOUR) : undefined;
  const seconds = iso === undefined ? Number(text) : Date.parse(iso) / 1000;
  const isTime = iso !== undefined || /^[1-9][0-9]{8,9}$/.test(text);
  if (isTime && Number.isInteger(seconds) && seconds >= 1 && seconds < 2 ** 32) return seconds;
  throw new InvalidInput(
    field,
    `must be a time such as 2026-03-03T08:00Z, 2026-03-03, 3MAR26 or unix seconds, got "${text.slice(0, 40)}"`,
  );
}

export const SETTLEMENT_OPTIONS = {
  settlement: {
    type: 'string',
    placeholder: 'BTC-3MAR26=usd,…',
    describe:
      'settlement price of an expiry of --base, e.g. BTC-3MAR26=80412.12,ETH-2026-03-03=2890.5',
  },
  ledger: {
    type: 'string',
    placeholder: 'file',
    describe: 'ledger whose positions say which expiries are booked, and which must be listed',
  },
  'booked-through': {
    type: 'string',
    placeholder: 'time',
    describe: 'in place of --ledger: every position with an expiry up to this has been booked',
  },
} as const satisfies Record<string, OptionSpec>;

const ENTRY = /^(BTC|ETH)-([^=]+)=([0-9]{1,8}(?:\.[0-9]{1,4})?)$/;

/** What `--settlement` says; throws `InvalidInput` for another form, and for an expiry twice. */
export function namedSettlements(context: CommandContext): readonly Settlement[] {
  const seen = new Set<string>();
  return (stringOption(context, 'settlement')?.split(',') ?? []).map((part) => {
    const match = ENTRY.exec(part.trim());
    const [, symbol = '', when = '', price = ''] = match ?? [];
    const underlying = UNDERLYING_SYMBOLS.findIndex((candidate) => candidate === symbol);
    if (match === null || Number(price) === 0) {
      throw new InvalidInput(
        '--settlement',
        `must be <symbol>-<expiry>=<USD>,… such as BTC-3MAR26=80412.12, got "${part.slice(0, 40)}"`,
      );
    }
    const expiry = parseExpiry(when, '--settlement');
    const key = `${symbol}-${expiry}`;
    if (seen.has(key)) throw new InvalidInput('--settlement', `settles ${symbol}-${when} twice`);
    seen.add(key);
    const [whole = '', fraction = ''] = price.split('.');
    return {
      underlying: underlying as UnderlyingId,
      expiry: BigInt(expiry),
      priceE4: BigInt(whole + fraction.padEnd(4, '0')),
      source: '--settlement',
      isNamed: true,
    };
  });
}

/** The accounts of `--ledger`; nothing without it. */
export function openPositions(context: CommandContext): readonly Account[] {
  const path = stringOption(context, 'ledger');
  return path === undefined ? [] : parseLedger(readTextFile(path, '--ledger'));
}

/** What `--booked-through` or `--ledger` says of the base's expiries; nothing without either. */
export function bookedThrough(
  context: CommandContext,
  base: MarketSnapshot | undefined,
  ledger: readonly Account[],
): { readonly bookedThrough?: bigint } {
  const text = stringOption(context, 'booked-through');
  const hasLedger = stringOption(context, 'ledger') !== undefined;
  if (text !== undefined && hasLedger) {
    throw new InvalidInput('--booked-through', 'excludes --ledger, which says the same');
  }
  if (text !== undefined) return { bookedThrough: BigInt(parseExpiry(text, '--booked-through')) };
  if (!hasLedger || base === undefined) return {};
  return { bookedThrough: bookedBy(ledger, base) };
}
