// SPDX-License-Identifier: GPL-3.0-or-later
import { HDNodeWallet, Wallet, type Provider } from 'ethers';

import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import {
  deployVenue,
  deploymentDigest,
  type VenueDeployment,
} from '../../prover/chain/deployment/deploy-venue.ts';
import { JournaledTransactor } from '../../prover/chain/deployment/journal.ts';
import type { VenueDocument } from '../../prover/chain/venue-document.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { loadArtifactManifest } from '../../prover/proving/artifacts.ts';
import { ARTIFACTS } from './chain.ts';
import { validPlan } from './plans.ts';

const DEVELOPMENT_PHRASE = 'test test test test test test test test test test test junk';

/** The key of a local node's funded account, which every development node has. */
export function developmentKey(index: number): string {
  const path = `m/44'/60'/0'/0/${index}`;
  return HDNodeWallet.fromPhrase(DEVELOPMENT_PHRASE, undefined, path).privateKey;
}

export const DEPLOYER = new Wallet(developmentKey(0));

export function deploymentOf(provider: Provider, plan = validPlan()): VenueDeployment {
  return {
    plan,
    parametersHash: parameterHash(loadDefaultParameters()),
    artifactsDirectory: ARTIFACTS,
    built: loadArtifactManifest(),
    provider,
  };
}

/** One run of a deployment, from wherever its journal says. */
export async function runDeployment(
  deployment: VenueDeployment,
  path: string,
): Promise<VenueDocument> {
  const transactor = await JournaledTransactor.begin({
    path,
    digest: deploymentDigest(deployment),
    chainId: deployment.plan.chainId,
    provider: deployment.provider,
    wallet: DEPLOYER,
    note: () => undefined,
  });
  return deployVenue(deployment, transactor, transactor.block);
}
