// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type {
  BatchClaim,
  HeavyClaim,
  StressClaim,
} from '../../../prover/commitments/session/batch-claim.ts';
import {
  batchStateHash,
  FIRST_BATCH_STATE,
  type BatchState,
} from '../../../prover/commitments/session/batch-state.ts';
import { BATCH_PROFILES } from '../../../prover/commitments/session/profiles.ts';
import { SessionRefused } from '../../../prover/commitments/session/refusal.ts';
import { solvencyBatchInputs } from '../../../prover/statements/solvency-batch.ts';
import { acceptBatch } from '../../../prover/venue/session/accept-batch.ts';
import {
  closeSession,
  openSession,
  prepareSession,
  runArrays,
  type OpenedSession,
} from '../../../prover/venue/session/session.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { sessionRequest } from '../../support/session-venue.ts';
import { openTinyBatch, orderedVenue, TINY } from '../../support/tiny-batch.ts';

/**
 * Whole sessions of a cheating prover: what is forged is committed to, challenges are drawn from it, and
 * the first batch meets the constraints of the shipped template. What these let through the close must find.
 */
const request = {
  ...sessionRequest(orderedVenue()),
  profiles: [TINY, BATCH_PROFILES.at(-1)!],
};
const prepared = prepareSession(request);
const [first] = prepared.claims;

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openTinyBatch();
}, 900_000);

const BATCH = 'the batch';

/** Who refuses: the constraints of the batch, or a rule of the close; `accepted` where nobody does. */
function refusalOf(opened: OpenedSession): string {
  const [claim, ...rest] = opened.claims;
  const inputs = solvencyBatchInputs({
    ...opened,
    claim: claim!,
    before: FIRST_BATCH_STATE,
    after: FIRST_BATCH_STATE,
  });
  const { violated, witness } = circuit.forge({ inputs });
  if (violated.length > 0) return BATCH;
  const state = acceptBatch(claim!, opened, FIRST_BATCH_STATE);
  // The state that the proof would publish, forged or not.
  expect(witness[3]).toBe(batchStateHash(state));
  try {
    const batches = rest.reduce<BatchState>((at, one) => acceptBatch(one, opened, at), state);
    closeSession(opened.commitments, opened.netsRoot, { batches, arrays: runArrays(opened) });
    return 'accepted';
  } catch (error) {
    if (error instanceof SessionRefused) return error.rule;
    throw error;
  }
}

type Forge = (claim: BatchClaim) => BatchClaim;
const forged = (forge: Forge, ofSecond: Forge = (claim) => claim): OpenedSession =>
  openSession({
    ...prepared,
    claims: prepared.claims.map((claim, place) =>
      place === 0 ? forge(claim) : place === 1 ? ofSecond(claim) : claim,
    ),
  });

const surplus =
  (place: number, more: bigint): Forge =>
  (claim) => ({
    ...claim,
    accounts: claim.accounts.map((account, at) =>
      at === place ? { ...account!, surplusE10: account!.surplusE10 + more } : account,
    ),
  });
const slotOf =
  (page: number, slot: number, change: (row: number) => number): Forge =>
  (claim) => ({
    ...claim,
    pages: claim.pages.map((one, at) =>
      at === page
        ? {
            ...one,
            slots: one.slots.map((held, n) =>
              n === slot ? { ...held, row: change(held.row) } : held,
            ),
          }
        : one,
    ),
  });
/** The safe heavy account, and the one that is not even covered. */
const safe = first!.heavy.find(({ isSafe }) => isSafe)!;
const poor = first!.heavy.find(({ isCovered }) => !isCovered)!;
const heavyOf =
  (one: HeavyClaim, change: Partial<HeavyClaim>): Forge =>
  (claim) => ({
    ...claim,
    heavy: claim.heavy.map((other) =>
      other.account === one.account ? { ...other, ...change } : other,
    ),
  });
