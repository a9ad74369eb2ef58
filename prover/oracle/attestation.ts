// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, verifyTypedData } from 'ethers';
import { z } from 'zod';

import { feedSnapshotOf } from '../chain/market-snapshot.ts';
import { SNAPSHOT_TYPES, feedDomain, type FeedSnapshot } from '../chain/snapshot.ts';
import { InvalidInput, requireRule } from '../core/errors.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import {
  constant,
  decimalBigint,
  list,
  parseDocument,
  pattern,
  text,
  addressText as address,
} from '../core/schema.ts';

/**
 * A snapshot document as it is to be published, with the signatures it has so far. What is signed is
 * not repeated: it follows from the document, byte for byte, so the two cannot disagree.
 */
export interface Attestation {
  readonly chainId: bigint;
  readonly marketFeed: string;
  /** The very text whose keccak256 is signed and which travels in calldata. */
  readonly document: string;
  /** In ascending order of address, as the feed demands; nobody twice. */
  readonly signatures: readonly SignerSignature[];
}

export interface SignerSignature {
  readonly signer: string;
  /** EIP-712, 65 bytes. */
  readonly signature: string;
}

const FORMAT = 'plimsoll.snapshot-attestation';
const VERSION = 1;
const MAX_CHAIN_ID = 2n ** 256n - 1n;
/** Far more than a quorum has; each is recovered, which takes a millisecond. */
const MAX_SIGNATURES = 1_000;

const attestationSchema = z.strictObject({
  format: constant(FORMAT),
  version: constant(VERSION),
  chainId: decimalBigint(1n, MAX_CHAIN_ID),
  marketFeed: address,
  document: text(),
  signatures: list(
    z.strictObject({
      signer: address,
      signature: pattern(/^0x[0-9a-f]{130}$/, 'must be 65 bytes in lower-case hexadecimal'),
    }),
    MAX_SIGNATURES,
    1,
  ),
});

/** Snapshot and message of a document; throws `InvalidInput` where the document is not valid. */
export function attested(document: string): { snapshot: MarketSnapshot; message: FeedSnapshot } {
  const snapshot = parseSnapshot(document);
  return { snapshot, message: feedSnapshotOf(snapshot, document) };
}

/** Whose signature it is. */
function recovered(
  { chainId, marketFeed }: Pick<Attestation, 'chainId' | 'marketFeed'>,
  message: FeedSnapshot,
  signature: string,
  field: string,
): string {
  try {
    return verifyTypedData(feedDomain(chainId, marketFeed), SNAPSHOT_TYPES, message, signature);
  } catch (error) {
    throw new InvalidInput(field, 'is not a signature', { cause: error });
  }
}

export const bySigner = (left: SignerSignature, right: SignerSignature): number =>
  BigInt(left.signer) < BigInt(right.signer) ? -1 : 1;

/**
 * Reads an attestation and checks every signature against document, chain and feed. `name` names
 * the file in errors. Throws `InvalidInput`.
 */
export function parseAttestation(source: string, name: string): Attestation {
  const { chainId, marketFeed, document, signatures } = parseDocument(
    attestationSchema,
    source,
    name,
  );
  const place = { chainId, marketFeed: getAddress(marketFeed.toLowerCase()) };
  const { message } = attested(document);
  const checked = signatures.map(({ signer, signature }, index) => {
    const field = `${name}: signatures[${index}]`;
    const by = recovered(place, message, signature, field);
    requireRule(
      by === getAddress(signer.toLowerCase()),
      field,
      `must be by ${signer} for this document, chain and feed; it is not`,
    );
    return { signer: by, signature };
  });
  checked.forEach(({ signer }, index) => {
    const before = checked[index - 1];
    requireRule(
      before === undefined || BigInt(before.signer) < BigInt(signer),
      `${name}: signatures[${index}].signer`,
      'must be above the signer before it',
    );
  });
  return { ...place, document, signatures: checked };
}

export function formatAttestation(attestation: Attestation): string {
  const document = {
    format: FORMAT,
    version: VERSION,
    chainId: attestation.chainId.toString(),
    marketFeed: attestation.marketFeed,
    document: attestation.document,
    signatures: attestation.signatures,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * One attestation with the signatures of all, each signer once. Throws `InvalidInput` naming the
 * first file that is about another chain, feed or document.
 */
export function combineAttestations(
  named: readonly (readonly [name: string, attestation: Attestation])[],
): Attestation {
  const [first] = named;
  if (first === undefined) throw new InvalidInput('<file>', 'at least one attestation is required');
  const [firstName, base] = first;
  const signatures = new Map<string, SignerSignature>();
  for (const [name, attestation] of named) {
    for (const field of ['chainId', 'marketFeed', 'document'] as const) {
      requireRule(
        attestation[field] === base[field],
        `${name}: ${field}`,
        `must be the same as in ${firstName}`,
      );
    }
    for (const entry of attestation.signatures) {
      if (!signatures.has(entry.signer)) signatures.set(entry.signer, entry);
    }
  }
  return { ...base, signatures: [...signatures.values()].sort(bySigner) };
}
