// SPDX-License-Identifier: GPL-3.0-or-later
import { formatProof, type ProofUse } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import { answerParent, type ProcessAnswer } from '../answering-process.ts';

/** What the owner asks of a proving process, and what comes back. */
export interface ProofQuestion {
  readonly instance: StatementInstance<'liquidation'>;
  readonly use: ProofUse;
}
export type ProofAnswer = ProcessAnswer<{ readonly proof: string; readonly workMs: number }>;

// Keys and witness calculators stay warm between questions.
const prover = new Prover();

answerParent(async ({ instance, use }: ProofQuestion) => {
  // Verified before it is anybody's.
  const { file, timings } = await prover.prove(instance);
  const workMs = timings.witnessMs + timings.proveMs;
  return { proof: formatProof({ ...file, use }), workMs };
});
