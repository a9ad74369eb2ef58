// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, decodeBytes32String, type Provider } from 'ethers';
import { z } from 'zod';

import { InvalidInput, PlimsollError, requireRule } from '../../core/errors.ts';
import type { ArtifactManifest } from '../../proving/artifacts.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import { verifierName } from '../../toolchain/circuits/verifier.ts';
import { exportedAbi } from '../abi.ts';
import { verifierArtifact, type ContractArtifact } from '../artifact.ts';
import { hasDevelopmentKey } from '../development-verifier.ts';
import { isLocalChain } from '../local-chain.ts';
import { read } from '../refusal.ts';
import { NEW, STATEMENTS, type VenuePlan } from './plan-document.ts';

const DECIMALS = 6n;
const DECIMALS_ABI = ['function decimals() view returns (uint8)'];

/** What a deployment is made from, beside its plan. */
export interface DeploymentMaterial {
  /** The compiler's output folder. */
  readonly artifactsDirectory: string;
  /** What the set-up built, whose keys the verifiers must have. */
  readonly built: ArtifactManifest;
}

/** Of every verifier that a plan names: its field, what is expected of it, and where it stands. */
export interface PlannedVerifier {
  readonly field: string;
  readonly statement: StatementName;
  readonly profile: string;
  /** `new`, or an address. */
  readonly at: string;
}

export function plannedVerifiers({ verifiers }: VenuePlan): readonly PlannedVerifier[] {
  return STATEMENTS.flatMap((statement) =>
    Object.entries(verifiers[statement]).map(([profile, at]) => ({
      field: `verifiers.${statement}.${profile}`,
      statement,
      profile,
      at,
    })),
  );
}

/** SHA-256 of the proving key that was built for a verifier; throws `InvalidInput` where none was. */
export function builtKeyHash(
  { artifacts }: ArtifactManifest,
  { field, statement, profile }: PlannedVerifier,
): string {
  const built = artifacts.find(
    (entry) => entry.statement === statement && entry.profile === profile,
  );
  if (built !== undefined) return `0x${built.files.zkey.sha256}`;
  throw new InvalidInput(
    field,
    `has no key here: build it with "node prover/toolchain/build-circuits.ts ${statement}-${profile}"`,
  );
}

/** The compiled verifier of the key that was built; another's, or an older one's, is refused. */
export function newVerifier(
  { artifactsDirectory, built }: DeploymentMaterial,
  planned: PlannedVerifier,
): ContractArtifact {
  const name = verifierName(planned.statement, planned.profile);
  const keyHash = builtKeyHash(built, planned);
  const artifact = verifierArtifact(artifactsDirectory, name);
  requireRule(
    artifact.bytecode.includes(keyHash.slice(2)),
    planned.field,
    `the compiled ${name} has another key than ${keyHash}, which was built for it: its key was ` +
      'swapped, or it was not compiled since',
  );
  return artifact;
}

function requireKeyForChain(field: string, bytecode: string, chainId: bigint): void {
  requireRule(
    isLocalChain(chainId) || !hasDevelopmentKey(bytecode),
    field,
    `has a development key, whose secrets are public, and chain ${chainId} is not local: anybody ` +
      'could prove anything',
  );
}

async function codeAt(provider: Provider, field: string, address: string): Promise<string> {
  const code = await provider.getCode(address);
  requireRule(code !== '0x', field, `must be a contract: there is none at ${address}`);
  return code;
}

/** What a verifier says of itself; throws `InvalidInput` where it is not the one of that place. */
export async function requireVerifier(
  provider: Provider,
  address: string,
  planned: PlannedVerifier,
  keyHash: string,
): Promise<void> {
  const verifier = new Contract(address, exportedAbi('IGroth16Verifier'), provider);
  const { field, statement, profile } = planned;
  const ask = async <T>(method: string, schema: z.ZodType<T>): Promise<T> => {
    try {
      return await read(verifier, method, [], schema);
    } catch (cause) {
      throw new InvalidInput(field, `must be a verifier: ${address} has no ${method}()`, { cause });
    }
  };
  const name = decodeBytes32String(await ask('statement', z.string()));
  requireRule(name === statement, field, `must verify ${statement}: ${address} verifies ${name}`);
  const positions = await ask('positions', z.bigint());
  const expected = profile === 'any' ? 0n : BigInt(profile);
  requireRule(
    positions === expected,
    field,
    `must hold ${expected} positions: ${address} holds ${positions}`,
  );
  const held = await ask('keyHash', z.string());
  requireRule(
    held === keyHash,
    field,
    `must have the key ${keyHash}: that of ${address} is ${held}`,
  );
}

async function requireAsset(provider: Provider, { asset, chainId }: VenuePlan): Promise<void> {
  if (asset === NEW) {
    requireRule(
      isLocalChain(chainId),
      'asset',
      `must be a token: the test dollar exists on local chains only, and ${chainId} is none`,
    );
    return;
  }
  await codeAt(provider, 'asset', asset);
  let decimals: bigint;
  try {
    decimals = await read(new Contract(asset, DECIMALS_ABI, provider), 'decimals', [], z.bigint());
  } catch (cause) {
    throw new InvalidInput('asset', `must be a token: ${asset} has no decimals()`, { cause });
  }
  requireRule(
    decimals === DECIMALS,
    'asset',
    `must have ${DECIMALS} decimals, as every amount here: ${asset} has ${decimals}`,
  );
}

/**
 * Everything that can be held against the chain before the first transaction; throws `InvalidInput`
 * naming the field of the plan.
 */
export async function requireDeployableAt(
  plan: VenuePlan,
  provider: Provider,
  deployer: string,
  material: DeploymentMaterial,
): Promise<void> {
  const { chainId } = plan;
  const network = await provider.getNetwork();
  requireRule(
    network.chainId === chainId,
    'chainId',
    `must be the node's chain, ${network.chainId}`,
  );
  requireRule(
    plan.guardian.toLowerCase() !== deployer.toLowerCase(),
    'guardian',
    'must be somebody else than who deploys',
  );
  await requireAsset(provider, plan);
  if (plan.transitionVerifier === NEW) {
    requireRule(
      isLocalChain(chainId),
      'transitionVerifier',
      `must be the rollup's: the stub that accepts everything exists on local chains only, and ` +
        `${chainId} is none`,
    );
  } else {
    await codeAt(provider, 'transitionVerifier', plan.transitionVerifier);
  }
  for (const planned of plannedVerifiers(plan)) {
    const { field, at } = planned;
    if (at === NEW) {
      requireKeyForChain(field, newVerifier(material, planned).bytecode, chainId);
      continue;
    }
    requireKeyForChain(field, await codeAt(provider, field, at), chainId);
    await requireVerifier(provider, at, planned, builtKeyHash(material.built, planned));
  }
  if ((await provider.getBalance(deployer)) > 0n) return;
  throw new PlimsollError('NO_FUNDS', `${deployer} has nothing to pay for the deployment's gas`);
}
