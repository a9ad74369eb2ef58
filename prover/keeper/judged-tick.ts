// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from 'ethers';

import { eventsNamed, readEvents, type ChainEvent, type EventValues } from '../chain/events.ts';
import { readSubmission } from '../chain/snapshot.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { Venue } from '../chain/venue.ts';
import type { Account } from '../commitments/account.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { InvalidInput, PlimsollError, requireRule } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { DynamicState } from '../model/dynamic.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { followLedger } from './follow-ledger.ts';
import { MarginSteps } from './margin-steps.ts';

/** A margin tick with all that is proven under it. */
export interface JudgedTick {
  readonly tick: EventValues<'TickOpened'>;
  readonly ledger: Ledger;
  readonly market: MarketTick;
}

/** What is published off chain, of whatever moment; the tick's own is worked out. */
export interface Published {
  readonly accounts: readonly Account[];
  /** The set that ticks bind, or the base set where margin moves: then the tick's is worked out. */
  readonly parameters: ParameterSet;
  /** The text of the tick's snapshot, where it came through another contract. */
  readonly snapshot?: string | undefined;
  /** Where margin steps are followed from, in place of the opening. */
  readonly marginState?: DynamicState | undefined;
}

/** The set that a tick binds: the published one, or what margin steps over it had come to by then. */
async function setBound(
  document: VenueDocument,
  provider: Provider,
  { parameters, marginState }: Published,
  { values, blockNumber }: Extract<ChainEvent, { name: 'TickOpened' }>,
): Promise<ParameterSet> {
  if (parameterHash(parameters) === values.parameterHash) return parameters;
  const steps = MarginSteps.of(document, provider, [parameters], marginState);
  await steps?.follow(blockNumber);
  return steps?.setOf(values.parameterHash) ?? parameters;
}

/**
 * A tick of a venue, the newest unless another is named: its snapshot from calldata, its ledger from a
 * published one and what the chain has seen since. Throws where they are not what the tick binds.
 */
export async function judgeTick(
  venue: Venue,
  provider: Provider,
  document: VenueDocument,
  published: Published,
  number?: bigint,
): Promise<JudgedTick> {
  const { deploymentBlock } = document;
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
    const submission = await readSubmission(
      provider,
      venue.addresses.marketFeed,
      chosen.transactionHash,
    );
    text = new TextDecoder('utf-8', { fatal: true }).decode(submission.document);
  }
  const parameters = await setBound(document, provider, published, chosen);
  const market = new MarketTick(parseSnapshot(text), parameters);
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
