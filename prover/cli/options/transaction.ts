// SPDX-License-Identifier: GPL-3.0-or-later
import { connectVenue, type Venue } from '../../chain/venue.ts';
import type { ContractCall } from '../../chain/refusal.ts';
import { perform, type Performed } from '../../keeper/act.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { bytes32, decimal, flag } from '../../core/json-output.ts';
import { KEYSTORE_OPTION, readSender } from './signer-input.ts';
import {
  DRY_RUN_OPTION,
  VENUE_OPTIONS,
  connectToVenue,
  type VenueConnection,
} from './venue-input.ts';

/** The flags of every command that sends to a venue. */
export const SENDING_OPTIONS = {
  ...VENUE_OPTIONS,
  keystore: KEYSTORE_OPTION,
  'dry-run': DRY_RUN_OPTION,
} as const satisfies Record<string, OptionSpec>;

/** A venue with somebody who sends to it. */
export interface SigningConnection extends VenueConnection {
  /** Bound to the sender. */
  readonly venue: Venue;
  readonly sender: string;
  readonly isDryRun: boolean;
}

export async function connectToSend(context: CommandContext): Promise<SigningConnection> {
  const wallet = await readSender(context);
  const connection = await connectToVenue(context);
  const { document, provider } = connection;
  return {
    ...connection,
    venue: connectVenue(document.contracts, wallet.connect(provider)),
    sender: wallet.address,
    isDryRun: context.options['dry-run'] === true,
  };
}

/** What every such command says of its transaction under `--json`; none was sent in a dry run. */
export const TRANSACTION_OUTPUT = {
  isDryRun: flag,
  transaction: bytes32.nullable(),
  gas: decimal,
} as const;

export const transactionJson = ({ gasEstimate, receipt }: Performed) => ({
  isDryRun: receipt === undefined,
  transaction: receipt?.hash ?? null,
  gas: receipt?.gasUsed ?? gasEstimate,
});

/** Tries a call, sends it unless this is a dry run, and says so. */
export async function transact(
  context: CommandContext,
  { isDryRun }: SigningConnection,
  call: ContractCall,
): Promise<Performed> {
  const performed = await perform(call, isDryRun);
  const { receipt, gasEstimate } = performed;
  context.print(
    receipt === undefined
      ? `${call.method}: would be taken, for ${gasEstimate} gas; nothing was sent`
      : `${call.method}: transaction ${receipt.hash}, ${receipt.gasUsed} gas`,
  );
  return performed;
}
