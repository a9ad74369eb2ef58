// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonRpcProvider } from 'ethers';
import hre from 'hardhat';

import { CHAIN_START, type TestChain } from './chain.ts';

/** A test chain that answers JSON-RPC over HTTP, for commands that take `--rpc`. */
export interface RpcChain extends TestChain {
  readonly url: string;
}

export async function startRpcChain(
  options: { chainId?: number; startAt?: bigint } = {},
): Promise<RpcChain> {
  const { chainId = 31_337, startAt = CHAIN_START } = options;
  const override = { chainId, initialDate: new Date(Number(startAt) * 1_000) };
  const server = await hre.network.createServer({ override }, '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const url = `http://${address}:${port}`;
  const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1 });
  const rpc = (method: string, params: readonly unknown[]): Promise<unknown> =>
    provider.send(method, [...params]) as Promise<unknown>;
  const now = async (): Promise<bigint> => BigInt((await provider.getBlock('latest'))!.timestamp);
  const setNextTime = async (time: bigint): Promise<void> => {
    await rpc('evm_setNextBlockTimestamp', [Number(time)]);
  };
  return {
    url,
    chainId: BigInt(chainId),
    provider,
    accounts: await provider.listAccounts(),
    rpc,
    setNextTime,
    now,
    save: () => rpc('evm_snapshot', []),
    restore: async (saved) => {
      await rpc('evm_revert', [saved]);
      const again = await rpc('evm_snapshot', []);
      await setNextTime((await now()) + 1n);
      await rpc('evm_mine', []);
      return again;
    },
    close: async () => {
      provider.destroy();
      await server.close();
    },
  };
}
