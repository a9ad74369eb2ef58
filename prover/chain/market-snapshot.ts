// SPDX-License-Identifier: GPL-3.0-or-later
import { snapshotHash } from '../commitments/snapshot-words.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { documentHash, type FeedSnapshot } from './snapshot.ts';

/**
 * What the quorum signs for a market snapshot and the very text it was published as. Whoever signs
 * attests that `document` parses to `snapshot`; the contract can only check the text's hash.
 */
export function feedSnapshotOf(snapshot: MarketSnapshot, document: string): FeedSnapshot {
  const [btc, eth] = snapshot.underlyings;
  return {
    snapshotHash: snapshotHash(snapshot),
    documentHash: documentHash(new TextEncoder().encode(document)),
    time: snapshot.time,
    indexTime: snapshot.indexTime,
    perpetualTime: snapshot.perpetualTime,
    forwardTime: snapshot.forwardTime,
    surfaceTime: snapshot.surfaceTime,
    collateralTime: snapshot.collateralTime,
    indexPricesE4: [btc.indexE4, eth.indexE4],
  };
}
