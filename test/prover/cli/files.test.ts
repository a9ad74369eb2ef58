// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readTextFile, writeFileAtomically } from '../../../prover/core/files.ts';
import { canonicalJson, parseJson } from '../../../prover/core/schema.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  it('are written whole, over what was there, and leave nothing beside them', () => {
    const path = join(folder, 'a.json');
    writeFileSync(path, 'old');
    writeFileAtomically(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('are not written at all where they cannot be', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    expect(() => writeFileAtomically(path, 'new')).toThrow(/taken: cannot be written/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('that cannot be read are named with the flag that gave them', () => {
    expect(() => readTextFile(join(folder, 'none'), '--ledger')).toThrow(
      /^--ledger: .*no such file/,
    );
    expect(() => readTextFile(folder, '--ledger')).toThrow(
      /^--ledger: .*cannot be read: .*\(EISDIR\)/,
    );
  });
});

describe('canonical JSON', () => {
  it('is one text for one document, whatever its spacing and the order of its keys', () => {
    const expected = '{"a":[1,null,true],"b":{"c":"é\\n","d":"-5"}}';
    const spelt = '{ "b": {"d": "-5", "c": "\\u00e9\\n"},\n "a": [1, null, true] }';
    expect(canonicalJson(parseJson(spelt, 'document'))).toBe(expected);
    expect(canonicalJson({ a: [1, null, true], b: { c: 'é\n', d: -5n } })).toBe(expected);
  });
});
