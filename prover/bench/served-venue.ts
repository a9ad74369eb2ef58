// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PlimsollError } from '../core/errors.ts';
import { SERVICE_FORMAT, SERVICE_VERSION } from '../service/config/config.ts';
import { tickTransitionsSchema } from '../service/margin/margin-book.ts';
import { FolderJournal } from '../service/store/journal.ts';
import type { LoadReport } from './load-process.ts';
import { OWN_TIME, memoryMiBOf, peakMemoryMiBOf, procCpuMs } from './measure.ts';
import { OwnerProcess } from './torture/owner-process.ts';

/** The token of every service here. */
export const OPERATOR = 'the-operator-of-a-benchmark';
export const REQUESTS_PER_SECOND = 200;

/** `cpuMs` is of the service, which a busy machine does not lengthen. */
export interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
}

/** A service of its own, driven over HTTP as a venue drives it. */
export class ServedVenue {
  readonly #folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  readonly #owner: OwnerProcess;

  /**
   * @param settings of its configuration, beside those that every one of these has
   * @param files beside the configuration, by their names
   */
  constructor(
    settings: object,
    files: Readonly<Record<string, string>> = {},
    environment: NodeJS.ProcessEnv = {},
  ) {
    const config = join(this.#folder, 'service.json');
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#folder, name), text);
    writeFileSync(
      config,
      JSON.stringify({
        format: SERVICE_FORMAT,
        version: SERVICE_VERSION,
        folder: 'state',
        listen: { host: '127.0.0.1', port: 0 },
        ...settings,
      }),
    );
    this.#owner = new OwnerProcess(config, {
      PATH: process.env['PATH'],
      PLIMSOLL_OPERATOR_TOKEN: OPERATOR,
      ...environment,
    });
  }

  /** One that no limit of requests or bodies stops, and that proves for nobody where it does. */
  static unlimited(proves: boolean): ServedVenue {
    const nobody = `0x${'0'.repeat(39)}1`;
    return new ServedVenue({
      limits: { bodyBytes: 2 ** 30, requestsPerMinute: 1_000_000 },
      ...(proves
        ? { proving: { chainId: 1, liquidationEngine: nobody, beneficiary: nobody } }
        : {}),
    });
  }

  async start(): Promise<void> {
    await this.#owner.start();
  }

  async kill(): Promise<void> {
    await this.#owner.kill();
  }

  get url(): string {
    return this.#owner.url;
  }

  get peakMemoryMiB(): number {
    return peakMemoryMiBOf(this.#owner.pid);
  }

  /** What its own process holds now. */
  get memoryMiB(): number {
    return memoryMiBOf(this.#owner.pid);
  }

  /** What it keeps, journal and database together. */
  get diskMiB(): number {
    const files = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
    const sizes = files
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false }));
    return sizes.reduce((sum, size) => sum + (size?.size ?? 0), 0) / 2 ** 20;
  }

  get cpuMs(): number {
    return procCpuMs(this.#owner.pid, OWN_TIME);
  }

  async ask(method: string, path: string, body?: string): Promise<string> {
    const answer = await fetch(`${this.#owner.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${OPERATOR}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new PlimsollError('BENCHMARK', `${method} ${path}: ${answer.status} ${text}`);
  }

  async timed(method: string, path: string, body: string): Promise<Timed> {
    const started = performance.now();
    const before = this.cpuMs;
    await this.ask(method, path, body);
    return { ms: performance.now() - started, cpuMs: this.cpuMs - before };
  }

  /** Asks for margins while the work goes on; how long the answers took. */
  async underLoad(accounts: number, work: () => Promise<void>): Promise<LoadReport> {
    const load = fork(
      new URL('./load-process.ts', import.meta.url),
      [this.#owner.url, OPERATOR, String(REQUESTS_PER_SECOND), String(accounts)],
      { execArgv: [] },
    );
    try {
      await work();
      return await new Promise<LoadReport>((resolve, reject) => {
        load.once('message', (report) => resolve(report as LoadReport));
        load.once('exit', () => reject(new PlimsollError('BENCHMARK', 'the load has ended')));
        load.send('enough');
      });
    } finally {
      load.kill();
    }
  }

  /** Of a service that has ended: how many changes of state it wrote down. */
  async transitions(): Promise<number> {
    const journal = new FolderJournal(join(this.#folder, 'state'));
    let count = 0;
    for await (const { body } of journal.read(0, 'transitions')) {
      count += tickTransitionsSchema.parse(body).transitions.length;
    }
    await journal.close();
    return count;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
