// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Signature,
  getAddress,
  getBytes,
  hexlify,
  keccak256,
  type ContractTransactionReceipt,
  type Provider,
  type Signer,
  type TypedDataDomain,
} from 'ethers';
import { z } from 'zod';

import { InvalidInput } from '../core/errors.ts';
import { parseValue } from '../core/schema.ts';
import type { Pair, Triple } from '../model/types.ts';
import { exportedAbi } from './abi.ts';
import { send } from './refusal.ts';
import type { Venue } from './venue.ts';

/** What the oracle quorum signs: `IMarketFeed.Snapshot`. */
export interface FeedSnapshot {
  readonly snapshotHash: bigint;
  /** keccak256 of the document bytes, 0x-prefixed. */
  readonly documentHash: string;
  /** Unix seconds. */
  readonly time: bigint;
  readonly indexTime: bigint;
  readonly perpetualTime: bigint;
  readonly forwardTime: bigint;
  readonly surfaceTime: bigint;
  readonly collateralTime: bigint;
  /** Every position whose expiry is not after this has been booked by the ledger. */
  readonly bookedThrough: bigint;
  /** The last second at which the signatures hold. */
  readonly deadline: bigint;
  /** USD per contract, E4, for underlyings 0 and 1. */
  readonly indexPricesE4: Pair<bigint>;
  readonly perpetualMarksE4: Pair<bigint>;
  /** What a unit of BTC, ETH, stETH redeems for. */
  readonly redemptionRatesQ30: Triple<bigint>;
  /** Inputs of a dynamic margin rule, 0x-prefixed; zero while there is none. */
  readonly marginInputsHash: string;
}

/** The EIP-712 type of the message, as `MarketFeed` hashes it. */
export const SNAPSHOT_TYPES: Record<string, { name: string; type: string }[]> = {
  Snapshot: [
    { name: 'snapshotHash', type: 'uint256' },
    { name: 'documentHash', type: 'bytes32' },
    { name: 'time', type: 'uint64' },
    { name: 'indexTime', type: 'uint64' },
    { name: 'perpetualTime', type: 'uint64' },
    { name: 'forwardTime', type: 'uint64' },
    { name: 'surfaceTime', type: 'uint64' },
    { name: 'collateralTime', type: 'uint64' },
    { name: 'bookedThrough', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
    { name: 'indexPricesE4', type: 'uint64[2]' },
    { name: 'perpetualMarksE4', type: 'uint64[2]' },
    { name: 'redemptionRatesQ30', type: 'uint64[3]' },
    { name: 'marginInputsHash', type: 'bytes32' },
  ],
};

export function feedDomain(chainId: bigint, marketFeed: string): TypedDataDomain {
  return { name: 'Plimsoll MarketFeed', version: '1', chainId, verifyingContract: marketFeed };
}

export function documentHash(document: Uint8Array): string {
  return keccak256(document);
}

/** One signer's EIP-712 signature over a snapshot, 65 bytes, low s. */
export async function signSnapshot(
  signer: Signer,
  snapshot: FeedSnapshot,
  chainId: bigint,
  marketFeed: string,
): Promise<string> {
  const domain = feedDomain(chainId, marketFeed);
  const signature = await signer.signTypedData(domain, SNAPSHOT_TYPES, snapshot);
  return Signature.from(signature).serialized;
}

/** Signatures of all `signers`, ordered by ascending address as the feed demands. */
export async function signaturesOf(
  signers: readonly Signer[],
  snapshot: FeedSnapshot,
  chainId: bigint,
  marketFeed: string,
): Promise<readonly string[]> {
  const signed = await Promise.all(
    signers.map(async (signer) => ({
      address: BigInt(await signer.getAddress()),
      signature: await signSnapshot(signer, snapshot, chainId, marketFeed),
    })),
  );
  return signed
    .sort((left, right) => (left.address < right.address ? -1 : 1))
    .map((entry) => entry.signature);
}

/** Posts a signed snapshot with its whole document. Beyond the breaker it opens no tick, and no revert. */
export async function submitSnapshot(
  venue: Venue,
  snapshot: FeedSnapshot,
  document: Uint8Array,
  signatures: readonly string[],
): Promise<ContractTransactionReceipt> {
  return send(venue.marketFeed, 'submitSnapshot', [snapshot, document, [...signatures]]);
}

const submissionSchema = z.object({
  snapshot: z.object({
    snapshotHash: z.bigint(),
    documentHash: z.string(),
    time: z.bigint(),
    indexTime: z.bigint(),
    perpetualTime: z.bigint(),
    forwardTime: z.bigint(),
    surfaceTime: z.bigint(),
    collateralTime: z.bigint(),
    bookedThrough: z.bigint(),
    deadline: z.bigint(),
    indexPricesE4: z.tuple([z.bigint(), z.bigint()]),
    perpetualMarksE4: z.tuple([z.bigint(), z.bigint()]),
    redemptionRatesQ30: z.tuple([z.bigint(), z.bigint(), z.bigint()]),
    marginInputsHash: z.string(),
  }),
  document: z.string(),
  signatures: z.array(z.string()),
});

export interface SnapshotSubmission {
  readonly snapshot: FeedSnapshot;
  readonly document: Uint8Array;
  readonly signatures: readonly string[];
}

/** Rebuilds snapshot and document from the calldata of the transaction that submitted them. */
export async function readSubmission(
  provider: Provider,
  marketFeed: string,
  transactionHash: string,
): Promise<SnapshotSubmission> {
  const transaction = await provider.getTransaction(transactionHash);
  if (transaction === null || transaction.to === null) {
    throw new InvalidInput('transactionHash', `${transactionHash}: no such call on this chain`);
  }
  if (getAddress(transaction.to) !== getAddress(marketFeed)) {
    // The document is then in an inner call, which only a tracing node can show.
    throw new InvalidInput('transactionHash', `${transactionHash}: not a call to the market feed`);
  }
  const call = exportedAbi('MarketFeed').parseTransaction(transaction);
  if (call?.name !== 'submitSnapshot' && call?.name !== 'submitProvenSnapshot') {
    throw new InvalidInput('transactionHash', `${transactionHash}: not a snapshot submission`);
  }
  const values: unknown = call.args.toObject(true);
  const submission = parseValue(submissionSchema, values, 'submission');
  const document = getBytes(submission.document);
  if (keccak256(document) !== hexlify(submission.snapshot.documentHash)) {
    throw new InvalidInput('document', 'must have the keccak256 the quorum signed');
  }
  return { snapshot: submission.snapshot, document, signatures: submission.signatures };
}
