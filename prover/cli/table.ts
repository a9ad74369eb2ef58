// SPDX-License-Identifier: GPL-3.0-or-later
import { formatTable } from '../model/format.ts';
import type { CommandContext } from './command.ts';

/** Where lines go, and how wide that is. */
export type Output = Pick<CommandContext, 'print' | 'width'>;

/** Prints a table that fits the terminal, indented by two unless it is said otherwise. */
export function printRows(
  { print, width }: Output,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '  ',
): void {
  for (const line of formatTable(header, rows, width - indent.length)) {
    print(line === '' ? '' : `${indent}${line}`);
  }
}
