// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { accountDocument, formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { serviceClient } from '../../../../prover/service/client/service-client.ts';
import { runService, type RunningService } from '../../../../prover/service/run.ts';
import { asker } from '../../../support/api.ts';
import { serviceConfig } from '../../../support/service-config.ts';
import { until } from '../../../support/until.ts';

const sample = loadSample();
const ONE_E6 = 1_000_000n;
const DOLLARS = { quoteE6: 1000n * ONE_E6, collateralE8: [0n, 0n, 0n], positions: [] } as const;
const accounts = sample.ledgers.calm
  .slice(0, 20)
  .map((account, index) => (index === 0 ? { ...account, ...DOLLARS } : account));
const token = 'the-token-of-the-operator';
const admission = {
  fundE6: 10n ** 18n,
  addOnBps: 10_000n,
  unadmitted: 'refuse',
  isCoverFollowed: false,
} as const;

describe('admission over HTTP', () => {
  let folder: string;
  let running: RunningService;
  const ask = asker(() => running.url, token);
  const left = (dollars: bigint): Account => ({ ...accounts[0]!, quoteE6: dollars * ONE_E6 });
  const asked = (dollars: bigint, more: object = {}) => ({
    changes: [{ index: 0, account: accountDocument(left(dollars)) }],
    ...more,
  });
  const update = async (sequence: number, dollars: bigint) =>
    await ask('POST', '/ledger/updates', {
      sequence,
      root: new Ledger(accounts.with(0, left(dollars))).root.toString(),
      ...asked(dollars),
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-admission-'));
    const config = serviceConfig(folder, { operatorToken: token, admission });
    running = await runService(config, pino({ level: 'silent' }), () => undefined);
  }, 120_000);

  afterAll(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  it('judges nothing before the first tick, and for nobody but the operator', async () => {
    await ask('PUT', '/ledger', {
      sequence: 1,
      root: new Ledger(accounts).root.toString(),
      ledger: JSON.parse(formatLedger(accounts)) as unknown,
    });
    expect(await ask('POST', '/admissions', asked(900n))).toMatchObject({
      status: 404,
      body: { code: 'NO_TICK' },
    });
    expect((await ask('POST', '/admissions', asked(900n), null)).status).toBe(401);
    expect((await ask('GET', '/admissions', undefined, null)).status).toBe(401);
    await ask('PUT', '/snapshot', sample.snapshots.calm.document);
    await until('the tick is in force', async () =>
      (await ask('GET', '/admissions')).text.includes('"scenarios"'),
    );
  });

  it('answers through the typed client, with the amounts that a rule compares', async () => {
    const client = serviceClient({ url: running.url, token: () => token });
    const { data } = await client.POST('/admissions', { body: asked(900n) });
    expect(data).toMatchObject({ admitted: true, refusals: [], number: 1 });
    const refused = await client.POST('/admissions', { body: asked(-1n) });
    // Without anything held it needs no margin: the add-on is of what it would be short of.
    expect(refused.data).toMatchObject({
      admitted: false,
      number: 1,
      refusals: [
        { rule: 'initialMargin', account: 0, equityE6: '-1000000', requiredE6: '1000000' },
      ],
    });
    const standing = await client.GET('/admissions');
    expect(standing.data).toMatchObject({ pending: 1, covered: true, fundE6: String(10n ** 18n) });
  });

  it('names field and rule of what it cannot read', async () => {
    const wrong = { changes: [{ index: 0, account: { owner: 'nobody' } }] };
    expect(await ask('POST', '/admissions', wrong)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    });
    const twice = { changes: [...asked(1n).changes, ...asked(2n).changes] };
    expect((await ask('POST', '/admissions', twice)).status).toBe(400);
    const nobody = { changes: [{ ...asked(1n).changes[0]!, index: 20 }] };
    expect(await ask('POST', '/admissions', nobody)).toMatchObject({
      status: 404,
      body: { code: 'NO_SUCH_ACCOUNT' },
    });
  });

  it('refuses an update that takes what nobody admitted, and takes what was', async () => {
    expect(await update(2, -5n)).toMatchObject({ status: 409, body: { code: 'NOT_ADMITTED' } });
    expect((await ask('GET', '/ledger')).body).toMatchObject({ sequence: 1 });
    expect((await update(2, 900n)).status).toBe(200);
    const { text } = await ask('GET', '/metrics');
    expect(text).toContain('plimsoll_admission_admitted 1');
    expect(text).toContain('plimsoll_admission_refused 1');
    expect(text).toContain('plimsoll_admission_unadmitted 0');
  });

  it('a contract’s demand counts whatever rule it breaks', async () => {
    expect((await ask('POST', '/admissions', asked(-5n, { forced: true }))).body).toMatchObject({
      admitted: true,
    });
    expect((await update(3, -5n)).status).toBe(200);
  });
});
