// SPDX-License-Identifier: GPL-3.0-or-later
import { biased } from '../commitments/pack.ts';
import {
  inputsHash,
  inputWords,
  LOG_BITS,
  ruleWords,
  stateHash,
  stateWords,
} from '../commitments/dynamic-words.ts';
import type { CommittedParameters } from '../commitments/parameters-words.ts';
import { parameterHash, parameterWords, tenorDigest } from '../commitments/parameters-words.ts';
import type { DynamicInputs, DynamicRule, DynamicState } from '../model/dynamic.ts';
import { effectiveParameters } from '../risk/dynamic/effective-set.ts';
import { dynamicStep, type DynamicStep } from '../risk/dynamic/rule.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { parameterInputs } from './circuit-inputs.ts';
import type { StatementInstance } from './instance.ts';
import type { Statement } from './manifest.ts';

/** What a margin step is made of; `state.ruleHash` is the hash of `rule`. */
export interface MarginStepRequest {
  readonly rule: DynamicRule;
  readonly base: CommittedParameters;
  readonly state: DynamicState;
  readonly inputs: DynamicInputs;
  /** keccak256(chain id, contract, action, beneficiary) mod r. */
  readonly context: bigint;
}

/** The effective set of a step: what the base set's document says of texts, it says of this one's too. */
export function effectiveSet(base: CommittedParameters, step: DynamicStep): CommittedParameters {
  return {
    parameters: effectiveParameters(base.parameters, step),
    documentWord: base.documentWord,
  };
}

export function marginStepInputs(request: MarginStepRequest): CircuitInputs {
  const rule = ruleWords(request.rule);
  const state = stateWords(request.state);
  const inputs = inputWords(request.inputs);
  const base = parameterWords(request.base);
  return {
    context: request.context,
    limitsWord: rule.limitsWord,
    constantsWord: rule.constantsWord,
    ruleUnderlyingWord: rule.underlyingWords,
    eventsWord: rule.eventsWord,
    stateStepWord: state.stepWord,
    stateUnderlyingWord: state.underlyingWords,
    timeWord: inputs.timeWord,
    inputUnderlyingWord: inputs.underlyingWords,
    ...parameterInputs(base),
    tenorDigest: tenorDigest(base),
    scenarioWord: base.scenarioWords,
  };
}

/** The statement that this is the next state; throws `STEP_REFUSED` where there is none. */
export function marginStepInstance(
  request: MarginStepRequest,
  statement: Statement,
): StatementInstance<'margin-step'> {
  const step = dynamicStep(request.rule, request.state, request.inputs);
  const [btc, eth] = step.state.underlyings;
  const [btcTerms, ethTerms] = step.terms;
  const [profile] = Object.keys(statement.profiles);
  return {
    statement: 'margin-step',
    profile: profile!,
    inputs: marginStepInputs(request),
    publicSignals: {
      baseHash: parameterHash(request.base),
      marginInputsHash: inputsHash(request.inputs),
      previousStateHash: stateHash(request.state),
      nextStateHash: stateHash(step.state),
      effectiveHash: parameterHash(effectiveSet(request.base, step)),
      sequence: step.state.sequence,
      time: step.state.time,
      appliedLogBtcBiased: biased(btc.appliedLogQ40, LOG_BITS),
      appliedLogEthBiased: biased(eth.appliedLogQ40, LOG_BITS),
      targetLogBtcBiased: biased(btcTerms.targetLogQ40, LOG_BITS),
      targetLogEthBiased: biased(ethTerms.targetLogQ40, LOG_BITS),
      context: request.context,
    },
  };
}
