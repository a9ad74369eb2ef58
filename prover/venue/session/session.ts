// SPDX-License-Identifier: GPL-3.0-or-later
import type { Ledger } from '../../commitments/ledger.ts';
import { parameterHash, type CommittedParameters } from '../../commitments/parameters-words.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import {
  acceptArrays,
  FIRST_ARRAYS_STATE,
  type ArraysState,
  type RowNets,
} from '../../commitments/session/arrays-state.ts';
import { FIRST_BATCH_STATE, type BatchState } from '../../commitments/session/batch-state.ts';
import { closedTotals, type ClosedTotals } from '../../commitments/session/closed-totals.ts';
import {
  accountBase,
  chained,
  firstChallenge,
  linkChallenge,
  NETS,
  sessionChallenges,
  type Challenges,
  type SessionCommitments,
  type SessionPins,
} from '../../commitments/session/session-words.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { Instrument } from '../../model/types.ts';
import { acceptBatch, type SessionContext } from './accept-batch.ts';
import { netsRoot, rowsRoot, sessionNets } from './arrays.ts';
import { batchCommitment, type BatchClaim } from '../../commitments/session/batch-claim.ts';
import { accountFigures, accountLoad, batchClaim } from './claims.ts';
import {
  BATCH_PROFILES,
  partition,
  type BatchProfile,
} from '../../commitments/session/profiles.ts';
import { requireSession } from '../../commitments/session/refusal.ts';
import { rowTable, type RowTable } from './rows.ts';
import { termsHash, type SessionTerms } from '../../commitments/session/session-terms.ts';
import { sessionTerms } from './terms.ts';

/** Rows that one proof of `risk-arrays` prices. */
export const ROWS_PER_CHUNK = 16;

/** A venue at a tick, and how its session is cut. */
export interface SessionRequest {
  readonly ledger: Ledger;
  readonly market: PricedMarket;
  /** The set that the market is priced under, as committed. */
  readonly parameters: CommittedParameters;
  readonly profiles?: readonly BatchProfile[];
  readonly chunkSize?: number;
}

/** Everything fixed before the first challenge: what is proven, cut into batches. */
export interface PreparedSession {
  readonly pins: SessionPins;
  readonly terms: SessionTerms;
  readonly table: RowTable;
  readonly claims: readonly BatchClaim[];
  readonly chunkSize: number;
}

/** Each instrument once, in the order in which the accounts name it. */
function heldInstruments(ledger: Ledger): readonly Instrument[] {
  const known = new Map<string, Instrument>();
  for (const { positions } of ledger.accounts) {
    for (const { instrument } of positions) known.set(instrumentId(instrument), instrument);
  }
  return [...known.values()];
}

export function prepareSession(request: SessionRequest): PreparedSession {
  const { ledger, market, parameters } = request;
  const chunkSize = request.chunkSize ?? ROWS_PER_CHUNK;
  const terms = sessionTerms(market);
  const table = rowTable(heldInstruments(ledger), terms, market, chunkSize);
  const figures = ledger.accounts.map((account) => accountFigures(account, table, terms));
  const loads = ledger.accounts.map((account, index) => accountLoad(account, figures[index]!));
  const places = partition(loads, request.profiles ?? BATCH_PROFILES);
  return {
    pins: {
      accountCount: ledger.accountCount,
      treeRoot: ledger.treeRoot,
      snapshotHash: snapshotHash(market.snapshot),
      parameterHash: parameterHash(parameters),
    },
    terms,
    table,
    claims: places.map((place) => batchClaim(place, ledger, figures, table, terms)),
    chunkSize,
  };
}

/** A session once its word is drawn: nothing of it can change any more. */
export interface OpenedSession extends PreparedSession {
  readonly commitments: SessionCommitments;
  readonly nets: readonly RowNets[];
  readonly netsRoot: bigint;
  readonly challenges: Challenges;
}

