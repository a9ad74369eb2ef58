// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readServiceConfig } from '../../../../prover/service/config/config.ts';

const token = 'a-token-of-the-operator';
const minimal = { format: 'plimsoll.service', version: 1, folder: 'state' };

describe('the configuration of a service', () => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'));
    path = join(folder, 'service.json');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (document: object, environment: NodeJS.ProcessEnv = {}) => {
    writeFileSync(path, JSON.stringify(document));
    return readServiceConfig(path, { PLIMSOLL_OPERATOR_TOKEN: token, ...environment });
  };

  it('needs little, and listens to this machine alone', () => {
    expect(read(minimal)).toMatchObject({
      folder: join(folder, 'state'),
      databaseUrl: undefined,
      listen: { host: '127.0.0.1', port: 8645 },
      webhooks: [],
    });
  });

  it('lets the environment have the last word', () => {
    const environment = { PLIMSOLL_PORT: '99', DATABASE_URL: 'postgresql://localhost/p' };
    expect(read(minimal, environment)).toMatchObject({
      listen: { port: 99 },
      databaseUrl: 'postgresql://localhost/p',
    });
  });

  it('takes the secret of a webhook from the environment', () => {
    const webhooks = [{ url: 'https://example.com/hook', secretVariable: 'HOOK' }];
    const { webhooks: found } = read({ ...minimal, webhooks }, { HOOK: 'sixteen-characters' });
    expect(found[0]).toMatchObject({ secret: 'sixteen-characters' });
    expect(found[0]!.states).not.toContain('healthy');
  });

  it('finds the venue beside the file or where it is told, and the nodes where addresses may hold a key', () => {
    const chain = { rpc: ['http://localhost:8545'], depth: 8 };
    const damaged = 'damaged-venue.json';
    const missing = { ...minimal, chain: { ...chain, venue: 'nowhere.json' } };
    expect(() => read(missing)).toThrow(/^chain\.venue: .*nowhere/);
    writeFileSync(join(folder, damaged), '{}');
    expect(() => read({ ...minimal, chain: { ...chain, venue: damaged } })).toThrow(/format/);
    expect(() => read({ ...minimal, chain })).toThrow(/^chain\.venue: is required/);
    expect(() => read({ ...minimal, chain: { venue: damaged } })).toThrow(/^chain\.rpc/);
  });

  it.each<[string, object, NodeJS.ProcessEnv, RegExp]>([
    ['an unknown field', { ...minimal, port: 1 }, {}, /^port: unknown field/],
    [
      'a port that is none',
      { ...minimal, listen: { host: 'x', port: 70000 } },
      {},
      /^listen\.port/,
    ],
    [
      'margin steps of nothing',
      { ...minimal, stepping: {} },
      {},
      /^stepping: needs a chain whose venue has a margin state/,
    ],
    [
      'admission without a fund',
      { ...minimal, admission: {} },
      {},
      /^admission\.fundE6: is required without a chain/,
    ],
    [
      'sending without a chain',
      { ...minimal, submitting: { budgetWei: '1' } },
      {},
      /^submitting: needs a chain/,
    ],
    ['nodes that are none', minimal, { PLIMSOLL_RPC: 'ws://x' }, /^PLIMSOLL_RPC/],
    ['no token', minimal, { PLIMSOLL_OPERATOR_TOKEN: undefined }, /^PLIMSOLL_OPERATOR_TOKEN/],
    ['a short token', minimal, { PLIMSOLL_OPERATOR_TOKEN: 'short' }, /at least 16/],
    [
      'workers without a PostgreSQL',
      { ...minimal, workers: {} },
      {},
      /^workers: needs DATABASE_URL/,
    ],
    ['a short token of workers', minimal, { PLIMSOLL_WORKER_TOKEN: 'short' }, /at least 16/],
    ['another database', minimal, { DATABASE_URL: 'mysql://x' }, /^DATABASE_URL/],
    [
      'a webhook without its secret',
      { ...minimal, webhooks: [{ url: 'http://x', secretVariable: 'HOOK' }] },
      {},
      /^HOOK: is not set/,
    ],
    [
      'an address with a wrong checksum',
      {
        ...minimal,
        proving: {
          chainId: 1,
          liquidationEngine: '0x52908400098527886E0F7030069857D2E4169Ee7',
          beneficiary: `0x${'11'.repeat(20)}`,
        },
      },
      {},
      /^proving\.liquidationEngine/,
    ],
    [
      'three nodes',
      { ...minimal, chain: { venue: 'venue.json', rpc: ['http://a', 'http://b', 'http://c'] } },
      {},
      /^chain\.rpc: .* at most 2/,
    ],
    [
      'a venue that is not there',
      { ...minimal, chain: { venue: 'venue.json', rpc: ['http://a'] } },
      {},
      /^chain\.venue/,
    ],
    [
      'a state that is none',
      { ...minimal, webhooks: [{ url: 'http://x', secretVariable: 'H', states: ['sad'] }] },
      {},
      /^webhooks\[0\]\.states\[0\]/,
    ],
  ])('names the field of %s', (_, document, environment, message) => {
    expect(() => read(document, environment)).toThrow(message);
  });
});
