// SPDX-License-Identifier: GPL-3.0-or-later
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';

/** What the mark says of a folder that was closed with everything on the disk. */
const CLOSED = 'closed';
/** Linux names every start of the machine. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Of this start of the machine; undefined where the system does not tell. */
function bootId(): string | undefined {
  return existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : undefined;
}

/**
 * The folder of an embedded database that syncs nothing. A process that is killed loses nothing that it
 * wrote, since the system has it; a machine that goes down may lose any part of it, and what is left may
 * open and be wrong. So a mark beside the folder says who opened it, by the start of the machine: after
 * another start it counts only if it was closed, which syncs it.
 */
export class EmbeddedFolder {
  readonly path: string;
  readonly #mark: string;

  constructor(path: string) {
    this.path = path;
    this.#mark = `${path}.boot`;
  }

  /** Why what is there cannot be relied on; undefined where it can, or where there is nothing. */
  get doubt(): string | undefined {
    if (!existsSync(this.path) || !existsSync(this.#mark)) return undefined;
    const mark = readFileSync(this.#mark, 'utf8');
    return mark === CLOSED || mark === bootId()
      ? undefined
      : 'the machine went down while it was open';
  }

  opened(): void {
    this.#say(bootId() ?? 'unknown');
  }

  closed(): void {
    const entries = readdirSync(this.path, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (entry.isFile() || entry.isDirectory()) sync(join(entry.parentPath, entry.name));
    }
    sync(this.path);
    this.#say(CLOSED);
  }

  /** Out of the way, one at a time; the error says where. */
  setAside(why: string, cause?: unknown): PlimsollError {
    const aside = `${this.path}-damaged`;
    rmSync(aside, { recursive: true, force: true });
    renameSync(this.path, aside);
    return new PlimsollError(
      'DATABASE_DAMAGED',
      `the embedded database is not relied on (${why}): set aside as ${aside}, made anew from the journal`,
      { cause },
    );
  }

  /** On the disk before anything that follows; half of it counts as a doubt. */
  #say(mark: string): void {
    writeFileSync(this.#mark, mark, { flush: true });
    sync(dirname(this.#mark));
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
