// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { secretsOf } from '../../../../prover/service/config/secrets.ts';
import { nodeAt } from '../../../../prover/service/chain/node-at.ts';
import { serviceLogger } from '../../../../prover/service/log/logger.ts';
import { serviceConfig } from '../../../support/service-config.ts';

const KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const SIGNER = `0x${'5e'.repeat(32)}`;
const node = `http://127.0.0.1:9/v3/${KEY}`;
const config = serviceConfig('nowhere', {
  chain: { venue: {} as never, rpc: [node] },
  databaseUrl: 'postgresql://plimsoll:hunter-two@database/plimsoll',
  webhooks: [{ url: 'https://hooks.example/in', secret: 'a "quoted" webhook secret', states: [] }],
});
const secrets = secretsOf(config, { PLIMSOLL_SIGNER_KEY: SIGNER });

function logged(hidden: readonly string[], about: object, what = 'what happened'): string {
  const lines: string[] = [];
  serviceLogger('info', hidden, { write: (line) => lines.push(line) }).info(about, what);
  return lines.join('');
}

describe('the log of a service', () => {
  it('does not tell the address of a node that fails, of which the key is a part', async () => {
    const provider = nodeAt(node, 31_337n);
    const error: unknown = await provider
      .send('eth_chainId', [])
      .catch((failure: unknown) => failure);
    provider.destroy();
    // The error of the library has it somewhere, or this shows nothing.
    const found = [JSON.stringify(error), String((error as Error).stack)].join();
    expect(logged([], { request: { url: node }, err: error }) + found).toContain(KEY);
    const line = logged(secrets, { err: error, request: { url: node } });
    expect(line).not.toContain(KEY);
    expect(JSON.parse(line)).toMatchObject({
      msg: 'what happened',
      err: { message: expect.any(String) },
    });
  });

  it('tells an error of ethers by what it was, without what was asked', () => {
    const error = Object.assign(new Error('refused (requestUrl="http://x", data="0x12")'), {
      code: 'SERVER_ERROR',
      shortMessage: 'refused',
      info: { requestUrl: 'http://x' },
    });
    const { err } = JSON.parse(logged([], { err: error })) as { err: Record<string, string> };
    expect(err).toMatchObject({ code: 'SERVER_ERROR', message: 'refused' });
    expect(JSON.stringify(err)).not.toContain('requestUrl');
  });

  it('tells what a node answered in place of a result', () => {
    const error = Object.assign(new Error('could not coalesce error'), {
      code: 'UNKNOWN_ERROR',
      shortMessage: 'could not coalesce error',
      error: { code: -32_000, message: `Nonce too high (${KEY})` },
      payload: { method: 'eth_sendRawTransaction', params: ['0x12'] },
    });
    const { err } = JSON.parse(logged(secrets, { err: error })) as { err: Record<string, string> };
    expect(err).toMatchObject({ answer: 'Nonce too high ([secret])' });
    expect(JSON.stringify(err)).not.toContain('payload');
  });

  it.each([
    ['the password of the database', 'hunter-two'],
    ['the operator’s token', 'the-token-of-the-operator'],
    ['the secret of a webhook', 'a "quoted" webhook secret'],
    ['the key that signs', SIGNER],
    ['that key without its prefix', SIGNER.slice(2)],
  ])('holds nothing of %s', (_, secret) => {
    const inJson = JSON.stringify(secret).slice(1, -1);
    expect(logged([], { deep: [{ secret }] }, secret)).toContain(inJson);
    expect(logged(secrets, { deep: [{ secret }] }, secret)).not.toContain(inJson);
  });

  it('still tells addresses that hold no key', () => {
    expect(logged(secrets, { url: 'https://hooks.example/in' })).toContain('hooks.example/in');
  });
});
