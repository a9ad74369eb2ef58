// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { AskedProcess } from '../asked-process.ts';
import type { Question, Subject } from './question.ts';
import type { FromProcess, ToProcess } from './question-process.ts';

/** An account of 64 positions takes two seconds for its levels. */
const ANSWER_MS = 20_000;
const MOST_WAITING = 32;

/**
 * Exact figures take from milliseconds to seconds: they are made in a process of their own, so that no
 * question keeps another answer waiting. One that takes too long ends that process, and the next
 * question starts another.
 */
export class QuestionDesk {
  readonly #process: AskedProcess<
    { readonly question: Question; readonly subject: Subject },
    FromProcess
  >;
  #tick: ToProcess | undefined;

  constructor() {
    this.#process = new AskedProcess(
      new URL('./question-process.ts', import.meta.url),
      () => new PlimsollError('TOO_LONG', 'the question took too long, or its process ended'),
      () => (this.#tick === undefined ? [] : [this.#tick]),
    );
  }

  /** The tick of every question from now on, by the text of its snapshot. */
  setTick(document: string, parameters: ParameterSet): void {
    this.#tick = { document, parameters };
    this.#process.tell(this.#tick);
  }

  /** The answer as JSON; throws `BUSY` where too many wait, `TOO_LONG` where it takes too long. */
  async ask(question: Question, subject: Subject): Promise<string> {
    if (this.#process.waiting >= MOST_WAITING) {
      throw new PlimsollError('BUSY', `${MOST_WAITING} questions are waiting: try again later`);
    }
    const reply = await this.#process.ask({ question, subject }, ANSWER_MS);
    if ('text' in reply) return reply.text;
    if (reply.field === undefined || reply.rule === undefined) {
      throw new PlimsollError(reply.code, reply.message);
    }
    throw new InvalidInput(reply.field, reply.rule);
  }

  close(): void {
    this.#process.close();
  }
}
