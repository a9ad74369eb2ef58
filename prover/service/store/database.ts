// SPDX-License-Identifier: GPL-3.0-or-later
import { PGlite, type Transaction } from '@electric-sql/pglite';
import pg from 'pg';

import { PlimsollError } from '../../core/errors.ts';
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

/** PGlite has no lock of its own: whoever opens it holds the lock of its folder (the journal's). */
export class EmbeddedDatabase implements Database {
  readonly kind = 'pglite';
  readonly pglite: PGlite;

  private constructor(pglite: PGlite) {
    this.pglite = pglite;
  }

  static async open(folder: string): Promise<EmbeddedDatabase> {
    return new EmbeddedDatabase(await PGlite.create(folder));
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> {
    return (await this.pglite.query<SqlRow>(sql, [...values])).rows;
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return await this.pglite.transaction(async (transaction: Transaction) =>
      work({
        query: async (sql, values = []) => (await transaction.query<SqlRow>(sql, [...values])).rows,
      }),
    );
  }

  async close(): Promise<void> {
    await this.pglite.close();
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
