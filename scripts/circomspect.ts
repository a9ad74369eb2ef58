// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Runs circomspect over every circuit, file by file, and says what of it nobody has answered:
 *
 *   node scripts/circomspect.ts             compare with scripts/circomspect/triage.json
 *   node scripts/circomspect.ts --record    the reasons hold for the findings as they are now: read the difference
 *
 * The version that the triage names is built into .plimsoll/tools when first needed, by cargo: minutes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import {
  TRIAGE_PATH,
  analyse,
  circuitFiles,
  compareTriage,
  install,
  installedAt,
  readTriage,
  retriaged,
} from './circomspect/circomspect.ts';

const triage = readTriage(REPOSITORY_ROOT);
const failure = install(REPOSITORY_ROOT, triage.circomspect);
if (failure !== undefined) {
  console.error(failure);
  process.exit(1);
}
const files = circuitFiles(REPOSITORY_ROOT);
const findings = analyse(REPOSITORY_ROOT, installedAt(REPOSITORY_ROOT, triage.circomspect), files);
const compared = process.argv.includes('--record') ? retriaged(findings, triage) : triage;
if (compared !== triage) {
  writeFileSync(join(REPOSITORY_ROOT, TRIAGE_PATH), `${JSON.stringify(compared, null, 2)}\n`);
}
const { unanswered, stale } = compareTriage(findings, compared);
for (const one of unanswered) console.log(`nobody has answered: ${one}`);
for (const one of stale) console.log(`no longer found: ${one}`);
console.log(
  `${files.length} files, ${findings.length} findings, ${unanswered.length} not answered, ${stale.length} answers to nothing`,
);
if (unanswered.length + stale.length > 0) process.exitCode = 1;
