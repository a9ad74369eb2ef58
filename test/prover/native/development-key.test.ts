// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { loadArtifactManifest, readArtifactFile } from '../../../prover/proving/artifacts.ts';
import { readSections } from '../../../prover/proving/formats/binfile.ts';
import { sha256 } from '../../../prover/core/hash.ts';
import { readR1cs, readR1csHeader } from '../../../prover/proving/formats/r1cs.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { createDevelopmentKey } from '../../../prover/proving/keys/development-key.ts';
import { nativeKeyPoints } from '../../../prover/proving/keys/native-points.ts';
import { developmentTrapdoor } from '../../../prover/proving/keys/trapdoor.ts';
import { randomCircuit } from './random-circuit.ts';
import { NATIVE_BINARY, NEEDS_WORKER } from './support.ts';

const HEADER = 1;
const CONSTRAINTS = 2;

/** The native key; that TypeScript stepped in would be a failure. */
async function nativeKey(r1cs: Uint8Array): Promise<Uint8Array> {
  const notes: string[] = [];
  const key = await createDevelopmentKey(r1cs, {
    native: NATIVE_BINARY,
    note: (line) => notes.push(line),
  });
  expect(notes).toEqual([]);
  return key;
}

describe.skipIf(NATIVE_BINARY === undefined)(`a native development key${NEEDS_WORKER}`, () => {
  test.each([
    [1, 1, 0],
    [2, 3, 1],
    [3, 6, 4],
    [4, 60, 2],
    [5, 250, 7],
    [6, 1_000, 24],
    // snarkjs counts powers of τ in another way above 2¹⁴ rows.
    [7, 20, 2 ** 14 - 21],
    [8, 20, 2 ** 14],
  ])(
    'has the bytes of the TypeScript one: seed %i, %i constraints, %i public',
    async (seed, size, publicCount) => {
      const { r1cs } = randomCircuit(seed, size, publicCount);
      const reference = await createDevelopmentKey(r1cs);
      expect(sha256(await nativeKey(r1cs))).toBe(sha256(reference));
    },
  );

  test('has the bytes of the TypeScript one for a statement', async () => {
    const { artifacts } = loadArtifactManifest();
    const smallest = artifacts.reduce((least, each) =>
      each.constraints < least.constraints ? each : least,
    );
    const r1cs = readArtifactFile(smallest.files.r1cs);
    const fractions: number[] = [];
    const native = await createDevelopmentKey(r1cs, {
      native: NATIVE_BINARY,
      report: (fraction) => fractions.push(fraction),
    });
    expect(sha256(native)).toBe(sha256(await createDevelopmentKey(r1cs)));
    expect(sha256(native)).toBe(smallest.files.zkey.sha256);
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
    expect(fractions.at(-1)).toBe(1);
  });
});

describe('a constraint system that no compiler wrote', () => {
  const { r1cs } = randomCircuit(9, 5, 1);
  const spoilt = (kind: number, offset: number, bytes: readonly number[]): Uint8Array => {
    const copy = r1cs.slice();
    readSections(copy, 'r1cs').get(kind)!.set(bytes, offset);
    return copy;
  };
  const huge = [0xff, 0xff, 0xff, 0x7f];
  const cases: [name: string, file: Uint8Array, message: RegExp][] = [
    ['another field', spoilt(HEADER, 4, [0]), /field is not that of BN254/],
    ['more public signals than wires', spoilt(HEADER, 40, [200]), /public signals/],
    ['more constraints than it holds', spoilt(HEADER, 60, huge), /cut off/],
    ['one constraint more', spoilt(HEADER, 60, [6]), /constraint 5 is cut off/],
    ['one constraint less', spoilt(HEADER, 60, [4]), /bytes follow/],
    ['terms without number', spoilt(CONSTRAINTS, 0, huge), /constraint 0 is cut off/],
    ['a wire out of range', spoilt(CONSTRAINTS, 4, huge), /no such wire/],
    ['a coefficient above the field', spoilt(CONSTRAINTS, 8 + 31, [0xff]), /below the field/],
    ['no end', r1cs.slice(0, -1), /truncated/],
    ['nothing in it', new Uint8Array(), /truncated/],
  ];

  test.each(cases)('with %s gives no key, whichever way', async (_, file, message) => {
    const notes: string[] = [];
    const attempt = createDevelopmentKey(file, {
      native: NATIVE_BINARY,
      note: (line) => notes.push(line),
    });
    await expect(attempt).rejects.toThrow(message);
    expect(() => readR1cs(file)).toThrow(message);
  });

  test.skipIf(NATIVE_BINARY === undefined)(
    `is refused by the program itself${NEEDS_WORKER}`,
    async () => {
      const trapdoor = developmentTrapdoor(sha256(r1cs));
      const header = readR1csHeader(r1cs);
      for (const [name, file] of cases) {
        const attempt = nativeKeyPoints(NATIVE_BINARY!, file, header, trapdoor, () => undefined);
        await expect(attempt, name).rejects.toThrow(/native set-up: .*r1cs/);
      }
    },
  );
});

test('a program that is of no use is passed over with one line', async () => {
  const { r1cs } = randomCircuit(9, 5, 1);
  const fixture = readFileSync(
    join(REPOSITORY_ROOT, 'prover/native/internal/fixture/testdata/tiny.zkey'),
  );
  for (const [native, reason] of [
    ['/bin/false', 'exit code 1'],
    ['/bin/true', 'truncated'],
    ['/no/such/program', 'ENOENT'],
  ]) {
    const notes: string[] = [];
    const key = await createDevelopmentKey(r1cs, { native, note: (line) => notes.push(line) });
    expect(Buffer.compare(key, fixture)).toBe(0);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(reason);
    expect(notes[0]).toMatch(/^native set-up: .*; TypeScript makes the key$/);
  }
});
