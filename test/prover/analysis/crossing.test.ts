// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nearestCrossing } from '../../../prover/analysis/crossing.ts';

const upTo = (limit: bigint, step: bigint): bigint[] =>
  Array.from({ length: Number(limit / step) + 1 }, (_, i) => BigInt(i) * step);

describe('nearestCrossing', () => {
  it('closes in on the two integers between which a line changes sign', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 6n),
        fc.bigInt(1n, 10n ** 12n),
        fc.boolean(),
        fc.boolean(),
        (root, slope, rising, downwards) => {
          const side = downwards ? -1n : 1n;
          const levels = upTo(1_000_000n, 7_777n).map((level) => side * level);
          // Positive up to the root, negative beyond it; or the other way about.
          const line = (x: bigint): bigint => slope * (root - side * x) - 1n;
          const excess = (x: bigint): bigint => (rising ? -1n - line(x) : line(x));
          const found = nearestCrossing(excess, levels);
          const inside = (levels.at(-1) ?? 0n) * side >= root;
          expect(found).toEqual(
            inside ? { before: side * (root - 1n), after: side * root } : undefined,
          );
        },
      ),
    );
  });

  it('takes few evaluations where a kink or a cliff misleads interpolation', () => {
    const cases: readonly ((x: bigint) => bigint)[] = [
      (x) => (x < 654_321n ? 1n : -(10n ** 30n)),
      (x) => (x < 654_321n ? 10n ** 30n : -1n),
      (x) => (654_321n - x) ** 5n - 1n,
    ];
    for (const excess of cases) {
      let evaluations = 0;
      const counted = (x: bigint): bigint => {
        evaluations += 1;
        return excess(x);
      };
      expect(nearestCrossing(counted, [0n, 1_000_000n])).toEqual({
        before: 654_320n,
        after: 654_321n,
      });
      expect(evaluations).toBeLessThanOrEqual(4 * 20 + 10);
    }
  });

  it('finds the first of several crossings', () => {
    // Healthy in [-300, 400] and in [900, 2000].
    const excess = (x: bigint): bigint => {
      const inFirst = (x + 300n) * (400n - x);
      const inSecond = (x - 900n) * (2_000n - x);
      return inFirst > inSecond ? inFirst : inSecond;
    };
    expect(nearestCrossing(excess, upTo(5_000n, 100n))).toEqual({ before: 400n, after: 401n });
    const downwards = upTo(5_000n, 100n).map((x) => -x);
    expect(nearestCrossing(excess, downwards)).toEqual({ before: -300n, after: -301n });
    const fromTheGap = upTo(5_000n, 100n).map((x) => 500n + x);
    expect(nearestCrossing(excess, fromTheGap)).toEqual({ before: 899n, after: 900n });
  });

  it('takes the first of three crossings between two levels', () => {
    const folded = (x: bigint): bigint =>
      (x > 2_300n && x < 2_400n) || x > 2_450n ? -1n : 10n + (x % 7n);
    expect(nearestCrossing(folded, [0n, 2_000n, 2_600n])).toEqual({
      before: 2_300n,
      after: 2_301n,
    });
  });

  it('sees a dip between two levels that both lie inside', () => {
    const dip = (x: bigint): bigint => (x - 1_530n) ** 2n - 16n;
    const found = nearestCrossing(dip, upTo(10_000n, 500n));
    expect(found).toEqual({ before: 1_526n, after: 1_527n });
    const shallow = (x: bigint): bigint => (x - 1_530n) ** 2n;
    expect(nearestCrossing(shallow, upTo(10_000n, 500n))).toBeUndefined();
  });

  it('says that there is none up to the last level', () => {
    expect(nearestCrossing(() => 0n, upTo(1_000n, 10n))).toBeUndefined();
    expect(nearestCrossing(() => -1n, upTo(1_000n, 10n))).toBeUndefined();
    expect(nearestCrossing((x) => 1_000n - x, upTo(1_000n, 10n))).toBeUndefined();
  });
});
