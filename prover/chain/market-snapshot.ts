// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash, toBeHex } from 'ethers';

import { inputsHash } from '../commitments/dynamic-words.ts';
import { snapshotHash } from '../commitments/snapshot-words.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { documentHash, type FeedSnapshot } from './snapshot.ts';

/** Snapshots hold as of whole minutes; the feed takes the newest one only. */
export const SLOT_SECONDS = 60n;

/** The numbers that a contract can see of a snapshot. */
export function headlinesOf({ underlyings: [btc, eth], collateral }: MarketSnapshot) {
  const [ofBtc, ofEth, ofStEth] = collateral;
  return {
    indexPricesE4: [btc.indexE4, eth.indexE4],
    perpetualMarksE4: [btc.perpetualMarkE4, eth.perpetualMarkE4],
    redemptionRatesQ30: [
      ofBtc.redemptionRateQ30,
      ofEth.redemptionRateQ30,
      ofStEth.redemptionRateQ30,
    ],
  } as const;
}

/**
 * What the quorum signs for a market snapshot and the very text it was published as. Whoever signs
 * attests that `document` parses to `snapshot`; the contract can only check the text's hash.
 */
export function feedSnapshotOf(snapshot: MarketSnapshot, document: string): FeedSnapshot {
  return {
    snapshotHash: snapshotHash(snapshot),
    documentHash: documentHash(new TextEncoder().encode(document)),
    time: snapshot.time,
    indexTime: snapshot.indexTime,
    perpetualTime: snapshot.perpetualTime,
    forwardTime: snapshot.forwardTime,
    surfaceTime: snapshot.surfaceTime,
    collateralTime: snapshot.collateralTime,
    bookedThrough: snapshot.bookedThrough,
    // The next one takes its place: what was signed and not relayed by then is worth nothing.
    deadline: snapshot.time + SLOT_SECONDS,
    ...headlinesOf(snapshot),
    marginInputsHash:
      snapshot.marginInputs === undefined
        ? ZeroHash
        : toBeHex(inputsHash(snapshot.marginInputs), 32),
  };
}
