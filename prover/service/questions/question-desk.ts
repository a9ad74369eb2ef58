// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess } from 'node:child_process';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { Question, Subject } from './question.ts';
import type { FromProcess, ToProcess } from './question-process.ts';

/** An account of 64 positions takes two seconds for its levels. */
const ANSWER_MS = 20_000;
const MOST_WAITING = 32;

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Exact figures take from milliseconds to seconds: they are made in a process of their own, so that no
 * question keeps another answer waiting. One that takes too long ends that process, and the next
 * question starts another.
 */
export class QuestionDesk {
  readonly #parameters: ParameterSet;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #document: string | undefined;
  #next = 1;

  constructor(parameters: ParameterSet) {
    this.#parameters = parameters;
  }

  /** The tick of every question from now on, by the text of its snapshot. */
  setTick(document: string): void {
    this.#document = document;
    this.#child?.send({ document } satisfies ToProcess);
  }

  /** The answer as JSON; throws `BUSY` where too many wait, `TOO_LONG` where it takes too long. */
  async ask(question: Question, subject: Subject): Promise<string> {
    if (this.#waiting.size >= MOST_WAITING) {
      throw new PlimsollError('BUSY', `${MOST_WAITING} questions are waiting: try again later`);
    }
    const child = (this.#child ??= this.#start());
    const id = this.#next;
    this.#next += 1;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS);
        child.send({ id, question, subject } satisfies ToProcess);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#child?.kill();
  }

  #start(): ChildProcess {
    const child = fork(new URL('./question-process.ts', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      // The child has no use for tokens and addresses of databases.
      env: { PATH: process.env['PATH'] },
    });
    child.send({ parameters: this.#parameters } satisfies ToProcess);
    if (this.#document !== undefined) child.send({ document: this.#document });
    child.on('message', (reply: FromProcess) => {
      const asked = this.#waiting.get(reply.id);
      if ('text' in reply) asked?.resolve(reply.text);
      else if (reply.field === undefined || reply.rule === undefined) {
        asked?.reject(new PlimsollError(reply.code, reply.message));
      } else asked?.reject(new InvalidInput(reply.field, reply.rule));
    });
    const end = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const { reject } of this.#waiting.values()) {
        reject(new PlimsollError('TOO_LONG', 'the question took too long, or its process ended'));
      }
    };
    child.on('error', end);
    child.on('exit', end);
    return child;
  }
}
