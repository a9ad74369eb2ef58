// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { JsonFault, placeOf, readJson } from '../../../prover/core/json.ts';

function faultOf(source: string): string {
  try {
    readJson(source);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return `${error.place.line}:${error.place.column} ${error.rule}`;
  }
  return 'read';
}

/** Texts near JSON: valid ones with a piece cut out, doubled, or put in. */
const almostJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom('', ',', '"', '\\', '{', ']', ':', '0', '-', 'e', '.', ' ', '\n', 'null', '\t'),
  )
  .map(([text, at, removed, added]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + added + text.slice(from + removed);
  });

describe('readJson', () => {
  it('reads what JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!/__proto__/.test(text));
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes no text that JSON.parse refuses, and refuses none but for a rule of its own', () => {
    const ownRule = /twice|__proto__|lone surrogate/;
    fc.assert(
      fc.property(almostJson, (text) => {
        const fault = faultOf(text);
        if (ownRule.test(fault)) return;
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(fault).not.toBe('read');
          return;
        }
        expect(fault).toBe('read');
        expect(readJson(text)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":1,"b":2,"a":3}', '1:14 has the key "a" twice'],
    ['{"a":1,\n  "\\u0061":3}', '2:3 has the key "a" twice'],
    ['{"x":[{"y":0,"y":0}]}', '1:14 has the key "y" twice'],
  ])('refuses a key that is there twice, however it is spelled: %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('reads one key in two objects, and keys that every object inherits', () => {
    expect(readJson('[{"a":1},{"a":2}]')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(readJson('{"constructor":1,"toString":2}')).toEqual({ constructor: 1, toString: 2 });
  });

  it('refuses the key by which an object would get fields it does not show', () => {
    expect(faultOf('{"__proto__":{"admin":true}}')).toBe('1:2 has the key "__proto__"');
  });

  it('reads over a byte-order mark, and counts columns without it', () => {
    expect(readJson('\uFEFF{"a":1}')).toEqual({ a: 1 });
    expect(faultOf('\uFEFF{"a":1 1}')).toMatch(/^1:8 /);
  });

  it.each([
    ['', '1:1 is not complete, valid JSON: a value is missing'],
    ['{"a":', '1:6 is not complete, valid JSON: a value is missing'],
    ['{\n"a": tru}', '2:6 is not complete, valid JSON: a value must stand here, not "t"'],
    ['[1,]', '1:4 is not complete, valid JSON: a value must stand here, not "]"'],
    ['[1 2]', '1:4 is not complete, valid JSON: "," or "]" must stand here, not "2"'],
    ['{a:1}', '1:2 is not complete, valid JSON: a key in quotes must stand here, not "a"'],
    ['{"a" 1}', '1:6 is not complete, valid JSON: ":" must stand here, not "1"'],
    ['[01]', '1:3 is not complete, valid JSON: "," or "]" must stand here, not "1"'],
    ['[1.]', '1:4 is not complete, valid JSON: a digit must stand here, not "]"'],
    ['[+1]', '1:2 is not complete, valid JSON: a value must stand here, not "+"'],
    ['["a', '1:2 is not complete, valid JSON: a string has no end'],
    ['["\n"]', '1:3 is not complete, valid JSON: a control character in a string must be escaped'],
    ['["\\x"]', '1:3 is not complete, valid JSON: there is no escape "\\x"'],
    ['["\\u12"]', '1:3 is not complete, valid JSON: "\\u" takes four hexadecimal digits'],
    ['["\\ud800"]', '1:2 has half a character (a lone surrogate)'],
    ['[1] [2]', '1:5 has more after its end'],
    ['[NaN]', '1:2 is not complete, valid JSON: a value must stand here, not "N"'],
    ['[\u001b]', '1:2 is not complete, valid JSON: a value must stand here, not "\\u001b"'],
    ['/* */ 1', '1:1 is not complete, valid JSON: a value must stand here, not "/"'],
  ])('says what is wrong with %j and where', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('reads the words of Python only when asked to, as texts', () => {
    expect(readJson('[NaN,-Infinity,-1,null]', { nonFinite: true })).toEqual([
      'NaN',
      '-Infinity',
      -1,
      null,
    ]);
  });

  it('hands number literals on as they are spelled', () => {
    const literals: string[] = [];
    readJson('[1e3,-0,0.10,12345678901234567890]', { number: (text) => literals.push(text) });
    expect(literals).toEqual(['1e3', '-0', '0.10', '12345678901234567890']);
  });

  it('reads 64 levels of nesting, and no deeper', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(faultOf(nested(64))).toBe('read');
    expect(faultOf(nested(65))).toBe('1:65 is nested deeper than 64 levels');
    expect(faultOf('{"a":'.repeat(65))).toBe('1:321 is nested deeper than 64 levels');
  });
});

describe('placeOf', () => {
  const source = '{\n  "a": [\n    { "b": 1 },\n    { "b": "two" }\n  ]\n}';

  it('finds the value at a path', () => {
    expect(placeOf(source, ['a', 1, 'b'])).toEqual({ line: 4, column: 12 });
    expect(placeOf(source, ['a'])).toEqual({ line: 2, column: 8 });
  });

  it('finds what should hold a value that is missing', () => {
    expect(placeOf(source, ['a', 1, 'c'])).toEqual({ line: 4, column: 5 });
  });

  it('finds nothing where not even the first step is there', () => {
    expect(placeOf(source, ['c', 1])).toBeUndefined();
    expect(placeOf(source, [])).toBeUndefined();
  });
});
