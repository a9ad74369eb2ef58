// SPDX-License-Identifier: GPL-3.0-or-later
import { blackPrice } from '../surface/black.ts';
import { InvalidInput } from '../../core/errors.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { UnderlyingId } from '../../model/types.ts';
import type { Cells } from './cells.ts';
import { isNothing, numberOf, quantityOf } from './cells.ts';
import { TIME_RULES, secondsOf } from './clock.ts';
import type { FutureRow, OptionRow } from './feed.ts';
import type { NamedInstrument } from './instrument-name.ts';
import {
  EXPIRY_HOUR_UTC,
  NAME_RULE,
  expiryOfName,
  parseInstrumentName,
} from './instrument-name.ts';
import type { Field, Layout, PriceUnit, VolUnit } from './layouts.ts';
import type { Quantity } from './quantities.ts';
import { QUANTITY } from './quantities.ts';
import { quoted } from '../../core/quoted.ts';

/** A layout whose units are settled: given, or told from the values of the document. */
export interface ReadLayout extends Layout {
  readonly vols: VolUnit;
  readonly prices: PriceUnit;
}

/** An option as its row has it: prices in coin, or in USD until the forward is known. */
export interface RawOption extends OptionRow {
  readonly inUsd: boolean;
}

export type ReadRow =
  | { readonly type: 'option'; readonly option: RawOption }
  | { readonly type: 'future'; readonly future: FutureRow }
  | { readonly type: 'combination'; readonly underlying: UnderlyingId }
  | { readonly type: 'foreign' };

/** What surrounds a row: an envelope's time, or the one given for rows that carry none. */
export interface RowContext {
  readonly place: string;
  /** Unix seconds. */
  readonly time?: number;
}

class Row {
  readonly layout: ReadLayout;
  readonly cells: Cells;
  readonly place: string;

  constructor(layout: ReadLayout, cells: Cells, place: string) {
    [this.layout, this.cells, this.place] = [layout, cells, place];
  }

  column(field: Field): string {
    return this.layout.columns[field] ?? field;
  }

  cell(field: Field): unknown {
    const column = this.layout.columns[field];
    return column === undefined ? undefined : this.cells(column);
  }

  has(field: Field): boolean {
    return !isNothing(this.cell(field), this.layout.wordsForNothing === true);
  }

  text(field: Field): string | undefined {
    if (!this.has(field)) return undefined;
    const cell = this.cell(field);
    if (typeof cell === 'string' || typeof cell === 'number') return String(cell).trim();
    this.refuse(field, 'must be a text');
  }

  refuse(field: Field, rule: string): never {
    throw new InvalidInput(`${this.place}, ${quoted(this.column(field))}`, rule);
  }

  require(holds: boolean, field: Field, rule: string): void {
    if (!holds) this.refuse(field, rule);
  }

  quantity(field: Field, bounds: Quantity): number | undefined {
    const words = this.layout.wordsForNothing === true;
    return quantityOf(this.cell(field), bounds, this.place, this.column(field), words);
  }

  /** Zero is how venues write that there is none: of a side of a book, of a future's volatility. */
  unlessZero(field: Field, bounds: Quantity): number | undefined {
    if (!this.has(field)) return undefined;
    if (numberOf(this.cell(field), this.place, this.column(field)) === 0) return undefined;
    return this.quantity(field, bounds);
  }

  /** Volatility as a number, 0.65; what is not above 0 is the venue's word for none. */
  vol(field: 'mark_iv' | 'bid_iv' | 'ask_iv'): number | undefined {
    if (!this.has(field)) return undefined;
    const value = numberOf(this.cell(field), this.place, this.column(field));
    // Of a side nobody quotes venues write 0 or −1, and what a cent in the money gives is anything.
    if (field !== 'mark_iv') return value > 0 ? value / this.volScale : undefined;
    if (value === 0) return undefined;
    const bounds = QUANTITY[this.layout.vols];
    return (this.quantity(field, bounds) ?? 0) / this.volScale;
  }

  private get volScale(): number {
    return this.layout.vols === 'percent' ? 100 : 1;
  }

  time(field: 'ts' | 'expiry', hourOfDate = 0): number | undefined {
    if (!this.has(field)) return undefined;
    const { times, expiries = times } = this.layout;
    const unit = field === 'ts' ? times : expiries;
    const seconds = secondsOf(this.cell(field), unit, hourOfDate);
    if (seconds === undefined) this.refuse(field, TIME_RULES[unit]);
    return seconds;
  }
}

/** Tardis writes the venue in a column; these two quote in coin. */
const COIN_VENUES = new Set(['deribit', 'okex-options', 'okx-options']);

function inUsd(row: Row, linear: boolean): boolean {
  const venue = row.text('exchange');
  if (venue !== undefined) return linear || !COIN_VENUES.has(venue);
  return row.layout.prices === 'usd' || (row.layout.prices === 'by-name' && linear);
}

const KINDS: Readonly<Record<string, 'call' | 'put'>> = {
  c: 'call',
  call: 'call',
  p: 'put',
  put: 'put',
};

function kindOf(row: Row): 'call' | 'put' | undefined {
  const text = row.text('type');
  if (text === undefined) return undefined;
  const kind = KINDS[text.toLowerCase()];
  if (kind === undefined) row.refuse('type', 'must be C, P, call or put');
  return kind;
}

/** The expiry a row states, on its own or as `27MAR26`. */
function expiryOf(row: Row): number | undefined {
  const text = row.text('expiry');
  if (text === undefined) return undefined;
  return expiryOfName(text.toUpperCase()) ?? row.time('expiry', EXPIRY_HOUR_UTC);
}

