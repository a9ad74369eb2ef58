// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonRpcProvider } from 'ethers';
import hre from 'hardhat';

import { chainParameters, testChain, type ChainOptions, type TestChain } from './chain.ts';

/** A test chain that answers JSON-RPC over HTTP, for commands that take `--rpc`. */
export interface RpcChain extends TestChain {
  readonly url: string;
  readonly provider: JsonRpcProvider;
}

export async function startRpcChain(options: ChainOptions = {}): Promise<RpcChain> {
  const override = chainParameters(options);
  const server = await hre.network.createServer({ override }, '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const url = `http://${address}:${port}`;
  const network = { staticNetwork: true, cacheTimeout: -1 };
  const provider = new JsonRpcProvider(url, override.chainId, network);
  const chain = testChain(provider, {
    accounts: await provider.listAccounts(),
    chainId: BigInt(override.chainId),
    close: async () => {
      provider.destroy();
      await server.close();
    },
  });
  return { ...chain, provider, url };
}
