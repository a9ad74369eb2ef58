// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Runs Slither and says what of it nobody has answered:
 *
 *   node scripts/slither.ts             compare with scripts/slither/triage.json
 *   node scripts/slither.ts --rehash    answers hold for the code as it is now; those to nothing go
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { compareTriage, readTriage, runSlither, TRIAGE_PATH } from './slither/slither.ts';

const run = runSlither(REPOSITORY_ROOT);
if ('skipped' in run) {
  console.log(run.skipped);
} else {
  const triage = readTriage(REPOSITORY_ROOT);
  const { untriaged, reopened, stale } = compareTriage(run.findings, triage);
  if (process.argv.includes('--rehash')) {
    const next = triage.flatMap((entry) => {
      const found = run.findings.find(
        ({ check, where }) => check === entry.check && where === entry.where,
      );
      return found === undefined ? [] : [{ ...entry, codeHash: found.codeHash }];
    });
    writeFileSync(join(REPOSITORY_ROOT, TRIAGE_PATH), `${JSON.stringify(next, null, 2)}\n`);
  }
  console.log(`${run.findings.length} findings, ${triage.length} answered`);
  for (const [title, list] of [
    ['nobody has answered', untriaged],
    ['answered for other code', reopened],
  ] as const) {
    for (const finding of list) {
      console.log(`${title}: ${finding.check} ${finding.where}\n  ${finding.description}`);
    }
  }
  for (const { check, where } of stale) console.log(`no longer found: ${check} ${where}`);
  if (untriaged.length + reopened.length + stale.length > 0) process.exitCode = 1;
}
