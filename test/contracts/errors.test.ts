// SPDX-License-Identifier: GPL-3.0-or-later
// Every custom error of the venue's contracts is asserted by name in some test, or told here why not.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EXPORTED_INTERFACES, exportedAbi } from '../../prover/chain/abi.ts';

const FOLDER = import.meta.dirname;

/** Interfaces whose implementation is not ours: a rollup's. */
const INTERFACES_ALONE = new Set(['IStateTransitionVerifier']);

const NOT_ASSERTED: Readonly<Record<string, string>> = {
  ECDSAInvalidSignature: 'OpenZeppelin declares it; the quorum recovers without reverting',
  ECDSAInvalidSignatureLength: 'the same',
  InvalidShortString: 'of EIP-712 names that are constants',
  StringTooLong: 'the same',
};

const tests = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file !== 'errors.test.ts')
  .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
  .join('\n');

const errors = new Map<string, string[]>();
for (const name of EXPORTED_INTERFACES) {
  if (INTERFACES_ALONE.has(name)) continue;
  exportedAbi(name).forEachError(({ name: error }) => {
    errors.set(error, [...(errors.get(error) ?? []), name]);
  });
}

describe('custom errors', () => {
  it('are many', () => {
    expect(errors.size).toBeGreaterThan(200);
  });

  it.each([...errors])('%s (%s) is asserted, or said to be out of reach', (error) => {
    const isAsserted = tests.includes(`'${error}'`);
    expect(isAsserted || error in NOT_ASSERTED).toBe(true);
  });

  it('that are said to be out of reach exist, and are not asserted after all', () => {
    for (const error of Object.keys(NOT_ASSERTED)) {
      expect(errors.has(error), error).toBe(true);
      expect(tests.includes(`'${error}'`), error).toBe(false);
    }
  });
});
