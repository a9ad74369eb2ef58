// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput } from '../../../../prover/core/errors.ts';
import { calibrateSurface } from '../../../../prover/market/surface/surface.ts';
import type { ExpiryQuotes, VolQuote } from '../../../../prover/market/surface/types.ts';

/** A mild smile of a month around 1000 USD, fresh each time. */
function smile(overrides: Partial<ExpiryQuotes> = {}): ExpiryQuotes {
  return {
    expiry: 1_802_592_000n,
    tau: 2_592_000n,
    forward: 1000,
    quotes: [700, 750, 800, 850, 900, 950, 1000, 1050, 1100, 1150, 1200, 1300].map((strike) => ({
      strike,
      vol: 0.6 + 0.3 * Math.log(strike / 1000) ** 2,
    })),
    ...overrides,
  };
}

function withQuotes(change: (quotes: VolQuote[]) => VolQuote[]): ExpiryQuotes {
  return smile({ quotes: change([...smile().quotes]) });
}

const only = (quotes: ExpiryQuotes) => calibrateSurface([quotes]).slices[0];

describe('slices that are refused', () => {
  it('fits the smile that the other cases change', () => {
    expect(only(smile())?.state).toBe('fitted');
  });

  it('wants six quotes', () => {
    expect(only(withQuotes((quotes) => quotes.slice(3, 9)))?.state).toBe('fitted');
    expect(only(withQuotes((quotes) => quotes.slice(3, 8)))).toMatchObject({
      state: 'refused',
      reason: 'too-few-quotes',
      message: expect.stringContaining('5 usable quotes, a smile needs 6') as string,
    });
  });

  it('wants two quotes on each side of the forward', () => {
    expect(only(withQuotes((quotes) => quotes.slice(0, 8)))).toMatchObject({
      state: 'refused',
      reason: 'one-sided',
      message: expect.stringContaining('6 quotes below the forward and 1 above it') as string,
    });
  });

  it('wants quotes half a standard deviation out on each side', () => {
    // One standard deviation of the month is 17 %.
    const near = withQuotes((quotes) =>
      quotes.map((quote, index) => ({ ...quote, strike: 900 + 15 * index })),
    );
    expect(only(near)).toMatchObject({
      state: 'refused',
      reason: 'one-sided',
      message: expect.stringMatching(/0\.6\d standard deviations below .* 0\.3\d above/) as string,
    });
  });

  it('does not smooth over quotes that follow no smile', () => {
    const zigzag = withQuotes((quotes) =>
      quotes.map((quote, index) => ({ ...quote, vol: index % 2 === 0 ? 0.45 : 0.75 })),
    );
    expect(only(zigzag)).toMatchObject({
      state: 'refused',
      reason: 'error-too-large',
      message: expect.stringMatching(/^2027-02-14 08:00 UTC: .*fit limits tolerance/) as string,
    });
  });

  it('says so when the quotes are smooth but admit butterfly arbitrage', () => {
    // A notch of total variance at the money: a fit exists, its density does not.
    const notch = smile({
      quotes: Array.from({ length: 31 }, (_, i) => {
        const k = (i - 15) / 50;
        return { strike: 1000 * Math.exp(k), vol: Math.sqrt(0.02 + 4 * Math.abs(k)) };
      }),
    });
    expect(only(notch)).toMatchObject({ state: 'refused', reason: 'butterfly-arbitrage' });
  });

  it("refuses what does not fit the snapshot's fields", () => {
    // 400 % over a year is a total variance of 16; the field ends at 8.
    const year = smile({ expiry: 1_831_536_000n, tau: 31_536_000n });
    const wild = {
      ...year,
      quotes: [-8, -6, -4, -2, 0, 2, 4, 6, 8].map((k) => ({
        strike: 1000 * Math.exp(k),
        vol: 4 + 0.002 * k * k,
      })),
    };
    expect(only(wild)).toMatchObject({
      reason: 'out-of-range',
      message: expect.stringContaining('a must be between -8 and 8') as string,
    });
  });

  it('keeps the other expiries', () => {
    const later = smile({ expiry: 1_805_184_000n, tau: 5_184_000n });
    const { slices } = calibrateSurface([withQuotes((quotes) => quotes.slice(0, 3)), later]);
    expect(slices.map(({ state }) => state)).toEqual(['refused', 'fitted']);
  });
});

describe('quotes that are no quotes', () => {
  const replaced = (quote: Partial<VolQuote>): ExpiryQuotes =>
    withQuotes((quotes) =>
      quotes.map((each, index) => (index === 2 ? { ...each, ...quote } : each)),
    );

  it.each([
    ['quotes[2].strike', replaced({ strike: -1 })],
    ['quotes[2].strike', replaced({ strike: Number.NaN })],
    ['quotes[2].strike', replaced({ strike: 700 })],
    ['quotes[2].vol', replaced({ vol: Number.NaN })],
    ['quotes[2].vol', replaced({ vol: 0 })],
    ['quotes[2].vol', replaced({ vol: 51 })],
    ['quotes[2].volSpread', replaced({ volSpread: -0.01 })],
    ['forward', smile({ forward: 0 })],
    ['tau', smile({ tau: 0n })],
  ])('names the field %s', (field, quotes) => {
    expect(() => calibrateSurface([quotes])).toThrow(InvalidInput);
    expect(() => calibrateSurface([quotes])).toThrow(`expiries[0].${field}: `);
  });

  it('wants expiries in order', () => {
    expect(() => calibrateSurface([smile(), smile()])).toThrow(
      'expiries[1].expiry: must be after the expiry before it',
    );
  });
});
