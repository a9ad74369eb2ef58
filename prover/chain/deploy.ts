// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, type Signer } from 'ethers';

import {
  PROFILES,
  PUBLIC_SIGNALS,
  type StatementName,
} from '../statements/generated/public-signals.ts';
import { PlimsollError } from '../core/errors.ts';
import { verifierName } from '../toolchain/circuits/verifier.ts';
import { contractArtifact, verifierArtifact, type ContractArtifact } from './artifact.ts';
import { SAMPLE_VENUE_CONFIG, type VenueConfig } from './config.ts';
import { requireDeployable } from './development-verifier.ts';
import { deployContracts } from './deployment/deploy-contracts.ts';
import type { OptionalParts } from './deployment/optional-parts.ts';
import { signerTransactor } from './deployment/transactor.ts';
import { connectVenue, type Venue } from './venue.ts';

type ProfileOf<Name extends StatementName> = (typeof PROFILES)[Name][number];

/** Of every statement the addresses of its verifiers, by profile. */
export type Verifiers = {
  readonly [Name in StatementName]: Readonly<Record<ProfileOf<Name>, string>>;
};

/** Profiles to deploy verifiers for, by statement; each must have been set up. */
export type DeployedProfiles = {
  readonly [Name in StatementName]?: readonly ProfileOf<Name>[];
};

export interface LocalVenueOptions extends OptionalParts {
  /** Deploys everything and owns what has an owner. */
  readonly deployer: Signer;
  /** The compiler's output folder. */
  readonly artifactsDirectory: string;
  readonly parameterHash: bigint;
  readonly oracleSigners: readonly string[];
  readonly oracleThreshold: number;
  /** Who may halt the market; not the deployer. Nobody, if not given: a stand-in without a key. */
  readonly guardian?: string;
  readonly profiles: DeployedProfiles;
  /** What judges transitions; the verifier that accepts everything, if not given. */
  readonly transitionVerifier?: string;
  /** Deploys what stands for the verifier of a statement; the generated one, if not given. */
  readonly standIn?: (statement: StatementName, profile: string) => Promise<string>;
  readonly config?: VenueConfig;
}

export interface LocalVenue extends Venue {
  /** The development stand-ins, which exist on local chains only. */
  readonly transitionVerifier: string;
  readonly verifiers: Verifiers;
}

const LOCAL_GUARDIAN = '0x000000000000000000000000000000000000dEaD';

/** Deploys one compiled contract; throws `ContractRefused` when its constructor reverts. */
export async function deployCompiled(
  deployer: Signer,
  artifact: ContractArtifact,
  args: readonly unknown[],
): Promise<string> {
  return (await signerTransactor(deployer)).create('contract', artifact, args);
}

/** Deploys a verifier; throws `DEVELOPMENT_KEY` for one that proves nothing where it would stand. */
export async function deployVerifier(
  deployer: Signer,
  name: string,
  artifact: ContractArtifact,
): Promise<string> {
  const network = await deployer.provider?.getNetwork();
  if (network === undefined) throw new PlimsollError('NO_NODE', 'the deployer has no node');
  requireDeployable(name, artifact.bytecode, network.chainId);
  return deployCompiled(deployer, artifact, []);
}

/**
 * Deploys a whole venue on a local chain, by the steps of every deployment: with a transition verifier
 * that accepts everything unless another is given, the test dollar and verifiers of development keys,
 * each of which refuses to exist anywhere else.
 */
export async function deployLocalVenue(options: LocalVenueOptions): Promise<LocalVenue> {
  const { deployer, artifactsDirectory, config = SAMPLE_VENUE_CONFIG } = options;
  const transactor = await signerTransactor(deployer);
  const make = (name: 'InsecureTransitionVerifier' | 'TestDollar') =>
    transactor.create(name, contractArtifact(artifactsDirectory, name), []);
  const generated = (statement: StatementName, profile: string): Promise<string> => {
    const name = verifierName(statement, profile);
    return deployVerifier(deployer, name, verifierArtifact(artifactsDirectory, name));
  };
  const { standIn = generated } = options;

  const verifiers = {} as Record<StatementName, Record<string, string>>;
  for (const statement of Object.keys(PUBLIC_SIGNALS) as StatementName[]) {
    verifiers[statement] = {};
    for (const profile of PROFILES[statement]) {
      const isChosen = (options.profiles[statement] as readonly string[] | undefined)?.includes(
        profile,
      );
      verifiers[statement][profile] =
        isChosen === true ? await standIn(statement, profile) : ZeroAddress;
    }
  }
  const transitionVerifier =
    options.transitionVerifier ?? (await make('InsecureTransitionVerifier'));
  const addresses = await deployContracts(transactor, artifactsDirectory, {
    verifiers,
    transitionVerifier,
    asset: await make('TestDollar'),
    parameterHash: options.parameterHash,
    owner: transactor.address,
    guardian: options.guardian ?? LOCAL_GUARDIAN,
    oracles: { signers: options.oracleSigners, threshold: options.oracleThreshold },
    config,
    ...(options.medianSources && { medianSources: options.medianSources }),
    ...(options.movingMargin && { movingMargin: options.movingMargin }),
    ...(options.coins && { coins: options.coins }),
    ...(options.solvency && { solvency: options.solvency }),
  });
  return {
    ...connectVenue(addresses, deployer),
    transitionVerifier,
    verifiers: verifiers as unknown as Verifiers,
  };
}
