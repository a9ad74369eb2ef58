// SPDX-License-Identifier: GPL-3.0-or-later

/** Builds `dist/`: the library as JavaScript with its types, which `npm pack` puts into the package. */
import { chmodSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
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

/** npm packs the modes that files have, which are whatever the umask of who checked them out left. */
function readableByAll(path: string): void {
  if (!statSync(path).isDirectory()) return chmodSync(path, 0o644);
  for (const name of readdirSync(path)) readableByAll(join(path, name));
}

if (code === 0) {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    files: readonly string[];
  };
  // The last three npm packs whether they are listed or not.
  for (const path of [...files, 'package.json', 'README.md', 'LICENSE']) {
    readableByAll(join(ROOT, path));
  }
}
