// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of the three coins, and the vault that holds them.
import { Contract, type Signer } from 'ethers';

import { exportedAbi } from '../../prover/chain/abi.ts';
import { contractArtifact } from '../../prover/chain/artifact.ts';
import { deployCompiled } from '../../prover/chain/deploy.ts';
import type { CoinTerms } from '../../prover/chain/deployment/optional-parts.ts';
import { send } from '../../prover/chain/refusal.ts';
import type { Venue } from '../../prover/chain/venue.ts';

const ARTIFACTS = new URL('../../artifacts', import.meta.url).pathname;

export interface DeployedCoin {
  readonly token: Contract;
  readonly terms: CoinTerms;
  /** Gives somebody so much out of nothing. */
  give(to: string, amountE8: bigint): Promise<void>;
}

async function tokenOf(
  deployer: Signer,
  name: 'TestCoin' | 'RebasingCoin',
  args: readonly unknown[],
): Promise<Contract> {
  const artifact = contractArtifact(ARTIFACTS, name);
  return new Contract(await deployCompiled(deployer, artifact, args), artifact.abi, deployer);
}

/** Bitcoin of 8 decimals, ether of 18, and stETH in shares of 18. */
export async function deployCoins(deployer: Signer): Promise<readonly DeployedCoin[]> {
  const coin = (token: Contract, byShares: boolean, scale: bigint): DeployedCoin => ({
    token,
    terms: { token: String(token.target), byShares, minDepositE8: 1n },
    give: async (to, amountE8) => {
      await send(token, byShares ? 'mintShares' : 'mint', [to, amountE8 * scale]);
    },
  });
  return [
    coin(await tokenOf(deployer, 'TestCoin', [8]), false, 1n),
    coin(await tokenOf(deployer, 'TestCoin', [18]), false, 10n ** 10n),
    coin(await tokenOf(deployer, 'RebasingCoin', []), true, 10n ** 10n),
  ];
}

export const coinVaultOf = ({ addresses, vault }: Venue): Contract =>
  new Contract(addresses.coinVault!, exportedAbi('CoinVault'), vault.runner);
