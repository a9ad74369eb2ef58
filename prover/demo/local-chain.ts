// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonRpcProvider, type Provider, type Signer } from 'ethers';
import hre from 'hardhat';

import { PlimsollError } from '../core/errors.ts';

/** A chain inside this process, whose clock the demo sets. */
export interface LocalChain {
  readonly chainId: bigint;
  readonly provider: Provider;
  /** Deploys and owns what has an owner. */
  readonly deployer: Signer;
  /** Deposits in the insurance fund. */
  readonly depositor: Signer;
  /** Proves, submits and is rewarded. */
  readonly keeper: Signer;
  /** Buys accounts under liquidation. */
  readonly bidder: Signer;
  readonly now: () => Promise<bigint>;
  /** The next block has exactly this time. */
  readonly setNextTime: (time: bigint) => Promise<void>;
  /** Whether each transaction has its block at once, or waits for `mine`. */
  readonly minesAtOnce: (at: boolean) => Promise<void>;
  readonly mine: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** The node itself. */
  readonly rpc: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

/** A chain that answers JSON-RPC over HTTP too. */
export interface ServedChain extends LocalChain {
  readonly url: string;
}

const settings = (startAt: bigint) => ({ initialDate: new Date(Number(startAt) * 1_000) });

type Sender = Provider & { send(method: string, params: unknown[]): Promise<unknown> };

function chainOn(
  provider: Sender,
  [deployer, depositor, keeper, bidder]: readonly Signer[],
  chainId: bigint,
  close: () => Promise<void>,
): LocalChain {
  if (!deployer || !depositor || !keeper || !bidder) {
    throw new PlimsollError('NO_SIGNERS', 'the local chain has no funded accounts');
  }
  return {
    chainId,
    provider,
    deployer,
    depositor,
    keeper,
    bidder,
    now: async () => BigInt((await provider.getBlock('latest'))!.timestamp),
    setNextTime: async (time) => {
      await provider.send('evm_setNextBlockTimestamp', [Number(time)]);
    },
    minesAtOnce: async (at) => {
      await provider.send('evm_setAutomine', [at]);
    },
    mine: async () => {
      await provider.send('evm_mine', []);
    },
    close,
    rpc: async (method, params): Promise<unknown> => provider.send(method, [...params]),
  };
}

/** For programs in processes of their own; it ends with this process, as the other does. */
export async function serveLocalChain(startAt: bigint): Promise<ServedChain> {
  const server = await hre.network.createServer({ override: settings(startAt) }, '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const url = `http://${address}:${port}`;
  const network = { staticNetwork: true, cacheTimeout: -1 };
  const provider = new JsonRpcProvider(url, undefined, network);
  const chainId = BigInt((await provider.send('eth_chainId', [])) as string);
  const signers = await provider.listAccounts();
  const chain = chainOn(provider, signers, chainId, async () => {
    provider.destroy();
    await server.close();
  });
  return { ...chain, url };
}

export async function startLocalChain(startAt: bigint): Promise<LocalChain> {
  const connection = await hre.network.create({ override: settings(startAt) });
  const { ethers } = connection;
  const { chainId } = await ethers.provider.getNetwork();
  return chainOn(ethers.provider, await ethers.getSigners(), chainId, () => connection.close());
}
