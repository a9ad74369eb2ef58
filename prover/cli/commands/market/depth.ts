// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { depthNearMid, slippage, type Side } from '../../../market/depth/liquidity.ts';
import { parseOrderBook, requireBookOf, type OrderBook } from '../../../market/depth/order-book.ts';
import {
  formatMarketInputs,
  marketInputsDocument,
} from '../../../documents/market-inputs-document.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { integer, parseValue } from '../../../core/schema.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { inputsTarget } from '../../options/inputs-target.ts';
import { decimal, flag, real, shape, text } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';

const RANGE = 0.01;
const MAX_SIZE_USD = 1e12;

function sizeOption(context: CommandContext): number | undefined {
  const text = stringOption(context, 'size');
  return text === undefined
    ? undefined
    : parseValue(integer(1, MAX_SIZE_USD), Number(text), '--size');
}

/** Share of mid, or `null` where the book given holds less than the size. */
function slippageOrNull(book: OrderBook, side: Side, sizeUsd: number): number | null {
  try {
    return slippage(book, side, sizeUsd);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'BOOK_TOO_THIN') return null;
    throw error;
  }
}

const basisPoints = (share: number | null): string =>
  share === null ? 'more than the book holds' : `${(10_000 * share).toFixed(2)} bps`;

/** When the book was: it says so itself, or the caller does. */
function bookTime(context: CommandContext, book: OrderBook): number {
  const given = stringOption(context, 'time');
  if (given !== undefined) return parseValue(integer(0, 2 ** 32 - 1), Number(given), '--time');
  if (book.timeMs !== undefined) return Math.floor(book.timeMs / 1000);
  throw new InvalidInput('--time', 'is required with --out: this book does not state its time');
}

export const command: Command = {
  name: 'market depth',
  description:
    'Reads JSON of Deribit (public/get_order_book), Binance (depth), OKX (market/books) or Bybit\n' +
    '(market/orderbook), of a future, perpetual or spot market. The depth is the smaller side,\n' +
    'rounded down: a liquidation may have to buy or to sell. --out writes what plimsoll\n' +
    'market import takes.',
  example:
    'npx plimsoll market depth book.json --size 5000000 --underlying BTC --out btc-depth.json',
  positionals: [{ name: 'book', required: true, describe: 'the order book, JSON' }],
  options: {
    size: { type: 'string', placeholder: 'usd', describe: 'whole USD to price the slippage of' },
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose book it is (needed with --out)',
    },
    instrument: {
      type: 'string',
      placeholder: 'name',
      describe: 'what the book is of, where it does not say (OKX and Binance REST)',
    },
    time: {
      type: 'string',
      placeholder: 'seconds',
      describe: 'unix time of the book, where it states none',
    },
    out: { type: 'string', placeholder: 'file', describe: 'market inputs to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      venue: text,
      instrument: text.optional(),
      mid: real,
      bidUsd: real,
      askUsd: real,
      complete: flag,
      depthQuote: decimal,
      slippage: shape({ sizeUsd: real, buy: real.nullable(), sell: real.nullable() }).optional(),
      inputs: documentOf('plimsoll.market-inputs').optional(),
    }),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    const book = parseOrderBook(
      readTextFile(path, '<book>'),
      path,
      stringOption(context, 'instrument'),
    );
    const size = sizeOption(context);
    const { out, symbol } = inputsTarget(context);
    if (symbol !== undefined) requireBookOf(book, symbol, path);
    const depth = depthNearMid(book, RANGE);
    const inputs =
      symbol === undefined || out === undefined
        ? undefined
        : {
            time: bookTime(context, book),
            underlyings: [
              {
                symbol,
                depthQuote: depth.depthQuote,
              },
            ],
            collateral: [],
          };
    if (out !== undefined && inputs !== undefined) {
      writeFileAtomically(out, formatMarketInputs(inputs));
    }
    const { print } = context;
    print(`book           ${book.venue} ${book.instrument ?? '(it does not name its instrument)'}`);
    print(`mid            ${depth.mid}`);
    print(`bids within 1 %  ${Math.floor(depth.bidUsd)} USD`);
    print(`asks within 1 %  ${Math.floor(depth.askUsd)} USD`);
    print(
      `depth          ${depth.depthQuote} USD${depth.complete ? '' : ' at least: the book given ends inside 1 %'}`,
    );
    const cost =
      size === undefined
        ? undefined
        : {
            sizeUsd: size,
            buy: slippageOrNull(book, 'buy', size),
            sell: slippageOrNull(book, 'sell', size),
          };
    if (cost !== undefined) {
      print(`buying ${cost.sizeUsd} USD   ${basisPoints(cost.buy)}`);
      print(`selling ${cost.sizeUsd} USD  ${basisPoints(cost.sell)}`);
    }
    if (out !== undefined) print(`wrote ${out}`);
    context.printJson({
      venue: book.venue,
      ...(book.instrument === undefined ? {} : { instrument: book.instrument }),
      ...depth,
      ...(cost === undefined ? {} : { slippage: cost }),
      ...(inputs === undefined ? {} : { inputs: marketInputsDocument(inputs) }),
    });
    return Promise.resolve();
  },
};
