// SPDX-License-Identifier: GPL-3.0-or-later
import { arraysStateHash, FIRST_ARRAYS_STATE } from '../../commitments/session/arrays-state.ts';
import { batchStateHash, FIRST_BATCH_STATE } from '../../commitments/session/batch-state.ts';
import { requireSession } from '../../commitments/session/refusal.ts';
import type { ProofFile } from '../../proving/formats/proof-file.ts';
import type { StatementName, StatementSignals } from '../../statements/generated/public-signals.ts';
import type { PassSignals } from './pass.ts';

/** What a session is held to by whoever checks it. */
export interface ExpectedTick {
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
}

interface Link {
  readonly session: bigint;
  readonly stateBefore: bigint;
  readonly stateAfter: bigint;
}

function requireChain(
  kind: string,
  links: readonly Link[],
  session: bigint,
  [start, end]: readonly [bigint, bigint],
): void {
  let state = start;
  links.forEach((link, place) => {
    requireSession(link.session === session, 'session', `${kind} ${place} is of another session`);
    requireSession(
      link.stateBefore === state,
      'order',
      `${kind} ${place} does not begin where ${place === 0 ? 'a session starts' : 'the one before it ends'}`,
    );
    state = link.stateAfter;
  });
  requireSession(state === end, 'end', `the close begins elsewhere than the last of ${kind} ends`);
}

const signalsOf = <Name extends StatementName>(
  proofs: readonly ProofFile[],
  statement: Name,
): readonly StatementSignals[Name][] =>
  proofs
    .filter((proof) => proof.statement === statement)
    .map(({ publicSignals }) => publicSignals as StatementSignals[Name]);

/** What the proofs of a session publish, one of which is its close. */
export function passSignalsOf(proofs: readonly ProofFile[]): PassSignals {
  const [close] = signalsOf(proofs, 'solvency-close');
  return {
    rows: signalsOf(proofs, 'risk-arrays'),
    batches: signalsOf(proofs, 'solvency-batch'),
    close: close!,
  };
}

/**
 * Whether proofs that hold make a whole session about this tick, from their public signals alone; throws
 * `SessionRefused`. Chunks of rows and batches each lead from the constant start to what is closed.
 */
export function requireWholePass(
  { rows, batches, close }: PassSignals,
  { ledgerRoot, snapshotHash, parameterHash }: ExpectedTick,
): void {
  requireSession(close.ledgerRoot === ledgerRoot, 'ledger', 'the session is about another ledger');
  requireSession(
    close.snapshotHash === snapshotHash && close.parameterHash === parameterHash,
    'tick',
    'the session is about another snapshot or parameter set',
  );
  requireChain('rows', rows, close.session, [
    arraysStateHash(FIRST_ARRAYS_STATE),
    close.arraysState,
  ]);
  requireChain('batches', batches, close.session, [
    batchStateHash(FIRST_BATCH_STATE),
    close.batchesState,
  ]);
}
