// SPDX-License-Identifier: GPL-3.0-or-later

/** Writes docs/parameters.md from the default parameter set; a test fails when the two drift. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { PARAMETERS_DOC_PATH, renderParameterDocs } from './parameter-docs/render.ts';

writeFileSync(
  join(REPOSITORY_ROOT, PARAMETERS_DOC_PATH),
  await renderParameterDocs(loadDefaultParameters()),
);
