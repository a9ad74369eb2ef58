// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from 'ethers';

import { InvalidInput, requireRule } from '../core/errors.ts';
import { parseLedger } from '../documents/ledger-document.ts';
import { Ledger } from '../commitments/ledger.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseParameters } from '../documents/parameters-document.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import { snapshotHash } from '../commitments/snapshot-words.ts';
import type { MarketSnapshot } from '../model/types.ts';
import type { ChainEvent, EventValues } from './events.ts';
import { eventsNamed, readEvents } from './events.ts';
import { readSubmission } from './snapshot.ts';
import type { Venue } from './venue.ts';

/** What is published off chain: the texts of the ledger and of the parameter set. */
export interface PublishedTexts {
  readonly ledger: string;
  readonly parameters: string;
}

/** All that a statement under one margin tick is made from. */
export interface PublishedTick {
  readonly tick: EventValues<'TickOpened'>;
  readonly ledger: Ledger;
  readonly snapshot: MarketSnapshot;
  /** The very text that the quorum signed. */
  readonly snapshotDocument: string;
  readonly parameters: ParameterSet;
}

function tickNumbered(events: readonly ChainEvent[], number: bigint) {
  const opened = eventsNamed(events, 'TickOpened').find(({ values }) => values.number === number);
  if (opened === undefined) throw new InvalidInput('tick', `no tick ${number} on this chain`);
  return opened;
}

/**
 * Rebuilds a margin tick from public data alone, without the operator: the chain's events, the
 * calldata of the snapshot and the published texts. Throws `InvalidInput` naming what is not what
 * the chain committed to.
 */
export async function rebuildTick(
  venue: Venue,
  provider: Provider,
  number: bigint,
  published: PublishedTexts,
): Promise<PublishedTick> {
  const events = await readEvents(venue, provider);
  const { values: tick } = tickNumbered(events, number);
  const accepted = eventsNamed(events, 'SnapshotAccepted').findLast(
    ({ values }) => values.snapshotHash === tick.snapshotHash,
  );
  if (accepted === undefined) {
    throw new InvalidInput('snapshot', `no submission of snapshot ${tick.snapshotHash}`);
  }
  const { document } = await readSubmission(
    provider,
    venue.addresses.marketFeed,
    accepted.transactionHash,
  );
  const snapshotDocument = new TextDecoder('utf-8', { fatal: true }).decode(document);
  const snapshot = parseSnapshot(snapshotDocument);
  requireRule(
    snapshotHash(snapshot) === tick.snapshotHash,
    'snapshot',
    'the document in calldata must have the snapshot hash of the tick',
  );
  const ledger = new Ledger(parseLedger(published.ledger));
  requireRule(
    ledger.root === tick.ledgerRoot && ledger.accountCount === tick.accountCount,
    'ledger',
    `must have the ledger root ${tick.ledgerRoot} of tick ${number}, has ${ledger.root}`,
  );
  const parameters = parseParameters(published.parameters);
  requireRule(
    parameterHash(parameters) === tick.parameterHash,
    'parameters',
    `must have the hash ${tick.parameterHash} of tick ${number}`,
  );
  return { tick, ledger, snapshot, snapshotDocument, parameters };
}
