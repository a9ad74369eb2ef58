// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { Contract } from 'ethers';

import { contractArtifact } from '../chain/artifact.ts';
import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../chain/config.ts';
import { deployVenue as deployPlannedVenue } from '../chain/deployment/deploy-venue.ts';
import { defaultPlan } from '../chain/deployment/plan-document.ts';
import { signerTransactor } from '../chain/deployment/transactor.ts';
import { depositTestDollars } from '../chain/fund.ts';
import { send } from '../chain/refusal.ts';
import { connectVenue, type Venue } from '../chain/venue.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import { loadArtifactManifest } from '../proving/artifacts.ts';
import { PROFILES, type StatementName } from '../statements/generated/public-signals.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import type { LocalChain } from './local-chain.ts';
import { ORACLES, ORACLE_THRESHOLD } from './ticks.ts';

const ARTIFACTS = join(REPOSITORY_ROOT, 'artifacts');

/** What the insurance fund holds when the market falls. */
export const FUND_DEPOSIT_E6 = 150_000_000_000n;
/** What depositors add once all of that is reserved for the largest shortfall, which is opened first. */
const FUND_ADDED_E6 = 50_000_000_000n;
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

/** Halts the market in this demonstration: nobody. */
const GUARDIAN = '0x000000000000000000000000000000000000dEaD';

/** What the contracts take proofs of here, as far as the set-up has built it. */
const STATEMENTS: readonly StatementName[] = ['liquidation', 'account-margin', 'takeover'];

/** Says how much. */
export async function addToFund(chain: LocalChain, venue: Venue): Promise<bigint> {
  await depositTestDollars(venue, ARTIFACTS, chain.depositor, FUND_ADDED_E6);
  return FUND_ADDED_E6;
}

/** Every contract, wired, the fund and the bidder's pocket filled; bound to the keeper. */
export async function deployVenue(
  chain: LocalChain,
  parametersHash: bigint,
): Promise<{ readonly venue: Venue; readonly document: VenueDocument }> {
  const built = loadArtifactManifest();
  const profiles: Partial<Record<StatementName, readonly string[]>> = {};
  for (const statement of STATEMENTS) {
    profiles[statement] = PROFILES[statement].filter((profile: string) =>
      built.artifacts.some((made) => made.statement === statement && made.profile === profile),
    );
  }
  const transactor = await signerTransactor(chain.deployer);
  const plan = defaultPlan(
    {
      chainId: chain.chainId,
      owner: transactor.address,
      guardian: GUARDIAN,
      oracles: {
        signers: ORACLES.map(({ address }) => address),
        threshold: ORACLE_THRESHOLD,
      },
      config: DEMO_CONFIG,
    },
    profiles,
  );
  const { provider } = chain;
  const deployment = { plan, parametersHash, provider, artifactsDirectory: ARTIFACTS, built };
  const document = await deployPlannedVenue(deployment, transactor, 0);
  const { contracts } = document;
  const venue = connectVenue(contracts, chain.keeper);
  await depositTestDollars(venue, ARTIFACTS, chain.depositor, FUND_DEPOSIT_E6);
  const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
  const asset = new Contract(contracts.asset, abi, chain.bidder);
  await send(asset, 'mint', [await chain.bidder.getAddress(), BIDDER_E6]);
  await send(asset, 'approve', [contracts.vault, BIDDER_E6]);
  return { venue, document };
}
