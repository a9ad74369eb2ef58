// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: compiles a whole statement, twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ARGUED, callersIn } from '../../../../prover/toolchain/gadgets/callers.ts';
import { writeInstrumented } from '../../../../prover/toolchain/gadgets/instrument.ts';
import { circuitSources } from '../../../../prover/toolchain/gadgets/ledger.ts';

const sources = circuitSources();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-callers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is not shown to be met within a template of these sources, without what is argued. */
async function unmet(
  name: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const texts = new Map([...sources, ...Object.entries(changes)]);
  writeInstrumented(folder, texts);
  const { unmet: found, assumptions } = await callersIn(name, [], texts, folder);
  expect(assumptions).toBeGreaterThan(0);
  return [...found.keys()].filter((claim) => !ARGUED.some((argued) => argued.claim === claim));
}

describe('a caller', () => {
  const FILE = 'circuits/rooted.circom';
  /** Takes the width class of a number of which it has seen to what `seen` says. */
  const caller = (...seen: readonly string[]): Record<string, string> => ({
    [FILE]: `pragma circom 2.2.0;
include "arithmetic/one-hot.circom";
include "arithmetic/range.circom";
include "circomlib/circuits/comparators.circom";
include "pricing/tenor-width.circom";
template Rooted() {
    signal input a;
    signal input b;
    signal output scale;
    signal bounded <== Range(31)(b);
    signal isZero <== IsZero()(a);
    ${seen.join('\n    ')}
    component tenor = TenorWidth();
    tenor.width <== width;
    scale <== tenor.scale;
    _ <== tenor.scaledWidth;
}
`,
  });
  /** One of four numbers, by what OneHot makes of two flags. */
  const chosen = (flag: string): readonly string[] => [
    `signal leaf[4] <== OneHot(2)([${flag}, IsZero()(b)]);`,
    'signal part[4];',
    'for (var i = 0; i < 4; i++) { part[i] <== leaf[i] * (2 ** 32 - 1 - bounded); }',
    'signal width <== part[0] + part[1] + part[2] + part[3];',
  ];
  const WIDTH = 'Rooted > TenorWidth: @assumes width in [0, 2 ** 32)';

  it.each([
    ['its own constraints give the range', ['signal width <== bounded + 7;']],
    [
      'both numbers that it chooses between are in range, though not their difference',
      ['signal width <== bounded + isZero * (5 - bounded);'],
    ],
    [
      'it chooses one of three by flags that sum up to 1',
      [
        'signal flag[3]; flag[0] <== isZero; flag[1] <== IsZero()(b); flag[2] <== 1 - flag[0] - flag[1];',
        'flag[2] * (flag[2] - 1) === 0;',
        'signal part[3];',
        'for (var i = 0; i < 3; i++) { part[i] <== flag[i] * (2 ** 32 - 1 - bounded); }',
        'signal width <== part[0] + part[1] + part[2];',
      ],
    ],
    ['it chooses by the leaves of two flags', chosen('isZero')],
  ])('is taken where %s', async (_where, seen) => {
    expect(await unmet('Rooted', caller(...seen))).toEqual([]);
  });

  it.each([
    ['it has seen to nothing', ['signal width <== b * b;']],
    ['the range is too wide', ['signal width <== 2 * bounded + 2;']],
    ['the number may be negative', ['signal width <== bounded - 1;']],
    ['one of two numbers is not in range', ['signal width <== bounded - isZero * (bounded + 1);']],
    [
      'flags do not sum up to 1',
      [
        'signal flag[3]; flag[0] <== isZero; flag[1] <== IsZero()(b); flag[2] <== IsZero()(a - b);',
        'signal part[3];',
        'for (var i = 0; i < 3; i++) { part[i] <== flag[i] * (2 ** 32 - 1 - bounded); }',
        'signal width <== part[0] + part[1] + part[2];',
      ],
    ],
    ['what it chooses by the leaves of is no flag', chosen('2 * isZero')],
  ])('is refused where %s', async (_where, seen) => {
    expect(await unmet('Rooted', caller(...seen))).toContain(WIDTH);
  });
});

describe('a caller of a template that speaks of digits', () => {
  const CLAIM = 'Rooted > Counted: @assumes flag * (count - 3) in [0, 2 ** 7)';
  const WIDTH = 'Rooted > Counted: @assumes count in [0, 2 ** 7)';
  /** Packs a and b into a word, of which `Counted` takes the low byte to be a number of which `seen` has to show something. */
  const caller = (word: string, seen: string): Record<string, string> => ({
    'circuits/rooted.circom': `pragma circom 2.2.0;
include "arithmetic/range.circom";
/**
 * @parts word = count + rest * 2 ** 8
 * @assumes flag * (count - 3) in [0, 2 ** 7)
 * @assumes count in [0, 2 ** 7)
 */
template Counted() {
    signal input word;
    signal input flag;
    _ <== word * flag;
}
template Rooted() {
    signal input a;
    signal input b;
    signal input flag;
    signal low <== Range(7)(a);
    signal high <== Range(40)(b);
    flag * (flag - 1) === 0;
    signal step <== ${seen};
    _ <== Range(7)(step);
    component counted = Counted();
    counted.word <== ${word};
    counted.flag <== flag;
}
`,
  });

  it('is taken where what it packs is what it has looked at', async () => {
    expect(await unmet('Rooted', caller('low + 256 * high', 'flag * (low - 3)'))).toEqual([]);
    // The same product, written with the other sign.
    expect(await unmet('Rooted', caller('low + 256 * high', '(0 - flag) * (3 - low)'))).toEqual([]);
  });

  it.each([
    ['it has looked at another number', 'low + 256 * high', 'flag * (high - 3)', [CLAIM]],
    ['it packs another number', 'low + 1 + 256 * high', 'flag * (low - 3)', [CLAIM, WIDTH]],
    ['what is above overlaps', 'low + 128 * high', 'flag * (low - 3)', [CLAIM, WIDTH]],
    ['the low number may carry', '4 * low + 256 * high', 'flag * (low - 3)', [CLAIM, WIDTH]],
  ])('is refused where %s', async (_where, word, seen, claims) => {
    expect(await unmet('Rooted', caller(word, seen))).toEqual(claims);
  });
});

describe('the statement takeover', () => {
  it('meets all that its templates assume, and not once a flag can be 2', async () => {
    expect(await unmet('Takeover')).toEqual([]);
    const file = 'circuits/statements/takeover.circom';
    const text = sources.get(file)!;
    const weaker = text.replace('<== presence.out[24];', '<== presence.out[24] + presence.out[0];');
    expect(weaker).not.toBe(text);
    expect(await unmet('Takeover', { [file]: weaker })).toContain(
      'Takeover > AppliedMessage: isPresent in 1 bits (its tag)',
    );
  });
});
