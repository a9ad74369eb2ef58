// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { DEFAULT_PARAMETERS_PATH } from '../../../prover/documents/default-parameters.ts';
import {
  loadDefaultParameters,
  parseParameters,
} from '../../../prover/documents/parameters-document.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import {
  PARAMETERS_DOC_PATH,
  renderParameterDocs,
} from '../../../scripts/parameter-docs/render.ts';

describe('docs/parameters.md', () => {
  it('is what scripts/generate-parameter-docs.ts writes', async () => {
    const committed = readFileSync(join(REPOSITORY_ROOT, PARAMETERS_DOC_PATH), 'utf8');
    expect(committed).toBe(await renderParameterDocs(loadDefaultParameters()));
  });

  it('follows the set', async () => {
    const source = readFileSync(DEFAULT_PARAMETERS_PATH, 'utf8');
    const changed = parseParameters(source.replace('"imExtraBps": 150', '"imExtraBps": 155'));
    expect(await renderParameterDocs(changed)).toContain('1.55 %');
  });
});
