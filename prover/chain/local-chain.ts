// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Where contracts that must never guard money may stand: the twin of `contracts/libraries/LocalChain.sol`,
 * which says why it is this one id and no other.
 */
export const LOCAL_CHAIN_IDS: readonly bigint[] = [31_337n];

export function isLocalChain(chainId: bigint): boolean {
  return LOCAL_CHAIN_IDS.includes(chainId);
}
