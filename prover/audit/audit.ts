// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from 'ethers';

import { sha256 } from '../core/hash.ts';
import { canonicalJson, parseJson } from '../core/schema.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import {
  ARTIFACT_MANIFEST_PATH,
  parseArtifactManifest,
  type Artifact,
} from '../proving/artifacts.ts';
import { MANIFEST_PATH, parseManifest } from '../statements/manifest.ts';
import { auditCircuit, verifyingKeyAt, type AuditedRelease } from './circuits.ts';
import { auditContracts } from './contracts.ts';
import type { ChainEvidence, Checkout } from './evidence.ts';
import { auditGovernance } from './governance.ts';
import { AuditMemory } from './memory.ts';
import { readHistory } from './replay/history.ts';
import { auditMarket } from './replay/market.ts';
import { auditProofs } from './replay/proofs.ts';
import { Verdicts, given, type CheckName, type Verdict } from './verdict.ts';

export interface AuditSubject {
  readonly checkout: Checkout;
  /** Without it the circuits alone are audited. */
  readonly chain?: ChainEvidence | undefined;
  /** Published parameter sets. */
  readonly parameters: readonly ParameterSet[];
  readonly release?: AuditedRelease | undefined;
}

export interface AuditOptions {
  /** Checks that are left out: to show that each catches what it is for. */
  readonly without?: readonly CheckName[];
  readonly memory?: AuditMemory;
  readonly note?: (line: string) => void;
}

export interface AuditResult {
  readonly verdicts: readonly Verdict[];
  /** Proofs that contracts took in the range. */
  readonly proofs: number;
}

function textOf(checkout: Checkout, path: string): string {
  return new TextDecoder().decode(given(checkout.read(path), `${path} is missing`));
}

/** Those of the venue, where there is one; else everything that was built. */
function auditedCircuits(
  built: readonly Artifact[],
  chain: ChainEvidence | undefined,
): readonly Artifact[] {
  if (chain === undefined) return built;
  const { verifiers } = chain.venue;
  return built.filter(
    ({ statement, profile }) =>
      (verifiers as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[statement]?.[
        profile
      ] !== undefined,
  );
}

/** Makes every check. Nothing of what is audited is believed, and nothing is fetched but what is given. */
export async function audit(
  subject: AuditSubject,
  options: AuditOptions = {},
): Promise<AuditResult> {
  const { checkout, chain, parameters, release } = subject;
  const { memory = new AuditMemory() } = options;
  const verdicts = new Verdicts(options.without, options.note);
  const { artifacts } = parseArtifactManifest(textOf(checkout, ARTIFACT_MANIFEST_PATH));
  for (const artifact of auditedCircuits(artifacts, chain)) {
    await auditCircuit(artifact, { checkout, memory, release }, verdicts);
  }
  if (chain === undefined) return { verdicts: verdicts.list, proofs: 0 };

  await auditContracts({ ...chain, checkout, memory }, verdicts);
  await auditGovernance(chain, verdicts);
  const events = await readHistory(chain);
  const context = { evidence: chain, verdicts, events, memory };
  const proofs = await auditProofs(context, {
    ...(await auditMarket(context, parameters)),
    manifest: parseManifest(parseJson(textOf(checkout, MANIFEST_PATH), MANIFEST_PATH)),
    key: async (statement, profile) => {
      const found = artifacts.find((one) => one.statement === statement && one.profile === profile);
      const artifact = given(found, `${statement}-${profile} is not built here`);
      return (await verifyingKeyAt(artifact.files.zkey.path, checkout, memory)).key;
    },
  });
  return { verdicts: verdicts.list, proofs };
}

export interface AuditReport {
  readonly holds: boolean;
  /** Nothing stayed unchecked either. */
  readonly complete: boolean;
  readonly chainId: string | null;
  readonly fromBlock: number | null;
  readonly toBlock: number | null;
  readonly proofs: number;
  readonly verdicts: readonly Verdict[];
  /** SHA-256 of all fields above, in canonical JSON. */
  readonly digest: string;
  readonly auditor: string | null;
  /** EIP-191, over the digest. */
  readonly signature: string | null;
}

/** One document of everything that was found, signed where somebody signs. */
export async function reportOf(
  { verdicts, proofs }: AuditResult,
  chain: ChainEvidence | undefined,
  signer?: Signer,
): Promise<AuditReport> {
  const found = {
    holds: verdicts.every(({ outcome }) => outcome !== 'fails'),
    complete: verdicts.every(({ outcome }) => outcome === 'holds'),
    chainId: chain === undefined ? null : chain.venue.chainId.toString(),
    fromBlock: chain?.fromBlock ?? null,
    toBlock: chain?.toBlock ?? null,
    proofs,
    verdicts,
  };
  const digest = sha256(canonicalJson(found));
  return {
    ...found,
    digest,
    auditor: signer === undefined ? null : await signer.getAddress(),
    signature: signer === undefined ? null : await signer.signMessage(digest),
  };
}
