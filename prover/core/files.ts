// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { InvalidInput, PlimsollError, reasonOf } from './errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a folder',
  ELOOP: 'goes round in symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'what should be a folder on the way is a file',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** Why the system refused, in words and by its own name for it. */
function fileReasonOf(error: unknown, reasons = REASONS): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return reasonOf(error);
  const reason = reasons[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

const WRITING_REASONS = { ...REASONS, ENOENT: 'no such folder' };

const GZIP_MAGIC = [0x1f, 0x8b] as const;

const startsWith = (data: Uint8Array, ...bytes: number[]): boolean =>
  bytes.every((byte, index) => data[index] === byte);

function decoded(data: Uint8Array): string {
  if (startsWith(data, ...GZIP_MAGIC) || startsWith(data, 0x50, 0x4b, 0x03)) {
    throw new TypeError('is compressed: unpack it');
  }
  if (startsWith(data, 0xff, 0xfe) || startsWith(data, 0xfe, 0xff)) {
    throw new TypeError('is text in UTF-16: convert it to UTF-8');
  }
  try {
    // Bytes that are no text are not replaced: two files would be one document.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const rule =
      code === 'ERR_STRING_TOO_LONG' ? 'is longer than a text can be' : 'is not text in UTF-8';
    throw new TypeError(rule, { cause: error });
  }
}

/** Longer than anything takes that has such a folder. */
const LEFT_BEHIND_MS = 3_600_000;

/**
 * A folder for as long as this process needs it, named so. Those that others of the name have left behind are
 * removed: one that was killed could not.
 */
export function temporaryFolder(name: string): string {
  const parent = tmpdir();
  for (const entry of readdirSync(parent)) {
    const path = join(parent, entry);
    const found = entry.startsWith(name) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (found?.isDirectory() !== true || Date.now() - found.mtimeMs < LEFT_BEHIND_MS) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another's, who may remove it.
    }
  }
  return mkdtempSync(join(parent, name));
}

function readBytes(path: string, field: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const rule = code === 'ENOENT' ? 'no such file' : `cannot be read: ${fileReasonOf(error)}`;
    throw new InvalidInput(field, `${path}: ${rule}`, { cause: error });
  }
}

function textOf(data: Uint8Array, path: string, field: string): string {
  try {
    return decoded(data);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InvalidInput(field, `${path}: ${error.message}`, { cause: error });
  }
}

/** The text of a file named on the command line; throws `InvalidInput` naming `field`. */
export function readTextFile(path: string, field: string): string {
  return textOf(readBytes(path, field), path, field);
}

/** V8 holds no longer text, and a small file that unpacks to more is an attack. */
const MAX_UNPACKED_BYTES = 2 ** 29;

/** The same for a file that may be gzipped, told by its first bytes and not by its name. */
export function readTextFileOrGzip(path: string, field: string): string {
  const bytes = readBytes(path, field);
  if (!startsWith(bytes, ...GZIP_MAGIC)) return textOf(bytes, path, field);
  let unpacked: Uint8Array;
  try {
    unpacked = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw new InvalidInput(field, `${path}: is not complete, valid gzip`, { cause: error });
  }
  return textOf(unpacked, path, field);
}

/** In the folder of the file, so that putting it in place is one step. */
const temporaryBeside = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;

/** Where it was never made, looking for it can fail as making it did. */
function removeQuietly(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // What made the writing fail is what is reported.
  }
}

/** Either the whole file or nothing: a reader, or a later run, never sees half of it. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    const reason = fileReasonOf(error, WRITING_REASONS);
    throw new PlimsollError('WRITE_FAILED', `${path}: cannot be written: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Throws `InvalidInput` naming `field` where `writeFileAtomically` would fail now: found out before
 * the work whose result is to be written. Leaves nothing behind.
 */
export function requireWritable(path: string, field: string): void {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new InvalidInput(field, `${path}: cannot be written: ${reason}`, { cause });
  };
  if (path === '') refuse('the name is empty');
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, '', { flag: 'wx' });
  } catch (error) {
    refuse(fileReasonOf(error, WRITING_REASONS), error);
  } finally {
    removeQuietly(temporary);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) refuse('is a folder');
}

/** A folder for what is to be written, made where it is missing; throws `InvalidInput` naming `field`. */
export function makeFolder(path: string, field: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const reasons = { ...REASONS, EEXIST: 'is a file' };
    throw new InvalidInput(field, `${path}: cannot be made: ${fileReasonOf(error, reasons)}`, {
      cause: error,
    });
  }
}
