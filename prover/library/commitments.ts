// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/commitments`: leaves, roots and hashes, as the circuits open them (docs/spec.md §2). Pure.
 *
 * @module
 */
export { accountLeaf } from '../commitments/account.ts';
export type { Account } from '../commitments/account.ts';
export { NO_CHANGE, accountAfter } from '../commitments/account-change.ts';
export type { AccountChange } from '../commitments/account-change.ts';
export { TAG, hashWords, poseidonHash } from '../commitments/hash-words.ts';
export type { Tag } from '../commitments/hash-words.ts';
export { instrumentKey, slotWord } from '../commitments/instrument.ts';
export { Ledger, ledgerRoot } from '../commitments/ledger.ts';
export type { AccountOpening } from '../commitments/ledger.ts';
export { parameterHash } from '../commitments/parameters-words.ts';
export type { CommittedParameters } from '../commitments/parameters-words.ts';
export { snapshotHash } from '../commitments/snapshot-words.ts';
export { rootOfPath } from '../commitments/tree.ts';
export type { TreePath } from '../commitments/tree.ts';
