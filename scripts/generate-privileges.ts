// SPDX-License-Identifier: GPL-3.0-or-later

/** Writes docs/privileges.md from the contracts' sources; a test fails when the two drift. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { PRIVILEGES_DOC_PATH, renderPrivileges } from './privileges/render.ts';

writeFileSync(join(REPOSITORY_ROOT, PRIVILEGES_DOC_PATH), renderPrivileges(REPOSITORY_ROOT));
