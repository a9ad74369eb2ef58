// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  combineMarginSources,
  type SourceReading,
} from '../../../../prover/market/consensus/margin-sources.ts';

const T0 = 1_600_000_000n;
const reading = (source: string, overrides: Partial<SourceReading> = {}): SourceReading => ({
  source,
  time: T0,
  counterQ48: 1000n,
  impliedRateQ64: 5n,
  fundingBps: 1n,
  ...overrides,
});
const NAMES = ['a', 'b', 'c'];
const combine = (now: readonly SourceReading[], before = NAMES.map((name) => reading(name))) =>
  combineMarginSources({
    last: { counterQ48: 77n, time: T0 },
    before,
    now,
    time: T0 + 600n,
    staleAfter: 120n,
    quorum: 2,
  });
const later = (source: string, counterQ48: bigint, overrides: Partial<SourceReading> = {}) =>
  reading(source, { time: T0 + 600n, counterQ48, ...overrides });

describe('margin inputs of several sources', () => {
  it('are the median of what each saw happen, whatever its counter stands at', () => {
    const before = [
      reading('a'),
      reading('b', { counterQ48: 9n }),
      reading('c', { counterQ48: 0n }),
    ];
    const { input, used } = combine(
      [later('a', 1600n), later('b', 1209n), later('c', 60_000n)],
      before,
    );
    expect(input.counterQ48).toBe(77n + 1200n);
    expect(used).toEqual(NAMES);
  });

  it('lie between the honest ones, whatever one of three says: it moves them less than their range', () => {
    const value = fc.bigInt({ min: 0n, max: 1n << 40n });
    fc.assert(
      fc.property(value, value, value, value, (one, two, lie, implied) => {
        const { input } = combine([
          later('a', 1000n + one),
          later('b', 1000n + two),
          later('c', 1000n + lie, { impliedRateQ64: implied, fundingBps: implied & 1023n }),
        ]);
        const rise = input.counterQ48 - 77n;
        const [low, high] = one < two ? [one, two] : [two, one];
        // A rate per second is floored, so 600 s may lose a unit.
        expect(rise >= low - 1n && rise <= high).toBe(true);
        expect(input.impliedRateQ64).toBe(5n);
        expect(input.fundingBps).toBe(1n);
      }),
    );
  });

  it.each([
    ['stale', later('c', 2000n, { time: T0 + 479n }), 'is 121 s old'],
    ['from the future', later('c', 2000n, { time: T0 + 601n }), 'is from the future'],
    ['started anew', later('c', 999n), 'started its counter anew'],
    ['new', later('d', 2000n), 'is new: it counts from the next time on'],
  ])('leave out a source that is %s, and say so', (_, third, why) => {
    const { used, leftOut, input } = combine([later('a', 1600n), later('b', 1600n), third]);
    expect(used).toEqual(['a', 'b']);
    expect(leftOut).toEqual([{ source: third.source, why }]);
    expect(input.counterQ48).toBe(677n);
  });

  it('are none with fewer sources than the quorum: silence is what the rule answers', () => {
    expect(() => combine([later('a', 1600n)])).toThrow('expected 2 sources, got 1');
    expect(() => combine([later('a', 1600n), later('b', 1n)])).toThrow(
      'b started its counter anew',
    );
  });
});
