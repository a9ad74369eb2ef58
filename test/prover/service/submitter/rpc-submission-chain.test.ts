// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportedAbi } from '../../../../prover/chain/abi.ts';
import { isNodeFailure } from '../../../../prover/chain/node-failure.ts';
import { connectVenue, venueAddressesSchema } from '../../../../prover/chain/venue.ts';
import { nodeAt } from '../../../../prover/service/chain/node-at.ts';
import { RpcSubmissionChain } from '../../../../prover/service/submitter/rpc-submission-chain.ts';
import { SendRefused } from '../../../../prover/service/submitter/submitter.ts';
import { developmentKey } from '../../../support/deployments.ts';
import { emptyOpenings } from '../../../support/openings.ts';

const CHAIN = 31_337n;
const RAW = '0x02';
const CALL = emptyOpenings(1n, 1);

/** In place of an answer: what it says, or that it hangs up. */
type Reply = { readonly says: string } | 'hangs up';

describe('a node behind a submitter', () => {
  let reply: Reply = 'hangs up';
  /** The engine's configuration, all of it zero. */
  const { outputs } = exportedAbi('LiquidationEngine').getFunction('config')!;
  const config = `0x${'0'.repeat(64 * outputs[0]!.components!.length)}`;
  const server = createServer((request, response) => {
    void (async () => {
      const { id, method } = JSON.parse((await request.toArray()).join('')) as {
        readonly id: number;
        readonly method: string;
      };
      const isRead = method === 'eth_call';
      if (reply === 'hangs up' && !isRead) return request.socket.destroy();
      const says = reply === 'hangs up' ? '' : reply.says;
      const answer = isRead ? { result: config } : { error: { code: -32_000, message: says } };
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
    })();
  });
  let chain: RpcSubmissionChain;
  let close: () => void;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const provider = nodeAt(`http://127.0.0.1:${port}`, CHAIN);
    const { address } = new Wallet(developmentKey(9));
    const everywhere = Object.keys(venueAddressesSchema.shape).map((name) => [name, address]);
    const venue = connectVenue(
      venueAddressesSchema.parse(Object.fromEntries(everywhere)),
      provider,
    );
    chain = await RpcSubmissionChain.open(provider, venue, new Wallet(developmentKey(9)));
    close = () => {
      provider.destroy();
      server.close();
    };
  });
  afterAll(() => close());

  const failure = async (what: Promise<void>): Promise<unknown> =>
    what.then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    'Nonce too high. Expected nonce to be 0 but got 3.',
    'insufficient funds for gas * price + value',
    'tx fee (1.20 ether) exceeds the configured cap (1.00 ether)',
  ])('is heard where it answers and does not take a transaction: %s', async (says) => {
    reply = { says };
    const error = await failure(chain.broadcast(RAW));
    expect(error).toBeInstanceOf(SendRefused);
    expect((error as Error).message).toBe(says);
    expect(isNodeFailure(error)).toBe(false);
  });

  it.each(['already known', 'nonce too low', 'replacement transaction underpriced'])(
    'has what it is sent where it says “%s”',
    async (says) => {
      reply = { says };
      expect(await failure(chain.broadcast(RAW))).toBeUndefined();
    },
  );

  it('is heard where it does not try a call for a reason of its own', async () => {
    reply = { says: 'insufficient funds for transfer' };
    expect(await failure(chain.simulate(CALL))).toBeInstanceOf(SendRefused);
  });

  it('fails where it does not answer', async () => {
    reply = 'hangs up';
    for (const what of [chain.broadcast(RAW), chain.simulate(CALL)]) {
      const error = await failure(what);
      expect(error).not.toBeInstanceOf(SendRefused);
      expect(isNodeFailure(error)).toBe(true);
    }
  });
});
