// SPDX-License-Identifier: GPL-3.0-or-later
import { blackPrice } from '../../../prover/market/surface/black.ts';
import { UNDERLYING_SYMBOLS } from '../../../prover/model/types.ts';
import type { UnderlyingId } from '../../../prover/model/types.ts';

/** 2026-02-04T12:00:00Z. */
export const TIME = 1_770_206_400;
const DAY = 86_400;
const YEAR = 365 * DAY;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/**
 * An SSVI surface (Gatheral & Jacquier 2014, power law with γ = ½): free of arbitrage for
 * η(1 + |ρ|) ≤ 2 with total variance of the money that grows in time.
 */
export interface Surface {
  readonly rho: number;
  readonly eta: number;
  /** At the money, at the front and far out; 0.6 is 60 %. */
  readonly frontVol: number;
  readonly backVol: number;
}

export const CALM: Surface = { rho: -0.3, eta: 1, frontVol: 0.7, backVol: 0.55 };

export function surfaceVol(surface: Surface, k: number, years: number): number {
  const { rho, eta, frontVol, backVol } = surface;
  // Variance relaxes from front to back at a rate that keeps total variance rising.
  const theta =
    backVol ** 2 * years + ((frontVol ** 2 - backVol ** 2) * (1 - Math.exp(-2 * years))) / 2;
  const phi = eta / Math.sqrt(theta * (1 + theta));
  const w = (theta / 2) * (1 + rho * phi * k + Math.sqrt((phi * k + rho) ** 2 + 1 - rho * rho));
  return Math.sqrt(w / years);
}

export interface ChainSpec {
  readonly underlying: UnderlyingId;
  readonly index: number;
  readonly surface: Surface;
  /** Expiries at 08:00 UTC this many days after the day of `time`. */
  readonly days: readonly number[];
  readonly strikes: number;
  /** Carry a year, from which forwards follow. */
  readonly carry: number;
  /** Half the distance of ask from bid, in volatility. */
  readonly halfSpread: number;
  /** Smallest price step in coin. */
  readonly tick: number;
  readonly time: number;
}

export const BTC: ChainSpec = {
  underlying: 0,
  index: 70_000,
  surface: CALM,
  days: [2, 9, 30, 86, 180],
  strikes: 17,
  carry: 0.06,
  halfSpread: 0.01,
  tick: 1e-6,
  time: TIME,
};
export const ETH: ChainSpec = { ...BTC, underlying: 1, index: 2_100 };

/** One option of a synthetic chain, prices in coin, volatility as a number (0.65). */
export interface SyntheticOption {
  instrument: string;
  expiry: number;
  strike: number;
  type: 'C' | 'P';
  markVol: number;
  markPrice: number;
  forward: number | undefined;
  index: number;
  openInterest: number;
  bid: number | undefined;
  ask: number | undefined;
  time: number;
}

export function expiryName(expiry: number): string {
  const date = new Date(expiry * 1000);
  return `${date.getUTCDate()}${MONTHS[date.getUTCMonth()]}${String(date.getUTCFullYear()).slice(2)}`;
}

export function forwardAt({ index, carry, time }: ChainSpec, expiry: number): number {
  return Math.round(index * Math.exp((carry * (expiry - time)) / YEAR) * 100) / 100;
}

export function expiryAt(spec: ChainSpec, days: number): number {
  return Math.floor(spec.time / DAY) * DAY + days * DAY + 8 * 3600;
}

/** Every option of the chain; change what the test is about before writing it out. */
export function syntheticChain(spec: ChainSpec): SyntheticOption[] {
  return spec.days.flatMap((days) => {
    const expiry = expiryAt(spec, days);
    const years = (expiry - spec.time) / YEAR;
    const forward = forwardAt(spec, expiry);
    const width = surfaceVol(spec.surface, 0, years) * Math.sqrt(years);
    const steps = Array.from(
      { length: spec.strikes },
      (_, i) => (4.4 * i) / (spec.strikes - 1) - 2.2,
    );
    const strikes = [...new Set(steps.map((z) => Math.round(forward * Math.exp(z * width))))];
    return strikes.flatMap((strike) =>
      (['C', 'P'] as const).map((type): SyntheticOption => {
        const markVol = surfaceVol(spec.surface, Math.log(strike / forward), years);
        const price = (vol: number): number =>
          blackPrice(type === 'C' ? 'call' : 'put', forward, strike, vol * Math.sqrt(years)) /
          forward;
        const down = Math.floor(price(markVol - spec.halfSpread) / spec.tick) * spec.tick;
        const up = Math.ceil(price(markVol + spec.halfSpread) / spec.tick) * spec.tick;
        return {
          instrument: `${UNDERLYING_SYMBOLS[spec.underlying]}-${expiryName(expiry)}-${strike}-${type}`,
          expiry,
          strike,
          type,
          markVol,
          markPrice: price(markVol),
          forward,
          index: spec.index,
          openInterest: 10,
          bid: down > 0 ? down : undefined,
          ask: up,
          time: spec.time,
        };
      }),
    );
  });
}

