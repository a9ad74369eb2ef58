// SPDX-License-Identifier: GPL-3.0-or-later
import type { TimeUnit } from './clock.ts';

/** What a row can say of an option; the names of the columns of our own CSV. */
export const FIELDS = [
  'instrument',
  'underlying',
  'expiry',
  'strike',
  'type',
  'mark_iv',
  'bid_iv',
  'ask_iv',
  'mark_price',
  'bid',
  'ask',
  'forward',
  'index',
  'oi',
  'delta',
  'vega',
  'ts',
  'state',
  'exchange',
] as const;
export type Field = (typeof FIELDS)[number];

export const VOL_UNITS = ['percent', 'fraction'] as const;
export type VolUnit = (typeof VOL_UNITS)[number];

/** `by-name`: in coin but for instruments whose name says that they settle in a dollar. */
export const PRICE_UNITS = ['coin', 'usd', 'by-name'] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

/**
 * How one kind of document spells an option. Everything that differs between venues and collectors
 * stands here; one reader (`option-row.ts`) serves all of them.
 */
export interface Layout {
  /** For the report: `Bybit option tickers`. */
  readonly name: string;
  /** Where its shape is documented. */
  readonly documentation: string;
  /** True where no whole chain of the venue was ever read: shapes are those of its documentation. */
  readonly experimental: boolean;
  /** A row with all of these fields, and none of `without`, is of this layout. */
  readonly marks: readonly string[];
  readonly without?: readonly string[];
  /** Paths of the fields; a dot goes into an object. */
  readonly columns: Readonly<Partial<Record<Field, string>>>;
  readonly vols: VolUnit | 'auto';
  readonly prices: PriceUnit | 'auto';
  readonly times: TimeUnit;
  /** Of `expiry`, where that differs from `times`. */
  readonly expiries?: TimeUnit;
  /** Says only some of an option: the rest comes from the venue's other responses. */
  readonly partial?: true;
  /** The venue answers with several currencies at once. */
  readonly mixed?: true;
  /** Exactly these columns and no other. */
  readonly strict?: true;
  /** A cell such as `nan` or `None` is a value that is not there. */
  readonly wordsForNothing?: true;
}

const DERIBIT = 'https://docs.deribit.com/api-reference/market-data';

const deribitCommon = {
  instrument: 'instrument_name',
  mark_iv: 'mark_iv',
  mark_price: 'mark_price',
  forward: 'underlying_price',
  oi: 'open_interest',
} as const;

