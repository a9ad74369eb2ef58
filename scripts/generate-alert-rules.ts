// SPDX-License-Identifier: GPL-3.0-or-later

/** Writes docs/alert-rules.yml and docs/runbooks.md; a test fails when they drift from the rules. */
import { writeFileSync } from 'node:fs';

import { RULES_FILE, RUNBOOKS_FILE, rulesFile, runbooksFile } from './alert-rules/documents.ts';

writeFileSync(RULES_FILE, rulesFile());
writeFileSync(RUNBOOKS_FILE, runbooksFile());
