// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../../commitments/account.ts';
import { Ledger } from '../../../commitments/ledger.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { snapshotHash } from '../../../commitments/snapshot-words.ts';
import type { ParameterSet } from '../../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../../model/types.ts';

/** What a proof of these figures would name. Apart, so that only who asks for it loads Poseidon. */
export function commitmentsOf(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  set: ParameterSet,
): { ledgerRoot: bigint; snapshotHash: bigint; parameterHash: bigint } {
  return {
    ledgerRoot: new Ledger(accounts).root,
    snapshotHash: snapshotHash(snapshot),
    parameterHash: parameterHash(set),
  };
}
