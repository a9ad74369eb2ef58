// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { chainOf } from '../../../../prover/market/feeds/chain.ts';
import type { Feed, OptionRow } from '../../../../prover/market/feeds/feed.ts';
import { parseColumnMap } from '../../../../prover/market/feeds/column-map.ts';
import { readMarketFile } from '../../../../prover/market/feeds/read-file.ts';
import { DEFAULT_IMPORT_LIMITS } from '../../../../prover/market/snapshot/import-market.ts';
import { surfaceOfChain } from '../../../../prover/market/snapshot/chain-surface.ts';
import {
  BTC,
  ETH,
  TIME,
  bookSummary,
  envelope,
  syntheticChain,
  ticker,
  toCsv,
} from '../synthetic.ts';
import * as venue from './venue-rows.ts';

const SPEC = { ...BTC, days: [9, 30], strikes: 13 };
const options = syntheticChain(SPEC);
const json = JSON.stringify;

type Reading = Parameters<typeof readMarketFile>[2];

function feedsOf(sources: readonly string[], reading?: Reading): Feed[] {
  return sources.flatMap((source, index) => {
    const read = readMarketFile(source, `${index}.json`, reading);
    if (read.type !== 'feeds') throw new Error('not feeds');
    return read.feeds;
  });
}

const chainFrom = (sources: readonly string[], reading?: Reading) =>
  chainOf(0, feedsOf(sources, reading), 300);

/** What the fit gets: volatilities at the strikes, and the forwards. */
function fitted(sources: readonly string[], reading?: Reading) {
  const { expiries } = surfaceOfChain(chainFrom(sources, reading), TIME, DEFAULT_IMPORT_LIMITS);
  return expiries.map(({ expiry, forward, quotes }) => ({
    expiry,
    forward: Number(forward.forward.toFixed(0)),
    quotes: quotes.used.map(({ strike, vol }) => [strike, Number(vol.toFixed(3))]),
  }));
}

const wanted = fitted([toCsv(options)]);

type Form = readonly [what: string, sources: readonly string[], reading?: Reading];
const forms: readonly Form[] = [
  ['Deribit book summaries', [json(envelope(options.map(bookSummary)))]],
  ['Deribit tickers, one document a line', [options.map((each) => json(ticker(each))).join('\n')]],
  ['Deribit linear options', [json(envelope(options.map(venue.linearSummary)))]],
  ['OKX opt-summary alone', [json(venue.okxAnswer(options.map(venue.okxSummary)))]],
  [
    'OKX opt-summary, tickers, mark prices and instruments',
    [venue.okxSummary, venue.okxTicker, venue.okxMark, venue.okxInstrument].map((row) =>
      json(venue.okxAnswer(options.map(row))),
    ),
  ],
  ['Bybit tickers', [json(venue.bybitAnswer(options.map(venue.bybitTicker), TIME))]],
  ['Bybit tickers without envelope', [json(options.map(venue.bybitTicker))], { time: TIME }],
  ['Binance mark price stream', [json(options.map(venue.binanceMark))]],
  [
    'Binance mark price stream, combined',
    [json({ stream: 'btcusdt@optionMarkPrice', data: options.map(venue.binanceMark) })],
  ],
  ['Derive tickers', [json(options.map((each) => envelope(venue.deriveTicker(each))))]],
  ['Derive slim tickers', [json(venue.deriveSlim(options))]],
  ['Tardis options_chain', [venue.tardisCsv(options)]],
  ['a pandas frame of Deribit tickers', [venue.pandasTickers(options)]],
  [
    'a pandas frame of our own columns',
    [
      toCsv(options)
        .trimEnd()
        .split('\n')
        .map((line, index) => `${index === 0 ? '' : index - 1},${line}`)
        .join('\n'),
    ],
  ],
  ['a collector’s own header', [venue.collectorCsv(options)]],
];

describe('one chain in the words of every venue', () => {
  it('has expiries and quotes to compare', () => {
    expect(wanted).toHaveLength(2);
    expect(wanted[0]!.quotes.length).toBeGreaterThan(8);
  });

  it.each(forms.map(([what, ...form]) => [what, form] as const))(
    'is the same chain: %s',
    (_, form) => {
      expect(fitted(...form)).toEqual(wanted);
    },
  );

  it('is the same in Deribit’s trades, where every option just traded', () => {
    const trades = options.map(venue.trade);
    const read = fitted([json(envelope({ trades, has_more: false }))]);
    expect(read.map(({ expiry }) => expiry)).toEqual(wanted.map(({ expiry }) => expiry));
    for (const [index, { forward }] of read.entries()) {
      expect(Math.abs(forward / wanted[index]!.forward - 1)).toBeLessThan(1e-3);
    }
  });

  it('is told as experimental where no whole chain of the venue was ever read', () => {
    const chain = chainFrom([json(venue.bybitAnswer(options.map(venue.bybitTicker), TIME))]);
    expect(chain.readAs.join()).toContain('Bybit option tickers (experimental');
    expect(chainFrom([json(options.map(bookSummary))]).readAs).toEqual([]);
  });

  it('comes apart into currencies where a venue answers with several at once', () => {
    const both = [...options, ...syntheticChain({ ...ETH, days: [9], strikes: 7 })];
    const feeds = feedsOf([
      json([
        ...both.map(venue.binanceMark),
        { ...venue.binanceMark(both[0]!), s: 'XRP-260213-2-C' },
      ]),
    ]);
    expect(feeds.map(({ underlying }) => underlying)).toEqual([0, 1]);
    const linear = feedsOf([json(both.map(venue.linearSummary))]);
    expect(linear.map((feed) => feed.options.length)).toEqual([
      options.length,
      both.length - options.length,
    ]);
  });
});

