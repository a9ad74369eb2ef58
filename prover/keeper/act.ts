// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';

import { proofContext, type Action } from '../chain/context.ts';
import type { Profile } from '../chain/config.ts';
import { sendCall, tryCall, type ContractCall } from '../chain/refusal.ts';
import type { CitedProof } from '../chain/submit.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import { PlimsollError } from '../core/errors.ts';
import { toSolidity } from '../proving/formats/proof-file.ts';
import type { Prover } from '../proving/prover.ts';
import { prepareStatement } from '../statements/prepare.ts';
import type { JudgedTick } from './judged-tick.ts';

/** What a proof is about, and the one use that a contract of the venue takes it for. */
export interface Use {
  readonly statement: 'liquidation' | 'account-margin';
  readonly accountIndex: number;
  /** The engine where nothing else is said. */
  readonly contract?: 'liquidationEngine' | 'marginGuarantee';
  readonly action: Action;
  readonly beneficiary: string;
  readonly change?: AccountChange | undefined;
}

/** Makes what is missing to prove a statement's profile. */
export type Ensure = (statement: Use['statement'], profile: string) => Promise<void>;

/**
 * A proof about an account at a tick, for a contract of this venue. Throws `PROFILE_NOT_DEPLOYED` before
 * proving where no contract would take it.
 */
export async function proveForVenue(
  prover: Prover,
  document: VenueDocument,
  { tick, ledger, market }: JudgedTick,
  { statement, accountIndex, contract = 'liquidationEngine', action, beneficiary, change }: Use,
  ensure: Ensure,
): Promise<CitedProof> {
  const taker = document.contracts[contract];
  const instance = prepareStatement(statement, {
    opening: ledger.open(accountIndex),
    tick: market,
    context: proofContext(document.chainId, taker, action, beneficiary),
    change,
  });
  const { profile } = instance;
  if (document.verifiers[statement][profile] === undefined) {
    throw new PlimsollError(
      'PROFILE_NOT_DEPLOYED',
      `account ${accountIndex} takes ${statement} of ${profile} positions, which this venue did not deploy`,
    );
  }
  await ensure(statement, profile);
  const { file } = await prover.prove(instance);
  return { tick: tick.number, profile: profile as Profile, ...toSolidity(file) };
}

/** A transaction that was tried, and, unless it was only to be tried, sent. */
export interface Performed {
  /** Of the trial. */
  readonly gasEstimate: bigint;
  readonly receipt: ContractTransactionReceipt | undefined;
}

/** Tries a call as its sender, and sends it unless this is a dry run; throws `ContractRefused`. */
export async function perform(call: ContractCall, isDryRun: boolean): Promise<Performed> {
  const gasEstimate = await tryCall(call);
  return { gasEstimate, receipt: isDryRun ? undefined : await sendCall(call) };
}
