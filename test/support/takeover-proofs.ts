// SPDX-License-Identifier: GPL-3.0-or-later
import { packMessage, type LeafMessage } from '../../prover/commitments/inbox-message.ts';
import type { ContractProof } from '../../prover/chain/submit.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import { toSolidity } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { prepareStatement } from '../../prover/statements/prepare.ts';
import {
  ledgerOf,
  messageOf,
  stateFor,
  type LeafKind,
} from '../circuits/statements/takeover-accounts.ts';

/** A proof and what it says, as a verifier takes them. */
export interface BatchMember {
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
}

let prover: Prover | undefined;
const made = new Map<string, Promise<BatchMember>>();

async function prove(ledger: Ledger, message: LeafMessage, context: bigint): Promise<BatchMember> {
  prover ??= new Prover();
  const { file } = await prover.prove(prepareStatement('takeover', { ledger, message, context }));
  return toSolidity(file);
}

/** A real proof that the message makes of the ledger what it says; a copy of its own for every caller. */
export async function proveTakeover(
  ledger: Ledger,
  message: LeafMessage,
  context = 12_345n,
): Promise<BatchMember> {
  const key = [ledger.root, ...packMessage(message), context].join();
  const proof = made.get(key) ?? prove(ledger, message, context);
  made.set(key, proof);
  return structuredClone(await proof);
}

export async function closeTakeoverProver(): Promise<void> {
  await prover?.close();
  prover = undefined;
}

/** Of the ledger in which the message has an effect. */
export function takeoverProof(kind: LeafKind): Promise<BatchMember> {
  return proveTakeover(ledgerOf(stateFor(kind)), messageOf(kind));
}
