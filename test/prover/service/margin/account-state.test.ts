// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { nextState, type AccountState } from '../../../../prover/service/margin/account-state.ts';

const rules = { distanceBps: 500, releaseBps: 200 };
const figures = (equityE6: bigint, liquidatable = false) => ({
  equityE6,
  mmE6: 1000n,
  imE6: 1200n,
  liquidatable,
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
    ['marginCall', -1n, true, 'bankrupt'],
    ['bankrupt', 1200n, false, 'healthy'],
    ['inLiquidation', 5000n, false, 'healthy'],
    ['cured', 999n, true, 'belowMaintenance'],
  ])('from %s with equity %s, liquidatable %s, is %s', (before, equity, liquidatable, after) => {
    expect(nextState(before, figures(equity, liquidatable), rules)).toBe(after);
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
});
