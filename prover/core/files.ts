// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { InvalidInput, PlimsollError } from './errors.ts';

function readBytes(path: string, field: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const rule = code === 'ENOENT' ? 'no such file' : `cannot be read (${code ?? 'unknown'})`;
    throw new InvalidInput(field, `${path}: ${rule}`, { cause: error });
  }
}

/** The text of a file named on the command line; throws `InvalidInput` naming `field`. */
export const readTextFile = (path: string, field: string): string =>
  readBytes(path, field).toString('utf8');

const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** V8 holds no longer text, and a small file that unpacks to more is an attack. */
const MAX_UNPACKED_BYTES = 2 ** 29;

/** The same for a file that may be gzipped, told by its first bytes and not by its name. */
export function readTextFileOrGzip(path: string, field: string): string {
  const bytes = readBytes(path, field);
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  } catch (error) {
    throw new InvalidInput(field, `${path}: is not complete, valid gzip`, { cause: error });
  }
}

/** Either the whole file or nothing: a reader, or a later run, never sees half of it. */
export function writeFileAtomically(path: string, content: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new PlimsollError('WRITE_FAILED', `${path}: cannot be written`, { cause: error });
  }
}
