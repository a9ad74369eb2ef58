// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import { SCALAR_FIELD } from '../../commitments/hash-words.ts';
import { accountDocument, formatLedger, parseLedger } from '../../documents/ledger-document.ts';
import { Ledger } from '../../commitments/ledger.ts';
import { decimalBigint, parseValue } from '../../core/schema.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { formatAddress, formatFixed, formatUsd, instrumentName } from '../../model/format.ts';
import { LEDGER_OPTION, TICK_OPTION, accountIndex } from '../options/market-inputs.ts';
import { outputPath } from '../options/output-path.ts';
import { readLedger } from '../options/ledger-input.ts';
import { decimal, flag, shape, text, whole } from '../../core/json-output.ts';
import { accountOutput } from '../../documents/document-shapes.ts';

const ACTIONS = ['root', 'show', 'check', 'book', 'export', 'import'] as const;

/** What identifies a ledger; the chain holds the root and the count. */
function summary(ledger: Ledger) {
  return { accountCount: ledger.accountCount, treeRoot: ledger.treeRoot, ledgerRoot: ledger.root };
}

function printSummary(context: CommandContext, ledger: Ledger): void {
  context.print(`accounts     ${ledger.accountCount}`);
  context.print(`tree root    ${ledger.treeRoot}`);
  context.print(`ledger root  ${ledger.root}`);
}

function requiredArgument(context: CommandContext, describe: string): string {
  const [, argument] = context.positionals;
  if (argument === undefined) throw new InvalidInput('<argument>', `is required: ${describe}`);
  return argument;
}

function refuseArgument(context: CommandContext): void {
  const [action, argument] = context.positionals;
  if (argument !== undefined)
    throw new InvalidInput(argument, `ledger ${action} takes no argument`);
}

async function root(context: CommandContext): Promise<void> {
  refuseArgument(context);
  const ledger = await readLedger(context);
  printSummary(context, ledger);
  context.printJson(summary(ledger));
}

async function show(context: CommandContext): Promise<void> {
  const argument = requiredArgument(context, 'the account to show');
  const ledger = await readLedger(context);
  const index = accountIndex(argument, '<argument>', ledger, context);
  const { account, path } = ledger.open(index);
  const [btcE8, ethE8, stEthE8] = account.collateralE8;
  const { print } = context;
  print(`account      ${index} of ${ledger.accountCount}`);
  print(`owner        ${formatAddress(account.owner)}`);
  print(`nonce        ${account.settlementNonce}`);
  print(`balances     USDC ${formatUsd(account.quoteE6, 6)}`);
  for (const [asset, balance] of [
    ['BTC', btcE8],
    ['ETH', ethE8],
    ['stETH', stEthE8],
  ] as const) {
    if (balance !== 0n) print(`             ${asset} ${formatFixed(balance, 8)}`);
  }
  print(`positions    ${account.positions.length}`);
  for (const { instrument, lots } of account.positions) {
    print(`             ${instrumentName(instrument)}: ${formatFixed(lots, 2)}`);
  }
  print(`leaf         ${ledger.leaf(index)}`);
  print(`ledger root  ${ledger.root}`);
  context.printJson({
    index,
    account: accountDocument(account),
    leaf: ledger.leaf(index),
    children: path.children,
    ...summary(ledger),
  });
}

async function exportLedger(context: CommandContext): Promise<void> {
  refuseArgument(context);
  const out = outputPath(context, 'the ledger');
  const ledger = await readLedger(context);
  writeFileAtomically(out, formatLedger(ledger.accounts));
  context.print(`wrote ${out}`);
  printSummary(context, ledger);
  context.printJson({ out, ...summary(ledger) });
}

function importLedger(context: CommandContext): void {
  const path = requiredArgument(context, 'the published ledger document');
  const out = outputPath(context, 'the ledger');
  const expected = stringOption(context, 'root');
  const ledger = new Ledger(parseLedger(readTextFile(path, '<argument>')));
  if (expected !== undefined) {
    const expectedRoot = parseValue(decimalBigint(0n, SCALAR_FIELD - 1n), expected, '--root');
    if (ledger.root !== expectedRoot) {
      throw new InvalidInput('--root', `the document has the ledger root ${ledger.root}`);
    }
  }
  writeFileAtomically(out, formatLedger(ledger.accounts));
  context.print(`wrote ${out}${expected === undefined ? ' (root not checked: no --root)' : ''}`);
  printSummary(context, ledger);
  context.printJson({ out, rootChecked: expected !== undefined, ...summary(ledger) });
}

const SUMMARY = { accountCount: decimal, treeRoot: decimal, ledgerRoot: decimal };

export const command: Command = {
  name: 'ledger',
  description:
    'root            the ledger root, as the chain holds it\n' +
    'show <account>  one account with its leaf (--json: and its path)\n' +
    'check           everything that does not hold: instruments that do not net to zero, owners,\n' +
    '                slots, widths, --count, and with --snapshot expiries; exit code 1 if there is any\n' +
    'book            pay what --snapshot settles into the balances and write the ledger to --out\n' +
    'export          write the published form of the ledger to --out: all that a stranger needs,\n' +
    '                with the snapshot in calldata, to make the same proofs\n' +
    'import <file>   check a published ledger, against --root too, and write it to --out',
  example: 'npx plimsoll ledger export --tick crash --out published-ledger.json',
  positionals: [
    { name: 'action', required: true, describe: ACTIONS.join(', ') },
    { name: 'argument', required: false, describe: 'the account of show, the file of import' },
  ],
  options: {
    tick: TICK_OPTION,
    ledger: LEDGER_OPTION,
    out: {
      type: 'string',
      placeholder: 'file',
      describe: 'the file that book, export and import write',
    },
    snapshot: {
      type: 'string',
      placeholder: 'file',
      describe: 'the snapshot that book settles by, and check holds expiries against',
    },
    count: { type: 'string', placeholder: 'number', describe: 'how many accounts check expects' },
    root: { type: 'string', placeholder: 'number', describe: 'the root an import must have' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: z.union([
      shape(SUMMARY),
      shape({
        index: whole,
        account: accountOutput,
        leaf: decimal,
        children: z.array(z.array(decimal)),
        ...SUMMARY,
      }),
      shape({
        holds: flag,
        accountCount: whole,
        unreadable: whole,
        positions: whole,
        instruments: whole,
        findings: z.array(
          shape({
            rule: z.enum(['format', 'owner', 'net-zero', 'booked', 'unlisted', 'count']),
            message: text,
            accounts: z.array(whole),
            field: text.optional(),
            instrument: text.optional(),
            netLots: decimal.optional(),
          }),
        ),
      }),
      shape({ out: text, booked: whole, bookedThrough: decimal }),
      shape({ out: text, ...SUMMARY }),
      shape({ out: text, rootChecked: flag, ...SUMMARY }),
    ]),
  },
  run: async (context) => {
    const [action = ''] = context.positionals;
    if (action === 'root') await root(context);
    else if (action === 'show') await show(context);
    else if (action === 'check') {
      refuseArgument(context);
      (await import('./ledger-check.ts')).checkLedgerCommand(context);
    } else if (action === 'book') {
      refuseArgument(context);
      (await import('./ledger-book.ts')).bookLedgerCommand(context);
    } else if (action === 'export') await exportLedger(context);
    else if (action === 'import') importLedger(context);
    else
      throw new InvalidInput('<action>', `must be one of ${ACTIONS.join(', ')}, got "${action}"`);
  },
};
