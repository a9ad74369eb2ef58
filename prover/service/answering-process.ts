// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError, reasonOf } from '../core/errors.ts';

/** What a process sends back under the number of the question: an answer, or why there is none. */
export type ProcessAnswer<Answer extends object> =
  | ({ readonly id: number } & Answer)
  | { readonly id: number; readonly code: string; readonly message: string };

/** Makes this process answer what its `AskedProcess` asks, one question after another. */
export function answerParent<Question extends object, Answer extends object>(
  answer: (question: Question) => Promise<Answer>,
): void {
  let tail: Promise<unknown> = Promise.resolve();
  const reply = async (
    question: Question & { readonly id: number },
  ): Promise<ProcessAnswer<Answer>> => {
    const { id } = question;
    try {
      return { id, ...(await answer(question)) };
    } catch (error) {
      const code = error instanceof PlimsollError ? error.code : 'INTERNAL';
      return { id, code, message: reasonOf(error) };
    }
  };
  process.on('message', (question: Question & { readonly id: number }) => {
    tail = tail.then(async () => process.send?.(await reply(question)));
  });
  // However the owner ended, nothing is left behind.
  process.on('disconnect', () => process.exit());
}
