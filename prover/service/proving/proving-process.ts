// SPDX-License-Identifier: GPL-3.0-or-later
import { constants, getPriority, setPriority } from 'node:os';

import { formatProof, type ProofUse } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import { answerParent, type ProcessAnswer } from '../answering-process.ts';

/** What the owner asks of a proving process, and what comes back. */
export interface ProofQuestion {
  readonly instance: StatementInstance;
  readonly use: ProofUse | undefined;
}
export type ProofAnswer = ProcessAnswer<{ readonly proof: string; readonly workMs: number }>;

/**
 * Answers and margins of the service come first, where there is not processor enough for all: beside one of
 * them a proof has half its time. Further down it would starve beside what else a machine does.
 */
const BEHIND = 3;
setPriority(Math.min(getPriority() + BEHIND, constants.priority.PRIORITY_LOW));

// Keys and witness calculators stay warm between questions. The native worker verifies each proof; a second time it
// would take a tenth of what the proof does.
const prover = new Prover({ verifiesAgain: 'first' });

answerParent(async ({ instance, use }: ProofQuestion) => {
  // Verified before it is anybody's.
  const { file, timings } = await prover.prove(instance);
  const workMs = timings.witnessMs + timings.proveMs;
  return { proof: formatProof({ ...file, use }), workMs };
});
