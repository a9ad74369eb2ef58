// SPDX-License-Identifier: GPL-3.0-or-later
import type { QuoteMessage } from '../../../prover/commitments/inbox-message.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import {
  emptyVenue,
  type VenueIdentity,
  type VenueState,
} from '../../../prover/sequencer/propose.ts';
import { validAccount } from '../../support/venue.ts';

export const VENUE: VenueIdentity = {
  chainId: 31_337n,
  registry: '0x00000000000000000000000000000000c0ffee01',
  maxPositions: 16n,
};

export const OWNER = 0xa11cen;
export const RIVAL = 0xb1dde4n;
export const NONCE = 3n;

/** Three accounts of which the second is under liquidation. */
export function accountsOf(): readonly Account[] {
  const account = (overrides: Partial<Account>): Account =>
    validAccount({ owner: OWNER, settlementNonce: NONCE, quoteE6: 5_000_000_000n, ...overrides });
  return [account({}), account({ frozen: true }), account({ owner: RIVAL, positions: [] })];
}

export const [OPEN, FROZEN, CASH] = [0n, 1n, 2n];

export function stateOf(accounts = accountsOf()): VenueState {
  return { ...emptyVenue(VENUE), accounts, engineCount: 0n, userCount: 0n };
}

export const rootOf = (accounts: readonly Account[]): bigint => new Ledger(accounts).root;

export function message(
  kind: QuoteMessage['kind'],
  accountIndex: bigint,
  overrides: Partial<QuoteMessage> = {},
): QuoteMessage {
  return {
    kind,
    accountIndex,
    settlementNonce: NONCE,
    amountE6: 1_000_000n,
    address: OWNER,
    ...overrides,
  };
}
