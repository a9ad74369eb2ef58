// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds rapidsnark's library into a program with rapidsnark's command line, to be compared with:
 *
 *   PLIMSOLL_RAPIDSNARK="$(node scripts/build-rapidsnark.ts)" npx plimsoll bench prove
 *
 * Needs Go, a C compiler and the network. Nothing else in the repository needs it.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { findGo } from '../prover/proving/backends/native-build.ts';
import { ROOT } from '../prover/toolchain/bootstrap.mjs';
import { say } from '../prover/toolchain/progress.mjs';

const go = findGo();
if (go === undefined) {
  say('rapidsnark: not built, Go is not on the PATH');
  process.exitCode = 1;
} else {
  const binary = join(ROOT, '.plimsoll', 'rapidsnark', 'rapidsnark');
  execFileSync(go, ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', binary, '.'], {
    cwd: join(ROOT, 'scripts', 'peers', 'rapidsnark'),
    env: { ...process.env, CGO_ENABLED: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.stdout.write(`${binary}\n`);
}
