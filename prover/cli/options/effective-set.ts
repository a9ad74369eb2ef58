// SPDX-License-Identifier: GPL-3.0-or-later
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { RULE_OPTION, STEP_OPTIONS } from './margin-step-options.ts';
import { readParameters } from './market-inputs.ts';

/** The flags by which a command goes by the set of a margin step, in place of its base set. */
export const EFFECTIVE_OPTIONS = {
  effective: {
    type: 'string',
    placeholder: 'state',
    describe: 'margin state: under the set that its next step, on --inputs, brings into force',
  },
  inputs: { ...STEP_OPTIONS.inputs, describe: 'margin inputs of that step' },
  ...RULE_OPTION,
} as const satisfies Record<string, OptionSpec>;

/** The set of `--parameters`, or what a margin step over it comes to where `--effective` names one. */
export async function readEffectiveParameters(context: CommandContext): Promise<ParameterSet> {
  const base = readParameters(context);
  if (stringOption(context, 'effective') === undefined) return base;
  // It hashes, and so loads what takes a second.
  const { takeStep } = await import('./margin-step.ts');
  return takeStep(context, base, { state: 'effective', inputs: 'inputs' }).set;
}
