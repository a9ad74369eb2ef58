// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/chain`: what binds a proof to a contract, and what contracts refuse, in words.
 *
 * @module
 */
export { proofContext } from '../chain/context.ts';
export type { Action } from '../chain/context.ts';
export { exportedAbi } from '../chain/abi.ts';
export type { ExportedInterface } from '../chain/abi.ts';
export { ContractRefused, asRefusal } from '../chain/refusal.ts';
export { signSnapshot } from '../chain/snapshot.ts';
export type { FeedSnapshot } from '../chain/snapshot.ts';
