// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { escapeUnseen, quoted } from '../../../prover/core/quoted.ts';

describe('text of others', () => {
  it('reaches no terminal as an escape sequence, nor turned around', () => {
    expect(quoted('\u001b[2Jok\u0007')).toBe('\\u001b[2Jok\\u0007');
    expect(quoted('a\u202Ecba')).toBe('a\\u202ecba');
    expect(quoted('a\nb\u2028c\u009b')).toBe('a\\u000ab\\u2028c\\u009b');
  });

  it('is shown as it stands where it can be seen', () => {
    expect(quoted('Größe ₿ 漢字 👍')).toBe('Größe ₿ 漢字 👍');
  });

  it('is cut to 60 characters', () => {
    expect(quoted('x'.repeat(1000))).toBe(`${'x'.repeat(60)}…`);
  });

  it('keeps lines and columns of what a command prints', () => {
    expect(escapeUnseen('a\tb\nc\u001b[31m')).toBe('a\tb\nc\\u001b[31m');
  });

  it('stays the same JSON where a line of JSON is escaped', () => {
    const line = JSON.stringify({ label: 'a\u202Eb\u{E0001}\u009b' });
    expect(escapeUnseen(line)).not.toBe(line);
    expect(JSON.parse(escapeUnseen(line))).toEqual(JSON.parse(line));
  });
});
