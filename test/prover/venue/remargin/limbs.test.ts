// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { highLimb, joinLimbs, lowLimb } from '../../../../prover/venue/remargin/limbs.ts';

const LIMIT = 2 ** 43;
const price = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((x) => LIMIT - 1 - x),
  fc.maxSafeInteger().map((x) => Math.abs(x) % LIMIT),
);
const signedPrice = fc.tuple(price, fc.boolean()).map(([x, negative]) => (negative ? -x : x));

describe('limbs', () => {
  it('split and join every loss, each limb within 2^21', () => {
    fc.assert(
      fc.property(signedPrice, (x) => {
        expect(Math.abs(lowLimb(x))).toBeLessThanOrEqual(2 ** 21);
        expect(Math.abs(highLimb(x))).toBeLessThanOrEqual(2 ** 21);
        expect(joinLimbs(highLimb(x), lowLimb(x))).toBe(BigInt(x));
      }),
    );
  });

  it.each([LIMIT - 1, -(LIMIT - 1), 2 ** 21, -(2 ** 21), 2 ** 42 + 2 ** 21, 0])(
    'sum 64 positions of the most lots at %d exactly',
    (x) => {
      for (const lots of [-(2 ** 26), 2 ** 26 - 1]) {
        let high = 0;
        let low = 0;
        for (let position = 0; position < 64; position += 1) {
          high += lots * highLimb(x);
          low += lots * lowLimb(x);
        }
        expect(Math.abs(high)).toBeLessThanOrEqual(2 ** 53);
        expect(joinLimbs(high, low)).toBe(64n * BigInt(lots) * BigInt(x));
      }
    },
  );

  it('sum any 64 positions exactly', () => {
    const lots = fc.oneof(
      fc.integer({ min: -(2 ** 26), max: 2 ** 26 - 1 }),
      fc.constantFrom(-(2 ** 26), 2 ** 26 - 1),
    );
    const positions = fc.array(fc.tuple(lots, signedPrice), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(positions, (list) => {
        let high = 0;
        let low = 0;
        let exact = 0n;
        for (const [held, x] of list) {
          high += held * highLimb(x);
          low += held * lowLimb(x);
          exact += BigInt(held) * BigInt(x);
        }
        expect(joinLimbs(high, low)).toBe(exact);
      }),
    );
  });
});
