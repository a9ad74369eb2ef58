// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak256, toUtf8Bytes, type Provider } from 'ethers';

import { InvalidInput } from '../../core/errors.ts';
import { canonicalJson } from '../../core/schema.ts';
import { verifierName } from '../../toolchain/circuits/verifier.ts';
import { contractArtifact } from '../artifact.ts';
import { ContractRefused } from '../refusal.ts';
import type { DeployedVerifier, DeployedVerifiers, VenueDocument } from '../venue-document.ts';
import { confirmVenue } from './confirm-venue.ts';
import { deployContracts } from './deploy-contracts.ts';
import { NEW, STATEMENTS, type VenuePlan } from './plan-document.ts';
import { requireSoundPlan } from './plan-rules.ts';
import {
  builtKeyHash,
  newVerifier,
  plannedVerifiers,
  requireDeployableAt,
  requireVerifier,
  type DeploymentMaterial,
} from './preflight.ts';
import type { Transactor } from './transactor.ts';

export interface VenueDeployment extends DeploymentMaterial {
  readonly plan: VenuePlan;
  readonly parametersHash: bigint;
  readonly provider: Provider;
}

/** Of everything that decides what is deployed: a run may be resumed under the same one only. */
export function deploymentDigest({ plan, parametersHash, built }: VenueDeployment): string {
  const keys = plannedVerifiers(plan).map((planned) => builtKeyHash(built, planned));
  return keccak256(toUtf8Bytes(canonicalJson({ plan, parametersHash, keys })));
}

/** Everything wrong that can be found out before a transaction is sent; throws `InvalidInput`. */
export async function requireDeployable(
  deployment: VenueDeployment,
  deployer: string,
): Promise<void> {
  requireSoundPlan(deployment.plan);
  await requireDeployableAt(deployment.plan, deployment.provider, deployer, deployment);
}

/** A constructor that knows a rule the plan's do not: the plan is at fault all the same. */
function asPlansFault(transactor: Transactor): Transactor {
  return {
    address: transactor.address,
    call: (...args) => transactor.call(...args),
    create: async (name, artifact, args) => {
      try {
        return await transactor.create(name, artifact, args);
      } catch (error) {
        if (!(error instanceof ContractRefused)) throw error;
        throw new InvalidInput('plan', `${name} does not deploy: ${error.message}`, {
          cause: error,
        });
      }
    },
  };
}

async function deployVerifiers(
  deployment: VenueDeployment,
  transactor: Transactor,
): Promise<DeployedVerifiers> {
  const deployed = Object.fromEntries(
    STATEMENTS.map((statement): [string, Record<string, DeployedVerifier>] => [statement, {}]),
  );
  for (const planned of plannedVerifiers(deployment.plan)) {
    const { statement, profile, at } = planned;
    const keyHash = builtKeyHash(deployment.built, planned);
    let address = at;
    if (at === NEW) {
      const artifact = newVerifier(deployment, planned);
      address = await transactor.create(verifierName(statement, profile), artifact, []);
      await requireVerifier(deployment.provider, address, planned, keyHash);
    }
    deployed[statement]![profile] = { address, keyHash };
  }
  return deployed as unknown as DeployedVerifiers;
}

/** Deploys what a plan says, or goes on where the transactor's journal says, and confirms it. */
export async function deployVenue(
  deployment: VenueDeployment,
  sender: Transactor,
  deploymentBlock: number,
): Promise<VenueDocument> {
  const { plan, artifactsDirectory, parametersHash, provider } = deployment;
  await requireDeployable(deployment, sender.address);
  const transactor = asPlansFault(sender);
  const { owner, guardian, oracles, config, medianSources, movingMargin, coins, solvency } = plan;
  const parts = {
    ...(medianSources && { medianSources }),
    ...(movingMargin && { movingMargin }),
    ...(coins && { coins }),
    ...(solvency && { solvency }),
  };
  const verifiers = await deployVerifiers(deployment, transactor);
  const stub = async (at: string, name: 'InsecureTransitionVerifier' | 'TestDollar') =>
    at === NEW ? transactor.create(name, contractArtifact(artifactsDirectory, name), []) : at;
  const transitionVerifier = await stub(plan.transitionVerifier, 'InsecureTransitionVerifier');
  const asset = await stub(plan.asset, 'TestDollar');
  const addresses = await deployContracts(transactor, artifactsDirectory, {
    verifiers: Object.fromEntries(
      STATEMENTS.map((statement) => [
        statement,
        Object.fromEntries(
          Object.entries(verifiers[statement]).map(([profile, { address }]) => [profile, address]),
        ),
      ]),
    ) as Parameters<typeof deployContracts>[2]['verifiers'],
    transitionVerifier,
    asset,
    parameterHash: parametersHash,
    owner,
    guardian,
    oracles,
    config,
    ...parts,
  });
  const venue: VenueDocument = {
    chainId: plan.chainId,
    deploymentBlock,
    contracts: { ...addresses, transitionVerifier },
    verifiers,
    parametersHash,
    roles: { deployer: sender.address, owner, guardian, oracles },
    config,
    ...parts,
  };
  await confirmVenue(venue, provider);
  return venue;
}
