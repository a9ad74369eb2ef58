// SPDX-License-Identifier: GPL-3.0-or-later
import pg from 'pg';

import { PlimsollError } from '../../core/errors.ts';
import { AskedThread } from '../asked-thread.ts';
import type { DatabaseQuestion } from './database-thread.ts';
import { MIGRATIONS } from './migrations.ts';

export type SqlRow = Readonly<Record<string, unknown>>;

/** Rows by parameters `$1 …`; amounts come back as text. */
export interface Queries {
  query(sql: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
}

/** The tables and queues of a service: PGlite inside this process, or PostgreSQL. */
export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgresql';
  /** All of the work or nothing. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * PGlite in a thread of its own: its queries take as long as they take, and no answer of the API waits
 * for them. It has no lock: whoever opens it holds the lock of its folder (the journal's).
 */
export class EmbeddedDatabase implements Database {
  readonly kind = 'pglite';
  readonly #thread = new AskedThread(new URL('./database-thread.ts', import.meta.url));
  #tail: Promise<unknown> = Promise.resolve();

  private constructor() {}

  static async open(folder: string): Promise<EmbeddedDatabase> {
    const database = new EmbeddedDatabase();
    try {
      await database.#ask({ kind: 'open', folder });
    } catch (error) {
      await database.#thread.close();
      throw error;
    }
    return database;
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> {
    return await this.#inTurn(async () => this.#ask({ kind: 'query', sql, values }));
  }

  /** Statements without values, one after another; the rows of all of them. */
  async execute(sql: string): Promise<readonly SqlRow[]> {
    return await this.#inTurn(async () => {
      try {
        return await this.#ask({ kind: 'execute', sql });
      } catch (error) {
        // What failed within a transaction of its own has left it open.
        await this.#ask({ kind: 'execute', sql: 'ROLLBACK' });
        throw error;
      }
    });
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const query = async (sql: string, values: readonly unknown[] = []) =>
      this.#ask({ kind: 'query', sql, values });
    return await this.#inTurn(async () => {
      await query('BEGIN');
      try {
        const result = await work({ query });
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    try {
      await this.#inTurn(async () => this.#ask({ kind: 'close' }));
    } finally {
      await this.#thread.close();
    }
  }

  async #ask(question: DatabaseQuestion): Promise<readonly SqlRow[]> {
    return await this.#thread.ask(question);
  }

  /** One session has one transaction at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }
}

export class PostgresDatabase implements Database {
  readonly kind = 'postgresql';
  readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 5000 });
    // An idle connection that breaks is replaced by the next query; that one reports what is wrong.
    this.pool.on('error', () => undefined);
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> {
    return (await this.pool.query<SqlRow>(sql, [...values])).rows;
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // A session that breaks between two queries says so by itself; unheard, that would end the process.
    const breaks = (error: Error): void => {
      broken = error;
    };
    client.on('error', breaks);
    try {
      await client.query('BEGIN');
      const result = await work({
        query: async (sql, values = []) => (await client.query<SqlRow>(sql, [...values])).rows,
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.off('error', breaks);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Brings the tables to the version this program writes; refuses those of a later one. */
export async function migrate(database: Database): Promise<void> {
  await database.query('CREATE SCHEMA IF NOT EXISTS plimsoll');
  await database.query(
    'CREATE TABLE IF NOT EXISTS plimsoll.migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())',
  );
  const [row] = await database.query('SELECT max(version) AS version FROM plimsoll.migrations');
  const version = (row?.['version'] as number | null) ?? 0;
  if (version > MIGRATIONS.length) {
    throw new PlimsollError(
      'DATABASE_NEWER',
      `the database is at version ${version}, this program knows ${MIGRATIONS.length}: update it`,
    );
  }
  for (const [at, statements] of MIGRATIONS.entries()) {
    if (at < version) continue;
    await database.transaction(async (queries) => {
      for (const statement of statements) await queries.query(statement);
      await queries.query('INSERT INTO plimsoll.migrations (version) VALUES ($1)', [at + 1]);
    });
  }
}
