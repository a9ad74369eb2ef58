// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import {
  COMMITMENT_VECTORS_PATH,
  formatCommitmentVectors,
} from '../../support/commitment-vectors.ts';

const spec = readFileSync(join(REPOSITORY_ROOT, 'docs', 'spec.md'), 'utf8');

describe('docs/vectors/commitments.json', () => {
  it('is what the commitments give, so that another implementation can be held to it', () => {
    expect(formatCommitmentVectors()).toBe(readFileSync(COMMITMENT_VECTORS_PATH, 'utf8'));
  });
});

describe('docs/spec.md', () => {
  it.each([
    ['the constants of Poseidon', 'node_modules/circomlibjs/src/poseidon_constants.json'],
    ['the coefficients of the kernel', 'circuits/pricing/coefficients.json'],
  ])('names %s by their digest', (_what, path) => {
    const file = readFileSync(join(REPOSITORY_ROOT, path));
    expect(spec).toContain(`\`${createHash('sha256').update(file).digest('hex')}\``);
  });
});
