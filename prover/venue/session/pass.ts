// SPDX-License-Identifier: GPL-3.0-or-later
import { acceptArrays, FIRST_ARRAYS_STATE } from '../../commitments/session/arrays-state.ts';
import { FIRST_BATCH_STATE } from '../../commitments/session/batch-state.ts';
import type { ClosedTotals } from '../../commitments/session/closed-totals.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import type { MarketTick } from '../../statements/market-tick.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import { acceptBatch } from './accept-batch.ts';
import { closeSession, type OpenedSession, type SessionEnd } from './session.ts';

export type PassStatement = 'risk-arrays' | 'solvency-batch' | 'solvency-close';

/** One proof of a session: none waits for another, and the order of their making is free. */
export interface PassStep {
  /** `rows-000`, `batch-000`, `close`: also the name of its file. */
  readonly name: string;
  readonly statement: PassStatement;
  readonly profile: string;
  /** Its instance, made when its turn comes: inputs of all batches at once would fill the memory. */
  readonly instance: () => StatementInstance<PassStatement>;
}

export interface PassSteps {
  readonly steps: readonly PassStep[];
  /** Where batches and rows arrive. */
  readonly end: SessionEnd;
}

export interface Pass extends PassSteps {
  /** What the close will say. */
  readonly totals: ClosedTotals;
}

const numbered = (kind: string, place: number): string =>
  `${kind}-${String(place).padStart(3, '0')}`;

/** As `passSteps`, of a session that closes; throws `SessionRefused` where it would not, before anything is proven. */
export function sessionPass(opened: OpenedSession, tick: MarketTick): Pass {
  const { steps, end } = passSteps(opened, tick);
  return { steps, end, totals: closeSession(opened.commitments, opened.netsRoot, end) };
}

/**
 * All proofs of a session: the chunks of its rows, its batches, its close. Whether it closes is not asked: the close
 * of one that does not leads elsewhere than its rows or batches do, or has no witness.
 */
export function passSteps(opened: OpenedSession, tick: MarketTick): PassSteps {
  const { table, nets, challenges, terms, chunkSize, claims } = opened;
  const steps: PassStep[] = [];
  let arrays = FIRST_ARRAYS_STATE;
  for (let start = 0; start < table.rows.length; start += chunkSize) {
    const state = arrays;
    const rows = table.rows.slice(start, start + chunkSize);
    const own = nets.slice(start, start + chunkSize);
    steps.push({
      name: numbered('rows', start / chunkSize),
      statement: 'risk-arrays',
      profile: String(chunkSize),
      instance: () =>
        prepareStatement('risk-arrays', {
          ...opened,
          tick,
          state,
          rows: rows.map((row, place) => ({ row, instrument: table.instruments[start + place] })),
          nets: own,
        }),
    });
    arrays = acceptArrays(rows, own, challenges, { firstRateBps: terms.marginalMmBps[0] }, state);
  }
  let batches = FIRST_BATCH_STATE;
  claims.forEach((claim, place) => {
    const before = batches;
    const after = acceptBatch(claim, opened, before);
    const { subtrees, subtreeAccounts } = claim.profile;
    steps.push({
      name: numbered('batch', place),
      statement: 'solvency-batch',
      profile: String(subtrees * subtreeAccounts),
      instance: () => prepareStatement('solvency-batch', { ...opened, claim, before, after }),
    });
    batches = after;
  });
  const end = { batches, arrays };
  steps.push({
    name: 'close',
    statement: 'solvency-close',
    profile: 'any',
    instance: () => prepareStatement('solvency-close', { ...opened, ...end, tick }),
  });
  return { steps, end };
}

/** What the proofs of a session publish, in order. */
export interface PassSignals {
  readonly rows: readonly StatementSignals['risk-arrays'][];
  readonly batches: readonly StatementSignals['solvency-batch'][];
  readonly close: StatementSignals['solvency-close'];
}
