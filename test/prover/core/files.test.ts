// SPDX-License-Identifier: GPL-3.0-or-later
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  makeFolder,
  readTextFile,
  requireWritable,
  temporaryFolder,
  writeFileAtomically,
} from '../../../prover/core/files.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
  writeFileSync(at('file'), 'content');
  mkdirSync(at('folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Paths that cannot be written, whoever asks: permissions do not stop the superuser. */
const UNWRITABLE: readonly (readonly [string, string])[] = [
  ['missing/out', 'no such folder (ENOENT)'],
  ['file/out', 'what should be a folder on the way is a file (ENOTDIR)'],
  ['x'.repeat(300), 'the name is too long (ENAMETOOLONG)'],
];

describe('writeFileAtomically', () => {
  it.each([...UNWRITABLE, ['folder', 'is a folder (EISDIR)'] as const])(
    'says why %s cannot be written, and leaves nothing behind',
    (name, reason) => {
      const before = readdirSync(folder);
      expect(() => writeFileAtomically(at(name), 'x')).toThrow(
        expect.objectContaining({
          code: 'WRITE_FAILED',
          message: `${at(name)}: cannot be written: ${reason}`,
        }),
      );
      expect(readdirSync(folder)).toEqual(before);
    },
  );
});

describe('requireWritable', () => {
  it.each([...UNWRITABLE, ['folder', 'is a folder'] as const])(
    'refuses %s before there is anything to write',
    (name, reason) => {
      expect(() => requireWritable(at(name), '--out')).toThrow(
        expect.objectContaining({
          code: 'INVALID_INPUT',
          message: `--out: ${at(name)}: cannot be written: ${reason}`,
        }),
      );
    },
  );

  it('refuses a name that is empty', () => {
    expect(() => requireWritable('', '--out')).toThrow('the name is empty');
  });

  it('touches neither the file that is there nor the one that is not', () => {
    const before = readdirSync(folder);
    requireWritable(at('file'), '--out');
    requireWritable(at('new'), '--out');
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(at('file'), 'utf8')).toBe('content');
  });
});

describe('makeFolder', () => {
  it('makes what is missing, and says why it cannot', () => {
    makeFolder(at('new/below'), '--report');
    expect(readdirSync(at('new'))).toEqual(['below']);
    expect(() => makeFolder(at('file'), '--report')).toThrow(
      `--report: ${at('file')}: cannot be made: is a file (EEXIST)`,
    );
  });
});

describe('readTextFile', () => {
  it.each<[string, readonly number[], string]>([
    ['bytes that are no UTF-8', [0x7b, 0xff, 0x7d], 'is not text in UTF-8'],
    ['half a character at the end', [0x7b, 0xe2, 0x82], 'is not text in UTF-8'],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00], 'is text in UTF-16: convert it to UTF-8'],
    ['gzip', [0x1f, 0x8b, 0x08, 0x00], 'is compressed: unpack it'],
    ['zip', [0x50, 0x4b, 0x03, 0x04], 'is compressed: unpack it'],
  ])('refuses %s in place of guessing at a text', (_, bytes, rule) => {
    writeFileSync(at('bytes'), Uint8Array.from(bytes));
    expect(() => readTextFile(at('bytes'), '--ledger')).toThrow(
      `--ledger: ${at('bytes')}: ${rule}`,
    );
  });

  it('says what stands in the way', () => {
    expect(() => readTextFile(at('none'), '<file>')).toThrow('no such file');
    expect(() => readTextFile(folder, '<file>')).toThrow('cannot be read: is a folder (EISDIR)');
  });

  it('keeps a byte-order mark: what is hashed is every byte', () => {
    writeFileSync(at('bom'), '\uFEFF{}');
    expect(readTextFile(at('bom'), '<file>')).toBe('\uFEFF{}');
  });
});

it('makes a folder of a name, and removes what a process that was killed hours ago left under it', () => {
  const name = `plimsoll-files-${process.pid}-`;
  const left = mkdtempSync(join(tmpdir(), name));
  writeFileSync(join(left, 'journal'), '');
  const other = temporaryFolder(name);
  // Of one that still runs, for all that anybody knows.
  expect([existsSync(left), existsSync(other)]).toEqual([true, true]);
  const hoursAgo = Date.now() / 1000 - 7200;
  utimesSync(left, hoursAgo, hoursAgo);
  const another = temporaryFolder(name);
  expect([left, other, another].map((path) => existsSync(path))).toEqual([false, true, true]);
  for (const path of [other, another]) rmSync(path, { recursive: true });
});
