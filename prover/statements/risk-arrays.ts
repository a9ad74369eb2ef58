// SPDX-License-Identifier: GPL-3.0-or-later
import { KIND_CODES } from '../commitments/instrument.ts';
import {
  acceptArrays,
  arraysStateHash,
  type ArraysState,
  type RowNets,
} from '../commitments/session/arrays-state.ts';
import type { SessionRow } from '../commitments/session/session-row.ts';
import {
  firstChallenge,
  lossesWord,
  sessionWord,
  type SessionCommitments,
} from '../commitments/session/session-words.ts';
import { PlimsollError } from '../core/errors.ts';
import { residue } from '../core/field.ts';
import type { Instrument } from '../model/types.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { gridInputs, parameterInputs, snapshotInputs } from './circuit-inputs.ts';
import type { StatementInstance } from './instance.ts';
import type { Statement } from './manifest.ts';
import type { MarketTick } from './market-tick.ts';

/** An instrument with its row; without one, an empty row that fills up a chunk. */
export interface PricedRow {
  readonly instrument: Instrument | undefined;
  readonly row: SessionRow;
}

/** A chunk of the rows of a session, as `risk-arrays` proves it. */
export interface RiskArraysRequest {
  /** What the session is about; its snapshot and parameters are this tick's. */
  readonly tick: MarketTick;
  readonly commitments: SessionCommitments;
  readonly netsRoot: bigint;
  /** Before the chunk. */
  readonly state: ArraysState;
  readonly rows: readonly PricedRow[];
  readonly nets: readonly RowNets[];
}

export function riskArraysInputs(request: RiskArraysRequest): CircuitInputs {
  const { tick, commitments, netsRoot, state, rows, nets } = request;
  const of = (read: (instrument: Instrument) => bigint): readonly bigint[] =>
    rows.map(({ instrument }) => (instrument === undefined ? 0n : read(instrument)));
  return {
    accountCount: commitments.accountCount,
    treeRoot: commitments.treeRoot,
    termsHash: commitments.termsHash,
    lossesWord: lossesWord(commitments.largestLossQ24),
    rowsRoot: commitments.rowsRoot,
    batchesRoot: commitments.batchesRoot,
    netsRoot,
    rowsChain: state.rowsChain,
    netsChain: state.netsChain,
    nextRow: state.nextRow,
    identity: state.identity,
    keys: state.keys,
    pole: state.poles,
    underlying: of(({ underlying }) => BigInt(underlying)),
    kind: of(({ kind }) => KIND_CODES[kind]),
    expiry: of(({ expiry }) => expiry),
    strikeE4: of(({ strikeE4 }) => strikeE4),
    shortRate: rows.map(({ row }) => row.shortRate),
    bandShareQ40: rows.map(({ row }) => row.bandShareQ40),
    net: nets.map((row) => row.map(residue)),
    ...snapshotInputs(tick.snapshotWords),
    ...parameterInputs(tick.parameterWords),
    ...gridInputs(tick.parameterWords),
  };
}

/** The statement that a chunk leads from one state of a session's rows to the next. */
export function riskArraysInstance(
  request: RiskArraysRequest,
  statement: Statement,
): StatementInstance<'risk-arrays'> {
  const { tick, commitments, netsRoot, state, rows, nets } = request;
  const profile = Object.keys(statement.profiles).find((name) => Number(name) === rows.length);
  if (profile === undefined || nets.length !== rows.length) {
    throw new PlimsollError(
      'NO_SUCH_PROFILE',
      `risk-arrays has no profile for a chunk of ${rows.length} rows and ${nets.length} nets`,
    );
  }
  if (
    tick.snapshotHash !== commitments.snapshotHash ||
    tick.parameterHash !== commitments.parameterHash
  ) {
    throw new PlimsollError('NO_SUCH_SESSION', 'the session is about another tick');
  }
  const rho = firstChallenge(commitments);
  const session = sessionWord(rho, netsRoot);
  const { concentration } = tick.parameters.parameters;
  const after = acceptArrays(
    rows.map(({ row }) => row),
    nets,
    { rho, session },
    { firstRateBps: concentration.marginalMmBps[0] },
    state,
  );
  return {
    statement: 'risk-arrays',
    profile,
    inputs: riskArraysInputs(request),
    publicSignals: {
      session,
      stateBefore: arraysStateHash(state),
      stateAfter: arraysStateHash(after),
    },
  };
}
