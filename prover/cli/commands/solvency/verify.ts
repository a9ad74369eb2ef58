// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal, shape, whole } from '../../../core/json-output.ts';
import { decimalBigint, parseValue } from '../../../core/schema.ts';
import { SCALAR_FIELD } from '../../../core/scalar-field.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { readLedger } from '../../options/ledger-input.ts';
import { MARKET_OPTIONS, readParameters, readSnapshot } from '../../options/market-inputs.ts';
import { FOLDER_POSITIONAL, readSession, verifySession } from '../../options/session-folder.ts';
import {
  FUND_OPTION,
  printTotals,
  readFund,
  totalsJson,
  totalsOutput,
} from '../../options/session-totals.ts';
import { KEYS_OPTION } from '../../options/trusted-keys.ts';

export const command: Command = {
  name: 'solvency verify',
  description:
    'For anyone, from public data alone: every proof of a session holds, together they are one whole\n' +
    'session, and it is about this ledger root, snapshot and parameter set. The ledger itself is not\n' +
    'needed where --root says its root, as the chain has it.\n' +
    'Exit code 0: so it is. 1: a proof does not hold, or they make no session. 2: the input is wrong.',
  example: 'npx plimsoll solvency verify session --tick crash',
  positionals: [FOLDER_POSITIONAL],
  options: {
    root: {
      type: 'string',
      placeholder: 'number',
      describe: 'root of the ledger, in place of the ledger itself',
    },
    fund: FUND_OPTION,
    keys: KEYS_OPTION,
    ...MARKET_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ session: decimal, ledgerRoot: decimal, proofs: whole, totals: totalsOutput }),
  },
  run: async (context) => {
    const { folder, session } = readSession(context);
    const fundE6 = readFund(context);
    const { snapshotHash, parameterHash } = new MarketTick(
      readSnapshot(context),
      readParameters(context),
    );
    const root = stringOption(context, 'root');
    const ledgerRoot =
      root === undefined
        ? (await readLedger(context)).root
        : parseValue(decimalBigint(0n, SCALAR_FIELD - 1n), root, '--root');
    const close = verifySession(context, folder, session, {
      ledgerRoot,
      snapshotHash,
      parameterHash,
    });
    const proofs = session.steps.length;
    context.print(`session      whole: ${proofs} proofs hold, about ledger ${ledgerRoot}`);
    printTotals(context, close, fundE6);
    context.printJson({
      session: close.session,
      ledgerRoot,
      proofs,
      totals: totalsJson(close, fundE6),
    });
  },
};
