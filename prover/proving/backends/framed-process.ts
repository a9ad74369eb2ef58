// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Socket } from 'node:net';

import { PlimsollError } from '../../core/errors.ts';

const DONE = 0;
const LENGTH_BYTES = 4;
const MAX_FRAME_BYTES = 2 ** 28;
const TIMEOUT_MS = 300_000;

/** The process ended, or said what is not in the protocol, while a request waited for it. */
export class WorkerDied extends PlimsollError {
  constructor(name: string, reason: string) {
    super('BACKEND_FAILED', `${name}: the worker ended: ${reason}`);
  }
}

interface Pending {
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One process that serves one request at a time, in frames over its pipes: a length of four bytes, least
 * first, an operation (or, in an answer, a status, 0 for done), and the rest. It does not outlive this
 * process, and an idle one does not keep this process from ending.
 */
export class FramedProcess {
  readonly #name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #complaint = '';
  #pending: Pending | undefined;
  #ended: WorkerDied | undefined;

  /** `name` begins what its errors say. */
  constructor(
    name: string,
    binary: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    this.#name = name;
    this.#child = spawn(binary, args, {
      // Its standard input closes with this process.
      stdio: ['pipe', 'pipe', 'pipe'],
      env,
    });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString('utf8')).slice(0, 400);
    });
    // A write to a worker that is gone is reported by its end.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('close', (code, signal) =>
      this.#end(`${signal ?? `exit code ${code}`} ${this.#complaint.split('\n')[0]}`.trim()),
    );
    this.#keepAlive(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #keepAlive(busy: boolean): void {
    // Pipes to a child process are sockets, which the type of a stream does not say.
    const { stdin, stdout, stderr } = this.#child as unknown as Record<string, Socket>;
    for (const handle of [this.#child, stdin!, stdout!, stderr!]) {
      if (busy) handle.ref();
      else handle.unref();
    }
  }

  /** The rest of the answer; one whose status says otherwise is an error with the code it names. */
  protected async request(operation: number, ...parts: readonly Uint8Array[]): Promise<Buffer> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#pending !== undefined) {
      throw new PlimsollError(
        'BACKEND_FAILED',
        `${this.#name}: the worker serves one request at a time`,
      );
    }
    const length = parts.reduce((sum, part) => sum + part.byteLength, 1);
    const head = Buffer.alloc(LENGTH_BYTES + 1);
    head.writeUInt32LE(length, 0);
    head.writeUInt8(operation, LENGTH_BYTES);
    this.#keepAlive(true);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), TIMEOUT_MS);
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        this.#pending = { resolve, reject };
        for (const part of [head, ...parts]) this.#child.stdin.write(part);
      });
    } finally {
      clearTimeout(timer);
      this.#pending = undefined;
      this.#keepAlive(false);
    }
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes < LENGTH_BYTES) return;
    if (this.#received[0]!.length < LENGTH_BYTES) this.#received = [Buffer.concat(this.#received)];
    const length = this.#received[0]!.readUInt32LE(0);
    if (length === 0 || length > MAX_FRAME_BYTES || this.#pending === undefined) {
      this.#child.kill('SIGKILL');
      return this.#end('it broke the protocol');
    }
    if (this.#receivedBytes < LENGTH_BYTES + length) return;
    const received = Buffer.concat(this.#received);
    this.#received = [];
    this.#receivedBytes = 0;
    const [status, payload] = [received[LENGTH_BYTES], received.subarray(LENGTH_BYTES + 1)];
    if (status === DONE) return this.#pending.resolve(payload);
    const [code, ...message] = payload.toString('utf8').split('\n');
    this.#pending.reject(
      new PlimsollError(code || 'BACKEND_FAILED', `${this.#name}: ${message.join('\n')}`),
    );
  }

  #end(reason: string): void {
    this.#ended ??= new WorkerDied(this.#name, reason);
    this.#pending?.reject(this.#ended);
  }
}
