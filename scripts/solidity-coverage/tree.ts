// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';

import { PlimsollError } from '../../prover/core/errors.ts';
import { instrument, type Probe } from './instrument.ts';

/** The file that whoever runs in the copy notes what was reached in. */
export const HITS_VARIABLE = 'PLIMSOLL_COVERAGE_HITS';
const PROBES = 'Probes.sol';
/** Stand-ins for tests are none of the venue's code, and generated verifiers are one template. */
const LEFT_OUT = /^(test|verifiers)\//;

/** A copy of the checkout whose contracts tell what of them is executed. */
export interface InstrumentedTree {
  readonly probes: readonly Probe[];
  /** Runs the tests that match in the copy; what they reached, and whether all held. */
  readonly run: (filters: readonly string[]) => {
    readonly reached: ReadonlySet<number>;
    readonly passed: boolean;
  };
}

function copyCheckout(root: string, tree: string): void {
  rmSync(tree, { recursive: true, force: true });
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    copyFileSync(join(root, file), join(tree, file));
  }
  // What the set-up has built: keys and proofs are of circuits, which stay as they are.
  cpSync(join(root, 'contracts', 'verifiers'), join(tree, 'contracts', 'verifiers'), {
    recursive: true,
  });
  for (const name of ['node_modules', '.plimsoll']) symlinkSync(join(root, name), join(tree, name));
}

function instrumentContracts(tree: string): readonly Probe[] {
  const contracts = join(tree, 'contracts');
  const probes: Probe[] = [];
  for (const name of readdirSync(contracts, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.sol') || LEFT_OUT.test(name)) continue;
    const path = join(contracts, name);
    const importPath = `./${posix.relative(posix.dirname(name), PROBES)}`;
    const content = readFileSync(path, 'utf8');
    const one = instrument(`contracts/${name}`, content, importPath, probes.length);
    if (one.probes.length === 0) continue;
    writeFileSync(path, one.source);
    probes.push(...one.probes);
  }
  copyFileSync(join(import.meta.dirname, PROBES), join(contracts, PROBES));
  return probes;
}

/** Makes and compiles the copy anew. Throws `NOT_INSTRUMENTED` where it does not compile. */
export function instrumentedTree(root: string): InstrumentedTree {
  const tree = join(root, '.plimsoll', 'coverage', 'tree');
  const hits = join(root, '.plimsoll', 'coverage', 'hits');
  const env = {
    ...process.env,
    HARDHAT_CONFIG: join(tree, 'scripts', 'solidity-coverage', 'hardhat.config.ts'),
    // What is told takes gas: it is noted in the copy, and compared with nothing.
    PLIMSOLL_UPDATE_GAS: '1',
    [HITS_VARIABLE]: hits,
  };
  const inTree = (script: string, ...args: readonly string[]): boolean =>
    spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: tree,
      env,
      stdio: 'inherit',
    }).status === 0;

  copyCheckout(root, tree);
  const probes = instrumentContracts(tree);
  if (!inTree('hardhat/dist/src/cli.js', 'build', '--quiet')) {
    throw new PlimsollError('NOT_INSTRUMENTED', 'the instrumented contracts do not compile');
  }
  return {
    probes,
    run: (filters) => {
      writeFileSync(hits, '');
      // What Slither says is of the code as it stands.
      const passed = inTree(
        'vitest/vitest.mjs',
        'run',
        '--exclude',
        '**/slither.test.ts',
        // Of generated verifiers, which are not measured, and which it compiles by itself.
        '--exclude',
        '**/verify-many.test.ts',
        // Ten thousand messages, each told of statement by statement, take hours.
        '--testNamePattern',
        '^(?!.*10⁴)',
        ...filters,
      );
      const ids = readFileSync(hits, 'utf8').split('\n').filter(Boolean).map(Number);
      return { reached: new Set(ids), passed };
    },
  };
}
