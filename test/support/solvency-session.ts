// SPDX-License-Identifier: GPL-3.0-or-later
// A whole session of a small venue, every proof of it real, and what a contract takes of it.
import { encodeBytes32String } from 'ethers';

import type { ContractProof } from '../../prover/chain/submit.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { closedTotals, type ClosedTotals } from '../../prover/commitments/session/closed-totals.ts';
import { BATCH_PROFILES } from '../../prover/commitments/session/profiles.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import { toSolidity, type ProofFile } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { MarketTick } from '../../prover/statements/market-tick.ts';
import { passSteps, type PassStatement } from '../../prover/venue/session/pass.ts';
import type { SessionDocument } from '../../prover/venue/session/session-document.ts';
import { openSession, prepareSession } from '../../prover/venue/session/session.ts';
import { proofOf } from './proof-cache.ts';
import { committedSet, crashMarket, sessionRequest, smallVenue } from './session-venue.ts';

/** A proof and what it says, as a verifier takes them. */
export interface SessionProof {
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
}

export interface ProvenSession {
  readonly ledger: Ledger;
  readonly totals: ClosedTotals;
  /** A row each, in order. */
  readonly rows: readonly SessionProof[];
  /** Four accounts each, in order. */
  readonly batches: readonly SessionProof[];
  readonly close: SessionProof;
  /** As `solvency prove` leaves it in a folder. */
  readonly document: SessionDocument;
  readonly files: ReadonlyMap<string, ProofFile>;
}

const [taker, ...others] = smallVenue(4).toReversed();
/** Five accounts; every asset is owed to somebody. */
export const SMALL_SESSION: readonly Account[] = [
  ...others.toReversed(),
  { ...taker!, collateralE8: [3n, 5n, 7n] },
];

export const ROWS = encodeBytes32String('risk-arrays');
export const BATCHES = encodeBytes32String('solvency-batch');
/** The circuits that such a session is proven with; the test run builds them. */
export const SESSION_CIRCUITS = [
  ['risk-arrays', '1'],
  ['solvency-batch', '4'],
  ['solvency-close', 'any'],
] as const;

/** The same venue with a lot of an instrument that nobody is short of: all else agrees with it. */
export const PHANTOM_LONG: readonly Account[] = SMALL_SESSION.map((account, place) => {
  const [held, ...others] = account.positions;
  if (place > 0) return account;
  return { ...account, positions: [{ ...held!, lots: held!.lots + 1n }, ...others] };
});

/** Somebody who is owed a unit of the quote asset and holds nothing: no net tells that they are left out. */
export const CREDITOR: Account = {
  ...SMALL_SESSION[0]!,
  owner: 999n,
  quoteE6: 1n,
  collateralE8: [0n, 0n, 0n],
  positions: [],
};

/**
 * What is to be proven of such a session: of the crash of the sample, every four accounts a batch. A venue that does
 * not close has these proofs too, as a forger would make them.
 */
export function openedSession(accounts: readonly Account[]) {
  const request = {
    ...sessionRequest(accounts),
    profiles: [BATCH_PROFILES.at(-1)!],
    chunkSize: 1,
  };
  const tick = new MarketTick(crashMarket.snapshot, committedSet);
  const opened = openSession(prepareSession(request));
  const { steps, end } = passSteps(opened, tick);
  const totals = closedTotals(end.batches, request.ledger.accountCount);
  return { ledger: request.ledger, tick, opened, steps, totals };
}

export async function provenSession(accounts: readonly Account[]): Promise<ProvenSession> {
  const { ledger, tick, opened, steps, totals } = openedSession(accounts);
  const files = new Map<string, ProofFile>();
  let prover: Prover | undefined;
  try {
    const proofs: (SessionProof & { readonly statement: PassStatement })[] = [];
    for (const { name, statement, instance } of steps) {
      const file = await proofOf(() => (prover ??= new Prover()), instance());
      files.set(name, file);
      proofs.push({ statement, ...toSolidity(file) });
    }
    const of = (statement: PassStatement): readonly SessionProof[] =>
      proofs.filter((proof) => proof.statement === statement);
    return {
      ledger,
      totals,
      rows: of('risk-arrays'),
      batches: of('solvency-batch'),
      close: of('solvency-close')[0]!,
      files,
      document: {
        format: 'plimsoll-session',
        version: 1,
        session: opened.challenges.session,
        ledgerRoot: ledger.root,
        snapshotHash: tick.snapshotHash,
        parameterHash: tick.parameterHash,
        accounts: accounts.length,
        instruments: opened.table.instruments.length - 1,
        steps: steps.map(({ name, statement, profile }) => ({ name, statement, profile })),
      },
    };
  } finally {
    await prover?.close();
  }
}
