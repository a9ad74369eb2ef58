// SPDX-License-Identifier: GPL-3.0-or-later
import { Signature, verifyTypedData, type Signer, type TypedDataDomain } from 'ethers';

import type { Place, PrivateReceipt } from './document.ts';

/** What the owner of a private receipt signs: this answer, to this challenge, at this tick. */
const TYPES: Record<string, { name: string; type: string }[]> = {
  SolvencyReceipt: [
    { name: 'challenge', type: 'bytes32' },
    { name: 'tick', type: 'uint64' },
    { name: 'ledgerRoot', type: 'uint256' },
    { name: 'snapshotHash', type: 'uint256' },
    { name: 'parameterHash', type: 'uint256' },
    { name: 'equityAtLeastE6', type: 'uint256' },
  ],
};

export type Authorized = Pick<PrivateReceipt, 'place' | 'challenge'> & {
  readonly signals: Pick<
    PrivateReceipt['signals'],
    'ledgerRoot' | 'snapshotHash' | 'parameterHash' | 'equityAtLeastE6'
  >;
};

function domainOf({ chainId, marketFeed }: Place): TypedDataDomain {
  return { name: 'Plimsoll Receipt', version: '1', chainId, verifyingContract: marketFeed };
}

function messageOf({ place, challenge, signals }: Authorized): Record<string, unknown> {
  const { ledgerRoot, snapshotHash, parameterHash, equityAtLeastE6 } = signals;
  return {
    challenge,
    tick: place.tick,
    ledgerRoot,
    snapshotHash,
    parameterHash,
    equityAtLeastE6,
  };
}

/** The owner's EIP-712 signature, 65 bytes, low s. */
export async function authorize(signer: Signer, receipt: Authorized): Promise<string> {
  return signer.signTypedData(domainOf(receipt.place), TYPES, messageOf(receipt));
}

/** Who signed this very receipt; `undefined` for bytes that are no signature at all. */
export function signerOf(receipt: PrivateReceipt): string | undefined {
  const { signature } = receipt.authorization;
  try {
    // Any last byte of the right parity recovers the same signer; one signature, one spelling.
    if (Signature.from(signature).serialized !== signature) return undefined;
    return verifyTypedData(domainOf(receipt.place), TYPES, messageOf(receipt), signature);
  } catch {
    return undefined;
  }
}
