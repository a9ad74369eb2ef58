// SPDX-License-Identifier: GPL-3.0-or-later
import { AskedThread } from '../asked-thread.ts';
import type { JournalQuestion } from './journal-thread.ts';
import { recordsOf, type Journal, type JournalRecord, type JournalRow } from './journal.ts';

/**
 * The journal of a folder in a thread of its own: a record is on the disk before it counts, and no answer
 * of the API waits for the disk.
 */
export class ThreadedJournal implements Journal {
  readonly #thread = new AskedThread(new URL('./journal-thread.ts', import.meta.url));

  private constructor() {}

  /** Throws `FOLDER_LOCKED` where another process has the folder. */
  static async open(folder: string): Promise<ThreadedJournal> {
    const journal = new ThreadedJournal();
    try {
      await journal.#ask({ kind: 'open', folder });
    } catch (error) {
      await journal.#thread.close();
      throw error;
    }
    return journal;
  }

  async append(kind: string, body: unknown): Promise<number> {
    return await this.appendText(kind, JSON.stringify(body));
  }

  async appendText(kind: string, body: string): Promise<number> {
    return await this.#ask({ kind: 'append', of: kind, body });
  }

  async appendAll(kind: string, bodies: readonly unknown[]): Promise<void> {
    const texts = bodies.map((body) => JSON.stringify(body));
    await this.#ask({ kind: 'append-all', of: kind, bodies: texts });
  }

  read(sequence: number, kind?: string): AsyncGenerator<JournalRecord> {
    return recordsOf(sequence, async (after) =>
      this.#ask<readonly JournalRow[]>({ kind: 'page', after, of: kind }),
    );
  }

  async last(): Promise<number> {
    return await this.#ask({ kind: 'last' });
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    return await this.#ask({ kind: 'put-blob', bytes });
  }

  async blob(digest: string): Promise<Uint8Array> {
    return await this.#ask({ kind: 'blob', digest });
  }

  async keepBlobs(digests: readonly string[]): Promise<void> {
    await this.#ask({ kind: 'keep-blobs', digests });
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    await this.#thread.close();
  }

  async #ask<Answer>(question: JournalQuestion): Promise<Answer> {
    return await this.#thread.ask<Answer>(question);
  }
}
