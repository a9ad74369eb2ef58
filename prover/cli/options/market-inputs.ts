// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import type { Account } from '../../commitments/account.ts';
import { parseLedger } from '../../documents/ledger-document.ts';
import type { Ledger } from '../../commitments/ledger.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../documents/default-parameters.ts';
import { parseParameters } from '../../documents/parameters-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { labelled, parseLabels } from '../../sample/labels.ts';
import type { SampleTick } from '../../sample/sample.ts';
import { SAMPLE_DIRECTORY, SAMPLE_TICKS } from '../../sample/sample.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** The flags by which a command takes ledger, snapshot and parameters. */
export const TICK_OPTION: OptionSpec = {
  type: 'string',
  placeholder: SAMPLE_TICKS.join('|'),
  describe: 'tick of the shipped sample (default: crash)',
};
export const LEDGER_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: 'ledger document in place of the shipped sample',
};
export const MARKET_OPTIONS = {
  tick: TICK_OPTION,
  ledger: LEDGER_OPTION,
  snapshot: {
    type: 'string',
    placeholder: 'file',
    describe: 'snapshot document in place of the shipped sample',
  },
  parameters: {
    type: 'string',
    placeholder: 'file',
    describe: 'parameter set in place of the default one',
  },
} as const satisfies Record<string, OptionSpec>;

function sampleTick(context: CommandContext): SampleTick {
  const name = stringOption(context, 'tick') ?? 'crash';
  const tick = SAMPLE_TICKS.find((candidate) => candidate === name);
  if (tick === undefined)
    throw new InvalidInput('--tick', `must be one of ${SAMPLE_TICKS.join(', ')}`);
  return tick;
}

function sampleFile(kind: 'ledger' | 'snapshot', context: CommandContext): string {
  return join(SAMPLE_DIRECTORY, `${kind}-${sampleTick(context)}.json`);
}

/** The accounts without the tree over them, whose leaves take time to hash. */
export function readAccounts(context: CommandContext): readonly Account[] {
  return parseLedger(ledgerText(context));
}

/** The ledger document as it is written, for what reads more than its accounts. */
export function ledgerText(context: CommandContext): string {
  const path = stringOption(context, 'ledger') ?? sampleFile('ledger', context);
  return readTextFile(path, '--ledger');
}

export function readSnapshot(context: CommandContext): MarketSnapshot {
  const path = stringOption(context, 'snapshot') ?? sampleFile('snapshot', context);
  return parseSnapshot(readTextFile(path, '--snapshot'));
}

export function readParameters(context: CommandContext): ParameterSet {
  const path = stringOption(context, 'parameters') ?? DEFAULT_PARAMETERS_PATH;
  return parseParameters(readTextFile(path, '--parameters'));
}

/** An account's index: a number, or a name of the shipped sample when that is what is read. */
export function accountIndex(
  text: string,
  field: string,
  ledger: Pick<Ledger, 'accountCount'>,
  context: CommandContext,
): number {
  const index = /^(0|[1-9][0-9]{0,7})$/.test(text) ? Number(text) : undefined;
  if (index === undefined) {
    if (stringOption(context, 'ledger') !== undefined || !/^[a-z][a-z0-9-]*$/.test(text)) {
      throw new InvalidInput(field, `must be the index of an account, got "${text}"`);
    }
    const labels = parseLabels(readTextFile(join(SAMPLE_DIRECTORY, 'labels.json'), 'labels'));
    return labelled(labels, text).index;
  }
  if (BigInt(index) >= ledger.accountCount) {
    throw new InvalidInput(
      field,
      `must be below the account count ${ledger.accountCount}, got ${text}`,
    );
  }
  return index;
}
