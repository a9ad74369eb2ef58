// SPDX-License-Identifier: GPL-3.0-or-later
import { readPendingSet } from '../../documents/parameter-proposal.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { CommandContext, OptionSpec, PositionalSpec } from '../command.ts';
import { readParameters } from './market-inputs.ts';

/** The flags and arguments by which a command takes the active set and the one that is to follow. */
export const ACTIVE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: 'the active parameter set (default: the one the project ships)',
};
export const PENDING_ARGUMENT: PositionalSpec = {
  name: 'pending',
  required: true,
  describe:
    'the set that is to follow: a parameter set, or a proposal of changes to the active one',
};
export const CONTRACT_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'address',
  describe: 'the RiskParameters contract',
};

export interface BothSets {
  readonly active: ParameterSet;
  readonly pending: ParameterSet;
}

export function readBothSets(context: CommandContext): BothSets {
  const active = readParameters(context);
  return { active, pending: readPendingSet(context.positionals[0] ?? '', active) };
}
