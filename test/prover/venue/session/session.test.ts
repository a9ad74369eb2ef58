// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: whole sessions are run, forged in some forty ways.
import { describe, expect, test } from 'vitest';

import type { SessionRow } from '../../../../prover/commitments/session/session-row.ts';
import { FIRST_BATCH_STATE } from '../../../../prover/commitments/session/batch-state.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { acceptBatch } from '../../../../prover/venue/session/accept-batch.ts';
import type {
  BatchClaim,
  HeavyClaim,
  StressClaim,
} from '../../../../prover/commitments/session/batch-claim.ts';
import { BATCH_PROFILES } from '../../../../prover/commitments/session/profiles.ts';
import { SessionRefused } from '../../../../prover/commitments/session/refusal.ts';
import {
  closeSession,
  openSession,
  prepareSession,
  runArrays,
  runBatches,
  unbalancedRows,
  type OpenedSession,
  type PreparedSession,
} from '../../../../prover/venue/session/session.ts';
import { crashMarket, sessionRequest, smallVenue } from '../../../support/session-venue.ts';

const accounts = smallVenue(9);
const prepared = prepareSession(sessionRequest(accounts));
const honest = openSession(prepared);

const close = (opened: OpenedSession, batches = runBatches(opened.claims, opened)) =>
  closeSession(opened.commitments, opened.netsRoot, { batches, arrays: runArrays(opened) });

/** The rule that refuses; `accepted` where none does. */
function ruleOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'accepted';
  } catch (error) {
    if (error instanceof SessionRefused) return error.rule;
    throw error;
  }
}

type Forge = (claim: BatchClaim) => BatchClaim;

const forged = (forge: Forge): PreparedSession => ({
  ...prepared,
  claims: prepared.claims.map(forge),
});
/** The rule that refuses a session whose claims were forged before anything was committed. */
const refusal = (forge: Forge): string => ruleOf(() => close(openSession(forged(forge))));

const swapped = <T>(list: readonly T[], place: number, change: (one: T) => T): readonly T[] =>
  list.with(place, change(list[place]!));

/** Where in the batches an account is that satisfies a condition. */
const firstHeavy = (condition: (one: HeavyClaim) => boolean): [number, HeavyClaim] => {
  const batch = prepared.claims.findIndex(({ heavy }) => heavy.some(condition));
  return [batch, prepared.claims[batch]!.heavy.find(condition)!];
};
const inBatch =
  (batch: number, forge: Forge): Forge =>
  (claim) =>
    claim === prepared.claims[batch] ? forge(claim) : claim;
const changedHeavy =
  (one: HeavyClaim, change: Partial<HeavyClaim>): Forge =>
  (claim) => ({
    ...claim,
    heavy: claim.heavy.map((other) => (other === one ? { ...one, ...change } : other)),
  });

describe('an honest session', () => {
  test('closes, and says of the venue what the exact model says, or less good', () => {
    const closed = close(honest);
    const margins = accounts.map((account) => marginPortfolio(account, crashMarket));
    expect(closed.quoteE6).toBe(accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n));
    expect(closed.collateralE8).toEqual(
      [0, 1, 2].map((c) =>
        accounts.reduce((sum, { collateralE8 }) => sum + collateralE8[c as 0 | 1 | 2], 0n),
      ),
    );
    const liquidatable = margins.filter((margin) => margin.liquidatable).length;
    expect(liquidatable).toBeGreaterThan(0);
    expect(closed.uncovered).toBeGreaterThanOrEqual(BigInt(liquidatable));
    const deficitE6 = margins.reduce((sum, margin) => sum + margin.deficitE6, 0n);
    expect(deficitE6).toBeGreaterThan(0n);
    expect(closed.deficitE6).toBeGreaterThanOrEqual(deficitE6);
    expect(closed.deficitE6 - deficitE6).toBeLessThan(1_000_000n);
  });

  test('has one batch at least under every profile, and the same totals under each', () => {
    const whole = close(honest);
    for (const profile of BATCH_PROFILES.filter(({ name }) => name !== 'fallback')) {
      const request = { ...sessionRequest(accounts), profiles: [profile, BATCH_PROFILES.at(-1)!] };
      const opened = openSession(prepareSession(request));
      expect(opened.claims.some((claim) => claim.profile === profile)).toBe(true);
      expect(close(opened)).toEqual(whole);
    }
  });
});

