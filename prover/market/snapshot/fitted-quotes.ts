// SPDX-License-Identifier: GPL-3.0-or-later
import { QUOTES_FORMAT, type QuotesDocument } from '../../documents/quotes-document.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { MarketImport } from './import-market.ts';

const ppm = (share: number): number => Math.round(share * 1e6);

/** What the smiles of a snapshot were fitted to, strike by strike, to be shown beside it. */
export function fittedQuotes(
  { underlyings }: Pick<MarketImport, 'underlyings'>,
  snapshotHash: bigint,
): QuotesDocument {
  return {
    format: QUOTES_FORMAT,
    version: 1,
    snapshotHash,
    underlyings: UNDERLYINGS.flatMap((u) => {
      const imported = underlyings[u];
      if (imported === undefined) return [];
      const expiries = imported.surface.expiries.map(({ expiry, forward, quotes }) => ({
        expiry,
        forwardE4: Math.round(forward.forward * 1e4),
        quotes: quotes.used.map(({ strike, vol, bidVol, askVol }) => ({
          strikeE4: Math.round(strike * 1e4),
          volPpm: ppm(vol),
          bidVolPpm: ppm(bidVol),
          askVolPpm: ppm(askVol),
        })),
      }));
      return [{ symbol: UNDERLYING_SYMBOLS[u], expiries }];
    }),
  };
}
