// SPDX-License-Identifier: GPL-3.0-or-later
// Registers of solvency beside the venues of tests.
import { ZeroAddress, type Contract, type Signer } from 'ethers';
import { z } from 'zod';

import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { deployVerifier } from '../../prover/chain/deploy.ts';
import { read } from '../../prover/chain/refusal.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { ARTIFACTS, deployContract } from './chain.ts';
import { SESSION_CIRCUITS } from './solvency-session.ts';

export interface CoinCustody {
  readonly token: string;
  readonly holder: string;
  readonly byShares: boolean;
  readonly decimals: number;
}
export const NO_COIN: CoinCustody = {
  token: ZeroAddress,
  holder: ZeroAddress,
  byShares: false,
  decimals: 0,
};
export const NO_COINS: readonly CoinCustody[] = [NO_COIN, NO_COIN, NO_COIN];

export const REGISTER_CONFIG = {
  pinSeconds: 3_600,
  maxAge: 7_200,
  confirmSeconds: 600,
  minCoverageBps: 10_000,
};

const struct = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess(
    (result: { toObject(deep: boolean): unknown }) => result.toObject(true),
    z.object(shape),
  );
const pinShape = struct({
  tick: z.bigint(),
  backingE6: z.bigint(),
  fundE6: z.bigint(),
  coinsE8: z.array(z.bigint()),
});
const coverageShape = struct({ tick: z.bigint(), shortSince: z.bigint(), coverageBps: z.bigint() });

/** What the latest pin read. */
export const latestPin = async (register: Contract) =>
  read(register, 'pinAt', [await read(register, 'latestPin', [], z.bigint())], pinShape);

export const coverageOf = (register: Contract) => read(register, 'coverage', [], coverageShape);

/** The verifiers of the circuits that the tests prove sessions with. */
export function sessionVerifiers(deployer: Signer): Promise<readonly string[]> {
  return Promise.all(
    SESSION_CIRCUITS.map(([statement, profile]) => {
      const name = verifierName(statement, profile);
      return deployVerifier(deployer, name, verifierArtifact(ARTIFACTS, name));
    }),
  );
}

export function deployRegister(
  deployer: Signer,
  marketFeed: string,
  verifiers: readonly string[],
  coins = NO_COINS,
  config: Partial<typeof REGISTER_CONFIG> = {},
): Promise<Contract> {
  const args = [marketFeed, verifiers, coins, { ...REGISTER_CONFIG, ...config }];
  return deployContract(deployer, 'SolvencyRegister', args);
}