/** In the order in which they are tried. */
export const LAYOUTS: readonly Layout[] = [
  {
    name: 'chain in CSV',
    documentation: 'docs/market-data.md',
    experimental: false,
    marks: ['instrument', 'expiry', 'strike', 'type', 'mark_iv', 'mark_price', 'forward', 'ts'],
    columns: {
      instrument: 'instrument',
      expiry: 'expiry',
      strike: 'strike',
      type: 'type',
      mark_iv: 'mark_iv',
      mark_price: 'mark_price',
      forward: 'forward',
      index: 'index',
      oi: 'oi',
      bid: 'bid',
      ask: 'ask',
      delta: 'delta',
      vega: 'vega',
      ts: 'ts',
    },
    vols: 'percent',
    prices: 'by-name',
    times: 'utc',
    strict: true,
  },
  {
    name: 'Deribit book summary',
    documentation: `${DERIBIT}/public-get_book_summary_by_currency`,
    experimental: false,
    marks: ['instrument_name', 'creation_timestamp'],
    columns: {
      ...deribitCommon,
      bid: 'bid_price',
      ask: 'ask_price',
      // For every kind of instrument the venue estimates delivery by the index of the moment.
      index: 'estimated_delivery_price',
      ts: 'creation_timestamp',
    },
    vols: 'percent',
    prices: 'by-name',
    times: 'ms',
  },
  {
    name: 'Deribit trades',
    documentation: `${DERIBIT}/public-get_last_trades_by_currency`,
    experimental: true,
    marks: ['instrument_name', 'trade_id', 'price', 'timestamp'],
    columns: {
      instrument: 'instrument_name',
      // The volatility is that of the trade's price, not of the mark; one bought, one sold there.
      mark_iv: 'iv',
      mark_price: 'price',
      bid: 'price',
      ask: 'price',
      index: 'index_price',
      ts: 'timestamp',
    },
    vols: 'percent',
    prices: 'by-name',
    times: 'ms',
  },
  {
    name: 'Deribit ticker',
    documentation: `${DERIBIT}/public-ticker`,
    experimental: false,
    marks: ['instrument_name', 'timestamp', 'mark_price', 'best_bid_price'],
    without: ['option_pricing'],
    columns: {
      ...deribitCommon,
      bid: 'best_bid_price',
      ask: 'best_ask_price',
      index: 'index_price',
      ts: 'timestamp',
      state: 'state',
    },
    vols: 'percent',
    prices: 'by-name',
    times: 'ms',
  },
  {
    name: 'Deribit mark prices',
    documentation: 'https://docs.deribit.com/subscriptions/market-data/markpriceoptionsindex_name',
    experimental: true,
    marks: ['instrument_name', 'timestamp', 'mark_price', 'iv'],
    columns: {
      instrument: 'instrument_name',
      mark_iv: 'iv',
      mark_price: 'mark_price',
      ts: 'timestamp',
    },
    vols: 'fraction',
    prices: 'by-name',
    times: 'ms',
    partial: true,
  },
  {
    name: 'Derive ticker',
    documentation: 'https://docs.derive.xyz/reference/post_public-get-ticker',
    experimental: true,
    marks: ['instrument_name', 'option_pricing', 'best_bid_price'],
    columns: {
      instrument: 'instrument_name',
      mark_iv: 'option_pricing.iv',
      bid_iv: 'option_pricing.bid_iv',
      ask_iv: 'option_pricing.ask_iv',
      mark_price: 'option_pricing.mark_price',
      bid: 'best_bid_price',
      ask: 'best_ask_price',
      forward: 'option_pricing.forward_price',
      index: 'index_price',
      ts: 'timestamp',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
    mixed: true,
  },
  {
    name: 'Derive ticker (slim)',
    documentation: 'https://docs.derive.xyz/api-reference/market-data/publicget_tickers.md',
    experimental: true,
    marks: ['instrument_name', 'option_pricing', 'M', 'I', 't'],
    columns: {
      instrument: 'instrument_name',
      mark_iv: 'option_pricing.i',
      bid_iv: 'option_pricing.bi',
      ask_iv: 'option_pricing.ai',
      mark_price: 'M',
      bid: 'b',
      ask: 'a',
      forward: 'option_pricing.f',
      index: 'I',
      ts: 't',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
    mixed: true,
  },
  {
    name: 'Tardis options_chain',
    documentation: 'https://docs.tardis.dev/downloadable-csv-files#options_chain',
    experimental: true,
    marks: ['symbol', 'strike_price', 'expiration', 'mark_iv', 'local_timestamp', 'timestamp'],
    columns: {
      instrument: 'symbol',
      exchange: 'exchange',
      type: 'type',
      strike: 'strike_price',
      expiry: 'expiration',
      mark_iv: 'mark_iv',
      bid_iv: 'bid_iv',
      ask_iv: 'ask_iv',
      mark_price: 'mark_price',
      bid: 'bid_price',
      ask: 'ask_price',
      forward: 'underlying_price',
      oi: 'open_interest',
      ts: 'timestamp',
    },
    vols: 'auto',
    prices: 'by-name',
    times: 'us',
    mixed: true,
    wordsForNothing: true,
  },
  {
    name: 'OKX opt-summary',
    documentation: 'https://www.okx.com/docs-v5/en/#public-data-rest-api-get-option-market-data',
    experimental: true,
    marks: ['instId', 'markVol', 'fwdPx', 'ts'],
    columns: {
      instrument: 'instId',
      mark_iv: 'markVol',
      bid_iv: 'bidVol',
      ask_iv: 'askVol',
      forward: 'fwdPx',
      ts: 'ts',
    },
    vols: 'fraction',
    prices: 'by-name',
    times: 'ms',
    partial: true,
  },
  {
    name: 'OKX tickers',
    documentation: 'https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-tickers',
    experimental: true,
    marks: ['instId', 'bidPx', 'askPx', 'ts'],
    columns: { instrument: 'instId', bid: 'bidPx', ask: 'askPx', ts: 'ts' },
    vols: 'fraction',
    prices: 'by-name',
    times: 'ms',
    partial: true,
    mixed: true,
  },
  {
    name: 'OKX mark prices',
    documentation: 'https://www.okx.com/docs-v5/en/#public-data-rest-api-get-mark-price',
    experimental: true,
    marks: ['instId', 'markPx', 'ts'],
    columns: { instrument: 'instId', mark_price: 'markPx', ts: 'ts' },
    vols: 'fraction',
    prices: 'by-name',
    times: 'ms',
    partial: true,
    mixed: true,
  },
  {
    name: 'Bybit option tickers',
    documentation: 'https://bybit-exchange.github.io/docs/v5/market/tickers',
    experimental: true,
    marks: ['symbol', 'markIv', 'markPrice', 'bid1Price'],
    columns: {
      instrument: 'symbol',
      mark_iv: 'markIv',
      bid_iv: 'bid1Iv',
      ask_iv: 'ask1Iv',
      mark_price: 'markPrice',
      bid: 'bid1Price',
      ask: 'ask1Price',
      forward: 'underlyingPrice',
      index: 'indexPrice',
      oi: 'openInterest',
      ts: 'time',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
  },
  {
    name: 'Bybit option ticker stream',
    documentation: 'https://bybit-exchange.github.io/docs/v5/websocket/public/ticker',
    experimental: true,
    marks: ['symbol', 'markPriceIv', 'markPrice', 'bidPrice'],
    columns: {
      instrument: 'symbol',
      mark_iv: 'markPriceIv',
      bid_iv: 'bidIv',
      ask_iv: 'askIv',
      mark_price: 'markPrice',
      bid: 'bidPrice',
      ask: 'askPrice',
      forward: 'underlyingPrice',
      index: 'indexPrice',
      oi: 'openInterest',
      ts: 'time',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
  },
  {
    name: 'Binance option mark price stream',
    documentation:
      'https://developers.binance.com/docs/derivatives/options-trading/websocket-market-streams/Mark-Price',
    experimental: true,
    marks: ['s', 'mp', 'vo', 'bo', 'ao', 'E'],
    columns: {
      instrument: 's',
      mark_iv: 'vo',
      bid_iv: 'b',
      ask_iv: 'a',
      mark_price: 'mp',
      bid: 'bo',
      ask: 'ao',
      index: 'i',
      ts: 'E',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
    mixed: true,
  },
  {
    name: 'Binance option mark prices',
    documentation:
      'https://developers.binance.com/docs/derivatives/options-trading/market-data/Option-Mark-Price',
    experimental: true,
    marks: ['symbol', 'markPrice', 'markIV'],
    columns: {
      instrument: 'symbol',
      mark_iv: 'markIV',
      bid_iv: 'bidIV',
      ask_iv: 'askIV',
      mark_price: 'markPrice',
      ts: 'time',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
    partial: true,
    mixed: true,
  },
  {
    name: 'Binance option 24-hour tickers',
    documentation:
      'https://developers.binance.com/docs/derivatives/options-trading/market-data/24hr-Ticker-Price-Change-Statistics',
    experimental: true,
    marks: ['symbol', 'bidPrice', 'askPrice', 'strikePrice', 'exercisePrice'],
    columns: {
      instrument: 'symbol',
      bid: 'bidPrice',
      ask: 'askPrice',
      // Of an option that has not expired the venue writes its index here.
      index: 'exercisePrice',
      ts: 'time',
    },
    vols: 'fraction',
    prices: 'usd',
    times: 'ms',
    partial: true,
    mixed: true,
  },
];

/** The layout of a row or a header, by the names of its fields. */
export function layoutOf(names: { has(name: string): boolean }): Layout | undefined {
  return LAYOUTS.find(
    ({ marks, without = [] }) =>
      marks.every((name) => names.has(name)) && !without.some((name) => names.has(name)),
  );
}
