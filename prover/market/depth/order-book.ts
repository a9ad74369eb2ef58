// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { fieldPath, requireRule } from '../../core/schema.ts';

/** One price level. */
export interface BookLevel {
  /** USD per coin. */
  readonly price: number;
  /** Size offered at that price, in USD. */
  readonly sizeUsd: number;
}

/** A crossed or empty book does not parse: bids fall, asks rise, the best bid is below the best ask. */
export interface OrderBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Unix milliseconds of the book, where the feed states one. */
  readonly timeMs?: number;
}

const amount = z
  .union([z.number(), z.string().regex(/^[0-9]+(\.[0-9]+)?$/)])
  .transform(Number)
  .refine((value) => Number.isFinite(value) && value > 0);
const level = z.tuple([amount, amount]);
const levels = z.array(level).min(1);
const timeMs = z.number().int().positive();

/** Deribit `public/get_order_book`: sizes of its inverse contracts are in USD, of others in coin. */
const deribitBook = z.object({
  instrument_name: z.string(),
  timestamp: timeMs,
  bids: levels,
  asks: levels,
});

/** Binance `/api/v3/depth` and `/fapi/v1/depth`: sizes in coin; only the second states a time, `E`. */
const binanceBook = z.object({
  lastUpdateId: z.number().int(),
  E: timeMs.optional(),
  bids: levels,
  asks: levels,
});

type Level = z.infer<typeof level>;

function read<T>(schema: z.ZodType<T>, value: unknown, document: string): T {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const inLevel = path[0] === 'bids' || path[0] === 'asks';
  let rule = inLevel && path.length > 1 ? 'must be [price, size], both above 0' : 'is not valid';
  if (issue?.input === undefined) rule = 'is required';
  else if (inLevel && path.length === 1) rule = 'must be a list of at least one level';
  throw new InvalidInput(`${document}: ${fieldPath(path)}`, rule);
}

/** Deribit's perpetuals and futures in coin margin, such as BTC-PERPETUAL, are inverse. */
const isInverse = (instrument: string): boolean =>
  /^[A-Z]+-(PERPETUAL|\d{1,2}[A-Z]{3}\d{2})$/.test(instrument);

function bookOf(
  document: string,
  bids: readonly Level[],
  asks: readonly Level[],
  sizesInUsd: boolean,
): Pick<OrderBook, 'bids' | 'asks'> {
  const side = (rows: readonly Level[]): BookLevel[] =>
    rows.map(([price, size]) => ({ price, sizeUsd: sizesInUsd ? size : size * price }));
  const book = { bids: side(bids), asks: side(asks) };
  for (const name of ['bids', 'asks'] as const) {
    const direction = name === 'bids' ? -1 : 1;
    const odd = book[name].findIndex(
      ({ price }, index) =>
        index > 0 && direction * (price - (book[name][index - 1] as BookLevel).price) <= 0,
    );
    const order = name === 'bids' ? 'below' : 'above';
    requireRule(odd < 0, `${document}: ${name}[${odd}]`, `must be ${order} the price before it`);
  }
  requireRule(
    (book.bids[0] as BookLevel).price < (book.asks[0] as BookLevel).price,
    `${document}: bids[0]`,
    'the book is crossed: the best bid must be below the best ask',
  );
  return book;
}

function jsonOf(source: string, document: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch (error) {
    throw new InvalidInput(document, 'is not complete, valid JSON', { cause: error });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads an order book from the JSON of Deribit (`public/get_order_book`, bare or in its JSON-RPC
 * envelope) or Binance (`depth`). Throws `InvalidInput` naming file and field.
 */
export function parseOrderBook(source: string, document: string): OrderBook {
  const value = jsonOf(source, document);
  const body = isObject(value) && isObject(value['result']) ? value['result'] : value;
  if (isObject(body) && Object.hasOwn(body, 'lastUpdateId')) {
    const { bids, asks, E } = read(binanceBook, body, document);
    const book = bookOf(document, bids, asks, false);
    return E === undefined ? book : { ...book, timeMs: E };
  }
  const { bids, asks, instrument_name: instrument, timestamp } = read(deribitBook, body, document);
  return { ...bookOf(document, bids, asks, isInverse(instrument)), timeMs: timestamp };
}
