// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';

import { confirmVenue } from '../../chain/deployment/confirm-venue.ts';
import { parseVenue, type VenueDocument } from '../../chain/venue-document.ts';
import { connectVenue, type Venue } from '../../chain/venue.ts';
import { readTextFile } from '../../core/files.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { RPC_OPTION, connectRpc } from './rpc-input.ts';

const DEFAULT_PATH = 'venue.json';

export const VENUE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: `the venue, as venue deploy wrote it (default: ${DEFAULT_PATH})`,
};

export const VENUE_OPTIONS = {
  venue: VENUE_OPTION,
  rpc: RPC_OPTION,
} as const satisfies Record<string, OptionSpec>;

export const DRY_RUN_OPTION: OptionSpec = {
  type: 'boolean',
  describe: 'do everything but send: the contracts say whether they would take it',
};

/** The venue of `--venue`, without a node. */
export function readVenue(context: CommandContext): VenueDocument {
  return parseVenue(readTextFile(stringOption(context, 'venue') ?? DEFAULT_PATH, '--venue'));
}

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
