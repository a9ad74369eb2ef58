// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';

import { exportedAbi } from '../chain/abi.ts';
import {
  ACTIONS,
  boundSignal,
  proofContext,
  useName,
  type Action,
  type UseName,
} from '../chain/context.ts';
import { refusalOf } from '../chain/refusal.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import { encodePublicSignals } from '../statements/public-signals.ts';
import type { ProofFile, ProofUse } from '../proving/formats/proof-file.ts';
import {
  checkTick,
  checkVerifier,
  requireKeyFor,
  verifierNamedBy,
  type Roots,
  type TickOnChain,
} from './chain-check.ts';
import { requireUse } from './held-proof.ts';
import { chainIdOf, simulate, view, type JsonRpc } from './json-rpc.ts';
import { findPlace } from './place.ts';
import { callOfProof, ownerOf, type IncompleteCall, type ProofCall } from './proof-call.ts';
import { ReceiptRefused, requireFact } from './refusal.ts';
import type { TrustedKey } from './verifying-keys.ts';

type ContractsOf<Name extends string> = Readonly<
  Partial<Record<Name, readonly (keyof VenueDocument['contracts'])[]>>
>;

/**
 * Which of a venue's contracts do it, the one that is meant where nothing else is said first; for what none of
 * them does, the address has to be given.
 */
export const CONTRACTS_OF: ContractsOf<Action> = {
  openLiquidation: ['liquidationEngine'],
  cureLiquidation: ['liquidationEngine'],
  bidForAccount: ['liquidationEngine'],
  expireLiquidation: ['liquidationEngine'],
  claimWithdrawal: ['vault', 'coinVault'],
  registerExit: ['vault'],
  applyMessage: ['ledgerRegistry'],
  takeGuarantee: ['marginGuarantee'],
  releaseGuarantee: ['marginGuarantee'],
  requireHealthy: ['healthGate'],
  stepMargin: ['marginState'],
};

const CONTRACTS_OF_USE: ContractsOf<UseName> = {
  ...CONTRACTS_OF,
  canary: ['riskParameters'],
  reportMedians: ['medianGate'],
};

/** Throws `VENUE_MISMATCH` where the use is of a contract that another venue has. */
function requireContractOf(use: ProofUse, { contracts }: VenueDocument): void {
  const name = useName(use);
  const fields = CONTRACTS_OF_USE[name];
  requireFact(
    fields === undefined || fields.some((field) => contracts[field] === use.contract),
    'VENUE_MISMATCH',
    `the proof is for ${use.contract}, which does not ${name} at this venue`,
  );
}

/** The use of a proof that states none: every action of the venue, for the owner, the Backstop or whoever asks. */
function guessedUse(
  file: ProofFile,
  { chainId, contracts }: VenueDocument,
  asking: string | undefined,
): ProofUse | undefined {
  const bound = boundSignal(file);
  const served = [ownerOf(file), contracts.backstop, asking];
  for (const action of Object.keys(ACTIONS) as Action[]) {
    for (const field of CONTRACTS_OF[action] ?? []) {
      const contract = contracts[field];
      if (contract === undefined) continue;
      for (const beneficiary of served) {
        if (beneficiary === undefined) continue;
        if (proofContext(chainId, contract, action, beneficiary) === bound) {
          return { chainId, contract, action, beneficiary };
        }
      }
    }
  }
  return undefined;
}

/** What a chain says of a proof. */
export interface ProofOnChain {
  readonly chainId: bigint;
  /** As the file states it and the context confirms, or found among the venue's. */
  readonly use: ProofUse | undefined;
  /** Absent for a statement that is about no tick. */
  readonly tick:
    (TickOnChain & { readonly number: bigint; readonly ledgerSequence: bigint }) | undefined;
  readonly verifier: string;
  readonly call: ProofCall | IncompleteCall | undefined;
  /** Whether the contract would take it now; `undefined` where nobody can try. */
  readonly wouldTake: boolean | undefined;
  /** Why it would not, in words. */
  readonly refusal: string | undefined;
}

interface Judged {
  readonly rpc: JsonRpc;
  readonly venue: VenueDocument;
  readonly key: TrustedKey;
  /** Who would send it, where it matters and the proof does not say. */
  readonly sender?: string | undefined;
}

const rootsOf = ({ publicSignals }: ProofFile): Roots | undefined =>
  'snapshotHash' in publicSignals && 'ledgerRoot' in publicSignals ? publicSignals : undefined;

