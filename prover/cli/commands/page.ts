// SPDX-License-Identifier: GPL-3.0-or-later
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import { requireRule } from '../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import { shape, text, whole } from '../../core/json-output.ts';
import { exportPage } from '../../dashboard/export.ts';
import { pageAccounts } from '../../dashboard/tick-data.ts';
import { parseQuotes, type QuotesDocument } from '../../documents/quotes-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import {
  MARKET_OPTIONS,
  readAccounts,
  readParameters,
  readSnapshot,
} from '../options/market-inputs.ts';
import { outputPath } from '../options/output-path.ts';
import { noteStale } from '../options/staleness.ts';
import { loadSample } from '../../sample/sample.ts';

/** Names are the sample's alone. */
function namesOf(context: CommandContext): Record<number, string> {
  if (stringOption(context, 'ledger') !== undefined) return {};
  return Object.fromEntries(loadSample().labels.map(({ index, name }) => [index, name]));
}

/** Those of another snapshot would be shown beside smiles that were not fitted to them. */
function quotesOf(context: CommandContext, snapshot: MarketSnapshot): QuotesDocument | undefined {
  const path = stringOption(context, 'quotes');
  if (path === undefined) return undefined;
  const quotes = parseQuotes(readTextFile(path, '--quotes'));
  const hash = snapshotHash(snapshot);
  requireRule(quotes.snapshotHash === hash, '--quotes', `must be of the snapshot ${hash}`);
  return quotes;
}

export const command: Command = {
  name: 'page',
  description:
    'Writes a page of one file about a tick: the venue, every account of the ledger, the market.\n' +
    'It opens in any browser, from a disk too, recalculates its figures by the model that proofs and\n' +
    'contracts decide by, answers what-if, and asks nobody for anything. It holds the whole ledger.',
  example: 'npx plimsoll page --tick crash --out crash.html',
  positionals: [],
  options: {
    ...MARKET_OPTIONS,
    quotes: {
      type: 'string',
      placeholder: 'file',
      describe:
        'quotes of the snapshot, as market import --quotes wrote them: shown beside the fit',
    },
    out: { type: 'string', placeholder: 'file', describe: 'the page to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      accounts: whole,
      bytes: whole.describe('of the page'),
      programBytes: whole.describe('of its script and style, compressed'),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the page');
    const accounts = readAccounts(context);
    const snapshot = readSnapshot(context);
    const set = readParameters(context);
    noteStale(context, snapshot, set);
    const { page, programBytes } = await exportPage({
      snapshot,
      parameters: set.parameters,
      heartbeats: set.document.heartbeatsSeconds,
      accounts: pageAccounts(accounts),
      names: namesOf(context),
      quotes: quotesOf(context, snapshot),
    });
    writeFileAtomically(out, page);
    const bytes = Buffer.byteLength(page);
    context.print(
      `${out}: ${accounts.length} accounts, ${(bytes / 1024).toFixed(0)} KiB, of which the program ` +
        `${(programBytes / 1024).toFixed(0)} KiB compressed`,
    );
    context.printJson({ out, accounts: accounts.length, bytes, programBytes });
  },
};
