// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile } from '../../core/files.ts';
import { decimalBigint, parseValue } from '../../core/schema.ts';
import { parseLedger } from '../../documents/ledger-document.ts';
import { judgeTick, type JudgedTick } from '../../keeper/judged-tick.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { MARGIN_START_OPTION, readMarginStart } from './margin-start.ts';
import { MARKET_OPTIONS, readParameters } from './market-inputs.ts';
import type { VenueConnection } from './venue-input.ts';

/** The flags by which a command takes what is published off chain of a tick. */
export const JUDGED_OPTIONS = {
  ledger: {
    type: 'string',
    placeholder: 'file',
    describe: 'the ledger as it was published at any time; what came since is read from the chain',
  },
  snapshot: {
    type: 'string',
    placeholder: 'file',
    describe: 'the tick’s snapshot, where it cannot be read back from calldata',
  },
  parameters: MARKET_OPTIONS.parameters,
  ...MARGIN_START_OPTION,
  at: {
    type: 'string',
    placeholder: 'tick',
    describe: 'the margin tick to cite (default: newest)',
  },
} as const satisfies Record<string, OptionSpec>;

/** The ledger of `--ledger`, which chain commands do not replace by the sample. */
export function publishedAccounts(context: CommandContext) {
  const path = stringOption(context, 'ledger');
  if (path === undefined) {
    throw new InvalidInput('--ledger', 'is required: the ledger as it was published at any time');
  }
  return parseLedger(readTextFile(path, '--ledger'));
}

/** The tick of `--at` with its ledger and its market. */
export function readJudgedTick(
  context: CommandContext,
  { venue, provider, document }: VenueConnection,
): Promise<JudgedTick> {
  const number = stringOption(context, 'at');
  const snapshot = stringOption(context, 'snapshot');
  return judgeTick(
    venue,
    provider,
    document,
    {
      accounts: publishedAccounts(context),
      parameters: readParameters(context),
      marginState: readMarginStart(context),
      snapshot: snapshot === undefined ? undefined : readTextFile(snapshot, '--snapshot'),
    },
    number === undefined ? undefined : parseValue(decimalBigint(1n, 2n ** 63n), number, '--at'),
  );
}

/** The indices of accounts of a ledger that a command is given. */
export function accountIndices(
  given: readonly string[],
  { ledger }: Pick<JudgedTick, 'ledger'>,
): readonly number[] {
  return given.map((text) => {
    const index = parseValue(decimalBigint(0n, ledger.accountCount - 1n), text, '<account>');
    return Number(index);
  });
}