describe('a session is refused', () => {
  test('with a phantom long', () => {
    const [first, ...rest] = accounts;
    const [held, ...others] = first!.positions;
    const positions = [{ ...held!, lots: held!.lots + 1n }, ...others];
    const opened = openSession(prepareSession(sessionRequest([{ ...first!, positions }, ...rest])));
    expect([...unbalancedRows(opened).values()]).toEqual([1n]);
    expect(ruleOf(() => close(opened))).toBe('balance');
  });

  test('without one of its accounts', () => {
    const leave: Forge = (claim) => ({ ...claim, accounts: claim.accounts.with(1, undefined) });
    expect(refusal(inBatch(0, leave))).toBe('tree');
    // The count is bound too: the last account cannot hide behind the others.
    const fewer = { ...honest.pins, accountCount: honest.pins.accountCount - 1n };
    const opened = openSession({ ...prepared, pins: fewer });
    expect(opened.challenges.session).not.toBe(honest.challenges.session);
  });

  test('with a batch replayed or left out', () => {
    const [first, ...rest] = honest.claims;
    const run = (claims: readonly BatchClaim[]) => () => close(honest, runBatches(claims, honest));
    expect(ruleOf(run([first!, first!, ...rest]))).toBe('order');
    expect(ruleOf(run(rest))).toBe('order');
    const committed = openSession({ ...prepared, claims: prepared.claims.slice(0, -1) });
    expect(ruleOf(() => close(committed))).toBe('count');
    expect(ruleOf(run(honest.claims.slice(0, -1)))).toBe('chain');
  });

  test('with a batch of another session', () => {
    const other = openSession({
      ...prepared,
      pins: { ...prepared.pins, snapshotHash: prepared.pins.snapshotHash + 1n },
    });
    const half = acceptBatch(honest.claims[0]!, honest, FIRST_BATCH_STATE);
    const mixed = honest.claims
      .slice(1)
      .reduce((state, claim) => acceptBatch(claim, other, state), half);
    expect(honest.claims.length).toBeGreaterThan(1);
    expect(ruleOf(() => close(honest, mixed))).toBe('poles');
  });

  test.each<[string, string, Forge]>([
    [
      'a surplus of one unit more',
      'identity',
      inBatch(0, (claim) => ({
        ...claim,
        accounts: swapped(claim.accounts, 0, (account) => ({
          ...account!,
          surplusE10: account!.surplusE10 + 1n,
        })),
      })),
    ],
    [
      'a share of the first band of one unit less',
      'identity',
      inBatch(0, (claim) => ({
        ...claim,
        accounts: claim.accounts.map((account) => {
          if (account === undefined || account.bandShareQ40 === 0n) return account;
          return { ...account, bandShareQ40: account.bandShareQ40 - 1n };
        }),
      })),
    ],
    [
      'the surplus of one account at the expense of another',
      'identity',
      inBatch(0, (claim) => ({
        ...claim,
        accounts: claim.accounts.map((account, place) =>
          place > 1
            ? account
            : { ...account!, surplusE10: account!.surplusE10 + (place === 0 ? 5n : -5n) },
        ),
      })),
    ],
    [
      'a position under the row of another instrument',
      'keys',
      inBatch(0, (claim) => ({
        ...claim,
        pages: swapped(claim.pages, 0, (page) => ({
          ...page,
          slots: swapped(page.slots, 0, (slot) => ({ ...slot, row: (slot.row % 9) + 1 })),
        })),
      })),
    ],
    [
      'an instrument without a row',
      'poles',
      inBatch(0, (claim) => ({
        ...claim,
        pages: swapped(claim.pages, 0, (page) => ({
          ...page,
          slots: swapped(page.slots, 0, (slot) => ({ ...slot, row: 4095 })),
        })),
      })),
    ],
    [
      'another key than the page commits to',
      'page',
      inBatch(0, (claim) => ({
        ...claim,
        pages: swapped(claim.pages, 0, (page) => ({
          ...page,
          slots: swapped(page.slots, 0, (slot) => ({ ...slot, key: slot.key + 1n })),
        })),
      })),
    ],
    [
      'lots that wrap around',
      'page',
      inBatch(0, (claim) => ({
        ...claim,
        pages: swapped(claim.pages, 0, (page) => ({
          ...page,
          slots: swapped(page.slots, 0, (slot) => ({ ...slot, lots: slot.lots - (1n << 27n) })),
        })),
      })),
    ],
    [
      'a page left closed',
      'page',
      inBatch(0, (claim) => ({ ...claim, pages: claim.pages.slice(1) })),
    ],
    [
      'a page opened twice',
      'page',
      inBatch(0, (claim) => ({ ...claim, pages: [...claim.pages, claim.pages.at(-1)!] })),
    ],
  ])('with %s: %s', (_, rule, forge) => {
    expect(refusal(forge)).toBe(rule);
  });

  test('where a heavy account says more than its numbers', () => {
    const [batch, poor] = firstHeavy(({ isCovered, isSafe }) => !isCovered && !isSafe);
    const [rich, covered] = firstHeavy(({ isCovered, isSafe }) => isCovered && isSafe);
    const halfOf =
      (one: HeavyClaim, change: (loss: bigint, id: number) => bigint): Forge =>
      (claim) => ({
        ...claim,
        halves: claim.halves.map((half) =>
          half.account === one.account
            ? { ...half, lossesE6: half.lossesE6.map((loss, place) => change(loss, place + 1)) }
            : half,
        ),
      });
    const less = (id: number): Forge =>
      halfOf(covered, (loss, at) => (at === id ? loss - 5n : loss));
    for (const id of [1, 4, 21]) expect(refusal(inBatch(rich, less(id)))).toBe('identity');
    // A digit moved into the lane beside it: the word stays, the range does not.
    const carried = halfOf(covered, (loss, at) =>
      at === 3 ? loss + (1n << 80n) : at === 4 ? loss - 1n : loss,
    );
    expect(refusal(inBatch(rich, carried))).toBe('maximum');
    expect(refusal(inBatch(batch, changedHeavy(poor, { isCovered: true })))).toBe('cover');
    expect(refusal(inBatch(batch, changedHeavy(poor, { valueE6: poor.valueE6 + 1n })))).toBe(
      'stress',
    );
    expect(refusal(inBatch(rich, changedHeavy(covered, { quoteE6: covered.quoteE6 + 1n })))).toBe(
      'copy',
    );
    expect(refusal(inBatch(rich, changedHeavy(covered, { valueE6: covered.valueE6 + 1n })))).toBe(
      'identity',
    );
    expect(
      refusal(inBatch(rich, changedHeavy(covered, { chargeE10: covered.chargeE10 - 1n }))),
    ).toBe('identity');
    const [btc, eth] = covered.haircutUnits;
    expect(refusal(inBatch(rich, changedHeavy(covered, { haircutUnits: [btc + 1n, eth] })))).toBe(
      'coins',
    );
    const understated = covered.maximaE6.map((maximum) =>
      maximum === undefined || maximum === 0n ? maximum : maximum - 1n,
    ) as unknown as HeavyClaim['maximaE6'];
    const inBoth: Forge = (claim) => {
      const changed = changedHeavy(covered, { maximaE6: understated })(claim);
      return {
        ...changed,
        halves: changed.halves.map((half) =>
          half.account === covered.account
            ? { ...half, maximumE6: understated[half.underlying]! }
            : half,
        ),
      };
    };
    expect(refusal(inBatch(rich, changedHeavy(covered, { maximaE6: understated })))).toBe('half');
    expect(refusal(inBatch(rich, inBoth))).toBe('maximum');
    expect(
      refusal(
        inBatch(rich, (claim) => ({
          ...changedHeavy(covered, { maximaE6: [undefined, undefined] })(claim),
          halves: claim.halves.filter(({ account }) => account !== covered.account),
        })),
      ),
    ).toBe('identity');
    expect(refusal(inBatch(batch, (claim) => ({ ...claim, stress: claim.stress.slice(1) })))).toBe(
      'stress',
    );
    const overstated: Forge = (claim) => ({
      ...claim,
      stress: swapped(claim.stress, 0, (one) => ({
        ...one,
        equitiesQ8: one.equitiesQ8.with(21, 0n),
      })),
    });
    expect(refusal(inBatch(batch, overstated))).toBe('stress');
  });

  test.each<[string, (one: StressClaim) => Partial<StressClaim>]>([
    [
      'loses less in BTC alone after a fall',
      ({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [fall - 1n, rise] }),
    ],
    [
      'loses less in BTC alone after a rise, and so more in ETH',
      ({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [fall, rise - 1n] }),
    ],
    [
      'has its two tails exchanged',
      ({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [rise, fall] }),
    ],
    [
      'is left with more after any pair of no tails',
      ({ regularEquityQ8 }) => ({ regularEquityQ8: regularEquityQ8 + 1n }),
    ],
  ])('where an account that is not safe says that it %s', (_, change) => {
    const [batch] = firstHeavy(({ isCovered, isSafe }) => !isCovered && !isSafe);
    const forge: Forge = (claim) => ({
      ...claim,
      stress: swapped(claim.stress, 0, (one) => ({ ...one, ...change(one) })),
    });
    expect(refusal(inBatch(batch, forge))).toBe('pairs');
  });

  test('where an account hides what it is short of after a joint scenario', () => {
    const [batch, poor] = firstHeavy(({ isCovered, isSafe }) => isCovered && !isSafe);
    const safely = (whole: (value: bigint) => bigint): Forge =>
      inBatch(batch, (claim) => {
        const wholeE6 = poor.wholeE6.map((value) =>
          value === undefined ? value : whole(value),
        ) as unknown as HeavyClaim['wholeE6'];
        const changed = changedHeavy(poor, { isSafe: true, wholeE6 })(claim);
        return {
          ...changed,
          halves: changed.halves.map((half) =>
            half.account === poor.account
              ? { ...half, isSafe: true, wholeE6: wholeE6[half.underlying]! }
              : half,
          ),
          stress: changed.stress.filter(({ account }) => account !== poor.account),
        };
      });
    expect(refusal(safely((whole) => whole))).toBe('safe');
    // What the check asks for, half-slots do not grant.
    expect(refusal(safely(() => 0n))).toBe('whole');
    const [one, held] = firstHeavy(({ wholeE6: [btc] }) => btc !== undefined && btc > 0n);
    const [btc, eth] = held.wholeE6;
    expect(refusal(inBatch(one, changedHeavy(held, { wholeE6: [btc! + 1n, eth] })))).toBe('half');
  });

  test('where a heavy account passes as light', () => {
    const [batch, poor] = firstHeavy(({ isCovered, isSafe }) => !isCovered && !isSafe);
    const pass: Forge = (claim) => ({
      ...claim,
      accounts: swapped(claim.accounts, poor.account, (one) => ({ ...one!, isHeavy: false })),
      pages: claim.pages.map((page) =>
        page.account === poor.account ? { ...page, isHeavy: false } : page,
      ),
      heavy: claim.heavy.filter((one) => one !== poor),
      halves: claim.halves.filter(({ account }) => account !== poor.account),
      stress: claim.stress.filter(({ account }) => account !== poor.account),
    });
    expect(refusal(inBatch(batch, pass))).toBe('light');
  });

  test('where something was chosen after its challenge', () => {
    const [rich, covered] = firstHeavy(({ isCovered, isSafe }) => isCovered && isSafe);
    const late = honest.claims.map(
      inBatch(rich, changedHeavy(covered, { notionalE6: covered.notionalE6 - 1n })),
    );
    expect(ruleOf(() => close(honest, runBatches(late, honest)))).toBe('chain');
    const nets = honest.nets.map((row, n) => (n === 1 ? [row[0]! + 1n, ...row.slice(1)] : row));
    expect(ruleOf(() => close({ ...honest, nets }))).toBe('nets');
    const rows = honest.table.rows.map((row): SessionRow => ({
      ...row,
      longRate: row.longRate === 0n ? 0n : row.longRate - 1n,
    }));
    expect(ruleOf(() => close({ ...honest, table: { ...honest.table, rows } }))).toBe('rows');
    const understated = { ...honest.table, rows };
    expect(ruleOf(() => close(openSession({ ...prepared, table: understated })))).toBe('identity');
  });
});
