// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * The two lanes of the tests. `npm run check` runs what needs nothing but the dependencies; `npm test`
 * runs everything. Which lane a file is in follows from what it imports, and is listed nowhere.
 */
export type Lane = 'check' | 'full';

const ROOT = join(import.meta.dirname, '..');

/** Whoever imports one of these reads circuits, keys or contracts that the set-up builds. */
const BUILT = [
  'prover/chain/artifact.ts',
  'prover/proving/artifacts.ts',
  'prover/toolchain/build-circuits.ts',
  'prover/toolchain/circuits/build.ts',
  'prover/toolchain/circuits/compile.ts',
  'prover/toolchain/circuits/open.ts',
  'prover/toolchain/setup.ts',
  'prover/toolchain/setup-state.ts',
];

/** A file whose imports do not tell, or that takes minutes, says so in a comment of its own. */
const FULL_LANE_MARK = '@lane full';

const VALUE_IMPORT = /^(?:import|export) (?!type\b)(?:[^;'"]*? from )?'(\.[^']+)';/gm;

function importsOf(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(VALUE_IMPORT)].map(([, specifier = '']) =>
    join(dirname(file), specifier),
  );
}

function needsBuild(file: string, known: Map<string, boolean>): boolean {
  const seen = known.get(file);
  if (seen !== undefined) return seen;
  // Before its imports are followed: a cycle adds nothing.
  known.set(file, false);
  const built = BUILT.includes(relative(ROOT, file).split(sep).join('/'));
  const result = built || importsOf(file).some((imported) => needsBuild(imported, known));
  known.set(file, result);
  return result;
}

/** The test files of a lane, relative to the root. */
export function testsOf(lane: Lane): readonly string[] {
  const known = new Map<string, boolean>();
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(ROOT, 'test', file))
    .filter(
      (file) =>
        lane === 'full' ||
        !(readFileSync(file, 'utf8').includes(FULL_LANE_MARK) || needsBuild(file, known)),
    )
    .map((file) => relative(ROOT, file).split(sep).join('/'))
    .sort();
}
