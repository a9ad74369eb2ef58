// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Writes the tables of the dynamic margin rule (docs/spec.md §9): decays and exponentials, each entry
 * rounded to the nearest integer from 50 digits.
 *
 *     node scripts/generate-margin-tables.ts            circom and TypeScript from the JSON
 *     node scripts/generate-margin-tables.ts --remake   the JSON too, from the functions themselves
 */
import { writeFileSync } from 'node:fs';

import {
  CIRCOM_PATH,
  JSON_PATH,
  makeTables,
  readTables,
  renderCircom,
  renderJson,
  renderTypeScript,
  TYPESCRIPT_PATH,
} from './margin-tables/tables.ts';

if (process.argv.includes('--remake')) writeFileSync(JSON_PATH, renderJson(makeTables()));
const tables = readTables();
writeFileSync(CIRCOM_PATH, renderCircom(tables));
writeFileSync(TYPESCRIPT_PATH, renderTypeScript(tables));
