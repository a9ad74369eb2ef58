// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { UnderlyingId } from '../../../../prover/model/types.ts';
import { SCENARIOS } from '../../../../prover/venue/remargin/tick-arrays.ts';
import { tickConstants } from '../../../../prover/venue/remargin/tick-constants.ts';
import { WideSums } from '../../../../prover/venue/remargin/wide-sums.ts';
import { goldenMarket } from '../../../support/golden.ts';
import { stressed } from './generators.ts';

const market = stressed(goldenMarket('crash'));
const constants = tickConstants(market);

interface Limbs {
  readonly high: number;
  readonly low: number;
}

const sumsOf = (limbs: readonly Limbs[], lots: bigint): WideSums => {
  const highs = Float64Array.from(limbs, ({ high }) => high);
  const lows = Float64Array.from(limbs, ({ low }) => low);
  const linear = {
    marksE6: 0n,
    dollarDeltaE6: [0n, 0n],
    shortOptionE6: 0n,
    perpetualE6: 0n,
    futureE6: 0n,
    lowConfidenceQ10: 0n,
    lots: [lots, lots],
  } as const;
  return new WideSums(linear, [highs, highs], [lows, lows]);
};

/** Scan range in integers alone: the largest damped loss, and the first id that has it. */
function defined(
  u: UnderlyingId,
  limbs: readonly Limbs[],
  lots: bigint,
  shockedE6: bigint,
): { readonly scanQ16: bigint; readonly worstScenario: number } {
  const damped = market.parameters.underlyings[u].scenarios.map(
    ({ multiplierQ24, dampingQ16 }, s) => {
      const { high, low } = limbs[s]!;
      const own = (BigInt(high) << 22n) + BigInt(low);
      const collateral = (shockedE6 * ((1n << 24n) - multiplierQ24)) >> 24n;
      return dampingQ16 * (own + collateral + lots);
    },
  );
  const scanQ16 = damped.reduce((most, loss) => (loss > most ? loss : most), 0n);
  return { scanQ16, worstScenario: scanQ16 === 0n ? 0 : 1 + damped.indexOf(scanQ16) };
}

const end = 2 ** 53;
const limb = fc.oneof(
  fc.integer({ min: -end, max: end }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(end, -end, 0),
);
/** Losses that differ by units, in doubles not at all: near each other at the ends, or the same in other limbs. */
const close = limb.chain((high) =>
  fc.array(
    fc.record({
      high: fc.constantFrom(high, high === end ? high - 1 : high + 1),
      low: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(2 ** 22, -(2 ** 22))),
    }),
    { minLength: SCENARIOS, maxLength: SCENARIOS },
  ),
);
const apart = fc.array(fc.record({ high: limb, low: limb }), {
  minLength: SCENARIOS,
  maxLength: SCENARIOS,
});
const shocked = fc.oneof(
  fc.constant(0n),
  fc.bigInt(0n, 9n),
  fc.bigInt(0n, 2n ** 56n),
  fc.bigInt(2n ** 84n, 2n ** 90n),
);

describe('the scan range of a wide account', () => {
  it('is the largest damped loss in integers and the first id that has it, however near the others are', () => {
    let ties = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(0 as const, 1 as const),
        fc.oneof(apart, close),
        fc.bigInt(0n, 2n ** 32n),
        shocked,
        (u, limbs, lots, shockedE6) => {
          const found = sumsOf(limbs, lots).scanRange(u, shockedE6, constants);
          expect(found).toEqual(defined(u, limbs, lots, shockedE6));
          const reversed = defined(u, [...limbs].reverse(), lots, shockedE6);
          ties += found.scanQ16 > 0n && reversed.scanQ16 === found.scanQ16 ? 1 : 0;
        },
      ),
      { numRuns: 2000 },
    );
    expect(ties).toBeGreaterThan(0);
  });

  it('tells what doubles cannot: losses made of other collateral, damped otherwise, that differ by units', () => {
    const units = fc.array(fc.bigInt(-1n, 1n), { minLength: SCENARIOS, maxLength: SCENARIOS });
    const near = fc.bigInt(2n ** 60n, 2n ** 73n);
    const held = fc.bigInt(0n, 2n ** 73n);
    fc.assert(
      fc.property(near, held, fc.bigInt(0n, 2n ** 32n), units, (loss, shockedE6, lots, more) => {
        const limbs = market.parameters.underlyings[0].scenarios.map(
          ({ multiplierQ24, dampingQ16 }, s): Limbs => {
            if (dampingQ16 < 20_000n) return { high: 0, low: 0 };
            const collateral = (shockedE6 * ((1n << 24n) - multiplierQ24)) >> 24n;
            const own = (21_845n * loss) / dampingQ16 + more[s]! - collateral - lots;
            const high = own >> 22n;
            return { high: Number(high), low: Number(own - (high << 22n)) };
          },
        );
        expect(sumsOf(limbs, lots).scanRange(0, shockedE6, constants)).toEqual(
          defined(0, limbs, lots, shockedE6),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the first of equal losses at the end of the range, and the second where it loses a unit more', () => {
    const limbs = Array.from({ length: SCENARIOS }, () => ({ high: end, low: 0 }));
    const { scenarios } = market.parameters.underlyings[0];
    const least = scenarios.flatMap(({ dampingQ16 }, s) => (dampingQ16 === 65_536n ? [s] : []));
    const [first, second] = [least[0]!, least[1]!];
    expect(sumsOf(limbs, 5n).scanRange(0, 0n, constants)).toEqual({
      scanQ16: 65_536n * ((1n << 75n) + 5n),
      worstScenario: first + 1,
    });
    limbs[second] = { high: end, low: 1 };
    expect(sumsOf(limbs, 5n).scanRange(0, 0n, constants)).toEqual({
      scanQ16: 65_536n * ((1n << 75n) + 6n),
      worstScenario: second + 1,
    });
  });

  it('is 0 of id 0 where every scenario gains', () => {
    const limbs = Array.from({ length: SCENARIOS }, () => ({ high: -1, low: -1 }));
    expect(sumsOf(limbs, 0n).scanRange(1, 0n, constants)).toEqual({
      scanQ16: 0n,
      worstScenario: 0,
    });
  });
});
