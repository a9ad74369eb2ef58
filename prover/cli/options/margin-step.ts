// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { parseMarginInputs } from '../../documents/margin-inputs-document.ts';
import {
  loadDefaultMarginRule,
  parseMarginRule,
  requireMovable,
  type MarginRuleDocument,
} from '../../documents/margin-rule-document.ts';
import { parseMarginState } from '../../documents/margin-state-document.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { DynamicInputs, DynamicState } from '../../model/dynamic.ts';
import { dynamicStep, initialState, type DynamicStep } from '../../risk/dynamic/rule.ts';
import { effectiveSet } from '../../statements/margin-step.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';

export function readRule(context: CommandContext): MarginRuleDocument {
  const path = stringOption(context, 'rule');
  return path === undefined
    ? loadDefaultMarginRule()
    : parseMarginRule(readTextFile(path, '--rule'));
}

export function readInputs(context: CommandContext, flag = 'inputs'): DynamicInputs {
  const path = stringOption(context, flag);
  if (path === undefined) throw new InvalidInput(`--${flag}`, 'is required');
  return parseMarginInputs(readTextFile(path, `--${flag}`));
}

export function readState(context: CommandContext, flag: string, rule: MarginRuleDocument) {
  const path = stringOption(context, flag);
  if (path === undefined) return undefined;
  const state = parseMarginState(readTextFile(path, `--${flag}`));
  if (state.ruleHash !== rule.hash) {
    throw new InvalidInput(`--${flag}`, `is a state of rule ${state.ruleHash}, not ${rule.hash}`);
  }
  return state;
}

export interface TakenStep {
  readonly rule: MarginRuleDocument;
  readonly before: DynamicState;
  readonly inputs: DynamicInputs;
  readonly step: DynamicStep;
  readonly set: ParameterSet;
}

/** Inputs that nobody can step on are files that do not fit together, of whoever gave them. */
function stepOf(
  { rule }: MarginRuleDocument,
  before: DynamicState,
  inputs: DynamicInputs,
  flag: string,
): DynamicStep {
  try {
    return dynamicStep(rule, before, inputs);
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'STEP_REFUSED') throw error;
    throw new InvalidInput(flag, error.message, { cause: error });
  }
}

/** The step that a command is asked about, over the set it was given. Throws `InvalidInput` where there is none. */
export function takeStep(
  context: CommandContext,
  base: ParameterSet,
  flags: { readonly state: string; readonly inputs: string },
): TakenStep {
  const rule = readRule(context);
  requireMovable(base.parameters, rule.rule);
  const before = readState(context, flags.state, rule);
  if (before === undefined) throw new InvalidInput(`--${flags.state}`, 'is required');
  const inputs = readInputs(context, flags.inputs);
  const step = stepOf(rule, before, inputs, `--${flags.inputs}`);
  return { rule, before, inputs, step, set: { ...base, ...effectiveSet(base, step) } };
}

/** The state that a venue opens with, at the time of these inputs. */
export const openState = (rule: MarginRuleDocument, inputs: DynamicInputs): DynamicState =>
  initialState(rule.rule, rule.hash, inputs);
