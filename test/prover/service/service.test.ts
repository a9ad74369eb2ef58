// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Wallet } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { accountDocument, formatLedger } from '../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import type { Alert } from '../../../prover/service/alerts/alert.ts';
import { signature } from '../../../prover/service/alerts/alert.ts';
import { serviceClient } from '../../../prover/service/client/service-client.ts';
import type { ServiceConfig } from '../../../prover/service/config/config.ts';
import { ACCOUNT_STATES } from '../../../prover/service/margin/account-state.ts';
import { runService, type RunningService } from '../../../prover/service/run.ts';
import { EmbeddedDatabase } from '../../../prover/service/store/database.ts';
import { CLIENT_TYPES, clientTypes } from '../../../scripts/client-types/client-types.ts';
import { asker } from '../../support/api.ts';
import { serviceConfig } from '../../support/service-config.ts';

const sample = loadSample();
const wallet = new Wallet(`0x${'22'.repeat(32)}`);
// The first account is somebody's who can sign.
const accounts = sample.ledgers.crash.with(0, {
  ...sample.ledgers.crash[0]!,
  owner: BigInt(wallet.address),
});
const token = 'the-token-of-the-operator';
const secret = 'the-secret-of-the-webhook';

interface Told {
  readonly alert: Alert;
  readonly attempt: string;
  readonly id: string;
}

