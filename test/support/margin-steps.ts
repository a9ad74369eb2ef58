// SPDX-License-Identifier: GPL-3.0-or-later
// Real proofs of margin steps over the default set, for tests of the contract that takes them.
import { zeroPadValue, toBeHex } from 'ethers';

import type { ContractProof } from '../../prover/chain/submit.ts';
import { inputsHash } from '../../prover/commitments/dynamic-words.ts';
import { loadDefaultMarginRule } from '../../prover/documents/margin-rule-document.ts';
import type { DynamicInputs, DynamicState } from '../../prover/model/dynamic.ts';
import { toSolidity } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { initialState } from '../../prover/risk/dynamic/rule.ts';
import type { MarginStepRequest } from '../../prover/statements/margin-step.ts';
import { prepareStatement } from '../../prover/statements/prepare.ts';
import { proofOf } from './proof-cache.ts';

export const RULE = loadDefaultMarginRule();

/** Inputs of `time` whose counters stand at so many units of 2⁻⁴⁸. */
export function inputsAt(time: bigint, counterQ48: bigint): DynamicInputs {
  const own = { counterQ48, impliedRateQ64: 0n, fundingBps: 1n };
  return { time, underlyings: [own, own] };
}

/** As the feed's snapshot carries it. */
export const inputsBytes = (inputs: DynamicInputs): string =>
  zeroPadValue(toBeHex(inputsHash(inputs)), 32);

export const openingAt = (time: bigint): DynamicState =>
  initialState(RULE.rule, RULE.hash, inputsAt(time, 0n));

export interface StepProof {
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
}

let prover: Prover | undefined;

export async function proveStep(request: MarginStepRequest): Promise<StepProof> {
  const instance = prepareStatement('margin-step', request);
  const { proof, publicSignals } = toSolidity(
    await proofOf(() => (prover ??= new Prover()), instance),
  );
  return { proof, publicSignals };
}

export async function closeStepProver(): Promise<void> {
  await prover?.close();
  prover = undefined;
}
