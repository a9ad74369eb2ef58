// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const CONTRACTS = join(REPOSITORY_ROOT, 'test', 'contracts');
const textOf = (...path: string[]): string => readFileSync(join(REPOSITORY_ROOT, ...path), 'utf8');

/** Rows of docs/properties.md: number, property, and the tests that show it, `name` or random. */
const rows = textOf('docs', 'properties.md')
  .split('\n')
  .filter((line) => /^\| P\d+ \|/.test(line))
  .map((line) => line.split(' | '))
  .map((cells) => [Number(cells[0]!.slice(3)), cells.at(-1)!.replace(/ \|$/, '')] as const);

/** The numbers that a text cites, one by one or as `P1 to P9`. */
function cited(text: string): ReadonlySet<number> {
  const found = [...text.matchAll(/\bP(\d+)\b(?: to P(\d+)\b)?/g)];
  return new Set(
    found.flatMap(([, from, to = from]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, place) => Number(from) + place),
    ),
  );
}

/** Files of contracts that are named; what has a note behind it (`transition-rule` (T10)) is cited by that. */
const namedIn = (tests: string): readonly string[] => [
  ...(tests.includes('random') ? ['invariants'] : []),
  ...[...tests.matchAll(/`([a-z-]+)`(?! \()/g)].map(([, name]) => name!),
];

describe('docs/properties.md', () => {
  it('numbers its properties one by one', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.map(([number]) => number)).toEqual(rows.map((_, place) => place + 1));
  });

  it.each(rows)('names tests of P%d that cite it: %s', (number, tests) => {
    const names = namedIn(tests);
    expect(names).not.toEqual([]);
    for (const name of names) {
      expect(cited(textOf('test', 'contracts', `${name}.test.ts`)), name).toContain(number);
    }
  });

  it('has every number that a test of the contracts cites', () => {
    for (const file of readdirSync(CONTRACTS).filter((name) => name.endsWith('.test.ts'))) {
      for (const number of cited(textOf('test', 'contracts', file))) {
        expect(number, file).toBeLessThanOrEqual(rows.length);
        expect(number, file).toBeGreaterThan(0);
      }
    }
  });
});