const HEADER =
  'instrument,expiry,strike,type,mark_iv,mark_price,forward,index,oi,bid,ask,delta,vega,ts';

const utc = (seconds: number, digits = 0): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', digits === 0 ? 'Z' : '.000Z');

const cell = (value: number | undefined, digits: number): string =>
  value === undefined ? '' : value.toFixed(digits);

export function csvRow(option: SyntheticOption): string {
  return [
    option.instrument,
    utc(option.expiry),
    option.strike,
    option.type,
    (100 * option.markVol).toFixed(4),
    cell(option.markPrice, 8),
    cell(option.forward, 4),
    cell(option.index, 2),
    option.openInterest,
    cell(option.bid, 6),
    cell(option.ask, 6),
    '0.5',
    '1.0',
    utc(option.time, 3),
  ].join(',');
}

export function toCsv(options: readonly SyntheticOption[]): string {
  return `${[HEADER, ...options.map(csvRow)].join('\n')}\n`;
}

/** To the six decimals that the CSV has. */
const coin = (price: number | undefined): number | undefined =>
  price === undefined ? undefined : Number(price.toFixed(6));

/** A row of `get_book_summary_by_currency`, with fields that the importer does not read. */
export function bookSummary(option: SyntheticOption): Record<string, unknown> {
  const symbol = option.instrument.slice(0, 3);
  return {
    volume: 1.5,
    mid_price: null,
    low: null,
    interest_rate: 0,
    underlying_index: `SYN.${symbol}-${expiryName(option.expiry)}`,
    base_currency: symbol,
    quote_currency: symbol,
    instrument_name: option.instrument,
    mark_iv: Number((100 * option.markVol).toFixed(4)),
    mark_price: Number(option.markPrice.toFixed(8)),
    underlying_price: option.forward ?? null,
    estimated_delivery_price: option.index,
    open_interest: option.openInterest,
    bid_price: coin(option.bid) ?? null,
    ask_price: coin(option.ask) ?? null,
    creation_timestamp: option.time * 1000,
  };
}

/** The result of `ticker` for the same option; the venue writes 0 for a side that is empty. */
export function ticker(option: SyntheticOption): Record<string, unknown> {
  return {
    timestamp: option.time * 1000,
    state: 'open',
    stats: { volume: null, price_change: null },
    instrument_name: option.instrument,
    greeks: { delta: 0.5, gamma: 0, vega: 1, theta: -1, rho: 0 },
    index_price: option.index,
    underlying_price: option.forward,
    underlying_index: `SYN.${option.instrument.slice(0, 3)}-${expiryName(option.expiry)}`,
    mark_iv: Number((100 * option.markVol).toFixed(4)),
    mark_price: Number(option.markPrice.toFixed(8)),
    open_interest: option.openInterest,
    best_bid_price: coin(option.bid) ?? 0,
    best_bid_amount: 1,
    best_ask_price: coin(option.ask) ?? 0,
    best_ask_amount: 1,
  };
}

/** A row of `get_instruments`. */
export function listing(option: SyntheticOption): Record<string, unknown> {
  return {
    instrument_name: option.instrument,
    kind: 'option',
    option_type: option.type === 'C' ? 'call' : 'put',
    strike: option.strike,
    expiration_timestamp: option.expiry * 1000,
    is_active: true,
    contract_size: 1,
    base_currency: option.instrument.slice(0, 3),
  };
}

export const envelope = (result: unknown): unknown => ({
  jsonrpc: '2.0',
  id: 7,
  result,
  usIn: 1,
  usOut: 2,
  usDiff: 1,
  testnet: false,
});
