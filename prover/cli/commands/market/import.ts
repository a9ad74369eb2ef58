// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import type { ImportRequest } from '../../../market/snapshot/import-market.ts';
import {
  DEFAULT_IMPORT_LIMITS,
  chainsOf,
  importMarket,
} from '../../../market/snapshot/import-market.ts';
import { fittedQuotes } from '../../../market/snapshot/fitted-quotes.ts';
import { formatQuotes } from '../../../documents/quotes-document.ts';
import { surfacePicture } from '../../../market/charts/picture.ts';
import { TIME_RULES, secondsOf, utcText } from '../../../market/feeds/clock.ts';
import { levelsOfChains } from '../../../market/snapshot/levels-of-chains.ts';
import {
  formatMarketInputs,
  marketInputsDocument,
} from '../../../documents/market-inputs-document.ts';
import { parseColumnMap } from '../../../market/feeds/column-map.ts';
import type { ChainReading } from '../../../market/feeds/csv-chain.ts';
import { readMarketFile } from '../../../market/feeds/read-file.ts';
import { parseSnapshot, snapshotDocument } from '../../../documents/snapshot-document.ts';
import { snapshotHash } from '../../../commitments/snapshot-words.ts';
import type { Account } from '../../../commitments/account.ts';
import { noteUnlisted, openExpiries } from '../../options/unlisted.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { formatUtc } from '../../../model/format.ts';
import { importJson, printImport } from './import-report.ts';
import { LIMIT_OPTIONS, importLimits } from '../../options/import-limits.ts';
import {
  SETTLEMENT_OPTIONS,
  bookedThrough,
  namedSettlements,
  openPositions,
} from '../../options/settlement-options.ts';
import { MARKET_VALUE_OPTIONS, marketValues } from '../../options/market-values.ts';
import { optionalOutputPath, outputPath } from '../../options/output-path.ts';
import { importOutput } from './import-output.ts';

/** How rows are read that do not say it themselves: their columns, their time. */
function readingOf(context: CommandContext): ChainReading {
  const [columns, text] = [stringOption(context, 'columns'), stringOption(context, 'time')];
  const time = text === undefined ? undefined : secondsOf(text, 'auto');
  if (text !== undefined && time === undefined) {
    throw new InvalidInput('--time', TIME_RULES.auto);
  }
  return {
    ...(columns === undefined
      ? {}
      : { columnMap: parseColumnMap(readTextFile(columns, '--columns')) }),
    ...(time === undefined ? {} : { time }),
  };
}

function requestOf(context: CommandContext, ledger: readonly Account[]): ImportRequest {
  const reading = readingOf(context);
  const files = context.positionals.map((path) => ({
    path,
    ...readMarketFile(readTextFile(path, '<file>'), path, reading),
  }));
  const documents = files
    .flatMap((file) => (file.type === 'inputs' ? [{ ...file.inputs, file: file.path }] : []))
    .sort((left, right) => right.time - left.time);
  const basePath = stringOption(context, 'base');
  const base =
    basePath === undefined ? {} : { base: parseSnapshot(readTextFile(basePath, '--base')) };
  return {
    feeds: files.flatMap((file) => (file.type === 'feeds' ? file.feeds : [])),
    // A flag outranks a document, a newer document an older one.
    inputs: [marketValues(context), ...documents],
    deliveries: files.flatMap((file) => (file.type === 'deliveries' ? file.deliveries : [])),
    settlements: namedSettlements(context),
    limits: importLimits(context),
    openExpiries: openExpiries(ledger),
    ...bookedThrough(context, base.base, ledger),
    ...base,
  };
}

/** What one underlying alone can give: its levels, for a snapshot made elsewhere or later. */
function writeLevels(context: CommandContext, request: ImportRequest, path: string): void {
  const { quotes } = request.limits ?? DEFAULT_IMPORT_LIMITS;
  const chains = chainsOf(request, quotes).filter((chain) => chain !== undefined);
  if (chains.length === 0) throw new InvalidInput('<file>', 'no option chain of BTC or ETH');
  const inputs = levelsOfChains(chains);
  writeFileAtomically(path, formatMarketInputs(inputs));
  for (const { symbol, indexE4 } of inputs.underlyings) {
    context.print(
      `${symbol} index ${(Number(indexE4) / 1e4).toFixed(2)} of ${utcText(inputs.time)} UTC`,
    );
  }
  context.print(`wrote ${path}`);
  if (stringOption(context, 'out') === undefined) {
    context.printJson({ levels: path, inputs: marketInputsDocument(inputs) });
  }
}

