// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { integer, parseValue } from '../../core/schema.ts';
import type { LedgerFinding } from '../../documents/ledger-check.ts';
import { checkLedger } from '../../documents/ledger-check.ts';
import { ledgerEntries } from '../../documents/ledger-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { ledgerText } from '../options/market-inputs.ts';

/** Accounts named in a line; --json names all. */
const NAMED = 12;

function accountsText({ accounts }: LedgerFinding): string {
  if (accounts.length === 0) return '';
  const shown = accounts.slice(0, NAMED).join(', ');
  const more = accounts.length > NAMED ? `, … (${accounts.length} in all)` : '';
  return ` [account${accounts.length === 1 ? '' : 's'} ${shown}${more}]`;
}

/** Names everything in a ledger that does not hold; throws `LEDGER_DOES_NOT_HOLD` where something does not. */
export function checkLedgerCommand(context: CommandContext): void {
  const count = stringOption(context, 'count');
  const path = stringOption(context, 'snapshot');
  const check = checkLedger(ledgerEntries(ledgerText(context)), {
    ...(count === undefined
      ? {}
      : { accountCount: parseValue(integer(0, 2 ** 24), Number(count), '--count') }),
    ...(path === undefined ? {} : { snapshot: parseSnapshot(readTextFile(path, '--snapshot')) }),
  });
  const { print } = context;
  print(
    `accounts     ${check.accountCount}${check.unreadable === 0 ? '' : `, ${check.unreadable} unreadable`}`,
  );
  print(`positions    ${check.positions} in ${check.instruments} instruments`);
  for (const finding of check.findings) {
    print(`${finding.rule.padEnd(12)} ${finding.message}${accountsText(finding)}`);
  }
  if (check.holds) print('holds        every rule, and every instrument nets to zero');
  context.printJson(check);
  if (check.holds) return;
  throw new PlimsollError(
    'LEDGER_DOES_NOT_HOLD',
    `${check.findings.length} ${check.findings.length === 1 ? 'rule does' : 'rules do'} not hold`,
  );
}
