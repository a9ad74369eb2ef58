// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, encodeBytes32String, type ContractTransactionReceipt } from 'ethers';
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import type { SolidityProof } from '../proving/formats/proof-file.ts';
import { exportedAbi } from './abi.ts';
import type { Profile } from './config.ts';
import type { MessageRun } from './message-run.ts';
import { ContractRefused, read, send, sendCall, type ContractCall } from './refusal.ts';
import type { Terms } from './terms.ts';
import type { Venue } from './venue.ts';

/** The points of a proof, as `toSolidity` orders them. */
export type ContractProof = SolidityProof['proof'];

/** A proof and the margin tick it cites. */
export interface CitedProof {
  readonly tick: bigint;
  readonly profile: Profile;
  readonly proof: ContractProof;
  /** In the order of the circuit manifest. */
  readonly publicSignals: readonly bigint[];
}

/** What the actions take that reward somebody. */
export interface ProvenAction extends CitedProof {
  /** The address the proof's context names; it is rewarded whoever submits. */
  readonly beneficiary: string;
}

/** Openings of one key at one tick, verified in one product. */
export interface ProvenActions {
  readonly tick: bigint;
  readonly profile: Profile;
  readonly members: readonly Pick<CitedProof, 'proof' | 'publicSignals'>[];
  readonly beneficiary: string;
}

/** As `IHealthGate.HealthProof`: how contracts take an `account-margin` proof. */
export function healthProof({ tick, profile, proof, publicSignals }: CitedProof) {
  return { tick, profile: Number(profile), proof, publicSignals: [...publicSignals] };
}

/** What every message of the engine prepays. */
export async function prepaidWei(venue: Venue): Promise<bigint> {
  const config = z.custom<{ readonly prepaidWei: bigint }>();
  return (await read(venue.liquidationEngine, 'config', [], config)).prepaidWei;
}

const prepaid = async (
  venue: Venue,
  method: string,
  args: readonly unknown[],
  messages = 1n,
): Promise<ContractCall> => {
  const value = messages * (await prepaidWei(venue));
  return { contract: venue.liquidationEngine, method, args: [...args, { value }] };
};

/** What `open` takes. */
export function openingArgs({ tick, profile, proof, publicSignals, beneficiary }: ProvenAction) {
  return [tick, Number(profile), proof, [...publicSignals], beneficiary];
}

/** Opens a liquidation on a `liquidation` proof. */
export function openingCall(venue: Venue, action: ProvenAction): Promise<ContractCall> {
  return prepaid(venue, 'open', openingArgs(action));
}

export async function openLiquidation(
  venue: Venue,
  action: ProvenAction,
): Promise<ContractTransactionReceipt> {
  return sendCall(await openingCall(venue, action));
}

/** What `openMany` takes. */
export function openingsArgs({ tick, profile, members, beneficiary }: ProvenActions) {
  return {
    tick,
    profile: Number(profile),
    proofs: members.map(({ proof }) => proof),
    publicSignals: members.flatMap(({ publicSignals }) => [...publicSignals]),
    beneficiary,
  };
}

/** Opens many; stale and open ones are skipped, their prepayment comes back. */
export function openingsCall(venue: Venue, actions: ProvenActions): Promise<ContractCall> {
  return prepaid(venue, 'openMany', [openingsArgs(actions)], BigInt(actions.members.length));
}

/** Proofs of a batch do not hold: by their place in it. */
export class ForgedMembers extends PlimsollError {
  readonly members: readonly number[];

  constructor(members: readonly number[], options: ErrorOptions) {
    super('FORGED_MEMBERS', `the proofs of members ${members.join(', ')} do not hold`, options);
    this.members = members;
  }
}

