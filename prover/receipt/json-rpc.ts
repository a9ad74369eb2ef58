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
const revertData = z.string().regex(/^0x([0-9a-fA-F]{2})+$/);
const withData = z.object({
  data: z.union([revertData, z.object({ data: revertData }).transform(({ data }) => data)]),
});

/** What a node answers in place of a result. */
export class NodeError extends Error {
  readonly isRevert: boolean;
  /** What the contract reverted with, where the node tells. */
  readonly revertData: string | undefined;

  /** `answer`: the `error` of the JSON-RPC answer, of whatever form the node gives it. */
  constructor(answer: unknown) {
    const { success, data } = errorSchema.safeParse(answer);
    super(success ? data.message : `the node answers ${JSON.stringify(answer)}`);
    this.name = 'NodeError';
    this.revertData = withData.safeParse(answer).data?.data;
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

/** A call before it is sent. */
export interface PlainCall {
  readonly to: string;
  readonly data: string;
  readonly from?: string;
  readonly value?: bigint;
}

/** More ether than any call prepays, lent to whoever is asked about. */
const LENT = `0x${(10n ** 24n).toString(16)}`;

/**
 * What a node says that a call would do now: `undefined` where it would go through, else the revert
 * data ('0x' where the node tells none). The sender is lent what the call pays, where the node lends.
 */
export async function simulate(rpc: JsonRpc, call: PlainCall): Promise<string | undefined> {
  const { to, data, from, value } = call;
  const asText = value === undefined ? undefined : `0x${value.toString(16)}`;
  const sent = { to, data, ...(from && { from }), ...(asText && { value: asText }) };
  const lent = from === undefined || value === undefined ? [] : [{ [from]: { balance: LENT } }];
  return asked(`what a call of ${to} would do`, async () => {
    try {
      await rpc('eth_call', [sent, 'latest', ...lent]);
      return undefined;
    } catch (error) {
      if (error instanceof NodeError && error.isRevert) return error.revertData ?? '0x';
      throw error;
    }
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
