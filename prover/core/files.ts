// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { InvalidInput, PlimsollError } from './errors.ts';

/** The text of a file named on the command line; throws `InvalidInput` naming `field`. */
export function readTextFile(path: string, field: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const rule = code === 'ENOENT' ? 'no such file' : `cannot be read (${code ?? 'unknown'})`;
    throw new InvalidInput(field, `${path}: ${rule}`, { cause: error });
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
