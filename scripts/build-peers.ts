// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds gnark and arkworks into programs to be compared with (scripts/peers/README.md):
 *
 *   npx plimsoll bench prove --peers "$(node scripts/build-peers.ts)"
 *
 * Each needs its compiler, Go or Rust, and the network; one whose compiler is missing is left out.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { findProgram } from '../prover/core/programs.ts';
import { findGo } from '../prover/proving/backends/native-build.ts';
import { ROOT } from '../prover/toolchain/bootstrap.mjs';
import { say } from '../prover/toolchain/progress.mjs';

const folder = join(ROOT, '.plimsoll', 'peers');

function run(peer: string, program: string, args: string[], env: Record<string, string>): void {
  execFileSync(program, args, {
    cwd: join(ROOT, 'scripts', 'peers', peer),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

mkdirSync(folder, { recursive: true });
const built: string[] = [];
const go = findGo();
if (go === undefined) say('gnark: not built, Go is not on the PATH');
else {
  const binary = join(folder, 'gnark');
  run('gnark', go, ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', binary, '.'], {
    CGO_ENABLED: '0',
  });
  built.push(`gnark=${binary}`);
}
const cargo = findProgram(['cargo']);
if (cargo === undefined) say('arkworks: not built, cargo is not on the PATH');
else {
  const binary = join(folder, 'arkworks');
  const target = join(folder, 'arkworks-target');
  // Its assembly is only there for a processor that is said to have the instructions.
  run('arkworks', cargo, ['build', '--release', '--locked', '--quiet', '--target-dir', target], {
    RUSTFLAGS: '-C target-cpu=native',
  });
  copyFileSync(join(target, 'release', 'plimsoll-arkworks'), binary);
  built.push(`arkworks=${binary}`);
}
process.stdout.write(`${built.join(',')}\n`);
