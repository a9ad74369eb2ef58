// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the generator margins every account of the sample again and again until it stands as labelled.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { SAMPLE_DIRECTORY } from '../../../prover/sample/sample.ts';
import { sampleFiles } from '../../../scripts/generate-sample.ts';

it('the sample is what the generator writes, byte for byte', () => {
  for (const [name, content] of sampleFiles()) {
    // Not toBe: a difference of a megabyte is not worth printing.
    expect(readFileSync(join(SAMPLE_DIRECTORY, name), 'utf8') === content, name).toBe(true);
  }
});