const lossesOf =
  (one: HeavyClaim, change: (loss: bigint, id: number) => bigint): Forge =>
  (claim) => ({
    ...claim,
    halves: claim.halves.map((half) =>
      half.account === one.account
        ? { ...half, lossesE6: half.lossesE6.map((loss, place) => change(loss, place + 1)) }
        : half,
    ),
  });
const stressOf =
  (change: (slot: StressClaim) => Partial<StressClaim>): Forge =>
  (claim) => ({ ...claim, stress: claim.stress.map((slot) => ({ ...slot, ...change(slot) })) });
/** The account that is not safe, which holds BTC, loses a unit less after a covered tail: its slots agree on it. */
const milderTail =
  (id: 22 | 23): Forge =>
  (claim) => {
    const less = lossesOf(poor, (loss, at) => (at === id ? loss - 1n : loss))(claim);
    return stressOf(({ equitiesQ8, btcTailLossesQ8: [fall, rise] }) => ({
      equitiesQ8: equitiesQ8.with(id - 1, equitiesQ8[id - 1]! + 256n),
      btcTailLossesQ8: id === 22 ? [fall - 256n, rise] : [fall, rise - 256n],
    }))(less);
  };
/** Without its slots, as a light account whose surplus is whatever it needs. */
const asLight: Forge = (claim) => ({
  ...claim,
  accounts: claim.accounts.map((account, at) =>
    at === poor.account
      ? { ...account!, isHeavy: false, surplusE10: 10n ** 18n, bandShareQ40: 0n }
      : account,
  ),
  pages: claim.pages.map((page) =>
    page.account === poor.account ? { ...page, isHeavy: false } : page,
  ),
  heavy: claim.heavy.filter(({ account }) => account !== poor.account),
  halves: claim.halves.filter(({ account }) => account !== poor.account),
  stress: [],
});