/** The chain over the commitments of the batches, in order. */
export const batchesRoot = (claims: readonly BatchClaim[]): bigint =>
  claims.reduce((chain, claim) => chained(chain, batchCommitment(claim)), FIRST_BATCH_STATE.chain);

/** Commits, draws ρ, sums the nets, and draws the session's word: the only one to be posted. */
export function openSession(prepared: PreparedSession): OpenedSession {
  const { pins, terms, table, claims, chunkSize } = prepared;
  const [btc, eth] = terms.underlyings;
  const commitments: SessionCommitments = {
    ...pins,
    termsHash: termsHash(terms),
    largestLossQ24: [btc.largestLossQ24, eth.largestLossQ24],
    rowsRoot: rowsRoot(table.rows, chunkSize),
    batchesRoot: batchesRoot(claims),
  };
  const rho = firstChallenge(commitments);
  const nets = sessionNets(claims, table.rows.length, {
    alpha: accountBase(rho),
    lambda: linkChallenge(rho),
  });
  const root = netsRoot(nets, chunkSize);
  return {
    ...prepared,
    commitments,
    nets,
    netsRoot: root,
    challenges: sessionChallenges(commitments, root),
  };
}

/** Where both sides of a session have arrived. */
export interface SessionEnd {
  readonly batches: BatchState;
  readonly arrays: ArraysState;
}

/** All batches in ledger order from the constant start. */
export function runBatches(claims: readonly BatchClaim[], context: SessionContext): BatchState {
  return claims.reduce<BatchState>(
    (state, claim) => acceptBatch(claim, context, state),
    FIRST_BATCH_STATE,
  );
}

/** All chunks of rows from theirs. */
export function runArrays({
  table,
  nets,
  challenges,
  terms,
  chunkSize,
}: OpenedSession): ArraysState {
  const rates = { firstRateBps: terms.marginalMmBps[0] };
  let state = FIRST_ARRAYS_STATE;
  for (let start = 0; start < table.rows.length; start += chunkSize) {
    const end = start + chunkSize;
    state = acceptArrays(
      table.rows.slice(start, end),
      nets.slice(start, end),
      challenges,
      rates,
      state,
    );
  }
  return state;
}

/** The close of a session (docs/spec.md §10.7): throws `SessionRefused` naming what does not agree. */
export function closeSession(
  commitments: SessionCommitments,
  netsRootOpened: bigint,
  { batches, arrays }: SessionEnd,
): ClosedTotals {
  const { accountCount, batchesRoot: opened, rowsRoot: rows } = commitments;
  requireSession(
    batches.chain === opened,
    'chain',
    'the batches are not those that were committed',
  );
  requireSession(arrays.rowsChain === rows, 'rows', 'the rows are not those that were committed');
  requireSession(
    arrays.netsChain === netsRootOpened,
    'nets',
    'the nets are not those that were committed',
  );
  requireSession(
    batches.nextAccount >= accountCount,
    'count',
    `${batches.nextAccount} of ${accountCount} accounts were proven`,
  );
  NETS.forEach((name, place) =>
    requireSession(
      batches.poles[place] === arrays.poles[place],
      'poles',
      `positions and rows differ in ${name}`,
    ),
  );
  requireSession(batches.keys === arrays.keys, 'keys', 'a position names the row of another key');
  requireSession(
    batches.identity === arrays.identity,
    'identity',
    'what accounts say is not what their positions sum to',
  );
  requireSession(batches.balance === 0n, 'balance', 'an instrument does not net to nothing');
  return closedTotals(batches, accountCount);
}

/** The instruments that do not net to nothing, with what is over: what an open session would fail by. */
export function unbalancedRows({ table, claims }: PreparedSession): ReadonlyMap<number, bigint> {
  const net = new Array<bigint>(table.rows.length).fill(0n);
  for (const { pages } of claims) {
    for (const { slots } of pages) {
      for (const { row, lots } of slots) net[row] = (net[row] ?? 0n) + lots;
    }
  }
  return new Map([...net.entries()].filter(([, lots]) => lots !== 0n));
}
