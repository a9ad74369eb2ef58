// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { coverageOf, coveredMoves } from '../../../prover/analysis/covered-moves.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';

const { parameters } = loadDefaultParameters();
const HOUR = 3_600n;
const tick = (hours: bigint, indexE4: bigint) => ({
  time: hours * HOUR,
  indexE4,
  fallBps: -1_000n,
  riseBps: 1_000n,
});

describe('the moves that margin covers', () => {
  it('are the furthest of the scenarios that count in full, not those of damped tails', () => {
    for (const underlying of parameters.underlyings) {
      const { fallBps, riseBps } = coveredMoves(underlying);
      const furthest = (damped: boolean): bigint =>
        underlying.scenarios
          .filter(({ dampingQ16 }) => dampingQ16 < 65_536n === damped)
          .reduce((most, { multiplierQ24 }) => (multiplierQ24 > most ? multiplierQ24 : most), 0n);
      expect(riseBps).toBe((furthest(false) * 10_000n + 2n ** 23n) / 2n ** 24n - 10_000n);
      expect(fallBps).toBeLessThan(0n);
      expect(furthest(true)).toBeGreaterThan(furthest(false));
    }
  });
});

describe('what came after a tick', () => {
  it('is the furthest within the horizon, and a breach where that is beyond what was covered', () => {
    const ticks = [tick(0n, 10_000n), tick(1n, 9_000n), tick(2n, 8_999n), tick(3n, 12_000n)];
    const found = coverageOf(ticks, 2n * HOUR);
    expect(
      found.map(({ furthestFallBps, furthestRiseBps, isBreached }) => [
        furthestFallBps,
        furthestRiseBps,
        isBreached,
      ]),
    ).toEqual([
      [-1_001n, 0n, true],
      [-2n, 3_333n, true],
      [0n, 3_334n, true],
      [0n, 0n, false],
    ]);
  });

  it('is no breach where it is just as far, nor a second after the horizon', () => {
    const [first] = coverageOf([tick(0n, 10_000n), tick(1n, 9_000n)], 2n * HOUR);
    expect(first!.isBreached).toBe(false);
    const late = [tick(0n, 10_000n), { ...tick(2n, 1n), time: 2n * HOUR + 1n }];
    expect(coverageOf(late, 2n * HOUR)[0]!.isBreached).toBe(false);
    expect(coverageOf([late[0]!, tick(2n, 1n)], 2n * HOUR)[0]!.isBreached).toBe(true);
  });
});
