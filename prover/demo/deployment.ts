// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { Contract } from 'ethers';

import { contractArtifact } from '../chain/artifact.ts';
import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../chain/config.ts';
import { deployLocalVenue } from '../chain/deploy.ts';
import { depositTestDollars } from '../chain/fund.ts';
import { send } from '../chain/refusal.ts';
import { connectVenue, type Venue } from '../chain/venue.ts';
import { loadArtifactManifest } from '../proving/artifacts.ts';
import { PROFILES, type StatementName } from '../statements/generated/public-signals.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import type { LocalChain } from './local-chain.ts';
import { ORACLES, ORACLE_THRESHOLD } from './ticks.ts';

const ARTIFACTS = join(REPOSITORY_ROOT, 'artifacts');

/** What the insurance fund holds when the market falls. */
export const FUND_DEPOSIT_E6 = 150_000_000_000n;
const BIDDER_E6 = 10_000_000_000_000n;

/**
 * Minutes where a venue has hours, so that all of a life fits between two expiries of the sample; the
 * rules between the numbers are those that every deployment must keep.
 */
export const DEMO_CONFIG: VenueConfig = {
  ...SAMPLE_VENUE_CONFIG,
  registry: {
    ...SAMPLE_VENUE_CONFIG.registry,
    deadline: 120,
    heartbeat: 120,
    batchInterval: 30,
    provingTime: 60,
    l1Slack: 30,
    forcedRound: 60,
  },
  engine: {
    ...SAMPLE_VENUE_CONFIG.engine,
    horizonSeconds: 750,
    auctionSeconds: 120,
    rampSeconds: 120,
  },
};

/** The profiles that the set-up has built, and so has verifiers of. */
function builtProfiles<Name extends StatementName>(
  statement: Name,
): readonly (typeof PROFILES)[Name][number][] {
  const { artifacts } = loadArtifactManifest();
  return PROFILES[statement].filter((profile: string) =>
    artifacts.some((built) => built.statement === statement && built.profile === profile),
  );
}

/** Every contract, wired, the fund and the bidder's pocket filled; bound to the keeper. */
export async function deployVenue(chain: LocalChain, parameterHash: bigint): Promise<Venue> {
  const { addresses } = await deployLocalVenue({
    deployer: chain.deployer,
    artifactsDirectory: ARTIFACTS,
    parameterHash,
    oracleSigners: ORACLES.map(({ address }) => address),
    oracleThreshold: ORACLE_THRESHOLD,
    profiles: {
      liquidation: builtProfiles('liquidation'),
      'account-margin': builtProfiles('account-margin'),
      takeover: builtProfiles('takeover'),
    },
    config: DEMO_CONFIG,
  });
  const venue = connectVenue(addresses, chain.keeper);
  await depositTestDollars(venue, ARTIFACTS, chain.depositor, FUND_DEPOSIT_E6);
  const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
  const asset = new Contract(addresses.asset, abi, chain.bidder);
  await send(asset, 'mint', [await chain.bidder.getAddress(), BIDDER_E6]);
  await send(asset, 'approve', [addresses.vault, BIDDER_E6]);
  return venue;
}
