// SPDX-License-Identifier: GPL-3.0-or-later
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import type { SmileScale } from './smile-gradient.ts';
import type { ExpiryQuotes } from './types.ts';

/** A quote in the coordinates of the fit. */
export interface SmileQuote {
  readonly k: number;
  readonly vol: number;
  /** One unit of error: residuals are counted in these. */
  readonly volError: number;
  readonly halfSpread: number | undefined;
  /** Within two standard deviations of the money. */
  readonly core: boolean;
}

export interface SmileData {
  readonly expiry: bigint;
  readonly years: number;
  readonly forward: number;
  /** By increasing k. */
  readonly quotes: readonly SmileQuote[];
  readonly moneyVol: number;
  readonly scale: SmileScale;
  readonly isSoft: boolean;
}

/** No quote is trusted to better than this share of the volatility at the money. */
const LEAST_ERROR = 0.01;
/** Where vega has all but vanished its loss stops counting: 3.5 standard deviations. */
const MOST_VEGA_LOSS = Math.exp(6);
const CORE_STD_DEVS = 2;

/** Linear between the quotes around k = 0, the nearest quote where one side is missing. */
function volAtTheMoney(quotes: readonly { k: number; vol: number }[]): number {
  const above = quotes.findIndex(({ k }) => k >= 0);
  const right = quotes[above === -1 ? quotes.length - 1 : above]!;
  const left = quotes[Math.max(above === -1 ? quotes.length - 1 : above - 1, 0)]!;
  if (right.k === left.k) return right.vol;
  return left.vol + ((right.vol - left.vol) * (0 - left.k)) / (right.k - left.k);
}

/**
 * The error unit of a quote is half its spread in volatility, over the square root of its vega as a
 * share of that at the money: squared residuals are weighted by vega over squared spread. A quote
 * without a spread gets the error that one and the same price error makes at its vega.
 */
export function smileData({
  expiry,
  tau,
  forward,
  quotes,
  isSoft = false,
}: ExpiryQuotes): SmileData {
  const years = Number(tau) / SECONDS_PER_YEAR;
  const points = quotes
    .map(({ strike, vol, volSpread }) => ({ k: Math.log(strike / forward), vol, volSpread }))
    .sort((left, right) => left.k - right.k);
  const moneyVol = volAtTheMoney(points);
  const variance = moneyVol * moneyVol * years;
  const least = LEAST_ERROR * moneyVol;
  return {
    expiry,
    years,
    forward,
    moneyVol,
    isSoft,
    scale: { variance, k: Math.sqrt(variance) },
    quotes: points.map(({ k, vol, volSpread }) => {
      const stdDev = vol * Math.sqrt(years);
      const standardK = k / stdDev;
      const vegaLoss = Math.min(Math.exp((standardK * standardK) / 2), MOST_VEGA_LOSS);
      const spreadError =
        volSpread === undefined ? least * Math.sqrt(vegaLoss) : Math.hypot(least, volSpread / 2);
      return {
        k,
        vol,
        volError: spreadError * Math.sqrt(vegaLoss),
        halfSpread: volSpread === undefined ? undefined : volSpread / 2,
        core: Math.abs(standardK) <= CORE_STD_DEVS,
      };
    }),
  };
}
