// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import {
  formatMarketInputs,
  marketInputsDocument,
} from '../../../documents/market-inputs-document.ts';
import { parseFunding } from '../../../market/feeds/funding.ts';
import { formatUtc } from '../../../model/format.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { oneOf, parseValue } from '../../../core/schema.ts';
import { SECONDS_PER_YEAR } from '../../../core/year.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import { shape, whole } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';
import { printRows } from '../../table.ts';

/** Rows shown; all of them are written. */
const SHOWN = 10;

export const command: Command = {
  name: 'market funding',
  description:
    'Reads a response of Deribit (get_funding_rate_history), Binance (fundingRate), OKX\n' +
    '(funding-rate-history, funding-rate) or Bybit (funding/history), told by its fields. --out writes\n' +
    'market inputs; a snapshot has no place for funding, and margin does not read it.',
  example: 'npx plimsoll market funding btc-funding.json --underlying BTC --out funding.json',
  positionals: [{ name: 'file', required: true, describe: "the venue's response, in JSON" }],
  options: {
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose perpetual it is (required)',
    },
    out: { type: 'string', placeholder: 'file', describe: 'market inputs to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ payments: whole, inputs: documentOf('plimsoll.market-inputs') }),
  },
  run: async (context) => {
    const out = optionalOutputPath(context);
    const path = context.positionals[0] ?? '';
    const given = stringOption(context, 'underlying');
    const symbol = parseValue(oneOf(UNDERLYING_SYMBOLS), given, '--underlying');
    const funding = parseFunding(readTextFile(path, '<file>'), path, symbol);
    const newest = funding.at(-1)!;
    const inputs = { time: newest.paymentTime, underlyings: [], collateral: [], funding };
    if (out !== undefined) writeFileAtomically(out, formatMarketInputs(inputs));

    const rows = funding.slice(-SHOWN).map(({ paymentTime, intervalSeconds, rateE12 }) => {
      const rate = Number(rateE12) / 1e12;
      const yearly =
        intervalSeconds === undefined
          ? '-'
          : `${((100 * rate * SECONDS_PER_YEAR) / intervalSeconds).toFixed(2)} %`;
      return [
        formatUtc(BigInt(paymentTime)),
        intervalSeconds === undefined ? '-' : `${intervalSeconds / 3600} h`,
        `${(100 * rate).toFixed(6)} %`,
        yearly,
      ];
    });
    context.print(`${symbol} perpetual of ${newest.venue}: ${funding.length} payments`);
    printRows(context, ['paid at (UTC)', 'for', 'rate', 'a year'], rows);
    if (out !== undefined) context.print(`wrote ${out}`);
    context.printJson({ payments: funding.length, inputs: marketInputsDocument(inputs) });
    return Promise.resolve();
  },
};