/** A canary is proven under a set that no tick has yet. */
async function findTick(
  file: ProofFile,
  use: ProofUse | undefined,
  { rpc, venue }: Judged,
): Promise<ProofOnChain['tick']> {
  const roots = rootsOf(file);
  if (roots === undefined) return undefined;
  const { marketFeed, ledgerRegistry, healthGate } = venue.contracts;
  const isCanary = use !== undefined && useName(use) === 'canary';
  const at = { chainId: venue.chainId, marketFeed, healthGate };
  const number =
    use?.tick ??
    (
      await findPlace(
        rpc,
        at,
        isCanary ? { ledgerRoot: roots.ledgerRoot, snapshotHash: roots.snapshotHash } : roots,
      )
    ).tick;
  const abi = exportedAbi('MarketFeed');
  const opened = (await view(rpc, marketFeed, abi, 'tickAt', [number])) as
    { readonly ledgerSequence: bigint; readonly parameterHash: bigint } | undefined;
  const bound = isCanary ? { ...roots, parameterHash: opened?.parameterHash ?? 0n } : roots;
  const tick = await checkTick(rpc, { marketFeed, ledgerRegistry, tick: number }, bound);
  return { ...tick, number, ledgerSequence: opened?.ledgerSequence ?? 0n };
}

/** The verifier that the contract asks, whatever the venue document says. */
async function verifierOf(
  file: ProofFile,
  use: ProofUse | undefined,
  { rpc, venue }: Judged,
): Promise<string> {
  const { statement, profile } = file;
  const { contracts } = venue;
  const named = async (): Promise<unknown> => {
    if (statement === 'takeover') {
      const abi = exportedAbi('LedgerRegistry');
      return view(rpc, contracts.ledgerRegistry, abi, 'takeoverVerifier');
    }
    if (statement === 'margin-step' || statement === 'oracle-median') {
      const abi = exportedAbi(statement === 'margin-step' ? 'MarginState' : 'MedianGate');
      return use && view(rpc, use.contract, abi, 'verifier');
    }
    const name = use && useName(use);
    // Canaries are proven under the engine's verifiers.
    const gates =
      use === undefined
        ? [contracts.liquidationEngine, contracts.healthGate]
        : [name === 'canary' ? contracts.liquidationEngine : use.contract];
    for (const gate of gates) {
      const found = await verifierNamedBy(rpc, gate, { statement, profile });
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const verifier = await named();
  if (typeof verifier !== 'string' || verifier === ZeroAddress) {
    throw new ReceiptRefused(
      'VERIFIER_MISMATCH',
      `the venue has no verifier of ${statement} (profile ${profile})`,
    );
  }
  return verifier;
}

/**
 * A proof that holds, against the chain it is for: its tick, its verifier, whom it serves, and whether
 * the contract would take it now. Throws `ReceiptRefused` for what contradicts the proof, `NO_TICK` where
 * none of the last ticks binds its roots.
 */
export async function checkProofOnChain(file: ProofFile, judged: Judged): Promise<ProofOnChain> {
  const { rpc, venue, key, sender } = judged;
  const chainId = await chainIdOf(rpc);
  requireFact(
    chainId === venue.chainId && (file.use === undefined || file.use.chainId === chainId),
    'CHAIN_MISMATCH',
    `the proof is for chain ${file.use?.chainId ?? venue.chainId}, the node is of chain ${chainId}`,
  );
  requireKeyFor(chainId, key.setup);
  requireUse(file);
  const use = file.use ?? guessedUse(file, venue, sender);
  if (use !== undefined) requireContractOf(use, venue);
  const tick = await findTick(file, use, judged);
  const verifier = await verifierOf(file, use, judged);
  const { statement, profile, proof, publicSignals } = file;
  await checkVerifier(rpc, verifier, {
    statement,
    profile,
    key,
    proof,
    publicSignals: encodePublicSignals(statement, publicSignals),
  });
  const { ledgerRegistry } = venue.contracts;
  const call = use && (await callOfProof(file, use, tick?.number, { rpc, ledgerRegistry, sender }));
  if (call === undefined || 'needs' in call) {
    return { chainId, use, tick, verifier, call, wouldTake: undefined, refusal: undefined };
  }
  const reverted = await simulate(rpc, call);
  return {
    chainId,
    use,
    tick,
    verifier,
    call,
    wouldTake: reverted === undefined,
    refusal: reverted === undefined ? undefined : inWords(reverted),
  };
}

function inWords(data: string): string {
  if (data === '0x') return 'it reverts, and the node does not tell with what';
  return refusalOf(data)?.message ?? `it reverts with ${data}`;
}
