// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from 'ethers';

import { eventsNamed, readEvents, type EventValues } from '../chain/events.ts';
import { readSubmission } from '../chain/snapshot.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { Venue } from '../chain/venue.ts';
import type { Account } from '../commitments/account.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { InvalidInput, PlimsollError, requireRule } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { followLedger } from './follow-ledger.ts';

/** A margin tick with all that is proven under it. */
export interface JudgedTick {
  readonly tick: EventValues<'TickOpened'>;
  readonly ledger: Ledger;
  readonly market: MarketTick;
}

/** What is published off chain, of whatever moment; the tick's own is worked out. */
export interface Published {
  readonly accounts: readonly Account[];
  readonly parameters: ParameterSet;
  /** The text of the tick's snapshot, where it came through another contract. */
  readonly snapshot?: string | undefined;
}

/**
 * A tick of a venue, the newest unless another is named: its snapshot from calldata, its ledger from a
 * published one and what the chain has seen since. Throws where they are not what the tick binds.
 */
export async function judgeTick(
  venue: Venue,
  provider: Provider,
  { deploymentBlock }: Pick<VenueDocument, 'deploymentBlock'>,
  published: Published,
  number?: bigint,
): Promise<JudgedTick> {
  const events = await readEvents(venue, provider, deploymentBlock);
  const opened = eventsNamed(events, 'TickOpened');
  const chosen =
    number === undefined ? opened.at(-1) : opened.find((one) => one.values.number === number);
  if (chosen === undefined) {
    if (number !== undefined) throw new InvalidInput('--at', `no tick ${number} on this chain`);
    throw new PlimsollError('NO_TICK', 'the venue has no margin tick yet: oracle submit opens one');
  }
  const { values: tick } = chosen;
  let text = published.snapshot;
  if (text === undefined) {
    const { document } = await readSubmission(
      provider,
      venue.addresses.marketFeed,
      chosen.transactionHash,
    );
    text = new TextDecoder('utf-8', { fatal: true }).decode(document);
  }
  const market = new MarketTick(parseSnapshot(text), published.parameters);
  requireRule(
    market.snapshotHash === tick.snapshotHash,
    '--snapshot',
    `must have the hash ${tick.snapshotHash} of tick ${tick.number}`,
  );
  requireRule(
    market.parameterHash === tick.parameterHash,
    '--parameters',
    `must have the hash ${tick.parameterHash} of tick ${tick.number}`,
  );
  const { accounts } = published;
  const ledger = await followLedger(venue, provider, accounts, tick.ledgerRoot, deploymentBlock);
  return { tick, ledger, market };
}
