// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import { formatTable, wrapText } from '../../../prover/model/format.ts';

const HEADER = ['', 'one', 'two', 'three'];
const ROWS = [
  ['first', '1', '22', '333'],
  ['second', '4444', '5', '6'],
];

describe('formatTable', () => {
  it('sets columns side by side where they fit', () => {
    const lines = [
      '         one  two  three',
      'first      1   22    333',
      'second  4444    5      6',
    ];
    expect(formatTable(HEADER, ROWS)).toEqual(lines);
    expect(formatTable(HEADER, ROWS, 24)).toEqual(lines);
  });

  it('sets them in blocks with the first column in each where they do not', () => {
    expect(formatTable(HEADER, ROWS, 23)).toEqual([
      '         one  two',
      'first      1   22',
      'second  4444    5',
      '',
      '        three',
      'first     333',
      'second      6',
    ]);
  });

  it('loses no cell at any width, and is no wider than a block must be', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const tables = fc.integer({ min: 1, max: 8 }).chain((columns) => {
      const row = fc.array(word, { minLength: columns, maxLength: columns });
      return fc.tuple(row, fc.array(row, { maxLength: 5 }));
    });
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 100 }), ([header, rows], width) => {
        const lines = formatTable(header, rows, width);
        const text = lines.join(' ').split(/\s+/);
        for (const cell of [...header, ...rows.flat()]) expect(text).toContain(cell);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 26));
      }),
    );
  });
});

describe('wrapText', () => {
  it('breaks between words alone', () => {
    expect(wrapText('to be or not', 5)).toEqual(['to be', 'or', 'not']);
    expect(wrapText('a longerword b', 4)).toEqual(['a', 'longerword', 'b']);
    expect(wrapText('as it is', Infinity)).toEqual(['as it is']);
  });
});
