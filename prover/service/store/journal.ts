// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { PlimsollError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';

/** One thing that happened, under its number. */
export interface JournalRecord {
  readonly sequence: number;
  readonly kind: string;
  readonly body: unknown;
}

/**
 * What must not be lost, in the order in which it happened. An append that resolves has reached the
 * disk; one that rejects has not happened.
 */
export interface Journal {
  append(kind: string, body: unknown): Promise<number>;
  /** The same of a body that is JSON already. */
  appendText(kind: string, body: string): Promise<number>;
  /** Many of a kind, one after another: all of them or none, for the price of one. */
  appendAll(kind: string, bodies: readonly unknown[]): Promise<void>;
  /** Records after `sequence`, in order; of one kind where it is given. */
  read(sequence: number, kind?: string): AsyncIterable<JournalRecord>;
  last(): Promise<number>;
  /** Bytes too large for a record; named by their SHA-256, written before the record that names them. */
  putBlob(bytes: Uint8Array): Promise<string>;
  blob(digest: string): Promise<Uint8Array>;
  /** Removes blobs but those named; records that named the others are before the last checkpoint. */
  keepBlobs(digests: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A hash that is missing, or bytes that are not its own. */
export const missingBlob = (digest: string): PlimsollError =>
  new PlimsollError('JOURNAL_DAMAGED', `journal: the blob ${digest} is missing or not its hash`);

const PAGE = 1000;

/** A record as it is kept: its body is JSON. */
export interface JournalRow {
  readonly sequence: number;
  readonly kind: string;
  readonly body: string;
}

/** Records after `sequence`, in order, from pages of them. */
export async function* recordsOf(
  sequence: number,
  page: (after: number) => Promise<readonly JournalRow[]>,
): AsyncGenerator<JournalRecord> {
  for (let after = sequence; ;) {
    const rows = await page(after);
    for (const row of rows) yield { ...row, body: JSON.parse(row.body) as unknown };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.sequence;
  }
}

/**
 * The journal of one folder: SQLite, which checks its pages and syncs every commit. Its exclusive lock
 * is the kernel's: it cannot be taken from a living process, and ends with a dead one.
 */
export class FolderJournal implements Journal {
  readonly #database: DatabaseSync;

  /** Throws `FOLDER_LOCKED` where another process has the folder. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(join(folder, 'journal.sqlite'));
    try {
      this.#database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS records
          (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS records_by_kind ON records (kind, sequence);
        CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      `);
      // WAL takes its lock with the first statement that reads or writes: now, not at the first update.
      this.#database.exec('BEGIN IMMEDIATE; COMMIT');
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
      throw new PlimsollError('FOLDER_LOCKED', `${folder}: another process owns this folder`, {
        cause: error,
      });
    }
  }

  async append(kind: string, body: unknown): Promise<number> {
    return this.#insert(kind, JSON.stringify(body));
  }

  async appendText(kind: string, body: string): Promise<number> {
    return this.#insert(kind, body);
  }

  async appendAll(kind: string, bodies: readonly unknown[]): Promise<void> {
    this.appendTexts(
      kind,
      bodies.map((body) => JSON.stringify(body)),
    );
  }

  /** Bodies that are JSON already, synced together. */
  appendTexts(kind: string, bodies: readonly string[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const body of bodies) this.#insert(kind, body);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #insert(kind: string, body: string): number {
    const insert = this.#database.prepare('INSERT INTO records (kind, body) VALUES (?, ?)');
    return Number(insert.run(kind, body).lastInsertRowid);
  }

  read(sequence: number, kind?: string): AsyncGenerator<JournalRecord> {
    return recordsOf(sequence, async (after) => this.page(after, kind));
  }

  /** The first records after a number: so many that fewer mean that there are no more. */
  page(after: number, kind?: string): readonly JournalRow[] {
    const of = kind === undefined ? '' : 'AND kind = ?';
    const select = this.#database.prepare(
      `SELECT sequence, kind, body FROM records WHERE sequence > ? ${of} ORDER BY sequence LIMIT ${PAGE}`,
    );
    return select.all(after, ...(kind === undefined ? [] : [kind])) as unknown as JournalRow[];
  }

  async last(): Promise<number> {
    const row = this.#database.prepare('SELECT max(sequence) AS last FROM records').get();
    return (row?.['last'] as number | null) ?? 0;
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    this.#database
      .prepare('INSERT INTO blobs (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(digest, bytes);
    return digest;
  }

  async blob(digest: string): Promise<Uint8Array> {
    const row = this.#database.prepare('SELECT bytes FROM blobs WHERE digest = ?').get(digest);
    const bytes = row?.['bytes'] as Uint8Array | undefined;
    if (bytes === undefined || sha256(bytes) !== digest) throw missingBlob(digest);
    return bytes;
  }

  async keepBlobs(digests: readonly string[]): Promise<void> {
    const marks = digests.map(() => '?').join(', ');
    this.#database.prepare(`DELETE FROM blobs WHERE digest NOT IN (${marks})`).run(...digests);
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

const SQLITE_BUSY = 5;
