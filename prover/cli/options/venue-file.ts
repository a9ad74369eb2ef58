// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';

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

/** For commands that take addresses and, for those that are not given, the venue's. */
export const VENUE_INSTEAD_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: `the venue, whose are the addresses that are not given (default: ${DEFAULT_PATH} where there is one)`,
};

/** What a run of a command has taken from a venue must be so on the node's chain. */
const venuesRead = new WeakMap<CommandContext, VenueDocument>();

/** The venue of `--venue`, without a node. */
export function readVenue(context: CommandContext): VenueDocument {
  const known = venuesRead.get(context);
  if (known !== undefined) return known;
  const venue = parseVenue(readTextFile(stringOption(context, 'venue') ?? DEFAULT_PATH, '--venue'));
  venuesRead.set(context, venue);
  return venue;
}

/** Whether a venue is given, or lies where one is looked for. */
export const hasVenue = (context: CommandContext): boolean =>
  stringOption(context, 'venue') !== undefined || existsSync(DEFAULT_PATH);

/** The venue that a command goes by: the one given, or of which it took an address. */
export const venueInUse = (context: CommandContext): VenueDocument | undefined =>
  stringOption(context, 'venue') === undefined ? venuesRead.get(context) : readVenue(context);

/** The venue that a command goes by, if it does, is on the node's chain. */
export function requireVenueOn(context: CommandContext, chainId: bigint): void {
  const venue = venueInUse(context);
  if (venue === undefined || venue.chainId === chainId) return;
  throw new InvalidInput('--venue', `is on chain ${venue.chainId}, the node is on ${chainId}`);
}
