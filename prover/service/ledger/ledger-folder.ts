// SPDX-License-Identifier: GPL-3.0-or-later
import { lstat, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { writeFileAtomically } from '../../core/files.ts';
import { InvalidInput } from '../../core/errors.ts';
import { parseJson } from '../../core/schema.ts';
import { LedgerRefused, type LedgerState } from './ledger-keeper.ts';

const POLL_MS = 500;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.json$/;

/** Who takes what is found in the folder. */
export interface LedgerTaker {
  putLedger(body: unknown): Promise<LedgerState>;
  updateLedger(body: unknown): Promise<LedgerState>;
}

export interface LedgerFolderOptions {
  readonly folder: string;
  readonly bodyBytes: number;
  /** What is written beside a file that was refused; undefined where the fault is not the file's. */
  readonly refusalOf: (error: unknown) => object | undefined;
  readonly log: (about: object, what: string) => void;
}

/**
 * Ledgers and updates by way of a folder: each file has the body of `PUT /ledger` or of
 * `POST /ledger/updates`. Files are taken in the order of their names, numbers in them by size; what is
 * taken goes to `taken/`, what is refused to `refused/` with the refusal beside it. A sender writes
 * under another name first and renames: what stands there is whole.
 */
export class LedgerFolder {
  readonly #taker: LedgerTaker;
  readonly #options: LedgerFolderOptions;
  readonly #ended = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(taker: LedgerTaker, options: LedgerFolderOptions) {
    this.#taker = taker;
    this.#options = options;
  }

  /** Looks twice a second until it is stopped. */
  async start(): Promise<void> {
    const { folder, log } = this.#options;
    for (const name of ['', 'taken', 'refused'])
      await mkdir(join(folder, name), { recursive: true });
    const { signal } = this.#ended;
    this.#loop = (async () => {
      while (!signal.aborted) {
        await this.look().catch((error: unknown) => log({ err: error }, 'the ledger folder'));
        await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    })();
  }

  /** Takes everything that is there. */
  async look(): Promise<void> {
    const names = (await readdir(this.#options.folder)).filter((name) => NAME.test(name));
    const order = new Intl.Collator('en', { numeric: true });
    for (const name of names.sort(order.compare)) {
      if (this.#ended.signal.aborted) return;
      await this.#take(name);
    }
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
  }

  async #take(name: string): Promise<void> {
    const { folder, refusalOf, log } = this.#options;
    const path = join(folder, name);
    let body: unknown;
    try {
      body = await this.#read(path);
      const isUpdate = typeof body === 'object' && body !== null && 'changes' in body;
      const held = isUpdate
        ? await this.#taker.updateLedger(body)
        : await this.#taker.putLedger(body);
      log({ file: name, ledger: held.sequence }, 'took a ledger file');
    } catch (error) {
      if (!isTakenAlready(error, body)) {
        const refusal = refusalOf(error);
        // The file stays, and those after it: the next look begins with it.
        if (refusal === undefined) throw error;
        log({ file: name, ...refusal }, 'refused a ledger file');
        const reason = join(folder, 'refused', `${name}.refusal`);
        writeFileAtomically(reason, `${JSON.stringify(refusal)}\n`);
        return await rename(path, join(folder, 'refused', name));
      }
    }
    await rename(path, join(folder, 'taken', name));
  }

  async #read(path: string): Promise<unknown> {
    const { bodyBytes } = this.#options;
    const found = await lstat(path);
    if (!found.isFile()) throw new InvalidInput('file', 'must be a plain file');
    if (found.size > bodyBytes) {
      throw new InvalidInput('file', `must have at most ${bodyBytes} bytes, has ${found.size}`);
    }
    return parseJson(await readFile(path, 'utf8'), 'body');
  }
}

/** Whether a kill came between taking this very ledger and putting its file away. */
function isTakenAlready(error: unknown, body: unknown): boolean {
  if (!(error instanceof LedgerRefused) || error.code !== 'LEDGER_REPEAT') return false;
  const { sequence, root } = body as { readonly sequence?: unknown; readonly root?: unknown };
  return sequence === error.state.sequence && root === error.state.root.toString();
}
