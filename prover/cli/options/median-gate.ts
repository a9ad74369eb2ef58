// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { decimalBigint, parseValue } from '../../core/schema.ts';
import { parsePriceSources } from '../../documents/price-sources-document.ts';
import type { NamedSource } from '../../documents/price-sources-schema.ts';
import type { ReportPlace } from '../../oracle/price-report.ts';
import { stringOption, type CommandContext, type OptionSpec } from '../command.ts';
import { venueAddress } from './rpc-input.ts';
import { VENUE_INSTEAD_OPTION, hasVenue, readVenue, venueInUse } from './venue-file.ts';

/** The flags that say whom a report is for. */
export const REPORT_PLACE_OPTIONS = {
  venue: VENUE_INSTEAD_OPTION,
  chain: {
    type: 'string',
    placeholder: 'id',
    describe: 'chain of the gate (default: of the venue)',
  },
  gate: {
    type: 'string',
    placeholder: 'address',
    describe: 'the MedianGate contract (medianGate of the feed)',
  },
} as const satisfies Record<string, OptionSpec>;

export function reportPlace(context: CommandContext): ReportPlace {
  const medianGate = venueAddress(context, 'gate', 'medianGate');
  const chainId = chainOf(context);
  const venue = venueInUse(context);
  if (venue !== undefined && venue.chainId !== chainId) {
    throw new InvalidInput('--chain', `must be ${venue.chainId}, the venue's, got ${chainId}`);
  }
  return { chainId, medianGate };
}

function chainOf(context: CommandContext): bigint {
  const given = stringOption(context, 'chain');
  if (given !== undefined) return parseValue(decimalBigint(1n, 2n ** 256n - 1n), given, '--chain');
  if (hasVenue(context)) return readVenue(context).chainId;
  throw new InvalidInput('--chain', 'is required: a number, or a venue that has it (--venue)');
}

/** The set of `--sources`, or else the one that the venue was deployed with. */
export function priceSources(context: CommandContext): readonly NamedSource[] {
  const path = stringOption(context, 'sources');
  if (path !== undefined) return parsePriceSources(readTextFile(path, '--sources'), path);
  const sources = hasVenue(context) ? readVenue(context).medianSources : undefined;
  if (sources !== undefined) return sources;
  throw new InvalidInput(
    '--sources',
    'is required: a set of sources, or a venue that has one (--venue)',
  );
}
