// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../prover/commitments/account.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import { MAX_POSITIONS } from '../../prover/commitments/widths.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { instrumentId } from '../../prover/model/instrument.ts';
import type { Position } from '../../prover/model/types.ts';
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import { priceMarket } from '../../prover/risk/pricing/market.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { BATCH_PROFILES, type BatchProfile } from '../../prover/commitments/session/profiles.ts';
import type { SessionRequest } from '../../prover/venue/session/session.ts';

const set = loadDefaultParameters();
const sample = loadSample();
export const crashMarket = priceMarket(sample.snapshots.crash.snapshot, set.parameters);
export const committedSet = set;

const inOrder = (positions: readonly Position[]): readonly Position[] =>
  [...positions].sort((a, b) =>
    instrumentKey(a.instrument) < instrumentKey(b.instrument) ? -1 : 1,
  );

/** Accounts that take the other side of all that the others hold, with means enough for it. */
function otherSides(accounts: readonly Account[]): readonly Account[] {
  const net = new Map<string, Position>();
  for (const { instrument, lots } of accounts.flatMap(({ positions }) => positions)) {
    const id = instrumentId(instrument);
    net.set(id, { instrument, lots: (net.get(id)?.lots ?? 0n) - lots });
  }
  const open = [...net.values()].filter(({ lots }) => lots !== 0n);
  return Array.from({ length: Math.ceil(open.length / MAX_POSITIONS) }, (_, place): Account => ({
    owner: 7n + BigInt(place),
    settlementNonce: 0n,
    frozen: false,
    riskReducingOnly: false,
    quoteE6: 10n ** 14n,
    collateralE8: [10n ** 9n, 0n, 0n],
    positions: inOrder(open.slice(place * MAX_POSITIONS, (place + 1) * MAX_POSITIONS)),
  }));
}

/** The first accounts of the sample in its crash, some below maintenance, and who is on the other side. */
export function smallVenue(count: number): readonly Account[] {
  const first = sample.ledgers.crash.slice(0, count);
  return [...first, ...otherSides(first)];
}

/** Eight accounts of any kind: what a test need not hash is left away. */
export const SMALL_PROFILE: BatchProfile = {
  name: 'small',
  subtrees: 2,
  subtreeAccounts: 4,
  fullPages: 6,
  smallPages: 6,
  heavy: 8,
  halves: 10,
  stress: 6,
};

export const sessionRequest = (accounts: readonly Account[]): SessionRequest => ({
  ledger: new Ledger(accounts),
  market: crashMarket,
  parameters: committedSet,
  profiles: [SMALL_PROFILE, BATCH_PROFILES.at(-1)!],
});
