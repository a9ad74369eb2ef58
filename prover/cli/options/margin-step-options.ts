// SPDX-License-Identifier: GPL-3.0-or-later
import type { OptionSpec } from '../command.ts';

/** Apart from what reads them (margin-step.ts), which hashes and so loads what takes a second. */
export const RULE_OPTION = {
  rule: {
    type: 'string',
    placeholder: 'file',
    describe: 'margin rule in place of the default one',
  },
} as const satisfies Record<string, OptionSpec>;

export const STEP_OPTIONS = {
  state: {
    type: 'string',
    placeholder: 'file',
    describe:
      'the margin state before; without one the inputs open a new state, and no step is taken',
  },
  inputs: { type: 'string', placeholder: 'file', describe: 'the signed margin inputs' },
  ...RULE_OPTION,
} as const satisfies Record<string, OptionSpec>;
