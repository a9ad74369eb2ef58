// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { readTextFile } from '../../../core/files.ts';
import { integer, oneOf, parseValue } from '../../../core/schema.ts';
import { closingCost, depthProfile, reliedOn } from '../../../market/depth/closing-cost.ts';
import type { Side } from '../../../market/depth/liquidity.ts';
import { parseOrderBook, requireBookOf } from '../../../market/depth/order-book.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { flag, real, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const SIDES: readonly Side[] = ['buy', 'sell'];
const DEFAULT_SIZES = '1000000,10000000,100000000';
const DEFAULT_REFILL = '3600';
const DEFAULT_RELIED = '100';

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const bps = (share: number): string =>
  Number.isFinite(share) ? `${(10_000 * share).toFixed(1)} bp` : 'never';

export const command: Command = {
  name: 'market liquidity',
  description:
    'What resting orders would cost whoever closes positions: depth of both sides within two distances\n' +
    'of mid, of several books together, and by size the cost (never below a walk through these books)\n' +
    'and the days until it is closed, where the books fill anew every --refill seconds. Of books that were\n' +
    'not looked at, later ones say, nothing is certain: --relied counts on a part of this depth alone.',
  example: 'npx plimsoll market liquidity deribit.json bybit.json --underlying BTC --sizes 5000000',
  positionals: [
    {
      name: 'book',
      required: true,
      repeated: true,
      describe: 'order books of one underlying, JSON',
    },
  ],
  options: {
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose books they are; others are refused',
    },
    sizes: {
      type: 'string',
      placeholder: 'usd,…',
      describe: `whole USD to close (default ${DEFAULT_SIZES})`,
    },
    refill: {
      type: 'string',
      placeholder: 'seconds',
      describe: `how long a book takes to fill anew (default ${DEFAULT_REFILL})`,
    },
    relied: {
      type: 'string',
      placeholder: 'percent',
      describe: `part of the depth that costs are reckoned by (default ${DEFAULT_RELIED})`,
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      books: whole,
      complete: flag,
      reliedPercent: whole.describe('part of the depth that costs are reckoned by'),
      distances: z.array(real),
      depthUsd: shape({ buy: z.array(real), sell: z.array(real) }),
      costs: z.array(
        shape({
          side: text,
          sizeUsd: real,
          rounds: real.nullable(),
          days: real.nullable(),
          slippage: real.nullable(),
          costUsd: real.nullable(),
        }),
      ),
    }),
  },
  run: async (context) => {
    const symbol = stringOption(context, 'underlying');
    const of =
      symbol === undefined
        ? undefined
        : parseValue(oneOf(UNDERLYING_SYMBOLS), symbol, '--underlying');
    const books = context.positionals.map((path) => {
      const book = parseOrderBook(readTextFile(path, '<book>'), path);
      if (of !== undefined) requireBookOf(book, of, path);
      return book;
    });
    const sizes = (stringOption(context, 'sizes') ?? DEFAULT_SIZES)
      .split(',')
      .map((size) => parseValue(integer(1, 1e12), Number(size), '--sizes'));
    const refill = stringOption(context, 'refill') ?? DEFAULT_REFILL;
    const refillSeconds = parseValue(integer(1, 86_400), Number(refill), '--refill');
    const relied = stringOption(context, 'relied') ?? DEFAULT_RELIED;
    const reliedPercent = parseValue(integer(1, 100), Number(relied), '--relied');
    const profile = depthProfile(books);
    const counted = reliedOn(profile, reliedPercent / 100);
    const costs = sizes.flatMap((sizeUsd) =>
      SIDES.map((side) => closingCost(counted, { side, sizeUsd, refillSeconds })),
    );
    const { print } = context;
    const [near, far] = profile.distances.map((distance) => `${100 * distance} %`);
    for (const side of SIDES) {
      const [nearUsd, farUsd] = profile[side].map((usd) => Math.floor(usd));
      print(`${side.padEnd(5)} ${nearUsd} USD within ${near}, ${farUsd} USD within ${far} of mid`);
    }
    if (!profile.complete) print('a book ends inside that: its depth is a lower bound');
    const rows = costs.map((cost) => [
      cost.side,
      String(cost.sizeUsd),
      bps(cost.slippage),
      Number.isFinite(cost.costUsd) ? Math.ceil(cost.costUsd).toString() : '',
      Number.isFinite(cost.days) ? cost.days.toFixed(2) : 'never',
    ]);
    printRows(context, ['', 'USD', 'at most', 'cost USD', 'days'], rows, '');
    context.printJson({
      books: books.length,
      complete: profile.complete,
      reliedPercent,
      distances: [...profile.distances],
      depthUsd: { buy: [...profile.buy], sell: [...profile.sell] },
      costs: costs.map(({ side, sizeUsd, ...rest }) => ({
        side,
        sizeUsd,
        rounds: finite(rest.rounds),
        days: finite(rest.days),
        slippage: finite(rest.slippage),
        costUsd: finite(rest.costUsd),
      })),
    });
  },
};
