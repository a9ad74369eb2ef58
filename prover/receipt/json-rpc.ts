// SPDX-License-Identifier: GPL-3.0-or-later
import type { Interface } from 'ethers';
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';

/** A node's JSON-RPC: rejects with `NodeError` where the node answers with an error. */
export type JsonRpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

const TIMEOUT_MILLISECONDS = 10_000;
/** What EIP-1474's heirs answer when a contract reverts, and what Nethermind does. */
const REVERTED = [3, -32_015];

const errorSchema = z.object({ code: z.number().optional(), message: z.string() });

/** What a node answers in place of a result. */
export class NodeError extends Error {
  readonly isRevert: boolean;

  /** `answer`: the `error` of the JSON-RPC answer, of whatever form the node gives it. */
  constructor(answer: unknown) {
    const { success, data } = errorSchema.safeParse(answer);
    super(success ? data.message : `the node answers ${JSON.stringify(answer)}`);
    this.name = 'NodeError';
    this.isRevert =
      success && (REVERTED.includes(data.code ?? 0) || /revert|invalid opcode/i.test(data.message));
  }
}

/** JSON-RPC over `fetch`, which browsers and Node have alike. Gives up after ten seconds. */
export function httpRpc(url: string): JsonRpc {
  return async (method, params) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const answer = (await response.json()) as { result?: unknown; error?: unknown };
    if (answer.error !== undefined) throw new NodeError(answer.error);
    return answer.result;
  };
}

const hex = z.string().regex(/^0x([0-9a-fA-F]{2})*$/);
const quantity = z.string().regex(/^0x[0-9a-fA-F]{1,64}$/);
/** Unix seconds: no block is of a later time, and dates can be made of all until then. */
export const LATEST_TIME = 2n ** 32n - 1n;
const block = z.object({
  timestamp: quantity.transform(BigInt).refine((time) => time <= LATEST_TIME),
});

async function asked<T>(what: string, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw new PlimsollError('NODE_FAILED', `the node does not tell ${what}`, { cause: error });
  }
}

export function chainIdOf(rpc: JsonRpc): Promise<bigint> {
  return asked('its chain', async () => BigInt(quantity.parse(await rpc('eth_chainId', []))));
}

/** Unix seconds of the latest block that the node knows. */
export function latestBlockTime(rpc: JsonRpc): Promise<bigint> {
  return asked('its latest block', async () => {
    return block.parse(await rpc('eth_getBlockByNumber', ['latest', false])).timestamp;
  });
}

/**
 * The first value a view returns, or `undefined` where the contract reverts or nothing at the address
 * has this view. Throws `NODE_FAILED` where it was not the contract that failed.
 */
export async function view(
  rpc: JsonRpc,
  address: string,
  views: Interface,
  name: string,
  args: readonly unknown[] = [],
): Promise<unknown> {
  const call = { to: address, data: views.encodeFunctionData(name, [...args]) };
  const answer = await asked(`${name} of ${address}`, async () => {
    try {
      return hex.parse(await rpc('eth_call', [call, 'latest']));
    } catch (error) {
      if (error instanceof NodeError && error.isRevert) return undefined;
      throw error;
    }
  });
  if (answer === undefined) return undefined;
  try {
    return views.decodeFunctionResult(name, answer)[0];
  } catch {
    return undefined;
  }
}
