// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { ProofUse } from '../../proving/formats/proof-file.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import { AskedProcess } from '../asked-process.ts';
import type { OrderedStatement } from './proof-order.ts';
import type { ProofAnswer, ProofQuestion } from './proving-process.ts';

export interface MadeProof {
  /** The text of the proof file, which says what the proof is for. */
  readonly file: string;
  /** What witness and proof took, where they were made here. */
  readonly workMs?: number | undefined;
}

/** Makes proofs, each verified before it is handed out. */
export interface ProofMaker {
  prove(instance: StatementInstance<'liquidation'>, use: ProofUse): Promise<MadeProof>;
  close(): void;
}

/** The same of whatever is ordered; `use` says what a proof is for, undefined of one that is bound to no contract. */
export interface OrderedProofMaker extends ProofMaker {
  prove(
    instance: StatementInstance<OrderedStatement>,
    use: ProofUse | undefined,
  ): Promise<MadeProof>;
}

/**
 * A process of its own, so that no proof keeps an answer of the API waiting. One that dies takes its
 * questions with it, whose jobs are tried again; the next question starts another.
 */
export class ForkedProver implements OrderedProofMaker {
  readonly #process = new AskedProcess<ProofQuestion, ProofAnswer>(
    new URL('./proving-process.ts', import.meta.url),
    () => new PlimsollError('PROVING_PROCESS', 'the proving process ended'),
  );

  async prove(instance: StatementInstance, use: ProofUse | undefined): Promise<MadeProof> {
    const { statement, profile, inputs, publicSignals } = instance;
    const answer = await this.#process.ask({
      instance: { statement, profile, inputs, publicSignals } as StatementInstance,
      use,
    });
    if ('proof' in answer) return { file: answer.proof, workMs: answer.workMs };
    throw new PlimsollError(answer.code, answer.message);
  }

  close(): void {
    this.#process.close();
  }
}
