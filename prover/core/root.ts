// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: circom can only see its working directory, so paths are kept relative to this. */
export const REPOSITORY_ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything generated and not committed. */
export const ARTIFACTS_DIRECTORY = '.plimsoll/artifacts';

/** Whether there are sources of circuits here: the package of those who only check is without. */
export const isCheckout = (): boolean => existsSync(join(REPOSITORY_ROOT, 'circuits'));
