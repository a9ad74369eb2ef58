// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { formatProof } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import type { StatementInstance } from '../../statements/instance.ts';

/** What the owner asks of a proving process, and what comes back. */
export interface ProofQuestion {
  readonly id: number;
  readonly instance: StatementInstance<'liquidation'>;
}
export type ProofAnswer =
  | { readonly id: number; readonly proof: string }
  | { readonly id: number; readonly code: string; readonly message: string };

// Keys and witness calculators stay warm between questions.
const prover = new Prover();

async function answer({ id, instance }: ProofQuestion): Promise<ProofAnswer> {
  try {
    // Verified before it is anybody's.
    const { file } = await prover.prove(instance);
    return { id, proof: formatProof(file) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : 'INTERNAL';
    return { id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

let tail: Promise<unknown> = Promise.resolve();
process.on('message', (question: ProofQuestion) => {
  tail = tail.then(async () => process.send?.(await answer(question)));
});
// However the owner ended, nothing is left behind.
process.on('disconnect', () => process.exit());
