// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';

/** Written by the set-up once every step has succeeded; removed while one is being redone. */
export const SETUP_RECORD_PATH = fileURLToPath(
  new URL('../../.plimsoll/setup.json', import.meta.url),
);

const setupRecordSchema = z.strictObject({
  /** Milliseconds each step took when it last did its work, not when it found it done. */
  stepsMs: z.record(z.string(), z.number().nonnegative()),
  /** Their sum: what the set-up costs on a machine that has nothing yet. */
  coldSetupMs: z.number().nonnegative(),
});

export type SetupRecord = z.infer<typeof setupRecordSchema>;

/** The measured cost of the set-up, or `undefined` before the first one has finished. */
export function readSetupRecord(): SetupRecord | undefined {
  if (!existsSync(SETUP_RECORD_PATH)) return undefined;
  const parsed = setupRecordSchema.safeParse(JSON.parse(readFileSync(SETUP_RECORD_PATH, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** Throws `NOT_SET_UP` unless circuits, keys and contracts have been built in this checkout. */
export function assertSetUp(): void {
  if (readSetupRecord() === undefined) {
    throw new PlimsollError('NOT_SET_UP', 'run "npx plimsoll setup" (or "npm start") first');
  }
}
