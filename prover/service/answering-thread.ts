// SPDX-License-Identifier: GPL-3.0-or-later
import { parentPort, type Transferable } from 'node:worker_threads';

import { PlimsollError } from '../core/errors.ts';

/** What a thread sends back under the number of the question. */
export type ThreadAnswer =
  { readonly id: number; readonly value: unknown } | ({ readonly id: number } & ThreadFault);

/** Why there is no answer. */
export interface ThreadFault {
  readonly error: Error;
  /** Whether it is one of ours, which a copy no longer tells. */
  readonly isOwn: boolean;
  /** What it says beside its message, which alone a copy of it has. */
  readonly fields: Readonly<Record<string, string>>;
}

/** An answer, and what of it is handed over instead of copied. */
export interface Handed {
  readonly value: unknown;
  readonly transfer?: readonly Transferable[];
}

/** Makes this thread answer what its `AskedThread` asks, one question after another. */
export function answerQuestions<Question>(
  answer: (question: Question) => Handed | Promise<Handed>,
): void {
  const port = parentPort!;
  let tail: Promise<void> = Promise.resolve();
  port.on('message', ({ id, question }: { id: number; question: Question }) => {
    tail = tail.then(async () => {
      try {
        const { value, transfer = [] } = await answer(question);
        port.postMessage({ id, value } satisfies ThreadAnswer, transfer);
      } catch (error) {
        const told = error instanceof Error ? error : new Error(String(error));
        const fields = Object.fromEntries(
          Object.entries(told).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          ),
        );
        const isOwn = error instanceof PlimsollError;
        port.postMessage({ id, error: told, isOwn, fields } satisfies ThreadAnswer);
      }
    });
  });
}
