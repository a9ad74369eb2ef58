// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider, Signer } from 'ethers';
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
  readonly close: () => Promise<void>;
  /** The node itself. */
  readonly rpc: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

export async function startLocalChain(startAt: bigint): Promise<LocalChain> {
  const connection = await hre.network.create({
    override: { initialDate: new Date(Number(startAt) * 1_000) },
  });
  const { ethers } = connection;
  const [deployer, depositor, keeper, bidder] = await ethers.getSigners();
  if (!deployer || !depositor || !keeper || !bidder) {
    throw new PlimsollError('NO_SIGNERS', 'the local chain has no funded accounts');
  }
  const { chainId } = await ethers.provider.getNetwork();
  return {
    chainId,
    provider: ethers.provider,
    deployer,
    depositor,
    keeper,
    bidder,
    now: async () => BigInt((await ethers.provider.getBlock('latest'))!.timestamp),
    setNextTime: async (time) => {
      await ethers.provider.send('evm_setNextBlockTimestamp', [Number(time)]);
    },
    close: () => connection.close(),
    rpc: async (method, params): Promise<unknown> => ethers.provider.send(method, [...params]),
  };
}
