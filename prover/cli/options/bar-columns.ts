// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile } from '../../core/files.ts';
import { parseBarColumnMap, type BarColumnMap } from '../../market/volatility/bar-columns.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

export const BAR_COLUMNS_OPTION = {
  columns: {
    type: 'string',
    placeholder: 'file',
    describe: 'column map: which column of the bars is what (docs/volatility.md)',
  },
} as const satisfies Record<string, OptionSpec>;

/** The column map of `--columns`, for bars. */
export function barColumnMap(context: CommandContext): { readonly columnMap?: BarColumnMap } {
  const path = stringOption(context, 'columns');
  return path === undefined
    ? {}
    : { columnMap: parseBarColumnMap(readTextFile(path, '--columns')) };
}