/** An instrument told by columns of its own, where the layout has no name. */
function instrumentOfColumns(row: Row): NamedInstrument {
  const symbol = (row.text('underlying') ?? '').toUpperCase().replace(/[-_/]?USD[CT]?$/, '');
  const id = UNDERLYING_SYMBOLS.findIndex((candidate) => candidate === symbol);
  if (id < 0) {
    if (/^[A-Z0-9]+$/.test(symbol)) return { type: 'foreign' };
    row.refuse('underlying', `must be one of ${UNDERLYING_SYMBOLS.join(', ')}`);
  }
  const [expiry, strike, kind] = [expiryOf(row), row.quantity('strike', QUANTITY.usd), kindOf(row)];
  if (expiry === undefined) row.refuse('expiry', 'is required');
  if (strike === undefined) row.refuse('strike', 'is required');
  if (kind === undefined) row.refuse('type', 'is required');
  return { type: 'option', underlying: id as UnderlyingId, expiry, strike, kind, linear: false };
}

function instrumentOf(row: Row): NamedInstrument {
  if (row.layout.columns.instrument === undefined) return instrumentOfColumns(row);
  const name = row.text('instrument');
  if (name === undefined) row.refuse('instrument', 'is required');
  const named = parseInstrumentName(name);
  if (named === undefined) row.refuse('instrument', NAME_RULE);
  if (named.type === 'foreign' && row.layout.mixed !== true) row.refuse('instrument', NAME_RULE);
  if (named.type !== 'option') return named;
  const says = `does not agree with the instrument's name ${quoted(name)}`;
  const expiry = expiryOf(row);
  row.require(expiry === undefined || expiry === named.expiry, 'expiry', says);
  const strike = row.quantity('strike', QUANTITY.usd);
  row.require(strike === undefined || strike === named.strike, 'strike', says);
  const kind = kindOf(row);
  row.require(kind === undefined || kind === named.kind, 'type', says);
  if (row.layout.strict === true) {
    for (const field of ['expiry', 'strike', 'type'] as const) {
      row.require(row.has(field), field, 'is required');
    }
  }
  return named;
}

function timeOf(row: Row, context: RowContext): number {
  const time = row.time('ts') ?? context.time;
  if (time === undefined) {
    row.refuse('ts', 'the rows carry no time: give --time <UTC> with the moment they were read');
  }
  return time;
}

/** The price at a volatility, for venues that quote volatilities only. */
function priceAt(
  vol: number | undefined,
  { kind, strike, expiry }: { kind: 'call' | 'put'; strike: number; expiry: number },
  forward: number | undefined,
  time: number,
): number | undefined {
  if (vol === undefined || forward === undefined || expiry <= time) return undefined;
  const stdDev = vol * Math.sqrt((expiry - time) / SECONDS_PER_YEAR);
  return blackPrice(kind, forward, strike, stdDev) / forward;
}

function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function optionOf(
  row: Row,
  named: NamedInstrument & { type: 'option' },
  context: RowContext,
): RawOption {
  const time = timeOf(row, context);
  const usd = inUsd(row, named.linear);
  const bounds = usd ? QUANTITY.optionUsd : QUANTITY.coin;
  const forward = row.unlessZero('forward', QUANTITY.usd);
  const quotesPrices = row.layout.columns.bid !== undefined;
  const [bidVol, askVol] = [row.vol('bid_iv'), row.vol('ask_iv')];
  if (row.layout.strict === true) {
    row.quantity('delta', QUANTITY.delta);
    row.quantity('vega', QUANTITY.amount);
  }
  const fields: Partial<OptionRow> = present({
    markVol: row.vol('mark_iv'),
    markPrice: row.quantity('mark_price', bounds),
    bid: quotesPrices ? row.unlessZero('bid', bounds) : priceAt(bidVol, named, forward, time),
    ask: quotesPrices ? row.unlessZero('ask', bounds) : priceAt(askVol, named, forward, time),
    forward,
    index: indexOf(row),
    openInterest: row.quantity('oi', QUANTITY.amount),
  });
  const state = row.text('state');
  return {
    place: row.place,
    time,
    underlying: named.underlying,
    kind: named.kind,
    expiry: named.expiry,
    strike: named.strike,
    open: state === undefined || state === 'open',
    layout: row.layout.name,
    ...(row.layout.partial === true ? { partial: true } : {}),
    ...(quotesPrices ? {} : { derived: true }),
    inUsd: usd,
    ...fields,
  };
}

/** In the hour of its delivery an instrument of Deribit has the word "expired" here. */
function indexOf(row: Row): number | undefined {
  return row.cell('index') === 'expired' ? undefined : row.unlessZero('index', QUANTITY.usd);
}

function futureOf(
  row: Row,
  named: NamedInstrument & { type: 'future' },
  context: RowContext,
): FutureRow {
  const mark = row.quantity('mark_price', QUANTITY.usd);
  if (mark === undefined) row.refuse('mark_price', QUANTITY.usd.rule);
  const index = indexOf(row);
  const { underlying, expiry } = named;
  const time = timeOf(row, context);
  return { place: row.place, time, underlying, expiry, mark, ...present({ index }) };
}

/** Reads one row of a layout. Throws `InvalidInput` naming the row's place and its column. */
export function readRow(layout: ReadLayout, cells: Cells, context: RowContext): ReadRow {
  const row = new Row(layout, cells, context.place);
  const named = instrumentOf(row);
  if (named.type === 'option') return { type: 'option', option: optionOf(row, named, context) };
  if (named.type === 'foreign') return { type: 'foreign' };
  if (named.type === 'combination') return { type: 'combination', underlying: named.underlying };
  if (layout.columns.mark_price === undefined) return { type: 'foreign' };
  return { type: 'future', future: futureOf(row, named, context) };
}
