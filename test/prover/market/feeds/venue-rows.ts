// SPDX-License-Identifier: GPL-3.0-or-later
import { impliedStdDev } from '../../../../prover/market/surface/black.ts';
import type { SyntheticOption } from '../synthetic.ts';

/*
 * One synthetic option as each venue and collector would write it. Shapes are those of the venues'
 * documentation, cited at each; every value is made here.
 */

const YEAR = 365 * 86_400;

const strike = ({ strike: value }: SyntheticOption): string => String(value);
const symbolOf = ({ instrument }: SyntheticOption): string => instrument.split('-')[0]!;
const isoDate = ({ expiry }: SyntheticOption): string =>
  new Date(expiry * 1000).toISOString().slice(0, 10).replaceAll('-', '');
const text = (value: number | undefined, digits = 8): string =>
  value === undefined ? '' : value.toFixed(digits);
/** Dollars of a price in coin. */
const usd = (price: number | undefined, { forward }: SyntheticOption): number | undefined =>
  price === undefined ? undefined : price * forward!;

function volAt(price: number | undefined, option: SyntheticOption): number {
  if (price === undefined) return 0;
  const { type, forward, strike: at, expiry, time } = option;
  const kind = type === 'C' ? 'call' : 'put';
  const stdDev = impliedStdDev(kind, forward!, at, price * forward!);
  return stdDev === undefined ? 0 : stdDev / Math.sqrt((expiry - time) / YEAR);
}

/** https://www.okx.com/docs-v5/en/#public-data-rest-api-get-option-market-data */
export function okxSummary(option: SyntheticOption): Record<string, unknown> {
  return {
    instType: 'OPTION',
    instId: okxName(option),
    uly: `${symbolOf(option)}-USD`,
    delta: '0.5',
    vega: '0',
    lever: '0',
    bidVol: text(volAt(option.bid, option)),
    askVol: text(volAt(option.ask, option)),
    markVol: text(option.markVol),
    realVol: '0',
    volLv: '0',
    fwdPx: text(option.forward),
    ts: String(option.time * 1000),
  };
}
const okxName = (option: SyntheticOption): string =>
  `${symbolOf(option)}-USD-${isoDate(option).slice(2)}-${strike(option)}-${option.type}`;

/** https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-tickers */
export function okxTicker(option: SyntheticOption): Record<string, unknown> {
  return {
    instType: 'OPTION',
    instId: okxName(option),
    last: '',
    bidPx: text(option.bid),
    bidSz: '1',
    askPx: text(option.ask),
    askSz: '1',
    ts: String(option.time * 1000 + 700),
  };
}

/** https://www.okx.com/docs-v5/en/#public-data-rest-api-get-mark-price */
export function okxMark(option: SyntheticOption): Record<string, unknown> {
  return {
    instType: 'OPTION',
    instId: okxName(option),
    markPx: text(option.markPrice),
    ts: String(option.time * 1000 + 300),
  };
}

/** https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments */
export function okxInstrument(option: SyntheticOption): Record<string, unknown> {
  return {
    instType: 'OPTION',
    instId: okxName(option),
    uly: `${symbolOf(option)}-USD`,
    settleCcy: symbolOf(option),
    ctVal: '1',
    ctMult: '0.01',
    optType: option.type,
    stk: strike(option),
    listTime: String((option.time - 86_400) * 1000),
    expTime: String(option.expiry * 1000),
    state: 'live',
  };
}

/** The envelope of OKX's REST answers. */
export const okxAnswer = (data: unknown[]): unknown => ({ code: '0', msg: '', data });

