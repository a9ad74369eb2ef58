// SPDX-License-Identifier: GPL-3.0-or-later
import type { ExpiryOfQuotes } from '../documents/quotes-document.ts';
import { dequantise } from '../market/surface/quantise.ts';
import { totalVariance } from '../market/surface/svi.ts';
import type { LiveSlice } from '../model/types.ts';

const YEAR_SECONDS = 365 * 86_400;

/** Implied volatility in percent at a log-moneyness, as the engine prices it. */
export function volAt(slice: LiveSlice, time: bigint, k: number): number {
  const years = Number(slice.expiry - time) / YEAR_SECONDS;
  return 100 * Math.sqrt(totalVariance(dequantise(slice), k) / years);
}

/** A quote beside the fit; volatilities and residual in percent points. */
export interface QuoteRow {
  readonly strike: number;
  readonly k: number;
  readonly bid: number;
  readonly quote: number;
  readonly ask: number;
  readonly fit: number;
  /** Fit less quote. */
  readonly residual: number;
}

export interface QuotedSmile {
  readonly slice: LiveSlice;
  /** By strike. */
  readonly rows: readonly QuoteRow[];
  readonly rms: number;
  /** Of the largest residual in size. */
  readonly worst: QuoteRow;
}

/** The smiles of a snapshot that have quotes, each recalculated from the snapshot's own integers. */
export function quotedSmiles(
  slices: readonly LiveSlice[],
  time: bigint,
  expiries: readonly ExpiryOfQuotes[],
): readonly QuotedSmile[] {
  return slices.flatMap((slice) => {
    const own = expiries.find(({ expiry }) => BigInt(expiry) === slice.expiry);
    if (own === undefined || own.quotes.length === 0) return [];
    const rows = own.quotes
      .map(({ strikeE4, volPpm, bidVolPpm, askVolPpm }): QuoteRow => {
        const k = Math.log(strikeE4 / own.forwardE4);
        const [fit, quote] = [volAt(slice, time, k), volPpm / 1e4];
        const [bid, ask] = [bidVolPpm / 1e4, askVolPpm / 1e4];
        return { strike: strikeE4 / 1e4, k, bid, quote, ask, fit, residual: fit - quote };
      })
      .sort((one, other) => one.strike - other.strike);
    const squares = rows.reduce((sum, { residual }) => sum + residual * residual, 0);
    const worst = rows.reduce((most, row) =>
      Math.abs(row.residual) > Math.abs(most.residual) ? row : most,
    );
    return [{ slice, rows, rms: Math.sqrt(squares / rows.length), worst }];
  });
}
