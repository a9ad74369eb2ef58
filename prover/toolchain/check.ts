// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The checks of `npm test`: format, lints, types, then the tests. The last line printed is
 * `N passed, N failed` over all of it. With arguments only the tests that they name are run.
 * With `--fast`, as `npm run check` calls it, only what needs no circuit, key or contract.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, execute, runtimeEnvironment, runtimePath } from './bootstrap.mjs';
import { sha256 } from '../core/hash.ts';
import { loadManifest } from '../statements/manifest.ts';
import { writeGeneratedSources } from './circuits/generate.ts';
import { formatDuration, say } from './progress.mjs';
import type { Tally } from './tally.ts';
import { closingLine, sumOf, tallyOf } from './tally.ts';

interface Check {
  readonly name: string;
  /** Script under the root, then its arguments. */
  readonly command: readonly [string, ...string[]];
  /** All it reads, of one that keeps no cache of its own. */
  readonly reads?: readonly string[];
}

const FAST = process.argv.includes('--fast');

/** What did not change since it was found right is not looked at again. */
const CACHE = join(ROOT, '.plimsoll', 'checks');
const ESLINT_CACHE = join(CACHE, 'eslint.json');

/** What the compiler sees beside the declarations of packages. */
const TYPED = [
  '{prover,scripts,test}/**/*.{ts,js,mjs,json}',
  '*.{ts,js}',
  'tsconfig.json',
  'package-lock.json',
];

const CHECKS: readonly Check[] = [
  {
    name: 'types',
    command: [
      'node_modules/typescript/bin/tsc',
      '--noEmit',
      '--incremental',
      '--tsBuildInfoFile',
      join(CACHE, 'tsc.json'),
      '-p',
      '.',
    ],
    reads: TYPED,
  },
  {
    // With the browser's declarations, which nothing else is compiled with.
    name: 'types of the page',
    command: [
      'node_modules/typescript/bin/tsc',
      '--noEmit',
      '--incremental',
      '--tsBuildInfoFile',
      join(CACHE, 'tsc-page.json'),
      '-p',
      'prover/dashboard/page',
    ],
    reads: TYPED,
  },
  {
    name: 'lint TypeScript',
    command: [
      'node_modules/eslint/bin/eslint.js',
      '--max-warnings=0',
      // Its rules look through imports, its cache does not: the full lane reads every file.
      ...(FAST ? ['--cache', '--cache-strategy=content', '--cache-location', ESLINT_CACHE] : []),
      '.',
    ],
  },
  {
    name: 'format',
    command: [
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-location',
      join(CACHE, 'prettier.json'),
      '.',
    ],
  },
  {
    name: 'lint Solidity',
    command: [
      'node_modules/solhint/solhint.js',
      '--noPoster',
      '--max-warnings=0',
      'contracts/**/*.sol',
    ],
    reads: ['contracts/**/*.sol', '.solhint.json', 'package-lock.json'],
  },
  { name: 'lint circom', command: ['prover/toolchain/lint-circom.ts'] },
  // A link in a docstring that leads nowhere; `npm run reference` writes the pages.
  ...(FAST
    ? []
    : [
        {
          name: 'API reference',
          command: ['node_modules/typedoc/bin/typedoc', '--emit', 'none', '--logLevel', 'Warn'],
        } as const,
      ]),
];
const CONCURRENCY = 2;
const REPORT = join(ROOT, '.plimsoll', 'vitest-report.json');

/** Of names and contents, so that a file that moves or goes is seen as well. */
function digestOf(patterns: readonly string[]): string {
  const files = globSync(patterns, { cwd: ROOT }).sort();
  return sha256(
    files.map((file) => `${file} ${sha256(readFileSync(join(ROOT, file)))}\n`).join(''),
  );
}

async function runCheck({ name, command: [script, ...args], reads }: Check): Promise<boolean> {
  const started = performance.now();
  const stamp = join(CACHE, `${name}.sha256`);
  const digest = reads === undefined ? undefined : digestOf(reads);
  const isKnown = FAST && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  const { code, output } = isKnown
    ? { code: 0, output: '' }
    : await execute(runtimePath(), [join(ROOT, script), ...args], {
        cwd: ROOT,
        env: runtimeEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
  say(`${code === 0 ? '✓' : '✗'} ${name}  ${formatDuration(performance.now() - started)}`);
  if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
  else if (digest !== undefined) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(stamp, digest);
  }
  return code === 0;
}

async function runChecks(): Promise<Tally> {
  // The contracts import what follows from the manifest, and the fast lane has no set-up before it.
  writeGeneratedSources(ROOT, loadManifest(ROOT));
  const queue = [...CHECKS];
  const results: boolean[] = [];
  const work = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      results.push(await runCheck(check));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed, skipped: 0 };
}

async function runTests(filters: readonly string[]): Promise<Tally> {
  mkdirSync(join(ROOT, '.plimsoll'), { recursive: true });
  rmSync(REPORT, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  // Files of the fast lane share their modules: loading them anew for each is half of its time.
  const lane = FAST ? ['--no-isolate'] : [];
  const { code } = await execute(
    runtimePath(),
    [vitest, 'run', ...lane, ...reporters, ...filters],
    {
      cwd: ROOT,
      // Vitest colours its output under CI even where nothing renders colours.
      env: {
        ...runtimeEnvironment(),
        ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
        ...(FAST ? { PLIMSOLL_LANE: 'check' } : {}),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const report: unknown = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : undefined;
  return tallyOf(report, code);
}

const filters = process.argv.slice(2).filter((argument) => argument !== '--fast');
const tallies = filters.length === 0 ? [await runChecks()] : [];
const total = sumOf([...tallies, await runTests(filters)]);
// A skipped test checks nothing: it is not counted as passed, and said aloud.
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
process.stdout.write(`${closingLine(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
