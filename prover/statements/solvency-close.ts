// SPDX-License-Identifier: GPL-3.0-or-later
import { arraysStateHash, type ArraysState } from '../commitments/session/arrays-state.ts';
import { batchStateHash, type BatchState } from '../commitments/session/batch-state.ts';
import { closedTotals } from '../commitments/session/closed-totals.ts';
import type { SessionTerms } from '../commitments/session/session-terms.ts';
import {
  firstChallenge,
  lossesWord,
  sessionWord,
  type SessionCommitments,
} from '../commitments/session/session-words.ts';
import { ledgerRoot } from '../commitments/ledger.ts';
import { PlimsollError } from '../core/errors.ts';
import { residue } from '../core/field.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { gridInputs, parameterInputs, snapshotInputs } from './circuit-inputs.ts';
import type { SolvencyCloseSignals } from './generated/public-signals.ts';
import type { StatementInstance } from './instance.ts';
import type { MarketTick } from './market-tick.ts';
import { termsInputs } from './solvency-batch.ts';

/** The close of a session, as `solvency-close` proves it. */
export interface SolvencyCloseRequest {
  /** What the session is about; its snapshot and parameters are this tick's. */
  readonly tick: MarketTick;
  readonly commitments: SessionCommitments;
  readonly netsRoot: bigint;
  readonly terms: SessionTerms;
  /** Where both sides have arrived. */
  readonly batches: BatchState;
  readonly arrays: ArraysState;
}

export function solvencyCloseInputs(request: SolvencyCloseRequest): CircuitInputs {
  const { tick, commitments, netsRoot, terms, batches, arrays } = request;
  return {
    accountCount: commitments.accountCount,
    treeRoot: commitments.treeRoot,
    lossesWord: lossesWord(commitments.largestLossQ24),
    root: [commitments.rowsRoot, commitments.batchesRoot, netsRoot],
    ...termsInputs(terms),
    quoteE6: residue(batches.quoteE6),
    balanceE8: batches.collateralE8,
    heavy: batches.heavy,
    uncovered: batches.uncovered,
    uncoveredNotionalE6: batches.uncoveredNotionalE6,
    deficitE6: batches.deficitE6,
    shortfallQ8: batches.shortfallsQ8,
    pairShortfallQ8: batches.pairShortfallsQ8,
    identity: batches.identity,
    keys: batches.keys,
    pole: batches.poles,
    nextAccount: batches.nextAccount,
    nextWeight: batches.weight,
    nextRow: arrays.nextRow,
    ...snapshotInputs(tick.snapshotWords),
    ...parameterInputs(tick.parameterWords),
    ...gridInputs(tick.parameterWords),
  };
}

/** The signals of a close whose sides agree; `closeSession` says where they do not. */
export function solvencyCloseSignals(request: SolvencyCloseRequest): SolvencyCloseSignals {
  const { tick, commitments, netsRoot, batches, arrays } = request;
  const { accountCount, treeRoot } = commitments;
  const { collateralE8, shortfallsE6, pairShortfallsE6, ...totals } = closedTotals(
    batches,
    accountCount,
  );
  const [btcE8, ethE8, stEthE8] = collateralE8;
  const shortfall = (id: number): bigint => shortfallsE6.get(id)!;
  const [btc22Eth23, btc23Eth22, btc22, eth22, btc23, eth23, regular] = pairShortfallsE6;
  return {
    session: sessionWord(firstChallenge(commitments), netsRoot),
    ledgerRoot: ledgerRoot(accountCount, treeRoot),
    snapshotHash: tick.snapshotHash,
    parameterHash: tick.parameterHash,
    batchesState: batchStateHash(batches),
    arraysState: arraysStateHash(arrays),
    ...totals,
    btcE8,
    ethE8,
    stEthE8,
    shortfall1E6: shortfall(1),
    shortfall2E6: shortfall(2),
    shortfall3E6: shortfall(3),
    shortfall4E6: shortfall(4),
    shortfall5E6: shortfall(5),
    shortfall6E6: shortfall(6),
    shortfall7E6: shortfall(7),
    shortfall8E6: shortfall(8),
    shortfall9E6: shortfall(9),
    shortfall10E6: shortfall(10),
    shortfall11E6: shortfall(11),
    shortfall12E6: shortfall(12),
    shortfall13E6: shortfall(13),
    shortfall14E6: shortfall(14),
    shortfall15E6: shortfall(15),
    shortfall16E6: shortfall(16),
    shortfall17E6: shortfall(17),
    shortfall18E6: shortfall(18),
    shortfall19E6: shortfall(19),
    shortfall20E6: shortfall(20),
    shortfall22E6: shortfall(22),
    shortfall23E6: shortfall(23),
    shortfall27E6: shortfall(27),
    shortfall28E6: shortfall(28),
    shortfall29E6: shortfall(29),
    shortfall30E6: shortfall(30),
    shortfall31E6: shortfall(31),
    shortfall32E6: shortfall(32),
    shortfallBtc22Eth23E6: btc22Eth23!,
    shortfallBtc23Eth22E6: btc23Eth22!,
    shortfallBtc22E6: btc22!,
    shortfallEth22E6: eth22!,
    shortfallBtc23E6: btc23!,
    shortfallEth23E6: eth23!,
    shortfallRegularPairsE6: regular!,
  };
}

/** The statement that a session is whole, and what it says of the venue. */
export function solvencyCloseInstance(
  request: SolvencyCloseRequest,
): StatementInstance<'solvency-close'> {
  const { tick, commitments } = request;
  if (
    tick.snapshotHash !== commitments.snapshotHash ||
    tick.parameterHash !== commitments.parameterHash
  ) {
    throw new PlimsollError('NO_SUCH_SESSION', 'the session is about another tick');
  }
  return {
    statement: 'solvency-close',
    profile: 'any',
    inputs: solvencyCloseInputs(request),
    publicSignals: solvencyCloseSignals(request),
  };
}