/** https://bybit-exchange.github.io/docs/v5/market/tickers (category option) */
export function bybitTicker(option: SyntheticOption): Record<string, unknown> {
  return {
    symbol: option.instrument,
    bid1Price: text(usd(option.bid, option) ?? 0),
    bid1Size: '1',
    bid1Iv: text(volAt(option.bid, option)),
    ask1Price: text(usd(option.ask, option) ?? 0),
    ask1Size: '1',
    ask1Iv: text(volAt(option.ask, option)),
    lastPrice: '0',
    markPrice: text(usd(option.markPrice, option)),
    indexPrice: text(option.index),
    markIv: text(option.markVol),
    underlyingPrice: text(option.forward),
    openInterest: String(option.openInterest),
    delta: '0.5',
    predictedDeliveryPrice: '0',
  };
}

/** Bybit dates the answer and not its rows. */
export const bybitAnswer = (list: unknown[], time: number): unknown => ({
  retCode: 0,
  retMsg: 'SUCCESS',
  result: { category: 'option', list },
  retExtInfo: {},
  time: time * 1000,
});

/** https://developers.binance.com/docs/derivatives/options-trading/websocket-market-streams/Mark-Price */
export function binanceMark(option: SyntheticOption): Record<string, unknown> {
  return {
    s: `${symbolOf(option)}-${isoDate(option).slice(2)}-${strike(option)}-${option.type}`,
    mp: text(usd(option.markPrice, option), 3),
    E: option.time * 1000,
    e: 'markPrice',
    i: text(option.index),
    P: '0.000',
    bo: text(usd(option.bid, option) ?? 0, 3),
    ao: text(usd(option.ask, option) ?? 0, 3),
    bq: '1.0000',
    aq: '1.0000',
    b: option.bid === undefined ? '-1.0' : text(volAt(option.bid, option)),
    a: option.ask === undefined ? '-1.0' : text(volAt(option.ask, option)),
    hl: '0',
    ll: '0',
    vo: text(option.markVol),
    rf: '0.0',
    d: '0.5',
    t: '0',
    g: '0',
    v: '0',
  };
}

/** https://docs.derive.xyz/reference/post_public-get-ticker */
export function deriveTicker(option: SyntheticOption): Record<string, unknown> {
  return {
    instrument_type: 'option',
    instrument_name: deriveName(option),
    is_active: true,
    base_currency: symbolOf(option),
    quote_currency: 'USDC',
    option_details: {
      index: `${symbolOf(option)}-USD`,
      expiry: option.expiry,
      strike: strike(option),
      option_type: option.type,
    },
    best_bid_price: text(usd(option.bid, option) ?? 0),
    best_ask_price: text(usd(option.ask, option) ?? 0),
    timestamp: option.time * 1000,
    index_price: text(option.index),
    mark_price: text(usd(option.markPrice, option)),
    option_pricing: {
      delta: '0.5',
      iv: text(option.markVol),
      mark_price: text(usd(option.markPrice, option)),
      discount_factor: '1',
      forward_price: text(option.forward),
      bid_iv: text(volAt(option.bid, option)),
      ask_iv: text(volAt(option.ask, option)),
    },
  };
}
const deriveName = (option: SyntheticOption): string =>
  `${symbolOf(option)}-${isoDate(option)}-${strike(option)}-${option.type}`;

/** https://docs.derive.xyz/api-reference/market-data/publicget_tickers.md: a map by name. */
export function deriveSlim(options: readonly SyntheticOption[]): unknown {
  const entries = options.map((option) => [
    deriveName(option),
    {
      t: option.time * 1000,
      A: '1',
      B: '1',
      a: text(usd(option.ask, option) ?? 0),
      b: text(usd(option.bid, option) ?? 0),
      f: null,
      I: text(option.index),
      M: text(usd(option.markPrice, option)),
      minp: '0',
      maxp: '0',
      stats: {},
      option_pricing: {
        d: '0.5',
        i: text(option.markVol),
        bi: text(volAt(option.bid, option)),
        ai: text(volAt(option.ask, option)),
        f: text(option.forward),
        m: text(usd(option.markPrice, option)),
        df: '1',
      },
    },
  ]);
  return { jsonrpc: '2.0', id: 1, result: { tickers: Object.fromEntries(entries) as unknown } };
}

