// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  SCALAR_FIELD,
  TAG,
  hashWords,
  poseidonHash,
} from '../../../prover/commitments/hash-words.ts';
import { biased, packFields, unbiased, unpackFields } from '../../../prover/commitments/pack.ts';
import { referenceHashWords, referencePoseidon } from './reference.ts';

const element = fc.oneof(
  fc.bigInt(0n, SCALAR_FIELD - 1n),
  fc.constantFrom(0n, 1n, 2n ** 253n, SCALAR_FIELD - 1n),
);

describe('Poseidon', () => {
  it('gives the published value of circomlib for two inputs', () => {
    expect(poseidonHash([1n, 2n])).toBe(
      7853200120776062878684798364095072458815029376092732009249414926327459813530n,
    );
  });

  it('agrees with an independent implementation for 1 to 16 inputs', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 16, size: 'max' }), (inputs) => {
        expect(poseidonHash(inputs)).toBe(referencePoseidon(inputs));
      }),
      { numRuns: 60 },
    );
  });
});

describe('hashWords', () => {
  it('agrees with the specification written a second time, over one to three blocks', () => {
    for (const length of [1, 2, 14, 15, 16, 24, 30, 31]) {
      const words = Array.from({ length }, (_, index) => BigInt(index) ** 40n + 7n);
      expect(hashWords(TAG.slices, words)).toBe(referenceHashWords(5, words));
    }
  });

  it('separates tags and lengths', () => {
    expect(hashWords(TAG.page, [0n])).not.toBe(hashWords(TAG.node, [0n]));
    expect(hashWords(TAG.page, [0n])).not.toBe(hashWords(TAG.page, [0n, 0n]));
  });

  it('accepts the largest field element and refuses the one above, which would alias 0', () => {
    expect(hashWords(TAG.node, [SCALAR_FIELD - 1n])).toBeTypeOf('bigint');
    expect(() => hashWords(TAG.node, [SCALAR_FIELD])).toThrow(/expected a field element/);
    expect(() => hashWords(TAG.node, [-1n])).toThrow(/expected a field element/);
    expect(() => hashWords(TAG.node, [])).toThrow(/expected words, got none/);
  });
});

describe('packFields', () => {
  it('refuses a field that would carry into its neighbour, and names it', () => {
    expect(() => packFields([['low', 8, 256n]])).toThrow(/expected low in 8 bits, got 256/);
    expect(() => packFields([['low', 8, -1n]])).toThrow(/expected low in 8 bits, got -1/);
  });

  it('is undone by unpackFields', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc
            .integer({ min: 1, max: 64 })
            .chain((bits) =>
              fc.record({ bits: fc.constant(bits), value: fc.bigInt(0n, 2n ** BigInt(bits) - 1n) }),
            ),
        ),
        (fields) => {
          const word = packFields(fields.map(({ bits, value }) => ['field', bits, value]));
          expect(
            unpackFields(
              word,
              fields.map(({ bits }) => bits),
            ),
          ).toEqual(fields.map(({ value }) => value));
        },
      ),
    );
  });

  it('carries signed values as biased ones', () => {
    expect(packFields([['lots', 27, biased(-(2n ** 26n), 27)]])).toBe(0n);
    expect(unbiased(biased(-5n, 27), 27)).toBe(-5n);
  });
});
