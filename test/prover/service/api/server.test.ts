// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { connect } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { Wallet } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { runService, type RunningService } from '../../../../prover/service/run.ts';
import { asker } from '../../../support/api.ts';
import { plimsoll } from '../../../support/cli.ts';
import '../../../support/seed.ts';
import { serviceConfig } from '../../../support/service-config.ts';

const sample = loadSample();
const wallet = new Wallet(`0x${'22'.repeat(32)}`);
const ACCOUNT = 1;
const BODY_BYTES = 2 ** 21;
const accounts = sample.ledgers.crash.with(ACCOUNT, {
  ...sample.ledgers.crash[ACCOUNT]!,
  owner: BigInt(wallet.address),
});
const token = 'the-token-of-the-operator';
const previous = 'the-token-before-the-rotation';
const logged: string[] = [];

interface Description {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown> }>>;
}

describe('the API', () => {
  let folder: string;
  let running: RunningService;
  let mine: string;
  let files: readonly string[];

  const ask = asker(() => running.url, token);
  const cli = async (name: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout, stderr, status } = await plimsoll(name, ...args, ...files, '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-api-'));
    const [ledgerFile, snapshotFile] = [join(folder, 'ledger.json'), join(folder, 'market.json')];
    const text = formatLedger(accounts);
    writeFileSync(ledgerFile, text);
    writeFileSync(snapshotFile, sample.snapshots.crash.document);
    files = ['--ledger', ledgerFile, '--snapshot', snapshotFile];
    const log = { write: (line: string) => void logged.push(line) };
    running = await runService(
      serviceConfig(join(folder, 'state'), {
        operatorToken: token,
        previousOperatorToken: previous,
        limits: { bodyBytes: BODY_BYTES, requestsPerMinute: 5000, headersMs: 500, requestMs: 1500 },
      }),
      pino({ level: 'trace' }, log),
      () => undefined,
    );
    const root = new Ledger(accounts).root.toString();
    const put = { sequence: 1, root, ledger: JSON.parse(text) as unknown };
    expect((await ask('PUT', '/ledger', put)).status).toBe(200);
    expect((await ask('PUT', '/snapshot', sample.snapshots.calm.document)).status).toBe(200);
    expect((await ask('PUT', '/snapshot', sample.snapshots.crash.document)).status).toBe(200);
    const asked = await ask('POST', '/challenges', { owner: wallet.address.toLowerCase() }, null);
    const signature = await wallet.signMessage(String(asked.body['text']));
    const session = { challenge: asked.body['challenge'], signature };
    mine = String((await ask('POST', '/sessions', session, null)).body['token']);
  }, 60_000);

  afterAll(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  it('tells margin, Greeks, levels and derivation figure for figure as the command line does', async () => {
    const { derivation, levels, schema, ...margin } = await cli(
      'margin',
      String(ACCOUNT),
      '--explain',
      '--levels',
    );
    expect(schema).toBe('margin/1');
    const get = async (kind: string) =>
      (await ask('GET', `/accounts/${ACCOUNT}/${kind}`, undefined, mine)).body;
    expect(await get('margin')).toEqual(margin);
    expect((await get('greeks'))['greeks']).toEqual(margin['greeks']);
    expect((await get('levels'))['levels']).toEqual(levels);
    expect((await get('explain'))['derivation']).toEqual(derivation);
  }, 60_000);

  it('tells a what-if as the command line does, of an account and of a portfolio that nobody has', async () => {
    const change = {
      add: [{ instrument: 'BTC-PERPETUAL', contracts: '-0.5' }],
      deposit: [{ asset: 'USDC', amount: '5000' }],
      shock: { btc: '-10%', vol: '+20%' },
      levels: true,
    };
    const { schema: _, ...expected } = await cli(
      'what-if',
      String(ACCOUNT),
      '--add',
      'BTC-PERPETUAL:-0.5',
      '--deposit',
      'USDC:5000',
      '--shock',
      'btc=-10%,vol=+20%',
      '--levels',
    );
    const told = await ask('POST', `/accounts/${ACCOUNT}/what-if`, change, mine);
    expect(told.body).toEqual(expected);
    const text = JSON.parse(formatLedger([accounts[ACCOUNT]!])) as {
      accounts: { balances: unknown; positions: unknown }[];
    };
    const { balances, positions } = text.accounts[0]!;
    const nobody = await ask('POST', '/what-if', { portfolio: { balances, positions }, ...change });
    expect(nobody.body).toEqual({
      ...expected,
      account: null,
      accountAfter: expect.anything() as unknown,
    });
    const wrong = { portfolio: { balances: {}, positions: [{ kind: 'x' }] } };
    expect(await ask('POST', '/what-if', wrong)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT', field: expect.stringMatching(/^portfolio\./) as unknown },
    });
    const absurd = { shock: { btc: '-100%' } };
    expect(await ask('POST', `/accounts/${ACCOUNT}/what-if`, absurd)).toMatchObject({
      status: 400,
      body: { field: 'shock.btc' },
    });
  }, 60_000);

  it('says which ticks came and who fell below maintenance, and why', async () => {
    const { body } = await ask('GET', '/ticks', undefined, null);
    const ticks = body['ticks'] as { sequence: number; snapshotTime: string }[];
    expect(ticks.map(({ snapshotTime }) => snapshotTime)).toEqual(
      [sample.snapshots.calm, sample.snapshots.crash].map(({ snapshot }) => String(snapshot.time)),
    );
    const later = await ask('GET', `/ticks?after=${ticks[0]!.sequence}`, undefined, null);
    expect(later.body['ticks']).toHaveLength(1);
    const { body: told } = await ask('GET', '/liquidations');
    const liquidations = told['liquidations'] as Record<string, unknown>[];
    const due = (await ask('GET', '/liquidatable')).body['accounts'] as number[];
    expect(liquidations.map(({ account }) => account)).toEqual(due);
    const [one] = liquidations.filter(({ account }) => account === ACCOUNT);
    const { underlyings } = await cli('margin', String(ACCOUNT));
    const [btc, eth] = underlyings as { worstScenario: number }[];
    expect(one).toMatchObject({
      from: expect.stringMatching(/healthy|marginCall/) as unknown,
      worstScenarios: { btc: btc!.worstScenario, eth: eth!.worstScenario },
      ended: null,
      proof: null,
    });
    const totals = (await ask('GET', '/totals', undefined, null)).body;
    expect(BigInt(String(totals['shortfallE6']))).toBeGreaterThan(0n);
  }, 30_000);

  it('lets each role ask what is its own, and takes the operator’s token of before a rotation', async () => {
    const owned = ['margin', 'levels', 'proofs'].map((of) => `/accounts/${ACCOUNT}/${of}`);
    for (const path of owned) {
      expect((await ask('GET', path, undefined, null)).status, path).toBe(401);
      expect((await ask('GET', path, undefined, mine)).status, path).toBe(200);
    }
    for (const of of ['margin', 'proofs', 'proof']) {
      expect((await ask('GET', `/accounts/2/${of}`, undefined, mine)).status, of).toBe(404);
    }
    for (const path of ['/liquidations', '/proofs', '/metrics', '/alerts']) {
      expect((await ask('GET', path, undefined, mine)).status, path).toBe(403);
    }
    expect((await ask('POST', '/what-if', {}, null)).status).toBe(401);
    expect((await ask('GET', '/liquidations', undefined, previous)).status).toBe(200);
    expect((await ask('GET', '/liquidations', undefined, `${previous}x`)).status).toBe(401);
  });

  it('names the methods of a path, and says nothing of a path that is none', async () => {
    const wrong = await ask('POST', '/ledger', {});
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toContain('PUT');
    expect((await ask('GET', '/nowhere')).status).toBe(404);
  });

  /** What a socket gets back for raw bytes, and how long that took. */
  const raw = async (bytes: string): Promise<{ text: string; ms: number }> => {
    const { hostname, port } = new URL(running.url);
    const started = performance.now();
    return await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ text, ms: performance.now() - started }));
    });
  };

  it('cuts off who dawdles over headers or body', async () => {
    const head = 'POST /challenges HTTP/1.1\r\nHost: x\r\n';
    const [headers, body] = await Promise.all([
      raw(head),
      raw(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"own`),
    ]);
    for (const { text, ms } of [headers, body]) {
      expect(ms).toBeLessThan(20_000);
      expect(text).toMatch(/^HTTP\/1\.1 408|^$/);
    }
    expect((await ask('GET', '/health', undefined, null)).status).toBe(200);
  }, 40_000);

  it('refuses bodies beyond its limits before it reads them, and what is no JSON', async () => {
    expect((await ask('PUT', '/ledger', 'x'.repeat(BODY_BYTES + 1))).status).toBe(413);
    expect((await ask('POST', '/what-if', 'x'.repeat(2 ** 17))).status).toBe(413);
    const xml = { 'content-type': 'application/xml' };
    expect((await ask('POST', '/challenges', '<a/>', null, xml)).status).toBe(415);
    const declared = await raw(
      `POST /challenges HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
    );
    expect(declared.text).toMatch(/^HTTP\/1\.1 413/);
  });

  it('takes a ledger that is read in a thread, and refuses one as it refuses any', async () => {
    const put = (sequence: number, root: bigint): string =>
      `{"sequence":${sequence},"root":"${root}","ledger":${formatLedger(accounts)}}` +
      ' '.repeat(2 ** 20);
    const { root } = new Ledger(accounts);
    const { sequence } = (await ask('GET', '/ledger')).body as { sequence: number };
    const wrong = await ask('PUT', '/ledger', put(sequence + 1, root + 1n));
    expect(wrong).toMatchObject({ status: 409, body: { code: 'LEDGER_ROOT', held: { sequence } } });
    const unread = await ask('PUT', '/ledger', put(sequence + 1, root).replace('BTC', 'BCH'));
    expect(unread).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
    expect(String(unread.body['field'])).toMatch(/^accounts\[\d+\]/);
    // Given up before its end, it is told why all the same.
    const sent = async (first: string): Promise<Response> =>
      fetch(`${running.url}/ledger`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: new Blob([Buffer.from(first, 'latin1'), ' '.repeat(BODY_BYTES)]).stream(),
        duplex: 'half',
      } as RequestInit);
    expect((await sent('{"sequence":1')).status).toBe(413);
    const illegible = await sent(`\xff${' '.repeat(2 ** 20)}`);
    expect(await illegible.json()).toMatchObject({ code: 'INVALID_INPUT', field: 'body' });
    const taken = await ask('PUT', '/ledger', put(sequence + 1, root));
    expect(taken).toMatchObject({ status: 200, body: { root: root.toString() } });
  });

  it('answers whatever is asked as its description says, and never with an error of its own', async () => {
    const { body } = await ask('GET', '/openapi.json', undefined, null);
    const { paths } = body as unknown as Description;
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        // A stream does not end.
        .filter(([method]) => !(['/alerts', '/page/events'].includes(path) && method === 'get'))
        .map(([method, { responses }]) => ({ path, method, responses })),
    );
    expect(operations.length).toBeGreaterThan(20);
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record(
        {
          sequence: fc.oneof(fc.integer(), fc.string()),
          root: fc.oneof(fc.bigInt().map(String), fc.string()),
          ledger: fc.jsonValue(),
          changes: fc.array(
            fc.record({ index: fc.integer(), account: fc.dictionary(fc.string(), fc.jsonValue()) }),
            { maxLength: 2 },
          ),
          owner: fc.constantFrom(wallet.address.toLowerCase(), '0x', wallet.address),
          challenge: fc.constantFrom('00'.repeat(32), '', 'zz'),
          signature: fc.constantFrom(`0x${'00'.repeat(65)}`, '0x'),
          portfolio: fc.record({
            balances: fc.dictionary(fc.string(), fc.jsonValue()),
            positions: fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 2 }),
          }),
          shock: fc.dictionary(
            fc.constantFrom('btc', 'vol', 'time', '__proto__'),
            fc.constantFrom('-10%', '0', '1e9', '99999999999999%', '6h'),
          ),
          add: fc.array(
            fc.record({
              instrument: fc.constantFrom('BTC-PERPETUAL', 'BTC-1JAN26-1-C', 'BTC-99FOO26'),
              contracts: fc.constantFrom('1', '-0', '99999999999999999999'),
            }),
            { maxLength: 2 },
          ),
        },
        { requiredKeys: [] },
      ),
    );
    const bearer = fc.constantFrom(null, token, mine, 'x', 'é');
    const segment = fc.oneof(
      fc.nat(400).map(String),
      fc.string(),
      fc.constantFrom('-1', '1e3', '%00', '99999999'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        value,
        bearer,
        segment,
        async ({ path, method, responses }, content, who, account) => {
          const url = path.replace('{account}', encodeURIComponent(account));
          const hasBody = method !== 'get';
          const told = await ask(
            method.toUpperCase(),
            url,
            hasBody ? content : undefined,
            who === 'é' ? null : who,
          );
          // A name that does not match the path at all is no operation of it.
          const known = [...Object.keys(responses), '404'];
          expect(known, `${method} ${url} ${told.status}`).toContain(String(told.status));
          expect(told.status === 503 ? path : 'below 500').toBe(
            told.status >= 500 ? '/ready' : 'below 500',
          );
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('writes a request’s id into each line of the log, and no secret at any level', async () => {
    const text = logged.join('');
    expect(text).toMatch(/"reqId":"[0-9a-f-]{36}"/);
    for (const secret of [token, previous, mine]) expect(text).not.toContain(secret);
  });

  it('slows down who asks too often', async () => {
    let status = 0;
    for (let count = 0; count < 6000 && status !== 429; count += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, async () => ask('GET', '/health', undefined, null)),
      );
      status = Math.max(...answers.map((answer) => answer.status));
    }
    expect(status).toBe(429);
  }, 30_000);
});
