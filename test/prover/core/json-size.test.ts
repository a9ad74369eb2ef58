// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: ten texts of 50 MB take half a minute on a busy machine.
import { describe, expect, it } from 'vitest';

import { JsonFault, readJson } from '../../../prover/core/json.ts';

/** The rule that a text breaks. */
function faultOf(text: string): string {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return error.rule;
    throw error;
  }
  return 'read';
}

describe('a hostile text of 50 MB', () => {
  const LENGTH = 50_000_000;
  const of = (piece: string): string => piece.repeat(Math.floor(LENGTH / piece.length));
  const keys = (): string =>
    `{${Array.from({ length: 4_000_000 }, (_, index) => `"k${index}":0`).join(',')}}`;

  it.each<[string, () => string, RegExp]>([
    ['of brackets', () => of('['), /nested deeper/],
    ['of objects in objects', () => of('{"a":'), /nested deeper/],
    ['of millions of keys', keys, /more than 10000 keys/],
    ['of zeros', () => `[${of('0,')}0]`, /more than 20000000 values/],
    ['of blanks', () => of(' '), /a value is missing/],
    ['of line ends', () => of('\n'), /a value is missing/],
    ['of an endless string', () => `"${of('x')}`, /a string has no end/],
    ['of escapes', () => `"${of('\\n')}`, /a string has no end/],
    ['of digits', () => `[${of('9')}`, /"," or "]" is missing/],
    ['of signs', () => of('-'), /a digit must stand here/],
  ])('%s is refused within seconds', (_, text, rule) => {
    const source = text();
    const started = performance.now();
    expect(faultOf(source)).toMatch(rule);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
