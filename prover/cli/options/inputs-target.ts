// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { oneOf, parseValue } from '../../core/schema.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { optionalOutputPath } from './output-path.ts';

/** Whose market inputs a command writes, and where to; a file needs to say whose they are. */
export interface InputsTarget {
  readonly symbol: (typeof UNDERLYING_SYMBOLS)[number] | undefined;
  readonly out: string | undefined;
}

export function inputsTarget(context: CommandContext): InputsTarget {
  const [out, given] = [optionalOutputPath(context), stringOption(context, 'underlying')];
  if (given !== undefined) {
    return { out, symbol: parseValue(oneOf(UNDERLYING_SYMBOLS), given, '--underlying') };
  }
  if (out === undefined) return { out, symbol: undefined };
  throw new InvalidInput(
    '--underlying',
    `is required with --out: ${UNDERLYING_SYMBOLS.join(' or ')}`,
  );
}
