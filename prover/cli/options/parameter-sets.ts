// SPDX-License-Identifier: GPL-3.0-or-later
import { readParameterState, riskParametersAt } from '../../chain/parameter-proposal.ts';
import { parameterHash } from '../../commitments/parameters-words.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readPendingSet } from '../../documents/parameter-proposal.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { CommandContext, OptionSpec, PositionalSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { readParameters } from './market-inputs.ts';
import { RPC_OPTION, connectRpc, venueAddress } from './rpc-input.ts';
import { VENUE_INSTEAD_OPTION } from './venue-file.ts';

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

/** Where the chain has the sets; a command that works without a node looks there if `--rpc` is given. */
export const PARAMETER_CHAIN_OPTIONS = {
  rpc: RPC_OPTION,
  venue: VENUE_INSTEAD_OPTION,
  contract: CONTRACT_OPTION,
} as const satisfies Record<string, OptionSpec>;

export interface BothSets {
  readonly active: ParameterSet;
  readonly pending: ParameterSet;
}

/** Throws `ANOTHER_SET_IS_ACTIVE` where the chain has another one than `--parameters`. */
export function requireActive(activeHash: bigint, active: ParameterSet): void {
  const hash = parameterHash(active);
  if (activeHash === hash) return;
  throw new PlimsollError(
    'ANOTHER_SET_IS_ACTIVE',
    `the chain has ${activeHash} active, --parameters is ${hash}`,
  );
}

/** The same of a command that needs no chain, where `--rpc` gives one. */
export async function confirmActive(context: CommandContext, active: ParameterSet): Promise<void> {
  if (stringOption(context, 'rpc') === undefined) return;
  const address = venueAddress(context, 'contract', 'riskParameters');
  const { provider } = await connectRpc(context);
  try {
    const { activeHash } = await readParameterState(riskParametersAt(address, provider));
    requireActive(activeHash, active);
  } finally {
    provider.destroy();
  }
}

export function readBothSets(context: CommandContext): BothSets {
  const active = readParameters(context);
  return { active, pending: readPendingSet(context.positionals[0] ?? '', active) };
}
