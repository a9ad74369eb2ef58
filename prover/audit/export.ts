// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { formatVenue, type VenueDocument } from '../chain/venue-document.ts';
import { parseValue } from '../core/schema.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import type { JsonRpc } from '../receipt/json-rpc.ts';
import { audit } from './audit.ts';
import { FolderCheckout, formatExport, recording, type Answers } from './evidence.ts';
import { COMPILING_CHECKS, type CheckName } from './verdict.ts';

/** Checks that ask nothing of the chain beyond what the others ask. */
const SILENT: readonly CheckName[] = [...COMPILING_CHECKS, 'transition', 'signals', 'proof'];

const quantity = z.string().regex(/^0x[0-9a-f]+$/);

/** Everything that an audit asks of a chain up to now, with the answers. */
export async function exportChain(
  rpc: JsonRpc,
  venue: VenueDocument,
  parameters: readonly ParameterSet[],
): Promise<string> {
  const answers: Answers = new Map();
  const latest = parseValue(quantity, await rpc('eth_blockNumber', []), 'eth_blockNumber');
  const range = { fromBlock: venue.deploymentBlock, toBlock: Number(latest) };
  const chain = { rpc: recording(rpc, answers), venue, ...range };
  await audit(
    { checkout: new FolderCheckout(REPOSITORY_ROOT), chain, parameters },
    { without: SILENT },
  );
  return formatExport({ ...range, venue: formatVenue(venue), answers });
}
