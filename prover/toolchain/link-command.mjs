// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Puts the command where npx looks first, `node_modules/.bin`.
 *
 * npm links the commands of dependencies only. A `bin` in package.json would be found too, but npx
 * answers that one by installing the project into its cache, a second of processor time a call.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Links `plimsoll`; harmless when it is linked already. */
export function linkCommand() {
  const bin = join(ROOT, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  const link = join(bin, 'plimsoll');
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'prover', 'cli', 'plimsoll.mjs'), link);
}

// As npm's own `prepare`, for whoever runs `npm ci` themselves.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) {
  if (existsSync(join(ROOT, 'node_modules'))) linkCommand();
}
