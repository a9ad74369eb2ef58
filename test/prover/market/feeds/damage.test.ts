// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: five thousand damaged documents take half a minute; `npm run soak` damages four times as many.
import { afterAll, describe, expect, it } from 'vitest';

import { InvalidInput, PlimsollError } from '../../../../prover/core/errors.ts';
import { parseMarketInputs } from '../../../../prover/documents/market-inputs-document.ts';
import { depthNearMid } from '../../../../prover/market/depth/liquidity.ts';
import { parseOrderBook } from '../../../../prover/market/depth/order-book.ts';
import { chainOf } from '../../../../prover/market/feeds/chain.ts';
import { readMarketFile } from '../../../../prover/market/feeds/read-file.ts';
import type { ExpirySurface } from '../../../../prover/market/snapshot/chain-surface.ts';
import type { ImportRequest } from '../../../../prover/market/snapshot/import-market.ts';
import { importMarket } from '../../../../prover/market/snapshot/import-market.ts';
import type { FittedSlice } from '../../../../prover/market/surface/types.ts';
import { parseBars } from '../../../../prover/market/volatility/bars.ts';
import { estimateVolatility } from '../../../../prover/market/volatility/estimate.ts';
import type { SyntheticOption } from '../synthetic.ts';
import { BTC, ETH, bookSummary, syntheticChain, ticker, toCsv } from '../synthetic.ts';
import * as venue from './venue-rows.ts';
import { soakCasesOf } from '../../../support/cases.ts';
import type { Table } from '../../../support/market-field/damage.ts';
import {
  damaged,
  tableOfCsv,
  tableOfRows,
  toCsvText,
  toJsonText,
} from '../../../support/market-field/damage.ts';
import { randomOf } from '../../../support/market-field/kinds.ts';

const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_260_205);
const YEAR = 365 * 86_400;

/**
 * How often, per kind: more than 20,000 in all under `npm run soak`. PLIMSOLL_DAMAGE multiplies it to
 * search longer.
 */
const TIMES = Number(process.env['PLIMSOLL_DAMAGE'] ?? 1);
const CHAIN_RUNS = soakCasesOf(800 * TIMES);
const BAR_RUNS = soakCasesOf(7000 * TIMES);
const BOOK_RUNS = soakCasesOf(6000 * TIMES);
const INPUT_RUNS = soakCasesOf(2500 * TIMES);

/** What became of a damaged document. */
type Outcome = 'parser' | 'row' | 'whole' | 'same' | 'near' | 'named';

const tally: Record<Outcome, number> = { parser: 0, row: 0, whole: 0, same: 0, near: 0, named: 0 };

/** Refused for its form alone: no row of it was looked at. */
const PARSER =
  /complete, valid|is empty|not text in UTF-8|is compressed|is no header|column is |unknown column|must be an object|nested|no row of an option chain|must hold at least two bars|holds no candles|never closed|columns: the file is cut/;
