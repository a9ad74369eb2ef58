// SPDX-License-Identifier: GPL-3.0-or-later
import { fileURLToPath } from 'node:url';

/** The file of the set that `loadDefaultParameters` reads, for whoever shows or copies its text. */
export const DEFAULT_PARAMETERS_PATH = fileURLToPath(
  new URL('default-parameters.json', import.meta.url),
);
