// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, id, keccak256 } from 'ethers';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import { InvalidInput } from '../core/errors.ts';
import type { ProofFile, ProofUse } from '../proving/formats/proof-file.ts';

/** What a proof may be spent on; each is bound into the proof's `context`. */
export const ACTIONS = {
  openLiquidation: id('plimsoll.liquidation.open'),
  cureLiquidation: id('plimsoll.liquidation.cure'),
  bidForAccount: id('plimsoll.liquidation.bid'),
  expireLiquidation: id('plimsoll.liquidation.expire'),
  claimWithdrawal: id('plimsoll.vault.claim'),
  registerExit: id('plimsoll.vault.exit'),
  applyMessage: id('plimsoll.ledger.apply'),
  takeGuarantee: id('plimsoll.guarantee.take'),
  releaseGuarantee: id('plimsoll.guarantee.release'),
  requireHealthy: id('plimsoll.health.require'),
  stepMargin: id('plimsoll.margin.step'),
} as const;

export type Action = keyof typeof ACTIONS;

const CANARY = id('plimsoll.parameters.canary');

/**
 * The context of a canary: an `account-margin` proof that shows `RiskParameters` at `contract` that
 * the set it names can cure.
 */
export function canaryContext(chainId: bigint, contract: string, parameterHash: bigint): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'address', 'bytes32', 'uint256'],
    [chainId, contract, CANARY, parameterHash],
  );
  return BigInt(keccak256(encoded)) % SCALAR_FIELD;
}

const REPORT = id('plimsoll.oracle.report');

/** Whom a source's report is for: the `MedianGate` at `contract`, on this chain. */
export function reportVenue(chainId: bigint, contract: string): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'address', 'bytes32'],
    [chainId, contract, REPORT],
  );
  return BigInt(keccak256(encoded)) % SCALAR_FIELD;
}

/**
 * keccak256(abi.encode(chain id, contract, action, beneficiary)) mod r: the `context` signal that
 * lets this contract on this chain do this one thing for `beneficiary` and nobody else: the one who
 * is rewarded; for a bid, the bidder; for a cure, a guarantee, a claim or an exit, the account's owner; for an
 * expiry, the Backstop; for a health gate, the contract that asks it.
 */
export function proofContext(
  chainId: bigint,
  contract: string,
  action: Action,
  beneficiary: string,
): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'address', 'bytes32', 'address'],
    [chainId, contract, ACTIONS[action], beneficiary],
  );
  return BigInt(keccak256(encoded)) % SCALAR_FIELD;
}

/** What a proof is for: an action, a canary, or the medians of a snapshot. */
export type UseName = Action | 'canary' | 'reportMedians';
export const USE_NAMES: readonly UseName[] = [
  ...(Object.keys(ACTIONS) as Action[]),
  'canary',
  'reportMedians',
];

/** The use that a proof file states, by name; throws `InvalidInput` for one that nobody knows. */
export function useName({ action }: ProofUse): UseName {
  const known = USE_NAMES.find((name) => name === action);
  if (known === undefined) {
    throw new InvalidInput('use.action', `must be one of: ${USE_NAMES.join(', ')}`);
  }
  return known;
}

/** The signal that binds the proof to one use; `undefined` for a statement that has none. */
export function boundSignal({ publicSignals }: ProofFile): bigint | undefined {
  const signals = publicSignals as { readonly context?: bigint; readonly venue?: bigint };
  return signals.context ?? signals.venue;
}

/** What that signal must be for the use. */
export function contextOfUse(use: ProofUse, { publicSignals }: ProofFile): bigint {
  const name = useName(use);
  const { chainId, contract, beneficiary } = use;
  if (name === 'reportMedians') return reportVenue(chainId, contract);
  if (name === 'canary') {
    const { parameterHash } = publicSignals as { readonly parameterHash?: bigint };
    return canaryContext(chainId, contract, parameterHash ?? 0n);
  }
  return proofContext(chainId, contract, name, beneficiary);
}
