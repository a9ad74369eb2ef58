// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of its files, those that lose something. */
const LOSING_SHARE = 0.2;

/**
 * What a machine that goes down leaves of an embedded database, which syncs nothing: some of its files are
 * shorter than they were, and the next start is another one of the machine. The journal beside it is synced.
 */
export function losePower(state: string, random: () => number): void {
  const database = join(state, 'database');
  const files = readdirSync(database, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && random() < LOSING_SHARE)
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) truncateSync(file, Math.floor(random() * statSync(file).size));
  writeFileSync(`${database}.boot`, 'another start of the machine');
}
