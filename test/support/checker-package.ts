// SPDX-License-Identifier: GPL-3.0-or-later
// The small package as somebody has it who has nothing else: packed, and installed in an empty folder.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const SCRIPT = join(REPOSITORY_ROOT, 'prover', 'toolchain', 'package-checker.ts');

export interface InstalledChecker {
  /** What npm has put beside it; it comes alone. */
  readonly packages: readonly string[];
  /** Runs its command line in the folder where it is installed. */
  readonly run: (
    ...argv: string[]
  ) => Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;
}

/** Packs the package and installs it offline, all below `folder`. */
export function installChecker(folder: string): InstalledChecker {
  const [home, checker] = [join(folder, 'elsewhere'), join(folder, 'checker')];
  const npm = (...argv: string[]): void => {
    const options = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', [...argv, ...options], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  execFileSync(process.execPath, [SCRIPT, checker], { stdio: 'ignore' });
  npm('pack', checker);
  npm('install', ...readdirSync(home).filter((name) => name.endsWith('.tgz')));
  const modules = join(home, 'node_modules');
  return {
    packages: readdirSync(modules).filter((name) => !name.startsWith('.')),
    run: (...argv) =>
      new Promise((resolve, reject) => {
        const program = [join(modules, '.bin', 'plimsoll'), ...argv];
        execFile(process.execPath, program, { cwd: home }, (error, stdout, stderr) => {
          const status = error === null ? 0 : error.code;
          if (typeof status === 'number') resolve({ status, stdout, stderr });
          else reject(error!);
        });
      }),
  };
}
