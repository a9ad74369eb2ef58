// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';

import { confirmVenue } from '../../chain/deployment/confirm-venue.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import { connectVenue, type Venue } from '../../chain/venue.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { RPC_OPTION, connectRpc } from './rpc-input.ts';
import { VENUE_OPTION, readVenue } from './venue-file.ts';

export const VENUE_OPTIONS = {
  venue: VENUE_OPTION,
  rpc: RPC_OPTION,
} as const satisfies Record<string, OptionSpec>;

export const DRY_RUN_OPTION: OptionSpec = {
  type: 'boolean',
  describe: 'do everything but send: the contracts say whether they would take it',
};

/** A venue on a node that has it. Close `provider` with `destroy`, or the process lingers. */
export interface VenueConnection {
  readonly provider: JsonRpcProvider;
  readonly document: VenueDocument;
  /** For reading. */
  readonly venue: Venue;
}

/** Connects to `--rpc` and holds the venue document against what stands there. */
export async function connectToVenue(context: CommandContext): Promise<VenueConnection> {
  const document = readVenue(context);
  const { provider } = await connectRpc(context);
  try {
    await confirmVenue(document, provider);
    return { provider, document, venue: connectVenue(document.contracts, provider) };
  } catch (error) {
    provider.destroy();
    throw error;
  }
}
