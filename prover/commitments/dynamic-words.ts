// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  DynamicInputs,
  DynamicRule,
  DynamicState,
  RuleEvent,
  UnderlyingInput,
  UnderlyingRule,
  UnderlyingState,
} from '../model/dynamic.ts';
import { MAX_RULE_EVENTS } from '../model/dynamic.ts';
import { TAG, hashWords } from './hash-words.ts';
import { biased, packFields } from './pack.ts';

/** Logarithms of multipliers are in [−2, 2): Q40, 42 bits biased. */
export const LOG_BITS = 42;

/** The words that open a rule's hash, as the circuit takes them (docs/spec.md §9). */
export interface RuleWords {
  readonly limitsWord: bigint;
  readonly constantsWord: bigint;
  readonly underlyingWords: readonly [bigint, bigint];
  readonly eventsWord: bigint;
}

const NO_EVENT: RuleEvent = { start: 0n, seconds: 0n, raiseQ10: 0n };

const underlyingRuleWord = ({ baseRateQ64, unitLogQ72 }: UnderlyingRule): bigint =>
  packFields([
    ['baseRateQ64', 48, baseRateQ64],
    ['unitLogQ72', 77, unitLogQ72],
  ]);

export function ruleWords(rule: DynamicRule): RuleWords {
  const [btc, eth] = rule.underlyings;
  return {
    limitsWord: packFields([
      ['floorLogQ40', LOG_BITS, biased(rule.floorLogQ40, LOG_BITS)],
      ['capLogQ40', LOG_BITS, biased(rule.capLogQ40, LOG_BITS)],
      ['risePerSecondQ40', 32, rule.risePerSecondQ40],
      ['fallPerSecondQ40', 32, rule.fallPerSecondQ40],
      ['silencePerSecondQ40', 32, rule.silencePerSecondQ40],
      ['silenceMaxQ40', 40, rule.silenceMaxQ40],
    ]),
    constantsWord: packFields([
      ['clipSeconds', 16, rule.clipSeconds],
      ['clipFactor', 8, rule.clipFactor],
      ['riseSeconds', 16, rule.riseSeconds],
      ['heartbeatSeconds', 16, rule.heartbeatSeconds],
      ['weightBaseQ16', 17, rule.weightBaseQ16],
      ['weightLongQ16', 17, rule.weightLongQ16],
      ['impliedWeightQ16', 17, rule.impliedWeightQ16],
      ['hysteresisQ40', 40, rule.hysteresisQ40],
      ['leadMaxQ40', 40, rule.leadMaxQ40],
      ['fundingCapBps', 11, rule.fundingCapBps],
    ]),
    underlyingWords: [underlyingRuleWord(btc), underlyingRuleWord(eth)],
    eventsWord: packFields(
      Array.from({ length: MAX_RULE_EVENTS }, (_, i) => rule.events[i] ?? NO_EVENT).flatMap(
        ({ start, seconds, raiseQ10 }) => [
          ['start', 32, start] as const,
          ['seconds', 20, seconds] as const,
          ['raiseQ10', 7, raiseQ10] as const,
        ],
      ),
    ),
  };
}

export function ruleHash(rule: DynamicRule): bigint {
  const { limitsWord, constantsWord, underlyingWords, eventsWord } = ruleWords(rule);
  return hashWords(TAG.marginRule, [limitsWord, constantsWord, ...underlyingWords, eventsWord]);
}

/** The words of a state beside the rule's hash. */
export interface StateWords {
  readonly stepWord: bigint;
  readonly underlyingWords: readonly [bigint, bigint];
}

const underlyingStateWord = (state: UnderlyingState): bigint =>
  packFields([
    ['counterQ48', 64, state.counterQ48],
    ['fastQ64', 48, state.fastQ64],
    ['longQ64', 48, state.longQ64],
    ['logQ40', LOG_BITS, biased(state.logQ40, LOG_BITS)],
    ['appliedLogQ40', LOG_BITS, biased(state.appliedLogQ40, LOG_BITS)],
  ]);

export function stateWords({ sequence, time, underlyings: [btc, eth] }: DynamicState): StateWords {
  return {
    stepWord: packFields([
      ['sequence', 32, sequence],
      ['time', 32, time],
    ]),
    underlyingWords: [underlyingStateWord(btc), underlyingStateWord(eth)],
  };
}

export function stateHash(state: DynamicState): bigint {
  const { stepWord, underlyingWords } = stateWords(state);
  return hashWords(TAG.marginState, [state.ruleHash, stepWord, ...underlyingWords]);
}

/** The words of the inputs beside their time. */
const underlyingInputWord = (input: UnderlyingInput): bigint =>
  packFields([
    ['counterQ48', 64, input.counterQ48],
    ['impliedRateQ64', 48, input.impliedRateQ64],
    ['fundingBps', 11, input.fundingBps],
  ]);

export interface InputWords {
  readonly timeWord: bigint;
  readonly underlyingWords: readonly [bigint, bigint];
}

export function inputWords({ time, underlyings: [btc, eth] }: DynamicInputs): InputWords {
  return {
    timeWord: packFields([['time', 32, time]]),
    underlyingWords: [underlyingInputWord(btc), underlyingInputWord(eth)],
  };
}

/** What a signed snapshot's `marginInputsHash` is. */
export function inputsHash(inputs: DynamicInputs): bigint {
  const { timeWord, underlyingWords } = inputWords(inputs);
  return hashWords(TAG.marginInputs, [timeWord, ...underlyingWords]);
}