describe('a session of a cheating prover', () => {
  test('is accepted where nothing is forged', () => {
    expect(prepared.claims.length).toBeGreaterThan(1);
    expect(refusalOf(forged((claim) => claim))).toBe('accepted');
  });

  test.each<[string, string, Forge]>([
    ['a surplus invented', 'identity', surplus(0, 1n)],
    [
      'one account compensating another',
      'identity',
      (claim) => surplus(1, -5n)(surplus(0, 5n)(claim)),
    ],
    [
      'a share of the first band left out',
      'identity',
      (claim) => ({
        ...claim,
        accounts: claim.accounts.map((account) => ({ ...account!, bandShareQ40: 0n })),
      }),
    ],
    [
      'a smaller loss after one scenario',
      'identity',
      lossesOf(safe, (loss, id) => (id === 4 ? loss - 5n : loss)),
    ],
    [
      'a smaller loss after a damped one',
      'identity',
      lossesOf(safe, (loss, id) => (id === 22 ? loss - 1n : loss)),
    ],
    [
      'a digit carried into the lane beside it where the index stands',
      BATCH,
      lossesOf(safe, (loss, id) => (id === 1 ? loss + (1n << 62n) : id === 2 ? loss - 1n : loss)),
    ],
    [
      'a digit carried where it moves',
      BATCH,
      lossesOf(safe, (loss, id) => (id === 4 ? loss + (1n << 80n) : id === 5 ? loss - 1n : loss)),
    ],
    // Everything that a batch looks at agrees: only the losses' own sums tell.
    ['a smaller fall of BTC, in half-slot and stress slot alike', 'identity', milderTail(22)],
    ['a smaller rise of BTC, in half-slot and stress slot alike', 'identity', milderTail(23)],
    [
      'a smaller fall of BTC, in the stress slot alone',
      BATCH,
      stressOf(({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [fall - 256n, rise] })),
    ],
    [
      'what a fall costs in BTC moved to ETH',
      BATCH,
      stressOf(({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [0n, rise + fall] })),
    ],
    [
      'more left after a pair of no tails than maxima leave',
      BATCH,
      stressOf(({ regularEquityQ8 }) => ({ regularEquityQ8: regularEquityQ8 + 256n })),
    ],
    ['a value invented', 'identity', heavyOf(safe, { valueE6: safe.valueE6 + 1n })],
    ['a charge left out', 'identity', heavyOf(safe, { chargeE10: 0n })],
    [
      'deltas of another size',
      'identity',
      heavyOf(safe, { deltasE6: safe.deltasE6.map((delta) => delta - 1n) as never }),
    ],
    [
      'an underlying dropped',
      'identity',
      (claim) => ({
        ...heavyOf(safe, { maximaE6: [undefined, undefined], wholeE6: [undefined, undefined] })(
          claim,
        ),
        halves: claim.halves.filter(({ account }) => account !== safe.account),
      }),
    ],
    [
      'a half-slot counted for the other underlying',
      BATCH,
      (claim) => ({
        ...claim,
        halves: claim.halves.map((half) =>
          half.account === poor.account
            ? { ...half, underlying: half.underlying === 0 ? (1 as const) : (0 as const) }
            : half,
        ),
      }),
    ],
    ['a light bound abused', 'identity', asLight],
    ['the row of another instrument', 'keys', slotOf(0, 0, (row) => (row === 1 ? 2 : 1))],
    ['an instrument that has no row', 'poles', slotOf(0, 0, () => 4095)],
    ['an empty slot under a row', 'keys', slotOf(0, 5, () => 1)],
    [
      'an account in the place of another',
      BATCH,
      (claim) => ({ ...claim, accounts: claim.accounts.with(1, claim.accounts[0]!) }),
    ],
    [
      'a page left closed whose hash is called empty',
      BATCH,
      (claim) => ({
        ...claim,
        accounts: claim.accounts.map((account, at) =>
          at === 0 ? { ...account!, pageHashes: [0n, 0n, 0n, 0n] } : account,
        ),
        pages: claim.pages.filter(({ account }) => account !== 0),
      }),
    ],
    [
      'a page opened by two units',
      BATCH,
      (claim) => {
        const [unit] = claim.pages;
        return { ...claim, pages: [...claim.pages.slice(0, -1), unit!] };
      },
    ],
    ['an account called covered that is not', BATCH, heavyOf(poor, { isCovered: true })],
    [
      'a stress slot of another account',
      BATCH,
      (claim) => ({
        ...claim,
        stress: claim.stress.map((slot) => ({ ...slot, account: safe.account })),
      }),
    ],
    [
      'nothing short under stress',
      BATCH,
      (claim) => ({
        ...claim,
        stress: claim.stress.map((slot) => ({
          ...slot,
          equitiesQ8: slot.equitiesQ8.map((equity) => (equity < 0n ? 0n : equity)),
        })),
      }),
    ],
  ])('with %s: refused by %s', (_, refusal, forge) => {
    expect(refusalOf(forged(forge))).toBe(refusal);
  });

  test('in which one batch compensates another', () => {
    expect(refusalOf(forged(surplus(0, 5n), surplus(0, -5n)))).toBe('identity');
  });

  test('in which the keys of two rows are exchanged', () => {
    const { rows } = prepared.table;
    const exchanged = rows.map((row, n) =>
      n === 1 ? { ...row, key: rows[2]!.key } : n === 2 ? { ...row, key: rows[1]!.key } : row,
    );
    const table = { ...prepared.table, rows: exchanged };
    expect(refusalOf(openSession({ ...prepared, table }))).toBe('keys');
  });

  test('in which something is chosen after its challenge', () => {
    const opened = forged((claim) => claim);
    const late = { ...opened, claims: opened.claims.with(0, surplus(0, 1n)(opened.claims[0]!)) };
    expect(refusalOf(late)).toBe('chain');
    // Two nets against two equations: without the chain of nets these would be solved.
    const nets = opened.nets.map((row, n) => (n === 1 ? [row[0]! + 1n, ...row.slice(1)] : row));
    expect(refusalOf({ ...opened, nets })).toBe('nets');
    const rows = opened.table.rows.map((row) => ({ ...row, shortRate: row.shortRate + 1n }));
    expect(refusalOf({ ...opened, table: { ...opened.table, rows } })).toBe('rows');
  });
});
