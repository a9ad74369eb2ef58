// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import type { Queries, PostgresDatabase } from './database.ts';
import { missingBlob, type Journal, type JournalRecord } from './journal.ts';

const TABLES = [
  'CREATE SCHEMA IF NOT EXISTS plimsoll',
  `CREATE TABLE IF NOT EXISTS plimsoll.lease (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), epoch bigint NOT NULL
  )`,
  'INSERT INTO plimsoll.lease (epoch) VALUES (0) ON CONFLICT DO NOTHING',
  `CREATE TABLE IF NOT EXISTS plimsoll.journal (
    sequence bigint PRIMARY KEY, kind text NOT NULL, body jsonb NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS journal_by_kind ON plimsoll.journal (kind, sequence)',
  `CREATE TABLE IF NOT EXISTS plimsoll.blobs (
    digest text PRIMARY KEY, bytes bytea NOT NULL
  )`,
];

/** Any number that no other program on the database takes. */
const LEASE_LOCK = 0x706c696d;
const PAGE = 1000;

/**
 * The journal in PostgreSQL, where several owners may wait for one place. The place is an advisory
 * lock of a session; each holder has an epoch, which every append checks in its own transaction, so
 * that one whose session was lost and who does not know it yet writes nothing.
 */
export class PostgresJournal implements Journal {
  readonly #database: PostgresDatabase;
  readonly #epoch: string;
  readonly #release: () => Promise<void>;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(database: PostgresDatabase, epoch: string, release: () => Promise<void>) {
    this.#database = database;
    this.#epoch = epoch;
    this.#release = release;
  }

  /** Resolves once the lease is this process's; `standby` is told when it must wait for it. */
  static async acquire(
    database: PostgresDatabase,
    { standby, lost }: { readonly standby: () => void; readonly lost: () => void },
  ): Promise<PostgresJournal> {
    const session = await database.pool.connect();
    session.on('error', lost);
    try {
      const attempt = await session.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS taken',
        [LEASE_LOCK],
      );
      if (attempt.rows[0]?.taken !== true) {
        standby();
        await session.query('SELECT pg_advisory_lock($1)', [LEASE_LOCK]);
      }
      for (const statement of TABLES) await session.query(statement);
      const raised = await session.query<{ epoch: string }>(
        'UPDATE plimsoll.lease SET epoch = epoch + 1 RETURNING epoch',
      );
      return new PostgresJournal(database, raised.rows[0]!.epoch, async () => {
        session.off('error', lost);
        await session.query('SELECT pg_advisory_unlock($1)', [LEASE_LOCK]).catch(() => undefined);
        session.release(true);
      });
    } catch (error) {
      session.release(true);
      throw error;
    }
  }

  async append(kind: string, body: unknown): Promise<number> {
    return await this.appendText(kind, JSON.stringify(body));
  }

  async appendText(kind: string, body: string): Promise<number> {
    return await this.#write(async (queries) => insert(queries, kind, body));
  }

  async appendAll(kind: string, bodies: readonly unknown[]): Promise<void> {
    await this.#write(async (queries) => {
      for (const body of bodies) await insert(queries, kind, JSON.stringify(body));
    });
  }

  async *read(sequence: number, kind?: string): AsyncGenerator<JournalRecord> {
    for (let after = sequence; ;) {
      const rows = await this.#database.query(
        `SELECT sequence, kind, body FROM plimsoll.journal
         WHERE sequence > $1 AND ($2::text IS NULL OR kind = $2) ORDER BY sequence LIMIT ${PAGE}`,
        [after, kind ?? null],
      );
      for (const { sequence: number, kind: name, body } of rows) {
        after = Number(number);
        yield { sequence: after, kind: String(name), body };
      }
      if (rows.length < PAGE) return;
    }
  }

  async last(): Promise<number> {
    const [row] = await this.#database.query('SELECT max(sequence) AS last FROM plimsoll.journal');
    return Number(row?.['last'] ?? 0);
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    await this.#database.query(
      'INSERT INTO plimsoll.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [digest, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)],
    );
    return digest;
  }

  async blob(digest: string): Promise<Uint8Array> {
    const [row] = await this.#database.query('SELECT bytes FROM plimsoll.blobs WHERE digest = $1', [
      digest,
    ]);
    const bytes = row?.['bytes'] as Uint8Array | undefined;
    if (bytes === undefined || sha256(bytes) !== digest) throw missingBlob(digest);
    return bytes;
  }

  async keepBlobs(digests: readonly string[]): Promise<void> {
    await this.#database.query('DELETE FROM plimsoll.blobs WHERE NOT (digest = ANY($1))', [
      digests,
    ]);
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#release();
  }

  /** One after another, so that no number is taken whose record may still fail. */
  async #write<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const turn = this.#tail.then(async () =>
      this.#database.transaction(async (queries) => {
        await this.#requireLease(queries);
        return await work(queries);
      }),
    );
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }

  async #requireLease(queries: Queries): Promise<void> {
    const [row] = await queries.query('SELECT epoch FROM plimsoll.lease FOR SHARE');
    if (String(row?.['epoch']) === this.#epoch) return;
    throw new PlimsollError('LEASE_LOST', 'another owner has taken over; this one writes nothing');
  }
}

async function insert(queries: Queries, kind: string, body: string): Promise<number> {
  const [row] = await queries.query(
    `INSERT INTO plimsoll.journal (sequence, kind, body)
     SELECT coalesce(max(sequence), 0) + 1, $1, $2::jsonb FROM plimsoll.journal RETURNING sequence`,
    [kind, body],
  );
  return Number(row!['sequence']);
}
