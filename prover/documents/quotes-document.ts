// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { constant, decimalBigint, integer, list, oneOf, parseDocument } from '../core/schema.ts';
import { UNDERLYING_SYMBOLS } from '../model/types.ts';

export const QUOTES_FORMAT = 'plimsoll.quotes';

const MAX_EXPIRIES = 64;
const MAX_QUOTES = 1_000;

const priceE4 = integer(1, 2 ** 40 - 1);
/** Implied volatility in 10⁻⁶: what a feed's quote is cleaned to is at most 5,000 %. */
const volPpm = integer(0, 50_000_000);

/**
 * The quotes that a snapshot's smiles were fitted to. They stand beside it and are no part of what is signed: nothing is
 * decided by them.
 */
export const quotesSchema = z.strictObject({
  format: constant(QUOTES_FORMAT),
  version: constant(1),
  /** Of which snapshot they are. */
  snapshotHash: decimalBigint(0n, 2n ** 254n - 1n),
  underlyings: list(
    z.strictObject({
      symbol: oneOf(UNDERLYING_SYMBOLS),
      expiries: list(
        z.strictObject({
          /** Unix seconds. */
          expiry: integer(1, 2 ** 32 - 1),
          /** At which log-moneyness is reckoned. */
          forwardE4: priceE4,
          quotes: list(
            z.strictObject({ strikeE4: priceE4, volPpm, bidVolPpm: volPpm, askVolPpm: volPpm }),
            MAX_QUOTES,
          ),
        }),
        MAX_EXPIRIES,
      ),
    }),
    UNDERLYING_SYMBOLS.length,
  ),
});

export type QuotesDocument = z.infer<typeof quotesSchema>;
export type ExpiryOfQuotes = QuotesDocument['underlyings'][number]['expiries'][number];

/** Throws `InvalidInput` naming the field that breaks its rule. */
export const parseQuotes = (source: string, name = 'quotes'): QuotesDocument =>
  parseDocument(quotesSchema, source, name);

export const formatQuotes = ({ snapshotHash, ...rest }: QuotesDocument): string =>
  `${JSON.stringify({ ...rest, snapshotHash: snapshotHash.toString() })}\n`;
