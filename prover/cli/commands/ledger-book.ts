// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import { formatLedger, parseLedger } from '../../documents/ledger-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import { formatUtc } from '../../model/format.ts';
import { bookSettlements } from '../../venue/booking.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { ledgerText } from '../options/market-inputs.ts';
import { outputPath } from '../options/output-path.ts';

/** Pays what a snapshot settles into the balances of a ledger and writes it. */
export function bookLedgerCommand(context: CommandContext): void {
  const out = outputPath(context, 'the ledger');
  const path = stringOption(context, 'snapshot');
  if (path === undefined)
    throw new InvalidInput('--snapshot', 'is required: it has the settlements');
  const snapshot = parseSnapshot(readTextFile(path, '--snapshot'));
  const accounts = parseLedger(ledgerText(context));
  const { accounts: after, bookedThrough, booked } = bookSettlements(accounts, snapshot);
  writeFileAtomically(out, formatLedger(after));
  context.print(`wrote ${out}`);
  context.print(
    bookedThrough === 0n
      ? 'nothing to book: the snapshot settles no expiry'
      : `booked ${booked} positions, all with an expiry up to ${formatUtc(bookedThrough)} UTC`,
  );
  context.printJson({ out, booked, bookedThrough });
}
