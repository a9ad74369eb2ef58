// SPDX-License-Identifier: GPL-3.0-or-later
import { parseVenue, type VenueDocument } from '../../chain/venue-document.ts';
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

const DEFAULT_PATH = 'venue.json';

export const VENUE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: `the venue, as venue deploy wrote it (default: ${DEFAULT_PATH})`,
};

/** For commands that do without a venue where the addresses they need are given. */
export const VENUE_INSTEAD_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: 'the venue, as venue deploy wrote it, in place of addresses',
};

/** The venue of `--venue`, without a node. */
export function readVenue(context: CommandContext): VenueDocument {
  return parseVenue(readTextFile(stringOption(context, 'venue') ?? DEFAULT_PATH, '--venue'));
}

/** The venue where one is given, whose chain must be the node's. */
export function requireVenueOn(context: CommandContext, chainId: bigint): void {
  if (stringOption(context, 'venue') === undefined) return;
  const venue = readVenue(context);
  if (venue.chainId === chainId) return;
  throw new InvalidInput('--venue', `is on chain ${venue.chainId}, the node is on ${chainId}`);
}
