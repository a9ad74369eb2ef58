// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const textOf = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');

/** Rows of docs/attacks.md: what is done, and in the last column the tests, `file "title", "title"`. */
const rows = textOf('docs/attacks.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack |'))
  .map((line) => line.split(' | '))
  .map((cells) => [cells[0]!.slice(2), cells.at(-1)!] as const);

function missing(tests: string): readonly string[] {
  let text = '';
  const named = [...tests.matchAll(/(test\/\S+\.test\.ts)|"([^"]+)"/g)];
  return named.flatMap(([whole, file, title]) => {
    if (file !== undefined) {
      text = textOf(file);
      return [];
    }
    const isThere = [`'${title}'`, `"${title}"`, `\`${title}\``].some((it) => text.includes(it));
    return isThere ? [] : [whole];
  });
}

describe('docs/attacks.md', () => {
  it('is a table of attacks', () => expect(rows.length).toBeGreaterThan(25));

  it.each(rows)('names a test that exists: %s', (_, tests) => {
    expect(tests).toMatch(/^test\/\S+\.test\.ts "/);
    expect(missing(tests)).toEqual([]);
  });
});
