// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_MS = 240_000;
const LOOK_MS = 100;

/** Looks until it holds, for as long as a loaded machine may take; what throws does not hold yet. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + MOST_MS; Date.now() < end; await sleep(LOOK_MS)) {
    try {
      if (await holds()) return;
    } catch {
      // Not yet.
    }
  }
  throw new Error(`it never came about: ${what}`);
}
