// SPDX-License-Identifier: GPL-3.0-or-later

/** What the program prints as JSON without being a command. */
import { shape, text, whole } from '../core/json-output.ts';
import { type OutputSchema } from './output.ts';

/** `plimsoll --version --json`. */
export const versionOutput: OutputSchema = {
  version: 1,
  schema: shape({ plimsoll: text, node: text, v8: text }),
};

/** Under `--json`, on standard error, with exit code 1, or 2 for input that breaks a rule. */
export const errorOutput: OutputSchema = {
  version: 1,
  schema: shape({
    error: shape({
      code: text,
      message: text,
      /** Of a rule that is broken: where, and which. */
      field: text.optional(),
      rule: text.optional(),
      line: whole.optional(),
      column: whole.optional(),
    }),
  }),
};
