// SPDX-License-Identifier: GPL-3.0-or-later

/** Writes docs/schemas: the JSON Schema of every --json output; a test fails when the two drift. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  SCHEMAS_PATH,
  SCHEMA_NAMES,
  publishedSchema,
  schemaFile,
} from '../prover/cli/published-schemas.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';

const folder = join(REPOSITORY_ROOT, SCHEMAS_PATH);
mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder)) rmSync(join(folder, old));
for (const name of SCHEMA_NAMES) {
  const { document } = await publishedSchema(name);
  writeFileSync(join(folder, schemaFile(name)), `${JSON.stringify(document, null, 2)}\n`);
}
