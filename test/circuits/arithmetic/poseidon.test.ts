// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { poseidonHash } from '../../../prover/commitments/hash-words.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { compileHarness } from '../../support/circuit.ts';
import { FIELD } from './template.ts';

const SIZES = [1, 6, 11, 16];
const sizes = async (name: string, template: string): Promise<CircuitUnderTest> =>
  await compileHarness({
    name,
    file: 'test/circuits/templates/poseidon-sizes.circom',
    template,
    parameters: [SIZES.length, 5],
  });

describe('PoseidonHash', () => {
  let own: CircuitUnderTest;
  let library: CircuitUnderTest;
  beforeAll(async () => {
    [own, library] = await Promise.all([
      sizes('poseidon-sizes', 'PoseidonSizes'),
      sizes('poseidon-sizes-library', 'LibraryPoseidonSizes'),
    ]);
  });

  test("has the constraint system of circomlib's Poseidon, byte for byte", () => {
    expect(own.compiled.files.r1cs).toBe(library.compiled.files.r1cs);
    expect(own.constraints).toBe(1_641);
  });

  test('is the hash that the ledger is made of', () => {
    for (const start of [0n, 1n, FIELD - 9n]) {
      const inputs = Array.from({ length: 16 }, (_, i) => (start + BigInt(i * i)) % FIELD);
      const [, ...outputs] = own.witness({ inputs });
      expect(outputs.slice(0, SIZES.length)).toEqual(
        SIZES.map((size) => poseidonHash(inputs.slice(0, size))),
      );
    }
  });
});
