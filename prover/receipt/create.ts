// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex, type Signer } from 'ethers';

import { InvalidInput } from '../core/errors.ts';
import type { Proven, Prover } from '../proving/prover.ts';
import type { StatementInstance, StatementRequest } from '../statements/instance.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { authorize } from './authorization.ts';
import { NO_CHALLENGE, receiptContext } from './challenge.ts';
import {
  RECEIPT_VERSION,
  type ExactReceipt,
  type Place,
  type PrivateReceipt,
  type ReceiptStatement,
} from './document.ts';

/** What a receipt is to be about: an account at a tick, and the challenge it answers. */
export interface ReceiptRequest extends Omit<StatementRequest, 'context'> {
  readonly place: Place;
  readonly challenge: string;
}

/** What a private receipt says beside `equity ≥ initial margin`, and the owner who says it. */
export interface Disclosure {
  /** 0 for nothing. */
  readonly equityAtLeastE6: bigint;
  readonly signer: Signer;
}

function addressOf(owner: bigint): string {
  return getAddress(toBeHex(owner, 20));
}

function contextOf({ place, challenge }: ReceiptRequest): bigint {
  return receiptContext(place.chainId, place.marketFeed, challenge);
}

/** What both kinds carry. */
function commonOf<Name extends ReceiptStatement>(
  { place, challenge }: ReceiptRequest,
  { file }: Proven<Name>,
  prover: Prover,
) {
  const { statement, profile, artifact, proof } = file;
  return {
    format: 'plimsoll-receipt',
    version: RECEIPT_VERSION,
    place,
    challenge,
    key: {
      profile,
      r1cs: artifact.r1cs,
      zkey: prover.artifact(statement, profile).files.zkey.sha256,
      verificationKey: artifact.verificationKey,
      setup: artifact.key,
    },
    proof,
  } as const;
}

/** Whether the account can have such a receipt, and which circuit makes it. */
export function prepareExact(request: ReceiptRequest): StatementInstance<'account-margin'> {
  return prepareStatement('account-margin', { ...request, context: contextOf(request) });
}

export async function createExact(
  request: ReceiptRequest,
  instance: StatementInstance<'account-margin'>,
  prover: Prover,
): Promise<ExactReceipt> {
  const proven = await prover.prove(instance);
  const { change: _unchanged, owner, ...signals } = proven.file.publicSignals;
  return {
    ...commonOf(request, proven, prover),
    kind: 'exact',
    statement: 'account-margin',
    signals: { ...signals, owner: addressOf(owner) },
  };
}

/**
 * The same for a private receipt. Throws `InvalidInput` without a challenge or where the signer is
 * not the owner, `ACCOUNT_UNHEALTHY` or `EQUITY_BELOW_STATED` where it would not be true.
 */
export async function preparePrivate(
  request: ReceiptRequest,
  { equityAtLeastE6, signer }: Disclosure,
): Promise<StatementInstance<'solvency-receipt'>> {
  if (request.challenge === NO_CHALLENGE) {
    throw new InvalidInput('challenge', 'is required for a private receipt');
  }
  const { index, account } = request.opening;
  const [owner, signedBy] = [addressOf(account.owner), await signer.getAddress()];
  if (owner !== signedBy) {
    throw new InvalidInput('signer', `must be ${owner}, who owns account ${index}; is ${signedBy}`);
  }
  return prepareStatement('solvency-receipt', {
    ...request,
    context: contextOf(request),
    equityAtLeastE6,
  });
}

export async function createPrivate(
  request: ReceiptRequest,
  { signer }: Disclosure,
  instance: StatementInstance<'solvency-receipt'>,
  prover: Prover,
): Promise<PrivateReceipt> {
  const proven = await prover.prove(instance);
  const { owner, ...signals } = proven.file.publicSignals;
  const common = commonOf(request, proven, prover);
  const signature = await authorize(signer, { ...common, signals });
  return {
    ...common,
    kind: 'private',
    statement: 'solvency-receipt',
    signals: { ...signals, owner: addressOf(owner) },
    authorization: { signer: await signer.getAddress(), signature },
  };
}