const ROW = /: row \d+|bids\[|asks\[|underlyings|collateral/;

/** Every refusal is one of ours and names the file, an expiry or a currency; no control characters. */
function outcomeOfError(error: unknown, file: string, damage: readonly string[]): Outcome {
  if (!(error instanceof PlimsollError)) {
    throw new Error(`after ${damage.join(', ')}: not a refusal`, { cause: error });
  }
  const { message } = error;
  if (/[\u0000-\u001F\u007F-\u009F]/.test(message)) throw new Error(`shows controls: ${message}`);
  const names = message.includes(file) || /^(BTC|ETH|underlyings|collateral|<file>)/.test(message);
  if (!names) throw new Error(`names nothing: ${message} (after ${damage.join(', ')})`);
  if (PARSER.test(message)) return 'parser';
  return error instanceof InvalidInput && ROW.test(message) ? 'row' : 'whole';
}

const spec = { days: [2, 16], strikes: 9, tick: 1e-4 };
const btc = syntheticChain({ ...BTC, ...spec });
const eth = syntheticChain({ ...ETH, ...spec });

const own = new Set(btc.map(({ expiry }) => expiry));

function requestOf(text: string, file: string): Omit<ImportRequest, 'base'> {
  const read = readMarketFile(text, file, { time: BTC.time });
  if (read.type !== 'feeds') throw new InvalidInput(file, 'is empty of rows');
  return { feeds: read.feeds.filter(({ underlying }) => underlying === 0), inputs: [] };
}

const feedsOf = (options: readonly SyntheticOption[], file: string) =>
  requestOf(toCsv(options), file).feeds;

/** ETH and nothing of these expiries of BTC: what is missing cannot be filled in from it. */
const base = importMarket({
  feeds: [
    ...feedsOf(syntheticChain({ ...BTC, ...spec, days: [300] }), 'base'),
    ...((): ImportRequest['feeds'] => {
      const read = readMarketFile(toCsv(eth), 'eth.csv');
      return read.type === 'feeds' ? read.feeds : [];
    })(),
  ],
  inputs: [],
}).snapshot;

interface Level {
  readonly forward: number;
  readonly vols: readonly number[];
  readonly confidence: number;
}

interface Result {
  readonly index: number;
  readonly indexConfidence: number;
  readonly slices: ReadonlyMap<number, Level>;
}

/** Where volatilities are compared: standard deviations of the money. */
const NODES = [-1.5, -0.75, 0, 0.75, 1.5];

function levelOf({ forward, expiry }: ExpirySurface, fit: FittedSlice, sd: number): Level {
  const { a, b, c, m, sigma, kMin, kMax } = fit.svi;
  const years = (expiry - BTC.time) / YEAR;
  const vols = NODES.map((node) => {
    const k = Math.min(kMax, Math.max(kMin, node * sd));
    return Math.sqrt((a + c * (k - m) + b * Math.hypot(k - m, sigma)) / years);
  });
  return { forward: forward.forward, vols, confidence: 0 };
}

/** The fit of equal quotes is the same fit: only what changed them is fitted again. */
const known = new Map<string, Result>();

function resultOf(text: string, file: string): Result {
  const request = requestOf(text, file);
  const chain = chainOf(0, request.feeds, 300);
  const key = JSON.stringify([
    chain.time,
    [...chain.marks],
    chain.options.map(({ place: _place, layout: _layout, ...row }) => row),
    chain.futures,
  ]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const { snapshot, underlyings } = importMarket({ ...request, base });
  const market = snapshot.underlyings[0];
  const slices = (underlyings[0]?.surface.expiries ?? []).flatMap((entry) => {
    if (entry.fit.state !== 'fitted' || !own.has(entry.expiry)) return [];
    const slice = market.slices.find(({ expiry }) => expiry === BigInt(entry.expiry));
    if (slice === undefined) return [];
    const years = (entry.expiry - BTC.time) / YEAR;
    const level = levelOf(entry, entry.fit, 0.7 * Math.sqrt(years));
    const confidence = Number(slice.confidenceQ10) / 1024;
    return [[entry.expiry, { ...level, confidence }] as const];
  });
  const result: Result = {
    index: Number(market.indexE4) / 1e4,
    indexConfidence: Number(market.confidenceQ10) / 1024,
    slices: new Map(slices),
  };
  known.set(key, result);
  return result;
}

/**
 * What the rules let pass unnoticed, at full confidence; more needs a stated loss of it. Up to three of
 * the nine quotes of a smile are wrong here, each by what its own mark still allows.
 */
const UNNOTICED = { forward: 0.0035, index: 0.006, vol: 0.06 };
/** What a confidence of 0 stands for (docs/market-data.md). */
const SCALE = { level: 0.01, vol: 0.1 };

function requireNear(result: Result, sound: Result, damage: readonly string[]): void {
  const complain = (what: string, off: number, most: number): void => {
    if (off <= most) return;
    throw new Error(
      `${what} is off by ${off.toPrecision(3)}, at most ${most.toPrecision(3)} (after ${damage.join(', ')})`,
    );
  };
  const lost = (now: number, then: number): number => Math.max(0, 1 - now / then);
  complain(
    'index',
    Math.abs(result.index / sound.index - 1),
    UNNOTICED.index + SCALE.level * lost(result.indexConfidence, sound.indexConfidence),
  );
  for (const [expiry, level] of result.slices) {
    const right = sound.slices.get(expiry);
    if (right === undefined) continue;
    const loss = lost(level.confidence, right.confidence);
    complain(
      `forward of ${expiry}`,
      Math.abs(level.forward / right.forward - 1),
      UNNOTICED.forward + SCALE.level * loss,
    );
    for (const [node, vol] of level.vols.entries()) {
      complain(
        `volatility of ${expiry} at ${NODES[node]} sd`,
        Math.abs(vol - right.vols[node]!),
        UNNOTICED.vol + SCALE.vol * loss,
      );
    }
  }
}

interface Form {
  readonly name: string;
  readonly table: Table;
  readonly write: (table: Table) => string;
}

const chains: readonly Form[] = [
  { name: 'chain.csv', table: tableOfCsv(toCsv(btc)), write: toCsvText },
  { name: 'summary.json', table: tableOfRows(btc.map(bookSummary)), write: toJsonText },
  { name: 'ticker.json', table: tableOfRows(btc.map(ticker)), write: toJsonText },
  { name: 'bybit.json', table: tableOfRows(btc.map(venue.bybitTicker)), write: toJsonText },
  { name: 'binance.json', table: tableOfRows(btc.map(venue.binanceMark)), write: toJsonText },
  { name: 'tardis.csv', table: tableOfCsv(venue.tardisCsv(btc)), write: toCsvText },
];

const count = (outcome: Outcome): void => {
  tally[outcome] += 1;
};

describe('a chain damaged at random', () => {
  it.each(chains)('is refused by name, or is what it was: $name', ({ name, table, write }) => {
    const sound = resultOf(write(table), name);
    expect(sound.slices.size).toBe(2);
    for (let run = 0; run < CHAIN_RUNS; run += 1) {
      const random = randomOf(SEED + 104_729 * run + name.length);
      const { text, names } = damaged(table, write, random);
      let result: Result;
      try {
        result = resultOf(text, name);
      } catch (error) {
        count(outcomeOfError(error, name, [...names, `run ${run}`]));
        continue;
      }
      if (result === sound) count('same');
      else {
        requireNear(result, sound, [...names, `run ${run}`]);
        count('near');
      }
    }
  });
});

describe('bars damaged at random', () => {
  const hours = Array.from({ length: 260 }, (_, i) => {
    const price = (at: number): number =>
      70_000 * Math.exp(0.02 * Math.sin(at / 5) + 0.01 * Math.sin(at));
    const [open, close] = [price(i), price(i + 1)];
    const row = [open, Math.max(open, close) * 1.002, Math.min(open, close) * 0.998, close];
    return [
      String(1_700_000_000 - (1_700_000_000 % 3600) + 3600 * i),
      ...row.map((x) => x.toFixed(2)),
    ];
  });
  const table: Table = { header: ['ts', 'open', 'high', 'low', 'close'], rows: hours };
  const sound = estimateVolatility(parseBars(toCsvText(table), 'bars.csv'), 'bars.csv').yangZhang;

  it('are refused by name, or give a number', () => {
    for (let run = 0; run < BAR_RUNS; run += 1) {
      const { text, names } = damaged(table, toCsvText, randomOf(SEED + 15_485_863 * run));
      try {
        const history = parseBars(text, 'bars.csv');
        const { yangZhang } = estimateVolatility(history, 'bars.csv');
        expect(yangZhang).toBeGreaterThan(0);
        if (yangZhang === sound) count('same');
        else count(history.remarks === undefined ? 'near' : 'named');
      } catch (error) {
        count(outcomeOfError(error, 'bars.csv', [...names, `run ${run}`]));
      }
    }
  });

  it('with one price of ten times or a tenth are refused or named, never taken', () => {
    for (let run = 0; run < BAR_RUNS / 10; run += 1) {
      const random = randomOf(SEED + 7 * run);
      const [row, column] = [Math.floor(random() * hours.length), 1 + Math.floor(random() * 4)];
      const factor = random() < 0.5 ? 10 : 0.1;
      const cells = hours[row]!.with(column, String(Number(hours[row]![column]) * factor));
      try {
        const text = toCsvText({ ...table, rows: hours.with(row, cells) });
        const { remarks } = parseBars(text, 'bars.csv');
        expect(remarks?.join()).toContain(`row ${row + 2}`);
        count('named');
      } catch (error) {
        expect(String(error)).toMatch(new RegExp(`row (${row + 2}|${row + 3})\\b`));
        count(outcomeOfError(error, 'bars.csv', [`${row}, ${column}`]));
      }
    }
  });
});

describe('books and documents damaged at random', () => {
  const levels = (from: number, step: number): Table => ({
    header: ['price', 'size'],
    rows: Array.from({ length: 30 }, (_, i) => [String(from + step * (i + 1)), String(100 + i)]),
  });
  const listText = ({ rows }: Table): string =>
    `[${rows.map((cells) => `[${cells.map((cell) => (Number.isFinite(Number(cell)) && cell !== '' ? cell : JSON.stringify(cell))).join()}]`).join()}]`;
  const book = (bids: string, asks: string): string =>
    `{"instrument_name":"BTC-PERPETUAL","timestamp":1770307892345,"state":"open","bids":${bids},"asks":${asks}}`;
  const sound = book(listText(levels(70_000, -10)), listText(levels(70_000, 10)));

  it('are refused by name, or give a depth', () => {
    const { depthQuote } = depthNearMid(parseOrderBook(sound, 'book.json'), 0.01);
    for (let run = 0; run < BOOK_RUNS; run += 1) {
      const write = (table: Table): string => book(listText(table), listText(levels(70_000, 10)));
      const { text, names } = damaged(levels(70_000, -10), write, randomOf(SEED + 31 * run));
      try {
        const depth = depthNearMid(parseOrderBook(text, 'book.json'), 0.01);
        expect(depth.depthQuote).toBeGreaterThanOrEqual(0n);
        count(depth.depthQuote === depthQuote ? 'same' : 'near');
      } catch (error) {
        count(outcomeOfError(error, 'book.json', [...names, `run ${run}`]));
      }
    }
  });

  const inputs: Table = tableOfRows(
    ['BTC', 'ETH'].map((symbol) => ({
      symbol,
      indexE4: '700000000',
      perpetualMarkE4: '700000000',
      depthQuote: '12000000',
      realisedVolQ20: 943_718,
      forecastVolQ20: 838_860,
    })),
  );
  const document = (table: Table): string => {
    const rows = table.rows.map((cells) =>
      Object.fromEntries(
        table.header.map((name, at) => [
          name,
          /Vol/.test(name) ? Number(cells[at]) : (cells[at] ?? null),
        ]),
      ),
    );
    return JSON.stringify({
      format: 'plimsoll.market-inputs',
      version: 1,
      time: 1_770_307_190,
      underlyings: rows,
    });
  };

  it('are refused by name, or are read: market inputs', () => {
    const whole = JSON.stringify(parseMarketInputs(document(inputs)), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (let run = 0; run < INPUT_RUNS; run += 1) {
      const { text, names } = damaged(inputs, document, randomOf(SEED + 17 * run));
      try {
        const read = readMarketFile(text, 'inputs.json');
        if (read.type !== 'inputs') continue;
        const now = JSON.stringify(read.inputs, (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        );
        count(now === whole ? 'same' : 'near');
      } catch (error) {
        count(outcomeOfError(error, 'inputs.json', [...names, `run ${run}`]));
      }
    }
  });
});

afterAll(() => {
  const all = Object.values(tally).reduce((sum, each) => sum + each, 0);
  const parser = tally.parser / all;
  process.stdout.write(`damaged ${all} documents: ${JSON.stringify(tally)}\n`);
  if (parser > 0.8) throw new Error(`${(100 * parser).toFixed(0)} % died at the parser`);
  if (TIMES >= 1 && all < soakCasesOf(20_000)) throw new Error(`only ${all} documents`);
});
