// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess } from 'node:child_process';

import { PlimsollError } from '../../core/errors.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import type { ProofAnswer, ProofQuestion } from './proving-process.ts';

/** Makes proofs, each verified before it is handed out. */
export interface ProofMaker {
  /** The text of the proof file. */
  prove(instance: StatementInstance<'liquidation'>): Promise<string>;
  close(): void;
}

interface Waiting {
  readonly resolve: (proof: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process of its own, so that no proof keeps an answer of the API waiting. One that dies takes its
 * questions with it, whose jobs are tried again; the next question starts another.
 */
export class ForkedProver implements ProofMaker {
  #child: ChildProcess | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  async prove(instance: StatementInstance<'liquidation'>): Promise<string> {
    const child = (this.#child ??= this.#start());
    const id = this.#next;
    this.#next += 1;
    const { statement, profile, inputs, publicSignals } = instance;
    return await new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const question: ProofQuestion = {
        id,
        instance: { statement, profile, inputs, publicSignals },
      };
      child.send(question);
    });
  }

  close(): void {
    this.#child?.kill();
  }

  #start(): ChildProcess {
    const child = fork(new URL('./proving-process.ts', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      // The child has no use for tokens and addresses of databases.
      env: { PATH: process.env['PATH'] },
    });
    child.on('message', (answer: ProofAnswer) => {
      const asked = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('proof' in answer) asked?.resolve(answer.proof);
      else asked?.reject(new PlimsollError(answer.code, answer.message));
    });
    const end = (): void => {
      if (this.#child === child) this.#child = undefined;
      const error = new PlimsollError('PROVING_PROCESS', 'the proving process ended');
      for (const [id, { reject }] of this.#waiting) {
        this.#waiting.delete(id);
        reject(error);
      }
    };
    child.on('error', end);
    child.on('exit', end);
    return child;
  }
}
