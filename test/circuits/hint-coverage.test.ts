// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { HINTS } from '../support/hints.ts';

const CIRCUITS = join(REPOSITORY_ROOT, 'circuits');
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const HINT = /(\w+)(?:\s*\[[^\]]*\])*\s*<--|-->\s*(\w+)/g;

const hintsIn = (file: string): string[] =>
  [...readFileSync(join(CIRCUITS, file), 'utf8').replace(COMMENT, '').matchAll(HINT)].map(
    ([, before, after]) => `${file}:${before ?? after}`,
  );

// A hint is the one place where the compiler adds no constraint by itself: whoever writes one has
// to show what refuses another value.
test('every hint of the circuits has a test that forges it, and no other is listed', () => {
  const files = readdirSync(CIRCUITS, { recursive: true, encoding: 'utf8' });
  const hints = files.filter((file) => file.endsWith('.circom')).flatMap(hintsIn);
  expect([...new Set(hints)].sort()).toEqual(Object.keys(HINTS).sort());
});

test.each(Object.entries(HINTS))('%s is overridden in the file of its test', (hint, forgery) => {
  const source = readFileSync(join(REPOSITORY_ROOT, forgery.file), 'utf8');
  expect(source).toContain(`'${forgery.title}'`);
  const [, signal] = hint.split(':');
  // As a key of the overrides, or in the quoted path of one.
  expect(source).toMatch(
    new RegExp(`[.'\`]${signal}(?:\\[|['\`])|[{,\\s]${signal}:|\\{ ${signal} \\}`),
  );
});