describe('a column map', () => {
  const header = 'when,id,sigma,b,a,m,F';
  const rows = options.map(({ time, instrument, markVol, bid, ask, markPrice, forward }) =>
    [time * 1000, instrument, markVol, bid ?? '', ask ?? '', markPrice, forward].join(','),
  );
  const map = {
    format: 'plimsoll.column-map',
    version: 1,
    columns: {
      ts: 'when',
      instrument: 'id',
      mark_iv: 'sigma',
      bid: 'b',
      ask: 'a',
      mark_price: 'm',
      forward: 'F',
    },
    volatilities: 'fraction',
    prices: 'coin',
    times: 'ms',
  };
  const source = [header, ...rows].join('\n');

  it('says which column is what', () => {
    expect(fitted([source], { columnMap: parseColumnMap(json(map)) })).toEqual(wanted);
  });

  it('leaves a chain alone whose header says it all, and none of the columns mapped', () => {
    const reading = { columnMap: parseColumnMap(json(map)) };
    expect(fitted([toCsv(options)], reading)).toEqual(fitted([toCsv(options)]));
    const spoilt = toCsv(options).replace('instrument,', 'id,');
    expect(() => feedsOf([spoilt], reading)).toThrow('row 1, when: the column map names');
  });

  it('is asked for where the header says nothing', () => {
    expect(() => feedsOf([source])).toThrow(
      'is no header of an option chain: no column names the instrument with a volatility or a bid; ' +
        'got when, id, sigma, b, a, m, F; say with --columns <file> which column is which',
    );
  });

  it.each([
    [
      'a column that is not there',
      { columns: { ...map.columns, bid: 'beed' } },
      'row 1, beed: the column map names',
    ],
    ['no instrument', { columns: { mark_iv: 'sigma' } }, 'columns.underlying: is required where'],
    [
      'nothing to fit',
      { columns: { instrument: 'id', ts: 'when' } },
      'columns.mark_iv: is required',
    ],
    ['an unknown unit', { volatilities: 'permille' }, 'volatilities: must be one of'],
  ])('with %s is refused', (_, change, message) => {
    const read = () =>
      feedsOf([source], { columnMap: parseColumnMap(json({ ...map, ...change })) });
    expect(read).toThrow(message);
  });
});

describe('rows', () => {
  it('that several polls repeat are taken from the newest, inside a file too', () => {
    const later = options.map((option) => ({ ...option, time: TIME + 200, openInterest: 77 }));
    const chain = chainFrom([json([...options, ...later].map(bookSummary))]);
    expect(chain.duplicates).toBe(options.length);
    expect(chain.options.every(({ openInterest }) => openInterest === 77)).toBe(true);
  });

  it('of one moment that differ are refused', () => {
    const twice = [options[0]!, { ...options[0]!, markVol: 0.9 }].map(bookSummary);
    expect(() => chainFrom([json(twice)])).toThrow('duplicated: expiry, strike, type and time');
  });

  it('with numbers as text are read', () => {
    const texts = options.map((option) =>
      Object.fromEntries(
        Object.entries(bookSummary(option)).map(([key, value]) => [
          key,
          typeof value === 'number' ? String(value) : value,
        ]),
      ),
    );
    expect(fitted([json(texts)])).toEqual(wanted);
  });

  it('without a time need one to be given', () => {
    expect(() => chainFrom([json(options.map(venue.bybitTicker))])).toThrow(
      '0.json: row 1, time: the rows carry no time: give --time',
    );
  });

  it('of a partial answer are not filled from another poll', () => {
    const old = options.map((option) => venue.okxTicker({ ...option, time: TIME - 200 }));
    const chain = chainFrom([
      json(venue.okxAnswer(options.map(venue.okxSummary))),
      json(venue.okxAnswer(options.map(venue.okxMark))),
      json(venue.okxAnswer(old)),
    ]);
    const [row] = chain.options as OptionRow[];
    expect(row).toHaveProperty('markPrice');
    expect(row!.time).toBe(TIME + 0.3);
  });
});
