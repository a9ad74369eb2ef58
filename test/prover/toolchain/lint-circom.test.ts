// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { lintCircom } from '../../../prover/toolchain/lint-circom.ts';

const SPDX = '// SPDX-License-Identifier: GPL-3.0-or-later';

function source(body: string, header = SPDX): string {
  return `${header}
pragma circom 2.2.3;
include "arithmetic/other.circom";

/**
 * A gauge.
 */
template Gauge(n) {
    signal input {maxbit} level;
    signal output mark;
    ${body}
}
`;
}

function rulesBroken(text: string, file = 'circuits/gauge.circom', library = true): string[] {
  return lintCircom(file, text, library).map(({ rule }) => rule);
}

describe('circom conventions', () => {
  it('accepts a template that keeps them', () => {
    const text = source('assert(n < 252);\n    mark <== level * 2;');
    expect(lintCircom('circuits/gauge.circom', text, true)).toEqual([]);
  });

  it.each([
    'assert(level < 4);',
    'assert(n < level);',
    'component bits = Bits(n); assert(bits.out == 1);',
    'var twice = level * 2; assert(twice < 8);',
    'signal a, b[4]; assert(b[2] == 0);',
    'var x; x += level; var y = x; assert((y) == 0);',
  ])('refuses an assert on what the prover chooses: %s', (body) => {
    expect(rulesBroken(source(body))).toEqual(['no-assert-on-signals']);
  });

  it('knows an assert in a comment from one in code', () => {
    expect(rulesBroken(source('// assert(level < 4);'))).toEqual([]);
  });

  it('gives the line of an assert', () => {
    const [finding] = lintCircom('circuits/gauge.circom', source('assert(level < 4);'), true);
    expect(finding?.line).toBe(11);
  });

  it('wants to know why a hint is unique, and close by', () => {
    expect(rulesBroken(source('mark <-- level / 2;'))).toEqual(['hint-needs-argument']);
    expect(rulesBroken(source('// unique: 2 is invertible\n    mark <-- level / 2;'))).toEqual([]);
    const far = `// unique: 2 is invertible${'\n'.repeat(7)}    mark <-- level / 2;`;
    expect(rulesBroken(source(far))).toEqual(['hint-needs-argument']);
  });

  it('does not take an arrow in a comment for a hint, nor a name in code for an argument', () => {
    expect(rulesBroken(source('// mark <-- level'))).toEqual([]);
    expect(rulesBroken(source('var unique = 0; mark <-- level / 2;'))).toEqual([
      'hint-needs-argument',
    ]);
  });

  it('refuses includes by place on disk', () => {
    const text = source('').replace('arithmetic/other', '../node_modules/circomlib/other');
    expect(rulesBroken(text)).toEqual(['library-includes']);
  });

  it('wants the licence, a comment above the template and a telling file name', () => {
    expect(rulesBroken(source('', '// mine'))).toEqual(['spdx']);
    expect(rulesBroken(source('').replace(/\/\*\*[\s\S]*?\*\//, ''))).toEqual(['doc-block']);
    expect(rulesBroken(source(''), 'circuits/anchor.circom')).toEqual(['file-name']);
    const family = source('').replace('Gauge', 'GaugeFloorDepth');
    expect(rulesBroken(family, 'circuits/gauge-depth.circom')).toEqual([]);
    expect(rulesBroken(source(''), 'test/circuits/templates/anchor.circom', false)).toEqual([]);
  });

  it('refuses long files', () => {
    expect(rulesBroken(source('\n'.repeat(240)))).toEqual(['max-lines']);
  });
});
