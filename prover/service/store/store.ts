// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { PgBoss, fromPglite } from 'pg-boss';

import { PlimsollError } from '../../core/errors.ts';
import { EmbeddedDatabase, PostgresDatabase, migrate, type Database } from './database.ts';
import type { Journal } from './journal.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { ThreadedJournal } from './threaded-journal.ts';

/** What a service keeps; opening it takes its place, which no living process gives up. */
export interface Store {
  readonly journal: Journal;
  readonly database: Database;
  readonly boss: PgBoss;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  /** Told when another owner has the place, which is waited for (PostgreSQL only). */
  readonly standby: () => void;
  /** Told when the place is lost: the process must end. */
  readonly lost: () => void;
  /** What a queue reports while nobody asked it, and a database that had to be made anew. */
  readonly fault: (error: Error) => void;
}

/** A dead handler is noticed by its heartbeat (10 s at least) at the next look. */
const LOOK_SECONDS = 5;

/** Of the queues alone: all that a worker needs to see. */
export const QUEUE_SCHEMA = 'plimsoll_queue';

const bossOptions = {
  schema: QUEUE_SCHEMA,
  superviseIntervalSeconds: LOOK_SECONDS,
  monitorIntervalSeconds: LOOK_SECONDS,
} as const;

async function started(boss: PgBoss, fault: (error: Error) => void): Promise<PgBoss> {
  boss.on('error', fault);
  await boss.start();
  return boss;
}

/** The embedded database as the queue's adapter knows it. */
const pgliteLike = (database: EmbeddedDatabase): Parameters<typeof fromPglite>[0] => ({
  query: async <T>(sql: string, values?: unknown[]) => ({
    rows: [...(await database.query(sql, values))] as T[],
  }),
  exec: async (sql) => [{ rows: [...(await database.execute(sql))] }],
});

/**
 * PGlite syncs nothing, and a kill can leave a folder that it does not open any more. All in it is made from the
 * journal, and made again where there is nothing: a folder that does not open is set aside, one at a time.
 */
async function openOrMakeAnew(
  folder: string,
  fault: StoreOptions['fault'],
): Promise<EmbeddedDatabase> {
  try {
    return await EmbeddedDatabase.open(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    const aside = `${folder}-damaged`;
    rmSync(aside, { recursive: true, force: true });
    renameSync(folder, aside);
    const { message } = error as Error;
    fault(
      new PlimsollError(
        'DATABASE_DAMAGED',
        `the embedded database does not open (${message}): set aside as ${aside}, made anew from the journal`,
        { cause: error },
      ),
    );
    return await EmbeddedDatabase.open(folder);
  }
}

async function openEmbedded({ folder, fault }: StoreOptions): Promise<Store> {
  // First the lock: PGlite has none, and two processes in its folder destroy it.
  const journal = await ThreadedJournal.open(folder);
  try {
    const database = await openOrMakeAnew(join(folder, 'database'), fault);
    await migrate(database);
    const options = {
      ...bossOptions,
      db: fromPglite(pgliteLike(database)),
      backend: 'pglite' as const,
    };
    const boss = await started(new PgBoss(options), fault);
    const close = async (): Promise<void> => {
      await boss.stop({ graceful: true, timeout: 5000 });
      await database.close();
      await journal.close();
    };
    return { journal, database, boss, close };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function openPostgres(
  connectionString: string,
  { standby, lost, fault }: StoreOptions,
): Promise<Store> {
  const database = new PostgresDatabase(connectionString);
  try {
    const journal = await PostgresJournal.acquire(database, { standby, lost });
    await migrate(database);
    const boss = await started(new PgBoss({ ...bossOptions, connectionString }), fault);
    const close = async (): Promise<void> => {
      await boss.stop({ graceful: true, timeout: 5000 });
      await journal.close();
      await database.close();
    };
    return { journal, database, boss, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function openStore(options: StoreOptions): Promise<Store> {
  return options.databaseUrl === undefined
    ? await openEmbedded(options)
    : await openPostgres(options.databaseUrl, options);
}
