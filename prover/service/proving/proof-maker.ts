// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import { AskedProcess } from '../asked-process.ts';
import type { ProofAnswer, ProofQuestion } from './proving-process.ts';

/** Makes proofs, each verified before it is handed out. */
export interface ProofMaker {
  /** The text of the proof file. */
  prove(instance: StatementInstance<'liquidation'>): Promise<string>;
  close(): void;
}

/**
 * A process of its own, so that no proof keeps an answer of the API waiting. One that dies takes its
 * questions with it, whose jobs are tried again; the next question starts another.
 */
export class ForkedProver implements ProofMaker {
  readonly #process = new AskedProcess<ProofQuestion, ProofAnswer>(
    new URL('./proving-process.ts', import.meta.url),
    () => new PlimsollError('PROVING_PROCESS', 'the proving process ended'),
  );

  async prove(instance: StatementInstance<'liquidation'>): Promise<string> {
    const { statement, profile, inputs, publicSignals } = instance;
    const answer = await this.#process.ask({
      instance: { statement, profile, inputs, publicSignals },
    });
    if ('proof' in answer) return answer.proof;
    throw new PlimsollError(answer.code, answer.message);
  }

  close(): void {
    this.#process.close();
  }
}
