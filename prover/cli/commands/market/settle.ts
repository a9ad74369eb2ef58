// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFileOrGzip, writeFileAtomically } from '../../../core/files.ts';
import { integer, oneOf, parseValue } from '../../../core/schema.ts';
import {
  formatMarketInputs,
  marketInputsDocument,
} from '../../../documents/market-inputs-document.ts';
import { isTickHeader, parseTicks } from '../../../market/settlement/ticks.ts';
import type { SettlementAverage, SettlementWindow } from '../../../market/settlement/twap.ts';
import {
  DEFAULT_WINDOW_SECONDS,
  averageOfBars,
  averageOfTicks,
} from '../../../market/settlement/twap.ts';
import { parseBars } from '../../../market/volatility/bars.ts';
import { formatUtc } from '../../../model/format.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { BAR_COLUMNS_OPTION, barColumnMap } from '../../options/bar-columns.ts';
import { parseExpiry } from '../../options/settlement-options.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import { decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';

function windowOf(context: CommandContext): SettlementWindow {
  const text = stringOption(context, 'expiry');
  if (text === undefined) throw new InvalidInput('--expiry', 'is required: what is settled');
  const seconds = stringOption(context, 'window');
  const value = seconds === undefined ? DEFAULT_WINDOW_SECONDS : Number(seconds);
  return {
    expiry: parseExpiry(text, '--expiry'),
    windowSeconds: parseValue(integer(1, 86_400), value, '--window'),
  };
}

function average(
  context: CommandContext,
  path: string,
  window: SettlementWindow,
): SettlementAverage {
  const source = readTextFileOrGzip(path, '<file>');
  return isTickHeader(source)
    ? averageOfTicks(parseTicks(source, path), window)
    : averageOfBars(parseBars(source, path, barColumnMap(context)), window);
}

export const command: Command = {
  name: 'market settle',
  description:
    'The time-weighted average of the index over the last half hour before the expiry (--window), for\n' +
    'where the venue has no delivery price. Bars: at least six equal ones in the window, none missing;\n' +
    'ticks: none held for more than a minute. --out writes what plimsoll market import takes.',
  example:
    'npx plimsoll market settle btc-1m.csv --underlying BTC --expiry 2026-03-03T08:00Z --out settled.json',
  positionals: [
    {
      name: 'file',
      required: true,
      describe: 'CSV of bars (ts, open, high, low, close) or of ticks (ts, price)',
    },
  ],
  options: {
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose index it is (required)',
    },
    expiry: { type: 'string', placeholder: 'time', describe: 'e.g. 2026-03-03T08:00Z (required)' },
    ...BAR_COLUMNS_OPTION,
    window: {
      type: 'string',
      placeholder: 'seconds',
      describe: `length of the window (default: ${DEFAULT_WINDOW_SECONDS})`,
    },
    out: { type: 'string', placeholder: 'file', describe: 'market inputs to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      symbol: text,
      expiry: whole,
      priceE4: decimal,
      windowSeconds: whole,
      observations: whole,
      uncertainty: real,
      inputs: documentOf('plimsoll.market-inputs'),
    }),
  },
  run: async (context) => {
    const out = optionalOutputPath(context);
    const path = context.positionals[0] ?? '';
    const given = stringOption(context, 'underlying');
    const symbol = parseValue(oneOf(UNDERLYING_SYMBOLS), given, '--underlying');
    const window = windowOf(context);
    const { price, uncertainty, observations } = average(context, path, window);
    const priceE4 = BigInt(Math.round(price * 1e4));
    const { expiry, windowSeconds } = window;
    const source = `average of ${observations} observations over ${windowSeconds} s`;
    const inputs = {
      time: expiry,
      underlyings: [],
      collateral: [],
      settlements: [{ symbol, expiry, priceE4, source }],
    };
    if (out !== undefined) writeFileAtomically(out, formatMarketInputs(inputs));
    context.print(
      `${symbol} ${formatUtc(BigInt(expiry))} UTC settles at ${(Number(priceE4) / 1e4).toFixed(4)}: ` +
        `${source}, known to ${uncertainty.toFixed(2)} USD`,
    );
    if (out !== undefined) context.print(`wrote ${out}`);
    context.printJson({
      symbol,
      expiry,
      priceE4,
      windowSeconds,
      observations,
      uncertainty,
      inputs: marketInputsDocument(inputs),
    });
    return Promise.resolve();
  },
};
