// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';

import type { SolidityProof } from '../proving/formats/proof-file.ts';
import type { Profile } from './config.ts';
import { send } from './refusal.ts';
import type { Venue } from './venue.ts';

/** Posts the next ledger root, and by when it has booked what expired; `transitionProof` is the rollup's own, in the rollup's encoding. */
export async function submitRoot(
  venue: Venue,
  root: bigint,
  accountCount: bigint,
  bookedThrough: bigint,
  transitionProof = '0x',
): Promise<ContractTransactionReceipt> {
  return send(venue.ledgerRegistry, 'submitRoot', [
    root,
    accountCount,
    bookedThrough,
    transitionProof,
  ]);
}

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

function argumentsOf({ tick, profile, proof, publicSignals }: CitedProof): readonly unknown[] {
  return [tick, Number(profile), proof, [...publicSignals]];
}

/** As `IHealthGate.HealthProof`: what a contract that asks the health gate hands on. */
export function healthProof({ tick, profile, proof, publicSignals }: CitedProof) {
  return { tick, profile: Number(profile), proof, publicSignals: [...publicSignals] };
}

/** Opens a liquidation on a `liquidation` proof. */
export async function openLiquidation(
  venue: Venue,
  action: ProvenAction,
): Promise<ContractTransactionReceipt> {
  return send(venue.liquidationEngine, 'open', [...argumentsOf(action), action.beneficiary]);
}

/**
 * Ends a liquidation on an `account-margin` proof of the account as it stands, at the tick that
 * is the current one; its context names the account's owner.
 */
export async function cureLiquidation(
  venue: Venue,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return send(venue.liquidationEngine, 'cure', argumentsOf(cited));
}

/** Draws a proven deficit from the insurance fund on a `bankruptcy` proof. */
export async function drawInsurance(
  venue: Venue,
  action: ProvenAction,
): Promise<ContractTransactionReceipt> {
  return send(venue.insuranceFund, 'draw', [...argumentsOf(action), action.beneficiary]);
}
