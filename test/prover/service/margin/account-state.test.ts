// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  isClearlyHealthy,
  nextState,
  type AccountState,
} from '../../../../prover/service/margin/account-state.ts';

const rules = { distanceBps: 500, releaseBps: 200 };
const figures = (equityE6: bigint, liquidatable = false, bankrupt = false) => ({
  equityE6,
  mmE6: 1000n,
  imE6: 1200n,
  liquidatable,
  bankrupt,
});

describe('the state of an account', () => {
  it.each<[AccountState, bigint, boolean, AccountState]>([
    ['healthy', 1200n, false, 'healthy'],
    ['healthy', 1199n, false, 'marginCall'],
    ['marginCall', 1200n, false, 'marginCall'],
    ['marginCall', 1223n, false, 'marginCall'],
    ['marginCall', 1224n, false, 'healthy'],
    ['healthy', 999n, true, 'belowMaintenance'],
    ['belowMaintenance', 1210n, false, 'marginCall'],
    ['belowMaintenance', 1224n, false, 'healthy'],
    ['marginCall', -1n, true, 'belowMaintenance'],
    ['bankrupt', 1200n, false, 'healthy'],
    ['inLiquidation', 5000n, false, 'healthy'],
    ['cured', 999n, true, 'belowMaintenance'],
  ])('from %s with equity %s, liquidatable %s, is %s', (before, equity, liquidatable, after) => {
    expect(nextState(before, figures(equity, liquidatable), rules)).toBe(after);
  });

  it('is bankrupt by what it has without haircuts, whatever is left of it after them', () => {
    expect(nextState('healthy', figures(-1n, true, true), rules)).toBe('bankrupt');
    expect(nextState('bankrupt', figures(-1n, true, false), rules)).toBe('belowMaintenance');
  });

  it('is called at a distance from MM, where that is above IM', () => {
    const far = { distanceBps: 3000, releaseBps: 0 };
    expect(nextState('healthy', figures(1299n), far)).toBe('marginCall');
    expect(nextState('healthy', figures(1300n), far)).toBe('healthy');
  });

  it('does not flap: a step of a hundredth back and forth makes one call', () => {
    let state: AccountState = 'healthy';
    const seen: AccountState[] = [];
    for (const equity of [1195n, 1205n, 1195n, 1205n, 1195n]) {
      const next = nextState(state, figures(equity), rules);
      if (next !== state) seen.push(next);
      state = next;
    }
    expect(seen).toEqual(['marginCall']);
  });

  it('is told in doubles only where it is healthy from whatever state before, and of most that are', () => {
    const whole = fc.bigInt({ min: 0n, max: 2n ** 52n });
    const near = fc.tuple(whole, fc.bigInt({ min: -3n, max: 3n }));
    const states: AccountState[] = ['healthy', 'marginCall', 'belowMaintenance'];
    let told = 0;
    let healthy = 0;
    fc.assert(
      fc.property(
        whole,
        near,
        near,
        fc.nat(3000),
        fc.nat(1000),
        (mmE6, im, by, distance, release) => {
          const limits = { distanceBps: distance, releaseBps: release };
          const imE6 = mmE6 + im[0] / 2n ** 10n;
          const call = (mmE6 * BigInt(10_000 + distance)) / 10_000n;
          const limit = ((call > imE6 ? call : imE6) * BigInt(10_000 + release)) / 10_000n;
          // At the limit and some hair's breadths from it, or anywhere.
          for (const equityE6 of [limit + by[1], limit + limit / 1000n, by[0], by[1]]) {
            if (equityE6 > 2n ** 53n) continue;
            const isHealthy = states.every(
              (state) =>
                nextState(
                  state,
                  { equityE6, mmE6, imE6, liquidatable: false, bankrupt: false },
                  limits,
                ) === 'healthy',
            );
            const isTold = isClearlyHealthy(Number(equityE6), Number(mmE6), Number(imE6), limits);
            if (isTold) expect(isHealthy).toBe(true);
            told += isTold ? 1 : 0;
            healthy += isHealthy ? 1 : 0;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(told).toBeGreaterThan(healthy / 2);
    expect(healthy).toBeGreaterThan(told);
  });
});
