// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { address, decimal, shape, text, whole } from '../../../core/json-output.ts';
import { formatAddress, formatFixed, formatUsd, instrumentName } from '../../../model/format.ts';
import type { ProofFile } from '../../../proving/formats/proof-file.ts';
import { COLLATERAL_SYMBOLS } from '../../../model/types.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import {
  formatInclusion,
  parseInclusion,
  type Inclusion,
} from '../../../venue/session/inclusion-document.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { readLedger } from '../../options/ledger-input.ts';
import {
  MARKET_OPTIONS,
  accountIndex,
  readParameters,
  readSnapshot,
} from '../../options/market-inputs.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import {
  FOLDER_POSITIONAL,
  readSession,
  requireProofs,
  verifySession,
} from '../../options/session-folder.ts';
import { KEYS_OPTION } from '../../options/trusted-keys.ts';

/** Of a longer session a receipt has the close alone: a file to hand on, that a browser checks in seconds. */
const MOST_PROOFS = 100;

/** From what the owner was given, or from the ledger, of which `--out` then writes it. */
async function inclusionOf(
  context: CommandContext,
  proofs: readonly ProofFile[],
): Promise<Pick<Inclusion, 'index' | 'account' | 'ledgerRoot'>> {
  const out = optionalOutputPath(context);
  const given = stringOption(context, 'receipt');
  const account = stringOption(context, 'account');
  if ((given === undefined) === (account === undefined)) {
    throw new InvalidInput('--account', 'is required, or --receipt in place of it');
  }
  if (given !== undefined) {
    if (out !== undefined) throw new InvalidInput('--out', 'excludes --receipt');
    return parseInclusion(readTextFile(given, '--receipt'), given);
  }
  const ledger = await readLedger(context);
  const opening = ledger.open(accountIndex(account!, '--account', ledger, context));
  if (out !== undefined) {
    const shown =
      proofs.length > MOST_PROOFS
        ? proofs.filter(({ statement }) => statement === 'solvency-close')
        : proofs;
    writeFileAtomically(out, formatInclusion(opening, shown));
  }
  return opening;
}

export const command: Command = {
  name: 'solvency included',
  description:
    'For the owner of an account: its balances and positions, as they stand here, were in a proven\n' +
    'session. Verifies the session as solvency verify does. A receipt is what --out writes: with it the\n' +
    'owner needs no ledger, and the receipt page checks it offline (docs/receipts.md).',
  example: 'npx plimsoll solvency included session --account wick-victim --out included.json',
  positionals: [FOLDER_POSITIONAL],
  options: {
    account: {
      type: 'string',
      placeholder: 'index',
      describe: 'index of the account, or a name in the shipped sample',
    },
    receipt: {
      type: 'string',
      placeholder: 'file',
      describe: 'what the owner was given, in place of --account and the ledger',
    },
    out: { type: 'string', placeholder: 'file', describe: 'the receipt to write' },
    keys: KEYS_OPTION,
    ...MARKET_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      session: decimal,
      ledgerRoot: decimal,
      account: whole,
      owner: address,
      quoteE6: decimal,
      collateral: z.array(shape({ asset: text, balanceE8: decimal })),
      positions: z.array(shape({ instrument: text, lots: decimal })),
    }),
  },
  run: async (context) => {
    const { folder, session } = readSession(context);
    const { index, account, ledgerRoot } = await inclusionOf(
      context,
      requireProofs(folder, session),
    );
    const tick = new MarketTick(readSnapshot(context), readParameters(context));
    const { snapshotHash, parameterHash } = tick;
    verifySession(context, folder, session, { ledgerRoot, snapshotHash, parameterHash });
    const { owner, quoteE6, collateralE8, positions } = account;
    context.print(`account ${index} of ${formatAddress(owner)} was in the proven session with`);
    context.print(`  USDC ${formatUsd(quoteE6, 6)}`);
    collateralE8.forEach((balanceE8, c) =>
      context.print(`  ${COLLATERAL_SYMBOLS[c]} ${formatFixed(balanceE8, 8)}`),
    );
    for (const { instrument, lots } of positions) {
      context.print(`  ${instrumentName(instrument)}: ${formatFixed(lots, 2)}`);
    }
    context.printJson({
      session: session.session,
      ledgerRoot,
      account: index,
      owner: formatAddress(owner),
      quoteE6,
      collateral: collateralE8.map((balanceE8, c) => ({ asset: COLLATERAL_SYMBOLS[c], balanceE8 })),
      positions: positions.map(({ instrument, lots }) => ({
        instrument: instrumentName(instrument),
        lots,
      })),
    });
  },
};
