// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a PostgreSQL of its own, and services in processes of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OwnerProcess } from '../../../../prover/bench/torture/owner-process.ts';
import {
  PostgresCluster,
  findPostgres,
} from '../../../../prover/bench/torture/postgres-cluster.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { LedgerKeeper } from '../../../../prover/service/ledger/ledger-keeper.ts';
import { PostgresDatabase } from '../../../../prover/service/store/database.ts';
import { PostgresJournal } from '../../../../prover/service/store/postgres-journal.ts';
import { request } from '../../../support/api.ts';
import {
  ledgerUpdate as update,
  second,
  wholeLedger as put,
} from '../../../support/numbered-ledgers.ts';
import { until } from '../../../support/until.ts';

const programs = findPostgres();
const missing = programs === undefined ? ' (SKIPPED: PostgreSQL is not installed)' : '';
const token = 'the-token-of-the-operator';
describe.skipIf(missing !== '')(`several services on one PostgreSQL${missing}`, () => {
  let folder: string;
  let cluster: PostgresCluster;

  const owner = (name: string): OwnerProcess => {
    const path = join(folder, `${name}.json`);
    const listen = { host: '127.0.0.1', port: 0 };
    writeFileSync(
      path,
      JSON.stringify({ format: 'plimsoll.service', version: 1, folder: name, listen }),
    );
    return new OwnerProcess(path, {
      ...process.env,
      DATABASE_URL: cluster.url,
      PLIMSOLL_OPERATOR_TOKEN: token,
    });
  };
  const ask = async ({ url }: OwnerProcess, method: string, path: string, body?: unknown) => {
    const { status, text } = await request(`${url}${path}`, method, body, token);
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  };

  /** Sessions that wait for the place. */
  const waiting = async (): Promise<number> => {
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    const { rows } = await client.query<{ n: string }>(
      `SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
    );
    await client.end();
    return Number(rows[0]!.n);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-standby-'));
    cluster = await PostgresCluster.create();
    await cluster.start();
  }, 60_000);

  afterAll(async () => {
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stand by while one has the place, and go on where it was killed', async () => {
    const [one, other] = [owner('one'), owner('other')];
    try {
      await one.start();
      let isUp = false;
      const standby = other.start().then(() => (isUp = true));
      expect((await ask(one, 'PUT', '/ledger', put)).status).toBe(200);
      const { document } = loadSample().snapshots.calm;
      expect((await ask(one, 'PUT', '/snapshot', JSON.parse(document))).status).toBe(200);
      await until('the other is up, or waits', async () => isUp || (await waiting()) > 0);
      expect(isUp).toBe(false);
      await one.kill();
      await standby;
      const { body } = await ask(other, 'GET', '/ledger');
      expect(body).toMatchObject({ sequence: 1, root: put.root });
      expect((await ask(other, 'GET', '/ready')).status).toBe(200);
      expect((await ask(other, 'POST', '/ledger/updates', update)).status).toBe(200);
    } finally {
      await one.kill();
      await other.kill();
    }
  }, 120_000);

  it('write nothing once another has taken over, also those who do not know it yet', async () => {
    const databases = [
      new PostgresDatabase(cluster.url),
      new PostgresDatabase(cluster.url),
    ] as const;
    const lost = new Set<string>();
    let stoodBy = 0;
    const hooks = (name: string) => ({
      standby: () => (stoodBy += 1),
      lost: () => lost.add(name),
    });
    const before = await PostgresJournal.acquire(databases[0], hooks('the first'));
    const held = await before.append('note', { by: 'the first' });
    const taking = PostgresJournal.acquire(databases[1], hooks('the second'));
    while (stoodBy === 0) await sleep(50);
    // Its session breaks, its process lives on and its pool connects again.
    await databases[1].query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()`,
    );
    const after = await taking;
    expect([...lost]).toEqual(['the first']);
    await expect(before.append('note', { by: 'the first' })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await after.append('note', { by: 'the second' })).toBe(held + 1);
    const notes: unknown[] = [];
    for await (const { body } of after.read(held - 1, 'note')) notes.push(body);
    expect(notes).toEqual([{ by: 'the first' }, { by: 'the second' }]);
    await before.close();
    await after.close();
    for (const database of databases) await database.close();
  }, 60_000);

  it('fail the transaction whose session breaks, and go on with another', async () => {
    const database = new PostgresDatabase(cluster.url);
    const broken = database.transaction(async (queries) => {
      const [row] = await queries.query('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [row!['pid']]);
      // It is told of the end while it asks nothing.
      await sleep(500);
      await queries.query('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.close();
  }, 60_000);

  it('are restored from pg_dump, ledger and all', async () => {
    const run = (program: string, args: readonly string[], input?: Buffer): Buffer => {
      const { status, stdout, stderr } = spawnSync(join(programs!, program), args, {
        maxBuffer: 2 ** 28,
        ...(input === undefined ? {} : { input }),
      });
      expect(status, stderr.toString()).toBe(0);
      return stdout;
    };
    const dump = run('pg_dump', ['--format=custom', cluster.url]);
    const url = new URL(cluster.url);
    run('psql', [cluster.url, '-q', '-c', 'CREATE DATABASE restored']);
    url.pathname = '/restored';
    run('pg_restore', ['--no-owner', '--exit-on-error', '-d', url.href], dump);
    const database = new PostgresDatabase(url.href);
    const none = (): void => undefined;
    const journal = await PostgresJournal.acquire(database, { standby: none, lost: none });
    const { state } = await LedgerKeeper.restore(journal, PLAIN_HASHER);
    expect(state).toEqual({ sequence: 2, root: BigInt(update.root), accounts: second.length });
    await journal.close();
    await database.close();
  }, 60_000);
});
