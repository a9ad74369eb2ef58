// SPDX-License-Identifier: GPL-3.0-or-later

/** Rewrites every file of the project in the house format. */
import { join } from 'node:path';

import { ROOT, execute, runtimePath } from './bootstrap.mjs';

const { code } = await execute(
  runtimePath(),
  [
    join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs'),
    '--write',
    '--log-level=warn',
    '.',
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = code;
