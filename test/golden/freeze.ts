// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Freezes the margins of the golden portfolios again, after a change of the model that is meant:
 *
 *     node test/golden/freeze.ts
 *
 * The diff is what the change does. Nothing but a person's reading of it makes the new figures right.
 */
import { writeFileSync } from 'node:fs';

import {
  GOLDEN_SETS,
  goldenCases,
  goldenPath,
  marginOf,
  marginRecord,
} from '../support/golden.ts';

for (const set of GOLDEN_SETS) {
  const records = goldenCases(set).map((golden) => marginRecord(golden.name, marginOf(golden)));
  const lines = records.map((record) => JSON.stringify(record)).join(',\n');
  writeFileSync(goldenPath(`${set}-margins`), `[\n${lines}\n]\n`);
}
