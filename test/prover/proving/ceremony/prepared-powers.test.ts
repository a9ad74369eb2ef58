// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { PREPARED_POWERS } from '../../../../prover/proving/ceremony/prepared-powers.ts';

const README = join(REPOSITORY_ROOT, 'node_modules', 'snarkjs', 'README.md');
const ROW = /^\|\s+(\d+)\s+\|.*?\[(powersOfTau\S+?\.ptau)\].*?\|\s+([0-9a-f]{128})\s+\|$/gm;

describe('the table of prepared powers of tau', () => {
  it('is that of the README of the pinned snarkjs, or a file nobody knows could pass', () => {
    const listed = [...readFileSync(README, 'utf8').matchAll(ROW)]
      .map(([, power, name, blake2b]) => ({ power: Number(power), name, blake2b }))
      .filter(({ power }) => power < 28);
    expect(listed.length).toBe(20);
    expect(PREPARED_POWERS).toEqual(listed);
  });
});
