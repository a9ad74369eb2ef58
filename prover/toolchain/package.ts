// SPDX-License-Identifier: GPL-3.0-or-later

/** Builds `dist/`: the library as JavaScript with its types, which `npm pack` puts into the package. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, execute, runtimePath } from './bootstrap.mjs';

const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
const { code } = await execute(
  runtimePath(),
  [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(ROOT, 'tsconfig.build.json')],
  // On standard error: `npm pack --json` has standard output to itself.
  { cwd: ROOT, stdio: ['ignore', process.stderr, 'inherit'] },
);
process.exitCode = code;
