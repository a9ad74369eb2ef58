// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile } from '../../core/files.ts';
import { parseMarginState } from '../../documents/margin-state-document.ts';
import type { DynamicState } from '../../model/dynamic.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** Where a margin state is followed from, of a chain that has many steps. */
export const MARGIN_START_OPTION = {
  'margin-state': {
    type: 'string',
    placeholder: 'file',
    describe: 'a margin state to follow from, of venue step --out, in place of the opening',
  },
} as const satisfies Record<string, OptionSpec>;

export function readMarginStart(context: CommandContext): DynamicState | undefined {
  const path = stringOption(context, 'margin-state');
  return path === undefined ? undefined : parseMarginState(readTextFile(path, '--margin-state'));
}
