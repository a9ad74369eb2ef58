// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const PARTS = ['circuits', 'contracts', 'prover', 'scripts'];
/** Of the repository as a whole. */
const OF_NO_PART = 'docs';

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(join(REPOSITORY_ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
    (file) => `${folder}/${file.split(sep).join('/')}`,
  );

/** `contracts/libraries/ScalarField.sol` → `contracts/libraries/scalar-field`. */
function subjectOf(source: string): string {
  const name = basename(source).replace(/\.(ts|circom|sol)$/, '');
  const inKebab = source.endsWith('.sol')
    ? name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
    : name;
  return `${dirname(source)}/${inKebab}`;
}

/** A contract stands apart from others by its folder, a file of `prover` by its room. */
const roomOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('prover/') ? 2 : 1)
    .join('/');

const sources = PARTS.flatMap(filesUnder).filter(
  (file) =>
    /\.(ts|circom|sol|go)$/.test(file) && !/\/(generated|verifiers|node_modules)\//.test(file),
);
const folders = new Set(
  sources.flatMap((file) => {
    const steps = dirname(file).split('/');
    return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
  }),
);
/** Go has its tests beside its files. */
const subjects = sources.filter((file) => !file.endsWith('.go')).map(subjectOf);
const tests = filesUnder('test')
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => file.slice('test/'.length, -'.test.ts'.length));

describe('tests mirror the sources', () => {
  it('is about all of them', () => {
    expect(tests.length).toBeGreaterThan(150);
    expect(subjects.length).toBeGreaterThan(400);
  });

  it('in folders that the sources have', () => {
    const astray = tests.filter(
      (test) => !folders.has(dirname(test)) && dirname(test) !== OF_NO_PART,
    );
    expect(astray).toEqual([]);
  });

  it('and where one is named for a file of its room, path for path', () => {
    const astray = tests.flatMap((test) => {
      const named = subjects.filter(
        (subject) => basename(subject) === basename(test) && roomOf(subject) === roomOf(test),
      );
      return named.length === 0 || named.includes(test) ? [] : [`${test}: ${named.join(' or ')}`];
    });
    expect(astray).toEqual([]);
  });
});
