// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { PgBoss, fromPglite } from 'pg-boss';

import { PlimsollError } from '../../core/errors.ts';
import { EmbeddedDatabase, PostgresDatabase, migrate, type Database } from './database.ts';
import { EmbeddedFolder } from './embedded-folder.ts';
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
export const LOOK_SECONDS = 5;

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

/** The database of a folder and its queue, opened together: one without the other is of no use. */
async function openTables(
  folder: EmbeddedFolder,
  fault: StoreOptions['fault'],
): Promise<Pick<Store, 'database' | 'boss'>> {
  const database = await EmbeddedDatabase.open(folder.path);
  try {
    await migrate(database);
    const db = fromPglite(pgliteLike(database));
    const boss = await started(new PgBoss({ ...bossOptions, db, backend: 'pglite' }), fault);
    return { database, boss };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * A kill can leave a folder that does not open any more, a machine that goes down one that opens and is
 * wrong. All in it is made from the journal, and made again where there is nothing.
 */
async function openOrMakeAnew(
  folder: EmbeddedFolder,
  fault: StoreOptions['fault'],
): Promise<Pick<Store, 'database' | 'boss'>> {
  const { doubt } = folder;
  if (doubt !== undefined) fault(folder.setAside(doubt));
  folder.opened();
  try {
    return await openTables(folder, fault);
  } catch (error) {
    // What a later program wrote is whole.
    const isNewer = error instanceof PlimsollError && error.code === 'DATABASE_NEWER';
    if (isNewer || !existsSync(folder.path)) throw error;
    fault(folder.setAside((error as Error).message, error));
    return await openTables(folder, fault);
  }
}

async function openEmbedded({ folder, fault }: StoreOptions): Promise<Store> {
  // First the lock: PGlite has none, and two processes in its folder destroy it.
  const journal = await ThreadedJournal.open(folder);
  try {
    const kept = new EmbeddedFolder(join(folder, 'database'));
    const { database, boss } = await openOrMakeAnew(kept, fault);
    const close = async (): Promise<void> => {
      await boss.stop({ graceful: true, timeout: 5000 });
      await database.close();
      kept.closed();
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
