// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { snapshotHash } from '../../../prover/commitments/snapshot-words.ts';
import { quotedSmiles } from '../../../prover/dashboard/quotes-view.ts';
import { formatQuotes, parseQuotes } from '../../../prover/documents/quotes-document.ts';
import { fittedQuotes } from '../../../prover/market/snapshot/fitted-quotes.ts';
import { importMarket } from '../../../prover/market/snapshot/import-market.ts';
import { readFeed } from '../market/read-feed.ts';
import { BTC, ETH, syntheticChain, toCsv } from '../market/synthetic.ts';

const made = importMarket({
  feeds: [BTC, ETH].map((spec, u) =>
    readFeed(toCsv(syntheticChain({ ...spec, days: [9, 30] })), `${u}.csv`),
  ),
  inputs: [
    {
      underlyings: [
        { symbol: 'BTC', depthQuote: 5_000_000n },
        { symbol: 'ETH', depthQuote: 3_000_000n },
      ],
      collateral: [],
    },
  ],
});
const hash = snapshotHash(made.snapshot);
const document = fittedQuotes(made, hash);

describe('quotes beside a snapshot', () => {
  it('are what its smiles were fitted to, of that snapshot, through the file and back', () => {
    expect(document.snapshotHash).toBe(hash);
    expect(parseQuotes(formatQuotes(document))).toEqual(document);
    expect(document.underlyings.map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH']);
    for (const [u, { expiries }] of document.underlyings.entries()) {
      const used = made.underlyings[u as 0 | 1]!.surface.expiries.map(({ quotes }) => quotes.used);
      expect(expiries.map(({ quotes }) => quotes.length)).toEqual(used.map(({ length }) => length));
      expect(expiries[0]!.quotes.length).toBeGreaterThan(5);
    }
  });

  it('lie where the fit of the snapshot goes, and a quote that is off is told by how much', () => {
    const { time, underlyings } = made.snapshot;
    const slices = underlyings[0].slices.filter((slice) => slice.state === 'live');
    const { expiries } = document.underlyings[0]!;
    const smiles = quotedSmiles(slices, time, expiries);
    expect(smiles.map(({ slice }) => Number(slice.expiry))).toEqual(
      expiries.map(({ expiry }) => expiry),
    );
    for (const { rows, rms, worst } of smiles) {
      expect(rms).toBeLessThan(1);
      expect(Math.abs(worst.residual)).toBeGreaterThanOrEqual(rms);
      for (const { fit, quote, residual, k } of rows) {
        expect(residual).toBeCloseTo(fit - quote, 9);
        expect(Math.abs(k)).toBeLessThan(3);
      }
    }
    const [first] = expiries;
    const quotes = first!.quotes.map((quote, at) =>
      at === 2 ? { ...quote, volPpm: quote.volPpm + 250_000 } : quote,
    );
    const [off] = quotedSmiles(slices, time, [{ ...first!, quotes }]);
    expect(off!.worst.strike).toBe(quotes[2]!.strikeE4 / 1e4);
    expect(off!.worst.residual).toBeCloseTo(smiles[0]!.rows[2]!.residual - 25, 6);
    expect(quotedSmiles(slices, time, [{ ...first!, expiry: first!.expiry + 1 }])).toEqual([]);
    expect(quotedSmiles(slices, time, [{ ...first!, quotes: [] }])).toEqual([]);
  });

  it('are refused by field and rule', () => {
    const text = formatQuotes(document);
    expect(() => parseQuotes(text.replace(/"volPpm":\d+/, '"volPpm":1.5'))).toThrow(
      /underlyings\[0\]\.expiries\[0\]\.quotes\[0\]\.volPpm/,
    );
    expect(() => parseQuotes(text.replace('"BTC"', '"DOGE"'))).toThrow(/symbol: must be one of/);
    expect(() => parseQuotes('{}')).toThrow(/format/);
  });
});
