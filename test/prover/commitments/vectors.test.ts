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
const constants = readFileSync(
  join(REPOSITORY_ROOT, 'node_modules/circomlibjs/src/poseidon_constants.json'),
);

describe('docs/vectors/commitments.json', () => {
  it('is what the commitments give, so that another implementation can be held to it', () => {
    expect(formatCommitmentVectors()).toBe(readFileSync(COMMITMENT_VECTORS_PATH, 'utf8'));
  });
});

describe('docs/spec.md', () => {
  it('names the constants of Poseidon by their digest', () => {
    expect(spec).toContain(createHash('sha256').update(constants).digest('hex'));
  });
});