describe('the service', () => {
  let folder: string;
  let hook: Server;
  let config: ServiceConfig;
  let running: RunningService;
  const told: Told[] = [];
  const forged: string[] = [];

  const ask = asker(() => running.url, token);
  const start = async (): Promise<void> => {
    running = await runService(config, pino({ level: 'silent' }), () => undefined);
  };
  const settled = async (count: number): Promise<void> => {
    for (let wait = 0; wait < 300 && told.length < count; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-service-'));
    hook = createHttpServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const stated = String(request.headers['plimsoll-signature']);
        const seconds = Number(/^t=(\d+)/.exec(stated)?.[1]);
        if (signature(secret, seconds, body) !== stated) forged.push(stated);
        const attempt = String(request.headers['plimsoll-attempt']);
        told.push({
          alert: JSON.parse(body) as Alert,
          attempt,
          id: String(request.headers['plimsoll-alert']),
        });
        // The very first one is refused: it must come again.
        response.statusCode = told.length === 1 ? 503 : 200;
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    config = serviceConfig(folder, {
      operatorToken: token,
      webhooks: [
        {
          url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
          secret,
          states: ACCOUNT_STATES.filter((state) => state !== 'healthy'),
        },
      ],
    });
    await start();
  }, 180_000);

  afterAll(async () => {
    await running.stop();
    hook.close();
    rmSync(folder, { recursive: true });
  });

  it('is alive before it is ready', async () => {
    expect((await ask('GET', '/health', undefined, null)).status).toBe(200);
    expect((await ask('GET', '/ready', undefined, null)).status).toBe(503);
  });

  it('lets nobody but the operator change anything', async () => {
    for (const [method, path] of [
      ['PUT', '/ledger'],
      ['POST', '/ledger/updates'],
      ['PUT', '/snapshot'],
      ['GET', '/liquidatable'],
      ['GET', '/metrics'],
    ] as const) {
      const body = method === 'GET' ? undefined : {};
      expect((await ask(method, path, body, null)).status, path).toBe(401);
      expect((await ask(method, path, body, 'another')).status, path).toBe(401);
    }
  });

  it('refuses what the schemas do not take, without an error of its own', async () => {
    for (const body of ['{', '[]', '{"sequence":1.0}', '{"sequence":1,"sequence":2}', 'null']) {
      const { status, body: reply } = await ask('PUT', '/ledger', body);
      expect(status, body).toBe(400);
      expect(reply['code'], body).toMatch(/INVALID_INPUT|REQUEST/);
    }
    expect((await ask('PUT', '/snapshot', '{"format":"x"}')).status).toBe(400);
    expect((await ask('POST', '/challenges', 'x'.repeat(20_000))).status).toBe(413);
    expect((await ask('GET', '/nowhere')).status).toBe(404);
  });

  it('margins every account as the exact model does, and says how each stands', async () => {
    const ledger: unknown = JSON.parse(formatLedger(accounts));
    const root = new Ledger(accounts).root.toString();
    expect(await ask('PUT', '/ledger', { sequence: 1, root, ledger })).toMatchObject({
      status: 200,
    });
    const { document } = sample.snapshots.calm;
    expect(await ask('PUT', '/snapshot', document)).toMatchObject({ status: 200 });
    expect((await ask('GET', '/ready', undefined, null)).status).toBe(200);
    const { body: crash } = await ask('PUT', '/snapshot', sample.snapshots.crash.document);
    expect(crash).toMatchObject({ snapshotTime: sample.snapshots.crash.snapshot.time.toString() });

    const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);
    const exact = accounts.flatMap((account, index) =>
      marginPortfolio(account, market).liquidatable ? [index] : [],
    );
    expect(exact.length).toBeGreaterThan(3);
    expect((await ask('GET', '/liquidatable')).body).toEqual({ accounts: exact });
    const { body: totals } = await ask('GET', '/totals', undefined, null);
    const { belowMaintenance = 0, bankrupt = 0 } = totals['states'] as Record<string, number>;
    expect(belowMaintenance + bankrupt).toBe(exact.length);
    // An older tick is no newer one.
    expect(await ask('PUT', '/snapshot', document)).toMatchObject({
      status: 409,
      body: { code: 'TICK_OLD' },
    });
  });

  it('leaves alone what the buffer guarantees while it lacks no more, and says why', async () => {
    const { service } = running;
    const [due] = service.dueAtTick();
    const { account, nonce, shortfallE6 } = due!;
    const left: string[] = [];
    service.due.onHeldOff = ({ reason }) => left.push(reason);
    const guaranteed = async (upToE6: bigint): Promise<readonly number[]> => {
      const heldOff = [{ account, nonce, upToE6, reason: 'the buffer guarantees it' }];
      await service.followChain(undefined, [], heldOff);
      return service.dueAtTick().map((one) => one.account);
    };
    expect(await guaranteed(shortfallE6 - 1n)).toContain(account);
    expect(left).toEqual([]);
    expect(await guaranteed(shortfallE6)).not.toContain(account);
    expect(left).toContain('the buffer guarantees it');
    await service.followChain(undefined, []);
    expect(service.dueAtTick().map((one) => one.account)).toContain(account);
  });

  it('margins nobody again for a block in which nothing is new', async () => {
    const { service } = running;
    const inLiquidation = [{ account: 0, nonce: 0n, state: 'inLiquidation' as const }];
    await service.followChain(undefined, inLiquidation);
    const { publishedAt, publishMs } = service.tick!;
    await service.followChain(
      undefined,
      inLiquidation.map((stage) => ({ ...stage })),
    );
    expect(service.tick).toMatchObject({ publishedAt, publishMs });
    await service.followChain(undefined, []);
    expect(service.tick!.publishMs).not.toBe(publishMs);
  });

  it('tells a webhook of every state once, signed, and again where it was refused', async () => {
    let expected = 0;
    for await (const { body } of running.service.store.journal.read(0, 'transitions')) {
      const { transitions } = body as { transitions: { to: string }[] };
      expected += transitions.filter(({ to }) => to !== 'healthy').length;
    }
    await settled(expected + 1);
    expect(forged).toEqual([]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(expected);
    expect(told).toHaveLength(expected + 1);
    const again = told.filter(({ id }) => id === told[0]!.id);
    expect(again.map(({ attempt }) => attempt)).toEqual(['1', '2']);
  }, 60_000);

  it('refuses an update by name over HTTP, and says what it holds', async () => {
    const next = accounts.with(1, { ...accounts[1]!, quoteE6: 9n });
    const changes = [{ index: 1, account: accountDocument(next[1]!) }];
    const body = { sequence: 2, root: new Ledger(next).root.toString(), changes };
    expect(await ask('POST', '/ledger/updates', { ...body, root: '1' })).toMatchObject({
      status: 409,
      body: { code: 'LEDGER_ROOT', held: { sequence: 1 } },
    });
    expect((await ask('POST', '/ledger/updates', body)).status).toBe(200);
    expect(await ask('POST', '/ledger/updates', body)).toMatchObject({
      status: 409,
      body: { code: 'LEDGER_REPEAT', held: { sequence: 2 } },
    });
  });

  it('shows an account to its owner, and to nobody else', async () => {
    const { body } = await ask(
      'POST',
      '/challenges',
      { owner: wallet.address.toLowerCase() },
      null,
    );
    const signed = await wallet.signMessage(String(body['text']));
    const session = { challenge: body['challenge'], signature: signed };
    const { body: granted } = await ask('POST', '/sessions', session, null);
    const mine = String(granted['token']);
    expect((await ask('GET', '/accounts/0', undefined, mine)).body).toMatchObject({ account: 0 });
    expect((await ask('GET', '/accounts/1', undefined, mine)).status).toBe(404);
    expect((await ask('GET', '/accounts/0', undefined, null)).status).toBe(401);
    expect((await ask('GET', '/liquidatable', undefined, mine)).status).toBe(403);
    // A challenge serves once.
    expect((await ask('POST', '/sessions', session, null)).status).toBe(401);
    const { body: history } = await ask('GET', '/accounts/0/history', undefined, mine);
    expect(history).toHaveProperty('transitions');
  });

  it('is after a restart what it was, and tells nobody anything twice', async () => {
    const before = {
      ledger: (await ask('GET', '/ledger')).body,
      totals: (await ask('GET', '/totals')).body['states'],
      liquidatable: (await ask('GET', '/liquidatable')).body,
    };
    // A whole ledger clears up what came before it, but not the tick that a restart begins with.
    const text: unknown = JSON.parse(formatLedger(running.service.ledger.ledger.accounts));
    const whole = { sequence: 3, root: before.ledger['root'], ledger: text };
    expect((await ask('PUT', '/ledger', whole)).status).toBe(200);
    before.ledger['sequence'] = 3;
    const count = told.length;
    const last = await running.service.store.journal.last();
    await running.stop();
    await start();
    expect({
      ledger: (await ask('GET', '/ledger')).body,
      totals: (await ask('GET', '/totals')).body['states'],
      liquidatable: (await ask('GET', '/liquidatable')).body,
    }).toEqual(before);
    expect(await running.service.store.journal.last()).toBe(last);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(told).toHaveLength(count);
  }, 60_000);

  it('starts again after a checkpoint of its ledger, with the tick it had', async () => {
    const { name } = (await ask('GET', '/tick')).body;
    const held = [...running.service.ledger.ledger.accounts];
    const body = {
      sequence: 900,
      root: new Ledger(held).root.toString(),
      ledger: JSON.parse(formatLedger(held)) as unknown,
    };
    expect((await ask('PUT', '/ledger', body)).status).toBe(200);
    await running.stop();
    await start();
    expect((await ask('GET', '/tick')).body).toMatchObject({ name });
  }, 60_000);

  it.each([
    {
      why: 'does not open any more',
      damage: async (database: string) => truncateSync(join(database, 'global', 'pg_control'), 100),
    },
    {
      why: 'was open when the machine went down, and opens with less in it',
      damage: async (database: string) => {
        const tables = await EmbeddedDatabase.open(database);
        await tables.query('DELETE FROM plimsoll.transitions');
        await tables.close();
        writeFileSync(`${database}.boot`, 'another start of the machine');
      },
    },
  ])(
    'makes an embedded database anew that $why, and tells nobody anything twice',
    async ({ damage }) => {
      const states = (await ask('GET', '/totals')).body['states'];
      const liquidatable = (await ask('GET', '/liquidatable')).body;
      const short = (liquidatable['accounts'] as number[])[0]!;
      const history = (await ask('GET', `/accounts/${short}/history`)).body;
      expect(history['transitions']).not.toEqual([]);
      const last = await running.service.store.journal.last();
      const count = told.length;
      await running.stop();
      const database = join(config.folder, 'database');
      await damage(database);
      const lines: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
      running = await runService(config, logger, () => undefined);
      expect(lines.join('')).toContain('set aside as');
      expect(existsSync(`${database}-damaged`)).toBe(true);
      expect((await ask('GET', '/totals')).body['states']).toEqual(states);
      expect((await ask('GET', '/liquidatable')).body).toEqual(liquidatable);
      expect((await ask('GET', `/accounts/${short}/history`)).body).toEqual(history);
      expect(await running.service.store.journal.last()).toBe(last);
      // The journal says who was told what; whatever it does not say is queued again.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(told).toHaveLength(count);
    },
    120_000,
  );

  it('relies on an embedded database that was closed, after another start of the machine too', async () => {
    await running.stop();
    expect(readFileSync(join(config.folder, 'database.boot'), 'utf8')).toBe('closed');
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    running = await runService(config, logger, () => undefined);
    expect(lines.join('')).not.toContain('set aside as');
    // While it is open, the mark is of this start of the machine.
    expect(readFileSync(join(config.folder, 'database.boot'), 'utf8')).not.toBe('closed');
  }, 60_000);

  it('streams every alert after the one a listener names', async () => {
    const ended = new AbortController();
    const answer = await fetch(`${running.url}/alerts`, {
      headers: { authorization: `Bearer ${token}` },
      signal: ended.signal,
    });
    let text = '';
    const expected = new Set(told.map(({ id }) => id)).size;
    const reader = answer.body!.getReader();
    while ((text.match(/^id: /gm) ?? []).length < expected) {
      const { value, done } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString('utf8');
    }
    ended.abort();
    for (const { id } of told) expect(text).toContain(`id: ${id}\n`);
  });

  it('describes itself, and what it measures', async () => {
    const { body } = await ask('GET', '/openapi.json', undefined, null);
    expect(body).toMatchObject({ openapi: '3.1.0' });
    expect(Object.keys(body['paths'] as object)).toContain('/ledger/updates');
    // Otherwise: node scripts/generate-client.ts
    expect((await clientTypes(body)) === readFileSync(CLIENT_TYPES, 'utf8')).toBe(true);
    const client = serviceClient({ url: running.url, token: () => token });
    const { data } = await client.GET('/liquidatable');
    expect(data?.accounts).toEqual(running.service.book.liquidatable());
    const { text: metrics } = await ask('GET', '/metrics');
    expect(metrics).toMatch(/^plimsoll_accounts\{state="belowMaintenance"\} \d+$/m);
    const { time, surfaceTime } = running.service.market!.snapshot;
    const age = `plimsoll_oracle_age_seconds{component="surface"} ${time - surfaceTime}\n`;
    expect(metrics).toContain(age);
  });
});
