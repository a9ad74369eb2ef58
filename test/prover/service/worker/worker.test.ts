// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a PostgreSQL of its own, workers in processes of their own, and proofs.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  PostgresCluster,
  findPostgres,
} from '../../../../prover/bench/torture/postgres-cluster.ts';
import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { sha256 } from '../../../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { ageSnapshot } from '../../../../prover/market/snapshot/age-slice.ts';
import { findArtifact, loadArtifactManifest } from '../../../../prover/proving/artifacts.ts';
import { parseProof } from '../../../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../../../prover/proving/prover.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { readServiceConfig } from '../../../../prover/service/config/config.ts';
import { serviceLogger } from '../../../../prover/service/log/logger.ts';
import type { FleetProver } from '../../../../prover/service/proving/fleet-prover.ts';
import { ORDERS } from '../../../../prover/service/proving/proof-order.ts';
import { orderProofs } from '../../../../prover/service/proving/session-orders.ts';
import { runService, type RunningService } from '../../../../prover/service/run.ts';
import { QUEUE_SCHEMA } from '../../../../prover/service/store/store.ts';
import { ArtifactStore } from '../../../../prover/service/worker/artifact-store.ts';
import { request } from '../../../support/api.ts';
import { DUE, fourAccounts as accounts } from '../../../support/due-accounts.ts';
import { plimsoll } from '../../../support/cli.ts';
import { smallVenue } from '../../../support/session-venue.ts';
import { openedSession } from '../../../support/solvency-session.ts';
import { until } from '../../../support/until.ts';

const missing = findPostgres() === undefined ? ' (SKIPPED: PostgreSQL is not installed)' : '';
const sample = loadSample();
const operator = 'the-token-of-the-operator';
const token = 'the-token-of-the-workers';
const PASSWORD = 'the-password-of-the-workers';
const address = `0x${'11'.repeat(20)}`;