/** A linear option of https://docs.deribit.com/api-reference/market-data/public-get_book_summary_by_currency */
export function linearSummary(option: SyntheticOption): Record<string, unknown> {
  const symbol = symbolOf(option);
  return {
    instrument_name: option.instrument.replace(`${symbol}-`, `${symbol}_USDC-`),
    base_currency: symbol,
    quote_currency: 'USDC',
    mark_iv: 100 * option.markVol,
    mark_price: usd(option.markPrice, option),
    bid_price: usd(option.bid, option) ?? null,
    ask_price: usd(option.ask, option) ?? null,
    underlying_price: option.forward,
    estimated_delivery_price: option.index,
    open_interest: option.openInterest,
    creation_timestamp: option.time * 1000,
  };
}

/** https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_currency */
export function trade(option: SyntheticOption, index: number): Record<string, unknown> {
  return {
    trade_seq: index,
    trade_id: String(1_000_000 + index),
    timestamp: option.time * 1000,
    tick_direction: 0,
    price: option.markPrice,
    mark_price: option.markPrice,
    iv: 100 * option.markVol,
    instrument_name: option.instrument,
    index_price: option.index,
    direction: 'buy',
    amount: 1,
  };
}

const TARDIS =
  'exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,' +
  'bid_price,bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,' +
  'underlying_price,delta,gamma,vega,theta,rho';

/** https://docs.tardis.dev/downloadable-csv-files#options_chain, times in microseconds */
export function tardisCsv(options: readonly SyntheticOption[]): string {
  const rows = options.map((option) => {
    const micros = String(option.time * 1e6);
    const type = option.type === 'C' ? 'call' : 'put';
    const quotes = [text(option.bid), '1', '', text(option.ask), '1', ''];
    return [
      ...['deribit', option.instrument, micros, micros, type, strike(option)],
      ...[String(option.expiry * 1e6), String(option.openInterest), '', ...quotes],
      ...[text(option.markPrice), text(100 * option.markVol), `SYN.${symbolOf(option)}`],
      ...[text(option.forward), '', '', '', '', ''],
    ].join(',');
  });
  return [TARDIS, ...rows].join('\n');
}

/** A pandas frame of `ticker` answers: an index column, nested fields with dots, lists as text. */
export function pandasTickers(options: readonly SyntheticOption[]): string {
  const header =
    ',underlying_price,timestamp,state,mark_price,mark_iv,instrument_name,index_price,' +
    'open_interest,bids,best_bid_price,best_ask_price,greeks.vega';
  const rows = options.map((option, index) =>
    [
      index,
      option.forward,
      option.time * 1000,
      'open',
      text(option.markPrice),
      text(100 * option.markVol),
      option.instrument,
      option.index,
      option.openInterest,
      '"[[0.001, 0.1], [0.0005, 3]]"',
      text(option.bid ?? 0),
      text(option.ask ?? 0),
      '',
    ].join(','),
  );
  return [header, ...rows].join('\n');
}

/** A collector's own header: fractions, dollars, naive times, the option in columns. */
export function collectorCsv(options: readonly SyntheticOption[]): string {
  const naive = (seconds: number): string =>
    new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const rows = options.map((option) =>
    [
      naive(option.time),
      symbolOf(option),
      naive(option.expiry),
      strike(option),
      option.type === 'C' ? 'call' : 'put',
      option.bid === undefined ? 'nan' : text(usd(option.bid, option)),
      option.ask === undefined ? 'nan' : text(usd(option.ask, option)),
      text(usd(option.markPrice, option)),
      text(option.markVol),
      text(option.forward),
      text(option.index),
    ].join(';'),
  );
  const header =
    'datetime;underlying;expiration;strike;option_type;bid;ask;mark;implied_volatility;forward;spot';
  return [header, ...rows].join('\n');
}
