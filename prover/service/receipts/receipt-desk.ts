// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { AskedProcess } from '../asked-process.ts';
import type { ReceiptAnswer, ReceiptQuestion } from './receipt-process.ts';

/** A proof of the largest profile on a machine that does other things as well. */
const ANSWER_MS = 120_000;
const MOST_WAITING = 8;

/** Makes exact receipts in a process of its own, which begins with the first that is asked for. */
export class ReceiptDesk {
  readonly #process = new AskedProcess<ReceiptQuestion, ReceiptAnswer>(
    new URL('./receipt-process.ts', import.meta.url),
    () => new PlimsollError('TOO_LONG', 'the receipt took too long, or its process ended'),
  );

  /**
   * The text of the receipt; throws `BUSY` where too many wait, `TOO_LONG` where it takes too long,
   * and what keeps an account from having one.
   */
  async make(question: ReceiptQuestion): Promise<string> {
    if (this.#process.waiting >= MOST_WAITING) {
      throw new PlimsollError('BUSY', `${MOST_WAITING} receipts are waiting: try again later`);
    }
    const answer = await this.#process.ask(question, ANSWER_MS);
    if ('receipt' in answer) return answer.receipt;
    throw new PlimsollError(answer.code, answer.message);
  }

  close(): void {
    this.#process.close();
  }
}
