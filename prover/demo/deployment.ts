// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { deployLocalVenue } from '../chain/deploy.ts';
import { depositTestDollars } from '../chain/fund.ts';
import { connectVenue, type Venue } from '../chain/venue.ts';
import { loadArtifactManifest } from '../proving/artifacts.ts';
import {
  PROFILES,
  PUBLIC_SIGNALS,
  type StatementName,
} from '../statements/generated/public-signals.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import type { LocalChain } from './local-chain.ts';
import { ORACLES, ORACLE_THRESHOLD } from './ticks.ts';

const ARTIFACTS = join(REPOSITORY_ROOT, 'artifacts');

/** What the insurance fund holds when the market falls. */
export const FUND_DEPOSIT_E6 = 150_000_000_000n;

/** The profiles that the set-up has built, and so has verifiers of. */
function builtProfiles(statement: StatementName): readonly string[] {
  const { artifacts } = loadArtifactManifest();
  return PROFILES[statement].filter((profile) =>
    artifacts.some((built) => built.statement === statement && built.profile === profile),
  );
}

/** Every contract, wired, the fund filled; bound to the keeper, who owns none of them. */
export async function deployVenue(chain: LocalChain, parameterHash: bigint): Promise<Venue> {
  const deployed = await deployLocalVenue({
    deployer: chain.deployer,
    artifactsDirectory: ARTIFACTS,
    parameterHash,
    oracleSigners: ORACLES.map(({ address }) => address),
    oracleThreshold: ORACLE_THRESHOLD,
    profiles: Object.fromEntries(
      (Object.keys(PUBLIC_SIGNALS) as StatementName[]).map((name) => [name, builtProfiles(name)]),
    ),
  });
  await depositTestDollars(deployed, ARTIFACTS, chain.depositor, FUND_DEPOSIT_E6);
  return connectVenue(deployed.addresses, chain.keeper);
}