/** The product of a batch says that some proof does not hold; which, each says for itself at the verifier. */
async function forgedMembers(
  { liquidationEngine }: Venue,
  { profile, members }: ProvenActions,
): Promise<readonly number[]> {
  const statement = encodeBytes32String('liquidation');
  const args = [statement, Number(profile)];
  const address = await read(liquidationEngine, 'verifierOf', args, z.string());
  const verifier = new Contract(address, exportedAbi('IGroth16Verifier'), liquidationEngine.runner);
  const holds = await Promise.all(
    members.map(({ proof, publicSignals }) =>
      read(verifier, 'verify', [proof, [...publicSignals]], z.boolean()),
    ),
  );
  return holds.flatMap((one, place) => (one ? [] : [place]));
}

/** Sends a batch of openings; throws `ForgedMembers` where proofs of it do not hold. */
export async function openMany(
  venue: Venue,
  actions: ProvenActions,
): Promise<ContractTransactionReceipt> {
  const call = await openingsCall(venue, actions);
  try {
    return await sendCall(call);
  } catch (error) {
    if (!(error instanceof ContractRefused) || error.errorName !== 'InvalidProof') throw error;
    throw new ForgedMembers(await forgedMembers(venue, actions), { cause: error });
  }
}

/**
 * Ends a liquidation on an `account-margin` proof, after the credit that its change states and the
 * caller pays; its context names the account's owner.
 */
export function cureCall(venue: Venue, cited: CitedProof): Promise<ContractCall> {
  return prepaid(venue, 'cure', [healthProof(cited)]);
}

export async function cureLiquidation(
  venue: Venue,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return sendCall(await cureCall(venue, cited));
}

/** Buys an account in its auction; the proof's context names the caller. */
export function bidCall(
  venue: Venue,
  cited: CitedProof,
  freezeSequence: bigint,
  maxPaymentE6: bigint,
): Promise<ContractCall> {
  return prepaid(venue, 'bid', [healthProof(cited), freezeSequence, maxPaymentE6]);
}

export async function bidForAccount(
  venue: Venue,
  cited: CitedProof,
  freezeSequence: bigint,
  maxPaymentE6: bigint,
): Promise<ContractTransactionReceipt> {
  return sendCall(await bidCall(venue, cited, freezeSequence, maxPaymentE6));
}

/** Hands an account that nobody bought to the Backstop, which the proof's context names. */
export function expiryCall(venue: Venue, cited: CitedProof): Promise<ContractCall> {
  return prepaid(venue, 'expire', [healthProof(cited)]);
}

export async function expireLiquidation(
  venue: Venue,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return sendCall(await expiryCall(venue, cited));
}

/** Has the buffer guarantee an account of the caller, on an `account-margin` proof of it as it stands. */
export async function guaranteeCall(venue: Venue, cited: CitedProof): Promise<ContractCall> {
  const call = await prepaid(venue, 'take', [healthProof(cited)]);
  return { ...call, contract: venue.marginGuarantee };
}

export async function takeGuarantee(
  venue: Venue,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return sendCall(await guaranteeCall(venue, cited));
}

/** Lifts the restriction of a guaranteed account that is proven healthy; anybody may. */
export async function releaseCall(venue: Venue, cited: CitedProof): Promise<ContractCall> {
  const call = await prepaid(venue, 'release', [healthProof(cited)]);
  return { ...call, contract: venue.marginGuarantee };
}

export async function releaseGuarantee(
  venue: Venue,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return sendCall(await releaseCall(venue, cited));
}

/** Pays out what a takeover escrowed, once a ledger has it. */
export function closingCall(venue: Venue, terms: Terms): ContractCall {
  return { contract: venue.liquidationEngine, method: 'close', args: [terms] };
}

export function closeLiquidation(venue: Venue, terms: Terms): Promise<ContractTransactionReceipt> {
  return sendCall(closingCall(venue, terms));
}

/** Gives the prepayments of messages of the engine lane back that one ledger consumed. */
export function refundMessages(
  venue: Venue,
  { first, hashBefore, messages }: MessageRun,
  ledgerSequence: bigint,
): Promise<ContractTransactionReceipt> {
  const args = [first, hashBefore, messages, ledgerSequence];
  return send(venue.liquidationEngine, 'refundMessages', args);
}
