// SPDX-License-Identifier: GPL-3.0-or-later
import { Wallet, id, type ContractTransactionReceipt } from 'ethers';

import { eventsNamed, eventsOf, type EventValues } from '../chain/events.ts';
import { feedSnapshotOf } from '../chain/market-snapshot.ts';
import { signaturesOf, submitSnapshot } from '../chain/snapshot.ts';
import type { Venue } from '../chain/venue.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { snapshotDocument } from '../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import type { PublishedSnapshot } from '../sample/sample.ts';
import type { LocalChain } from './local-chain.ts';
import { confirm } from './confirm.ts';

/** Three signers, of whom two make a quorum; keys that anybody can derive, for a local chain. */
export const ORACLES: readonly Wallet[] = [1, 2, 3].map(
  (number) => new Wallet(id(`plimsoll demo oracle ${number}`)),
);
export const ORACLE_THRESHOLD = 2;

/** Seconds from the time of a snapshot to the block that takes it. */
const RELAY_SECONDS = 2n;

/** The same market, some time later. */
export function later({ snapshot }: PublishedSnapshot, time: bigint): PublishedSnapshot {
  const moved: MarketSnapshot = {
    ...snapshot,
    time,
    indexTime: time,
    perpetualTime: time,
    forwardTime: time,
    surfaceTime: time,
    collateralTime: time,
  };
  return { snapshot: moved, document: JSON.stringify(snapshotDocument(moved)) };
}

/** Has the quorum sign a snapshot and submits it at once. */
export async function publishSnapshot(
  chain: LocalChain,
  venue: Venue,
  { snapshot, document }: PublishedSnapshot,
): Promise<ContractTransactionReceipt> {
  const signed = feedSnapshotOf(snapshot, document);
  const signers = ORACLES.slice(0, ORACLE_THRESHOLD);
  const feed = venue.addresses.marketFeed;
  const signatures = await signaturesOf(signers, signed, chain.chainId, feed);
  await chain.setNextTime(snapshot.time + RELAY_SECONDS);
  return submitSnapshot(venue, signed, new TextEncoder().encode(document), signatures);
}

/**
 * Publishes a snapshot and reads the tick back from the chain's events: what it binds must be what
 * the prover computed.
 */
export async function openTickOn(
  chain: LocalChain,
  venue: Venue,
  ledger: Ledger,
  published: PublishedSnapshot,
): Promise<EventValues<'TickOpened'>> {
  const receipt = await publishSnapshot(chain, venue, published);
  const [opened] = eventsNamed(eventsOf(venue, receipt), 'TickOpened');
  const tick = confirm(opened, 'the feed opened a margin tick').values;
  const { snapshotHash } = feedSnapshotOf(published.snapshot, published.document);
  confirm(tick.ledgerRoot === ledger.root, 'the tick binds the ledger root');
  confirm(tick.accountCount === ledger.accountCount, 'the tick binds the account count');
  confirm(tick.snapshotHash === snapshotHash, 'the tick binds the snapshot');
  return tick;
}
