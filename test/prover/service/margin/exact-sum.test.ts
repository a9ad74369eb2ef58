// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { ExactSum } from '../../../../prover/service/margin/exact-sum.ts';

it('sums doubles beyond what a double holds, and bigints between them, to the last unit', () => {
  const small = fc.maxSafeInteger();
  const term = fc.oneof(
    small,
    fc.constant(Number.MAX_SAFE_INTEGER),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(term, fc.boolean()), { maxLength: 40 }), (terms) => {
      const sum = new ExactSum();
      let expected = 0n;
      for (const [one, isAdded] of terms) {
        if (isAdded) sum.add(one);
        else sum.subtract(one);
        expected += isAdded ? BigInt(one) : -BigInt(one);
      }
      expect(sum.value).toBe(expected);
    }),
  );
});
