// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { requireWritable } from '../../core/files.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';

/** The file of a flag, where one is given; that it can be written is found out before the work. */
export function optionalOutputPath(context: CommandContext, name = 'out'): string | undefined {
  const path = stringOption(context, name);
  if (path !== undefined) requireWritable(path, `--${name}`);
  return path;
}

/** The file of `--out`; `what` is what will be written to it. */
export function outputPath(context: CommandContext, what: string): string {
  const out = optionalOutputPath(context);
  if (out === undefined) {
    throw new InvalidInput('--out', `is required: the file to write ${what} to`);
  }
  return out;
}
