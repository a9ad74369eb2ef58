// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { JsonRpcProvider, makeError } from 'ethers';
import { expect, it } from 'vitest';

import { answerInstead, isNodeFailure } from '../../../prover/chain/node-failure.ts';
import { InvalidInput } from '../../../prover/core/errors.ts';

/** What asking a node for its head ends in, whose server is stopped before or during the question. */
async function failureOf(isStoppedBefore: boolean): Promise<unknown> {
  const server = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  if (isStoppedBefore) await stop();
  const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, 31_337n, {
    staticNetwork: true,
  });
  try {
    return await provider.getBlockNumber().catch((error: unknown) => error);
  } finally {
    provider.destroy();
    if (!isStoppedBefore) await stop();
  }
}

it('is the node’s where nobody listens, or where it stops in the middle of a question', async () => {
  expect(isNodeFailure(await failureOf(true))).toBe(true);
  expect(isNodeFailure(await failureOf(false))).toBe(true);
});

it('is not the node’s where a contract refuses, an input breaks a rule or the program is wrong', () => {
  const reverted = makeError('reverted', 'CALL_EXCEPTION', {
    action: 'call',
    data: '0x',
    reason: null,
    transaction: { to: null, data: '0x' },
    invocation: null,
    revert: null,
  });
  for (const error of [reverted, new InvalidInput('--bid', 'is required'), new TypeError('no')]) {
    expect(isNodeFailure(error)).toBe(false);
  }
});

it('is told apart by what a node that answers says in place of a result', async () => {
  const says = async (answer: object): Promise<unknown> => {
    const server = createServer((_, response) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...answer });
      response.setHeader('content-type', 'application/json').end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, 31_337n, {
      staticNetwork: true,
    });
    try {
      return await provider.send('eth_sendRawTransaction', ['0x']).catch((error: unknown) => error);
    } finally {
      provider.destroy();
      server.close();
    }
  };
  const words = ['Nonce too high', 'insufficient funds', 'nonce too low', 'only replay-protected'];
  for (const message of words) {
    expect(answerInstead(await says({ error: { code: -32_000, message } }))).toBe(message);
  }
  expect(answerInstead(await says({ result: {} }))).toBeUndefined();
  expect(answerInstead(await failureOf(true))).toBeUndefined();
  expect(answerInstead(await failureOf(false))).toBeUndefined();
});