export const command: Command = {
  name: 'market import',
  description:
    'Reads chains of BTC and ETH: responses of Deribit (get_book_summary_by_currency, ticker,\n' +
    'get_instruments, trades), OKX, Bybit, Binance and Derive in JSON, CSV of ours, of Tardis and of\n' +
    'common collectors, or any with --columns, and what plimsoll market vol and plimsoll market depth\n' +
    'write; each is told by its content. Cleans the quotes, fits every expiry free of arbitrage and\n' +
    'writes the snapshot that plimsoll margin --snapshot takes. An expiry that its quotes do not carry\n' +
    'is carried from --base or drawn beside the others, with the confidence that is worth. Delivery\n' +
    'prices (get_delivery_prices) settle what has expired in --base. Rules and figures:\n' +
    'docs/market-data.md.',
  example:
    'npx plimsoll market import btc-chain.json eth-chain.json --out snapshot.json --picture fit.svg',
  positionals: [
    {
      name: 'file',
      required: true,
      repeated: true,
      describe: 'chains and market inputs, any number',
    },
  ],
  options: {
    out: { type: 'string', placeholder: 'file', describe: 'the snapshot to write' },
    picture: {
      type: 'string',
      placeholder: 'file',
      describe: 'an SVG of market against fit to write, one panel per expiry',
    },
    quotes: {
      type: 'string',
      placeholder: 'file',
      describe:
        'the quotes fitted to, to write: plimsoll page --quotes and PUT /quotes of a service show them',
    },
    levels: {
      type: 'string',
      placeholder: 'file',
      describe:
        'market inputs to write: index and perpetual of the chains; one underlying is enough for it',
    },
    base: {
      type: 'string',
      placeholder: 'file',
      describe:
        'snapshot before this one: its expiries stay, are settled and freed; it supplies what the ' +
        'files do not (the other underlying, depth, collateral)',
    },
    columns: {
      type: 'string',
      placeholder: 'file',
      describe: 'column map: which column of the CSV files is what (docs/market-data.md)',
    },
    time: {
      type: 'string',
      placeholder: 'utc',
      describe: 'moment of the rows that carry none, such as 2026-02-04T21:33:08Z',
    },
    ...SETTLEMENT_OPTIONS,
    ...LIMIT_OPTIONS,
    ...MARKET_VALUE_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: importOutput,
  },
  run: async (context) => {
    const levels = optionalOutputPath(context, 'levels');
    const out =
      levels === undefined ? outputPath(context, 'the snapshot') : optionalOutputPath(context);
    const picture = optionalOutputPath(context, 'picture');
    const quotes = optionalOutputPath(context, 'quotes');
    const ledger = openPositions(context);
    const request = requestOf(context, ledger);
    if (levels !== undefined) writeLevels(context, request, levels);
    if (out === undefined) return;
    const result = importMarket(request);
    const { snapshot } = result;
    const imported = result.underlyings.filter((underlying) => underlying !== undefined);
    const drawn = surfacePicture(imported, Number(snapshot.time));

    writeFileAtomically(out, `${JSON.stringify(snapshotDocument(snapshot), null, 1)}\n`);
    if (picture !== undefined) writeFileAtomically(picture, drawn);

    const hash = snapshotHash(snapshot);
    if (quotes !== undefined) writeFileAtomically(quotes, formatQuotes(fittedQuotes(result, hash)));
    const { print } = context;
    print(`wrote ${out}: snapshot of ${formatUtc(snapshot.time)} UTC, hash ${hash}`);
    if (picture !== undefined) print(`wrote ${picture}`);
    if (quotes !== undefined) print(`wrote ${quotes}`);
    const unlisted = noteUnlisted(context, snapshot, ledger);
    printImport(context, result);
    context.printJson({
      out,
      ...(picture === undefined ? {} : { picture }),
      ...(quotes === undefined ? {} : { quotes }),
      time: snapshot.time,
      snapshotHash: hash,
      unlisted,
      ...(importJson(result) as object),
    });
  },
};
