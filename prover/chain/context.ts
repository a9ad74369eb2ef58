// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, id, keccak256 } from 'ethers';
import { SCALAR_FIELD } from '../core/scalar-field.ts';

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
