// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { sha256 } from '../../../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { exponentialQ20, multiplierQ24 } from '../../../../prover/risk/dynamic/exponential.ts';
import { multiplierOfLogMoveQ24 } from '../../../../prover/risk/pricing/log-grid.ts';
import {
  CIRCOM_PATH,
  JSON_PATH,
  makeTables,
  readTables,
  renderCircom,
  renderJson,
  renderTypeScript,
  TYPESCRIPT_PATH,
} from '../../../../scripts/margin-tables/tables.ts';

describe('the tables of the dynamic rule', () => {
  it('are the functions themselves, rounded, in all three renderings', () => {
    const tables = readTables();
    expect(tables).toEqual(makeTables());
    expect(readFileSync(JSON_PATH, 'utf8')).toBe(renderJson(tables));
    expect(readFileSync(CIRCOM_PATH, 'utf8')).toBe(renderCircom(tables));
    expect(readFileSync(TYPESCRIPT_PATH, 'utf8')).toBe(renderTypeScript(tables));
  });

  it('are those whose digest the specification names', () => {
    const specification = readFileSync(join(REPOSITORY_ROOT, 'docs/spec.md'), 'utf8');
    expect(specification).toContain(sha256(readFileSync(JSON_PATH)));
  });

  it('give the multiplier that the loader demands for every move there is', () => {
    for (let move = -2047; move <= 2047; move += 1) {
      expect(multiplierQ24(BigInt(move)), `${move}`).toBe(multiplierOfLogMoveQ24(move));
    }
    expect(() => multiplierQ24(-2048n)).toThrow('expected |g| <= 2047');
    expect(() => multiplierQ24(2048n)).toThrow('expected |g| <= 2047');
  });

  it('give e^x within 2^-16 over the whole range, never above it by more than a rounding', () => {
    let last = 0n;
    for (let n = -(1n << 41n); n < 1n << 41n; n += (1n << 24n) * 37n + 12_345n) {
      const value = exponentialQ20(n);
      const exact = Math.exp(Number(n) / 2 ** 40);
      const error = Number(value) / 2 ** 20 - exact;
      expect(error).toBeLessThan(2 ** -20.9);
      expect(error).toBeGreaterThan(-exact * 2 ** -16 - 2 ** -20.9);
      expect(value >= last).toBe(true);
      last = value;
    }
    expect(exponentialQ20(0n)).toBe(1n << 20n);
    expect(() => exponentialQ20(1n << 41n)).toThrow('expected -2 <= x < 2');
  });
});
