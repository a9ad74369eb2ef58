// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess, type Serializable } from 'node:child_process';

/** Beside these a child has no use for anything of an environment: tokens, keys, addresses of databases. */
const VARIABLES = [
  'PATH',
  'NODE_COMPILE_CACHE',
  'PLIMSOLL_BACKEND',
  'PLIMSOLL_NATIVE_ARITHMETIC',
  'PLIMSOLL_RAPIDSNARK',
  'PLIMSOLL_WITNESS',
] as const;

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process of its own that answers questions by their number: started by the first, and by the next
 * after it ended. One that ends takes its questions with it.
 */
export class AskedProcess<Question extends object, Answer extends { readonly id: number }> {
  readonly #script: URL;
  readonly #ended: () => Error;
  readonly #greeting: () => readonly Serializable[];
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #child: ChildProcess | undefined;
  #next = 1;

  /**
   * @param ended What those who wait are told when it ends
   * @param greeting What it is sent before its first question
   */
  constructor(script: URL, ended: () => Error, greeting: () => readonly Serializable[] = () => []) {
    this.#script = script;
    this.#ended = ended;
    this.#greeting = greeting;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The answer; what takes longer than `limitMs` ends the process. */
  async ask(question: Question, limitMs?: number): Promise<Answer> {
    const child = (this.#child ??= this.#start());
    const id = this.#next;
    this.#next += 1;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        if (limitMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
        child.send({ id, ...question });
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Something to know, if it runs; one that is started later is greeted with it. */
  tell(message: Serializable): void {
    this.#child?.send(message);
  }

  close(): void {
    this.#child?.kill();
  }

  #start(): ChildProcess {
    const child = fork(this.#script, {
      serialization: 'advanced',
      execArgv: [],
      env: Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]])),
    });
    for (const message of this.#greeting()) child.send(message);
    child.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.resolve(answer));
    const end = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const { reject } of this.#waiting.values()) reject(this.#ended());
    };
    child.on('error', end);
    child.on('exit', end);
    return child;
  }
}
