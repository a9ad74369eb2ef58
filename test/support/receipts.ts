// SPDX-License-Identifier: GPL-3.0-or-later
// Receipts of real accounts of the sample, with real proofs, at a venue on a real chain.
import { Wallet, id } from 'ethers';

import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { NO_CHALLENGE, challengeOf } from '../../prover/receipt/challenge.ts';
import {
  createExact,
  createPrivate,
  prepareExact,
  preparePrivate,
  type ReceiptRequest,
} from '../../prover/receipt/create.ts';
import type { ExactReceipt, Place, PrivateReceipt } from '../../prover/receipt/document.ts';
import { labelled } from '../../prover/sample/labels.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { GATED_PROFILES, deployVenue, postRoot, postSnapshot } from './chain.ts';
import { startRpcChain, type RpcChain } from './rpc-chain.ts';
import { MarketTick } from '../../prover/statements/market-tick.ts';

const sample = loadSample();
const { snapshot, document } = sample.snapshots.crash;

export const PARAMETERS = loadDefaultParameters();
export const SNAPSHOT = snapshot;
/** The account receipts are about: healthy in the crash, two positions. */
export const ACCOUNT = labelled(sample.labels, 'naked-straddle-1').index;
export const CHALLENGE = challengeOf('a loan of 22 November, for Ada', 'challenge');
export const STATED_EQUITY_E6 = 10_000_000_000n;

/** Who owns the account, and somebody who owns none: the sample's owners have no known keys. */
export const OWNER = new Wallet(id('plimsoll test account owner'));
export const STRANGER = new Wallet(id('plimsoll test stranger'));

export const OWNED_LEDGER = new Ledger(
  sample.ledgers.crash.map((account, index) =>
    index === ACCOUNT ? { ...account, owner: BigInt(OWNER.address) } : account,
  ),
);

export interface ReceiptVenue {
  readonly chain: RpcChain;
  readonly venue: LocalVenue;
  /** The venue's first tick, and its current one. */
  readonly place: Place;
}

const TICK_AT = snapshot.time + 2n;

/** A venue in the crash, with verifiers of receipts, on a chain that answers over HTTP. */
export async function receiptVenue(chainId = 31_337): Promise<ReceiptVenue> {
  const chain = await startRpcChain({ chainId, startAt: snapshot.time - 1_000n });
  const venue = await deployVenue(chain, {
    parameterHash: parameterHash(PARAMETERS),
    profiles: { ...GATED_PROFILES, 'solvency-receipt': ['4'] },
  });
  const { root, accountCount } = OWNED_LEDGER;
  await postRoot(chain, venue, root, accountCount, snapshot.time - 10n, snapshot.bookedThrough);
  const bytes = new TextEncoder().encode(document);
  await postSnapshot(chain, venue, feedSnapshotOf(snapshot, document), TICK_AT, bytes);
  const { marketFeed, ledgerRegistry, healthGate } = venue.addresses;
  const place = {
    chainId: chain.chainId,
    marketFeed,
    ledgerRegistry,
    healthGate,
    tick: 1n,
    tickTime: Number(TICK_AT),
  };
  return { chain, venue, place };
}

export interface MadeReceipts {
  readonly exact: ExactReceipt;
  readonly private: PrivateReceipt;
}

export function requestAt(place: Place, challenge: string): ReceiptRequest {
  const opening = OWNED_LEDGER.open(ACCOUNT);
  return { opening, tick: new MarketTick(snapshot, PARAMETERS), place, challenge };
}

/** One receipt of each kind: the exact one for anybody, the private one for `CHALLENGE`. */
export async function makeReceipts(place: Place): Promise<MadeReceipts> {
  await using prover = new Prover();
  const open = requestAt(place, NO_CHALLENGE);
  const exact = await createExact(open, prepareExact(open), prover);
  const asked = requestAt(place, CHALLENGE);
  const disclosure = { equityAtLeastE6: STATED_EQUITY_E6, signer: OWNER };
  const instance = await preparePrivate(asked, disclosure);
  return { exact, private: await createPrivate(asked, disclosure, instance, prover) };
}
