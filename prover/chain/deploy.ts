// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ContractFactory, ZeroAddress, type Signer } from 'ethers';

import {
  PROFILES,
  PUBLIC_SIGNALS,
  type StatementName,
} from '../statements/generated/public-signals.ts';
import { PlimsollError } from '../core/errors.ts';
import { contractArtifact, verifierArtifact, type ContractArtifact } from './artifact.ts';
import { SAMPLE_VENUE_CONFIG, type VenueConfig } from './config.ts';
import { requireDeployable } from './development-verifier.ts';
import { asRefusal, send } from './refusal.ts';
import { connectVenue, type Venue, type VenueAddresses } from './venue.ts';

type ProfileOf<Name extends StatementName> = (typeof PROFILES)[Name][number];

/** Of every statement the addresses of its verifiers, by profile. */
export type Verifiers = {
  readonly [Name in StatementName]: Readonly<Record<ProfileOf<Name>, string>>;
};

/** Profiles to deploy verifiers for, by statement; each must have been set up. */
export type DeployedProfiles = {
  readonly [Name in StatementName]?: readonly ProfileOf<Name>[];
};

export interface LocalVenueOptions {
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

/** `('account-margin', '16')` → `AccountMargin16Verifier`. */
export function verifierName(statement: StatementName, profile: string): string {
  const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return `${[...statement.split('-'), profile].map(capitalised).join('')}Verifier`;
}

/** Deploys one compiled contract; throws `ContractRefused` when its constructor reverts. */
export async function deployCompiled(
  deployer: Signer,
  artifact: ContractArtifact,
  args: readonly unknown[],
): Promise<string> {
  const factory = new ContractFactory(artifact.abi, artifact.bytecode, deployer);
  try {
    const contract = await factory.deploy(...args);
    await contract.waitForDeployment();
    return await contract.getAddress();
  } catch (error) {
    throw asRefusal(artifact.abi, error);
  }
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

/** A zero address stands for a profile that is not deployed. */
async function deployVerifiers(
  options: LocalVenueOptions,
  statement: StatementName,
): Promise<Readonly<Record<string, string>>> {
  const generated = (of: StatementName, profile: string): Promise<string> => {
    const name = verifierName(of, profile);
    const artifact = verifierArtifact(options.artifactsDirectory, name);
    return deployVerifier(options.deployer, name, artifact);
  };
  const { standIn = generated } = options;
  const addresses: Record<string, string> = {};
  const chosen: readonly string[] = options.profiles[statement] ?? [];
  for (const profile of PROFILES[statement]) {
    addresses[profile] = chosen.includes(profile) ? await standIn(statement, profile) : ZeroAddress;
  }
  return addresses;
}

/**
 * Deploys a whole venue, wired and bound, on a local chain: with a transition verifier that accepts
 * everything unless another is given, the test dollar and verifiers of development keys, each of
 * which refuses to exist anywhere else.
 */
export async function deployLocalVenue(options: LocalVenueOptions): Promise<LocalVenue> {
  const { deployer, artifactsDirectory, config = SAMPLE_VENUE_CONFIG } = options;
  const owner = await deployer.getAddress();
  const make = (name: Parameters<typeof contractArtifact>[1], args: readonly unknown[]) =>
    deployCompiled(deployer, contractArtifact(artifactsDirectory, name), args);

  const deployed = {} as Record<StatementName, Readonly<Record<string, string>>>;
  for (const statement of Object.keys(PUBLIC_SIGNALS) as StatementName[]) {
    deployed[statement] = await deployVerifiers(options, statement);
  }
  const inOrder = (statement: StatementName): readonly string[] =>
    PROFILES[statement].map((profile) => deployed[statement][profile]!);

  const transitionVerifier =
    options.transitionVerifier ?? (await make('InsecureTransitionVerifier', []));
  const ledgerRegistry = await make('LedgerRegistry', [
    transitionVerifier,
    deployed.takeover['any'],
    config.registry,
  ]);
  const riskParameters = await make('RiskParameters', [
    options.parameterHash,
    config.parameterDelay,
    config.parameterTighteningDelay,
    config.parameterStepBps,
    owner,
  ]);
  const marketFeed = await make('MarketFeed', [
    ledgerRegistry,
    riskParameters,
    config,
    [...options.oracleSigners].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1)),
    options.oracleThreshold,
    owner,
    options.guardian ?? LOCAL_GUARDIAN,
  ]);
  const asset = await make('TestDollar', []);
  const vault = await make('Vault', [asset, marketFeed, inOrder('account-margin'), config.vault]);
  const insuranceFund = await make('InsuranceFund', [asset, vault, config.fund]);
  const backstop = await make('Backstop', [insuranceFund]);
  const liquidationEngine = await make('LiquidationEngine', [
    marketFeed,
    vault,
    insuranceFund,
    backstop,
    inOrder('liquidation'),
    inOrder('account-margin'),
    config.engine,
  ]);
  const healthGate = await make('HealthGate', [
    marketFeed,
    inOrder('account-margin'),
    inOrder('solvency-receipt'),
  ]);

  const addresses: VenueAddresses = {
    asset,
    vault,
    ledgerRegistry,
    riskParameters,
    marketFeed,
    liquidationEngine,
    insuranceFund,
    backstop,
    healthGate,
  };
  const call = (name: Parameters<typeof contractArtifact>[1], at: string): Contract =>
    new Contract(at, contractArtifact(artifactsDirectory, name).abi, deployer);
  await send(call('LedgerRegistry', ledgerRegistry), 'bind', [
    marketFeed,
    liquidationEngine,
    vault,
  ]);
  await send(call('RiskParameters', riskParameters), 'bindGate', [liquidationEngine]);
  return {
    ...connectVenue(addresses, deployer),
    transitionVerifier,
    verifiers: deployed as unknown as Verifiers,
  };
}