describe.skipIf(missing !== '')(`workers of a service${missing}`, () => {
  let folder: string;
  let cluster: PostgresCluster;
  let running: RunningService;
  let workersUrl: string;
  const lines: string[] = [];
  const workers: ChildProcess[] = [];

  const sql = async (text: string): Promise<readonly Record<string, unknown>[]> =>
    (await running.service.store.database.query(text)) as Record<string, unknown>[];
  const orders = async (state: string): Promise<number> =>
    Number(
      (
        await sql(
          `SELECT count(*) AS n FROM ${QUEUE_SCHEMA}.job WHERE name = '${ORDERS}' AND state = '${state}'`,
        )
      )[0]!['n'],
    );
  const proofs = async (): Promise<readonly Record<string, unknown>[]> =>
    await sql('SELECT account, tick, file FROM plimsoll.proofs ORDER BY account, tick');
  const fleet = (): FleetProver => running.service.fleet!;
  const crash = async (seconds: bigint): Promise<void> => {
    const market = sample.snapshots.crash.snapshot;
    const aged = ageSnapshot(market, market.time + seconds, 'time');
    const document = JSON.stringify(snapshotDocument(aged));
    const put = await request(`${running.url}/snapshot`, 'PUT', document, operator);
    expect(put.status, put.text).toBe(200);
  };
  /** A worker in a folder of its own, that has built nothing and may not look into the service's. */
  const startWorker = (name: string): ChildProcess => {
    const own = mkdtempSync(join(folder, `${name}-`));
    const args = ['worker', '--name', name, '--service', running.url, '--folder', own];
    const child = spawn(process.execPath, [join(REPOSITORY_ROOT, 'prover/cli/main.ts'), ...args], {
      cwd: own,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: workersUrl,
        PLIMSOLL_WORKER_TOKEN: token,
        PLIMSOLL_LOG: 'fatal',
      },
    });
    workers.push(child);
    return child;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-workers-'));
    cluster = await PostgresCluster.create();
    await cluster.start();
    const path = join(folder, 'service.json');
    writeFileSync(
      path,
      JSON.stringify({
        format: 'plimsoll.service',
        version: 1,
        folder: 'state',
        listen: { host: '127.0.0.1', port: 0 },
        proving: { chainId: 31_337, liquidationEngine: address, beneficiary: address },
        workers: { inFlight: 4 },
      }),
    );
    const config = readServiceConfig(path, {
      DATABASE_URL: cluster.url,
      PLIMSOLL_OPERATOR_TOKEN: operator,
      PLIMSOLL_WORKER_TOKEN: token,
    });
    const logger = serviceLogger('warn', [], { write: (line) => lines.push(line) });
    running = await runService(config, logger, () => undefined);
    // As docs/service.md says it: the queues, and nothing of the service's own.
    for (const statement of [
      `CREATE ROLE workers LOGIN PASSWORD '${PASSWORD}'`,
      `GRANT USAGE ON SCHEMA ${QUEUE_SCHEMA} TO workers`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO workers`,
    ]) {
      await sql(statement);
    }
    const url = new URL(cluster.url);
    url.username = 'workers';
    url.password = PASSWORD;
    workersUrl = url.href;
    const put = await request(
      `${running.url}/ledger`,
      'PUT',
      {
        sequence: 1,
        root: new Ledger(accounts).root.toString(),
        ledger: JSON.parse(formatLedger(accounts)) as unknown,
      },
      operator,
    );
    expect(put.status, put.text).toBe(200);
  }, 180_000);

  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await running.stop();
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('see the queues and nothing of the service’s own', async () => {
    const client = new pg.Client({ connectionString: workersUrl });
    await client.connect();
    try {
      for (const table of ['journal', 'proofs', 'lease']) {
        await expect(client.query(`SELECT * FROM plimsoll.${table}`)).rejects.toThrow(
          'permission denied',
        );
      }
    } finally {
      await client.end();
    }
  });

  it('are given keys by their hash, on showing their token, and take nothing that has another', async () => {
    const { files } = findArtifact(loadArtifactManifest(), 'liquidation', '7');
    const wanted = files.verificationKey;
    const path = `${running.url}/artifacts/${wanted.sha256}`;
    expect((await request(path, 'GET', undefined, null)).status).toBe(401);
    const nobody = `${running.url}/artifacts/${sha256('nothing')}`;
    expect((await request(nobody, 'GET', undefined, token)).status).toBe(404);
    // The token opens nothing else.
    for (const other of ['/liquidatable', '/accounts/1', '/metrics']) {
      expect([401, 403]).toContain(
        (await request(`${running.url}${other}`, 'GET', undefined, token)).status,
      );
    }
    const own = mkdtempSync(join(folder, 'store-'));
    const source = { service: running.url, token };
    const located = await new ArtifactStore(own, source, false).locate(wanted);
    expect(readdirSync(join(own, 'artifacts'))).toEqual([wanted.sha256]);
    // What is kept and was changed is not taken: it is fetched again.
    writeFileSync(located.path, 'another');
    const again = await new ArtifactStore(own, source, false).locate(wanted);
    expect(again).toEqual(located);
    await expect(new ArtifactStore(own, undefined, false).locate(files.sym)).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
    });
    // A service that sends something else under that name.
    const liar = createServer((_, answer) => answer.end('x'.repeat(wanted.bytes)));
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    const { port } = liar.address() as { port: number };
    const lying = new ArtifactStore(
      mkdtempSync(join(folder, 'liar-')),
      {
        service: `http://127.0.0.1:${port}`,
        token,
      },
      false,
    );
    await expect(lying.locate(wanted)).rejects.toMatchObject({ code: 'ARTIFACT_HASH' });
    liar.close();
  }, 60_000);

  it('take over what one of them died over: nothing is lost, nothing made twice', async () => {
    await crash(0n);
    expect([...running.service.book.liquidatable()]).toEqual(DUE);
    const first = startWorker('first');
    await until('an order is in hand', async () => (await orders('active')) > 0);
    const made = (await proofs()).length;
    expect(made).toBe(0);
    const ended = new Promise((resolve) => first.once('exit', resolve));
    first.kill('SIGKILL');
    await ended;
    const killedAt = Date.now();
    startWorker('second');
    await until('all are proven', async () => (await proofs()).length === DUE.length);
    // The order of the dead one was noticed within a minute.
    expect(Date.now() - killedAt).toBeLessThan(90_000);
    const prover = new Prover();
    try {
      for (const { account, file } of await proofs()) {
        const proof = parseProof(String(file));
        expect(await prover.verify(proof)).toBe(true);
        expect(proof.publicSignals).toMatchObject({ accountIndex: BigInt(account as number) });
        expect(proof.use).toMatchObject({ chainId: 31_337n, beneficiary: address });
      }
    } finally {
      await prover.close();
    }
    expect((await proofs()).map(({ account }) => account)).toEqual(DUE);
    expect(await orders('completed')).toBe(DUE.length);
    expect(fleet().counts).toEqual({ byWorkers: DUE.length, refused: 0, byItself: 0 });
  }, 240_000);

  it('prove a whole session, none of it twice, though who ordered it is killed on the way', async () => {
    // `second` is at work since the test before.
    const out = join(folder, 'session');
    const venue = smallVenue(4);
    writeFileSync(join(folder, 'venue.json'), formatLedger(venue));
    const asked = ['--tick', 'crash', '--ledger', join(folder, 'venue.json')];
    const prove = ['--profiles', 'fallback', '--rows', '1', '--out', out, ...asked, '--queue'];
    const [ordered, before] = [await orders('completed'), fleet().counts];
    const main = join(REPOSITORY_ROOT, 'prover/cli/main.ts');
    const first = spawn(process.execPath, [main, 'solvency', 'prove', ...prove], {
      stdio: 'ignore',
      env: { ...process.env, DATABASE_URL: cluster.url },
    });
    const ended = new Promise((resolve) => first.once('exit', resolve));
    const made = (): readonly string[] =>
      existsSync(out) ? readdirSync(out).filter((name) => name !== 'session.json') : [];
    await until('two are proven', () => made().length >= 2);
    first.kill('SIGKILL');
    await ended;
    const left = made().length;
    process.env['DATABASE_URL'] = cluster.url;
    const again = await plimsoll('solvency prove', ...prove, '--json').finally(
      () => delete process.env['DATABASE_URL'],
    );
    expect(again.status, again.stderr).toBe(0);
    expect(again.stderr).not.toContain('refused');
    const SESSION_PROOFS = 10;
    expect(JSON.parse(again.stdout)).toMatchObject({
      proofs: SESSION_PROOFS,
      kept: left,
      made: SESSION_PROOFS - left,
    });
    const verified = await plimsoll('solvency verify', out, ...asked);
    expect(verified.status, verified.stderr).toBe(0);
    // By workers alone, each of them once; the service’s own counts are not touched.
    expect((await orders('completed')) - ordered).toBe(SESSION_PROOFS);
    expect(fleet().counts).toEqual(before);
  }, 240_000);

  /** A worker that answers every order with the same kind of lie. */
  async function startLiar(lie: () => string): Promise<PgBoss> {
    const liar = new PgBoss({
      connectionString: workersUrl,
      schema: QUEUE_SCHEMA,
      migrate: false,
      supervise: false,
      schedule: false,
    });
    liar.on('error', () => undefined);
    await liar.start();
    await liar.work(ORDERS, { pollingIntervalSeconds: 0.5 }, async () => ({
      worker: 'the-liar',
      proof: lie(),
    }));
    return liar;
  }

  it('are not believed of a session either: what they say is made here again', async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await sleep(500);
    const file = String((await proofs())[0]!['file']);
    const liar = await startLiar(() => file);
    const instance = openedSession(smallVenue(3)).steps.at(-1)!.instance();
    const told: string[] = [];
    let own = 0;
    const ordering = await orderProofs({
      databaseUrl: cluster.url,
      prove: async () => `made here ${++own}`,
      told: (what) => told.push(what),
    });
    expect(await ordering.prove(instance)).toBe('made here 1');
    await ordering.close();
    await liar.stop({ graceful: false });
    const refused = told.filter((line) => line.includes('the proof of a worker is refused'));
    expect(refused).toHaveLength(2);
    expect(refused.join()).toContain('it is of liquidation');
  }, 60_000);

  it('are not believed: a wrong proof is refused by the name of who made it, and made again', async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await sleep(500);
    const file = String((await proofs())[0]!['file']);
    let lies = 0;
    // What held for the tick before, and for another account: a true proof of another statement.
    const liar = await startLiar(() => {
      lies += 1;
      return lies % 2 === 1 ? file : 'no proof at all';
    });
    await crash(60n);
    const due = running.service.book.liquidatable().length;
    expect(due).toBeGreaterThan(0);
    const before = (await proofs()).length;
    await until('the liar is found out', () => fleet().counts.refused >= 2 * due);
    await liar.stop({ graceful: false });
    // Refused twice, each is proven by the service itself.
    await until('all are proven', async () => (await proofs()).length === before + due);
    expect(fleet().counts).toMatchObject({ refused: 2 * due, byItself: due });
    const refusals = lines.filter((line) => line.includes('the proof of a worker is refused'));
    expect(refusals.length).toBe(2 * due);
    for (const line of refusals) expect(JSON.parse(line)).toMatchObject({ worker: 'the-liar' });
    expect(refusals.join()).toContain('it says another');
    expect(refusals.join()).toContain('it is no proof file');
  }, 240_000);
});
