// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  DynamicInputs,
  DynamicRule,
  DynamicState,
  UnderlyingInput,
  UnderlyingState,
} from '../../model/dynamic.ts';
import type { Pair, UnderlyingId } from '../../model/types.ts';
import { PlimsollError } from '../../core/errors.ts';
import { logarithmQ72 } from '../pricing/logarithm.ts';
import { clamp, max, min } from '../pricing/fixed-point.ts';
import { FAST_DECAY, LONG_DECAY } from './tables.ts';

/**
 * The dynamic margin rule (docs/spec.md §9): a multiplier of the base set's moves that follows realised
 * variance, slowly down and not fast up. Integer recurrences only, bit for bit those of the circuit
 * `margin-step`.
 *
 * Two facts make it safe against choosing which inputs to take: they carry a *cumulative* variance, so
 * that skipped ones lose nothing, and the state is the logarithm of the multiplier, which may move by at
 * most rate × seconds: k steps never move it further than one.
 */

const ONE_Q48 = 1n << 48n;
const RATE_MAX = ONE_Q48 - 1n;
/** Twelve days; a longer silence counts as this. */
export const MAX_ELAPSED = (1n << 20n) - 1n;

type DecayTable = readonly (readonly bigint[])[];

/** 2^(−seconds/half-life), Q48: three products, floored. */
function decayQ48(table: DecayTable, elapsed: bigint): bigint {
  const seconds = Number(elapsed);
  return table.reduce((value, row, k) => {
    const factor = row[(seconds >> (5 * k)) & 31] as bigint;
    return k === 0 ? factor : (value * factor) >> 48n;
  }, ONE_Q48);
}

const averageQ64 = (oldQ64: bigint, rateQ64: bigint, keepQ48: bigint): bigint =>
  min((rateQ64 * ONE_Q48 + (oldQ64 - rateQ64) * keepQ48) >> 48n, RATE_MAX);

/** Half the logarithm of (weighted variance ÷ unit variance), Q40; the implied variance only raises. */
function mixedLogQ40(
  rule: DynamicRule,
  underlying: UnderlyingId,
  { fastQ64, longQ64 }: Pick<UnderlyingState, 'fastQ64' | 'longQ64'>,
  impliedRateQ64: bigint,
): bigint {
  const { baseRateQ64, unitLogQ72 } = rule.underlyings[underlying];
  const weightFastQ16 = 65_536n - rule.weightBaseQ16 - rule.weightLongQ16;
  const realised =
    rule.weightBaseQ16 * baseRateQ64 + rule.weightLongQ16 * longQ64 + weightFastQ16 * fastQ64;
  const mixed = max(realised, rule.impliedWeightQ16 * impliedRateQ64) >> 24n;
  return (logarithmQ72(max(mixed, 1n)) - unitLogQ72) >> 33n;
}

/** The raise of the events in force at `time`, Q40. */
export const eventLogQ40 = ({ events }: DynamicRule, time: bigint): bigint =>
  events
    .filter(({ start, seconds }) => time >= start && time < start + seconds)
    .reduce((sum, { raiseQ10 }) => sum + (raiseQ10 << 30n), 0n);

/** Why the multiplier is what it is, term by term; logarithms Q40. */
export interface StepTerms {
  readonly elapsed: bigint;
  /** Of the counter since the last step, and what of it counted. */
  readonly varianceQ48: bigint;
  readonly countedQ48: bigint;
  readonly rateQ64: bigint;
  readonly mixedLogQ40: bigint;
  readonly eventLogQ40: bigint;
  readonly silenceLogQ40: bigint;
  /** Their sum, within floor and cap: where the multiplier goes. */
  readonly targetLogQ40: bigint;
  readonly lowestLogQ40: bigint;
  readonly highestLogQ40: bigint;
  /** How far the initial margin runs ahead. */
  readonly leadQ40: bigint;
}

export interface UnderlyingStep {
  readonly state: UnderlyingState;
  readonly terms: StepTerms;
}

/** One underlying's step; `elapsed` is from 1 to `MAX_ELAPSED`. */
export function stepUnderlying(
  rule: DynamicRule,
  underlying: UnderlyingId,
  last: UnderlyingState,
  { elapsed, input, eventQ40 }: { elapsed: bigint; input: UnderlyingInput; eventQ40: bigint },
): UnderlyingStep {
  // 1. Variance since the last step, clipped, as a rate.
  const varianceQ48 = input.counterQ48 - last.counterQ48;
  const allowed = (last.longQ64 * (rule.clipSeconds + rule.clipFactor * elapsed)) >> 16n;
  const countedQ48 = min(varianceQ48, allowed);
  const rateQ64 = (countedQ48 << 16n) / elapsed;

  // 2. Two exponentially weighted averages by elapsed time.
  const fastQ64 = averageQ64(last.fastQ64, rateQ64, decayQ48(FAST_DECAY, elapsed));
  const longQ64 = averageQ64(last.longQ64, rateQ64, decayQ48(LONG_DECAY, elapsed));

  // 3. Target; floor and cap last, so that peak-to-trough is bounded whatever the data.
  const silence = max(elapsed - rule.heartbeatSeconds, 0n);
  const silenceLogQ40 = min(rule.silencePerSecondQ40 * silence, rule.silenceMaxQ40);
  const mixed = mixedLogQ40(rule, underlying, { fastQ64, longQ64 }, input.impliedRateQ64);
  const targetLogQ40 = min(max(mixed + eventQ40 + silenceLogQ40, rule.floorLogQ40), rule.capLogQ40);

  // 4. Limits linear in seconds; silence earns no fall and only a bounded rise.
  const highestLogQ40 = last.logQ40 + rule.risePerSecondQ40 * min(elapsed, rule.riseSeconds);
  const lowestLogQ40 = last.logQ40 - rule.fallPerSecondQ40 * min(elapsed, rule.heartbeatSeconds);
  const logQ40 = clamp(targetLogQ40, lowestLogQ40, highestLogQ40);

  // 5. What is applied rises at once and falls only by a whole step: it never understates.
  const drop = last.appliedLogQ40 - logQ40;
  const isHeld = drop >= 0n && drop < rule.hysteresisQ40;
  const appliedLogQ40 = isHeld ? last.appliedLogQ40 : logQ40;
  const leadQ40 = min(max(targetLogQ40 - appliedLogQ40, 0n), rule.leadMaxQ40);

  return {
    state: { counterQ48: input.counterQ48, fastQ64, longQ64, logQ40, appliedLogQ40 },
    terms: {
      elapsed,
      varianceQ48,
      countedQ48,
      rateQ64,
      mixedLogQ40: mixed,
      eventLogQ40: eventQ40,
      silenceLogQ40,
      targetLogQ40,
      lowestLogQ40,
      highestLogQ40,
      leadQ40,
    },
  };
}

/** Both averages at the base variance, the multiplier at its target: a venue opens at its base set. */
export function initialUnderlyingState(
  rule: DynamicRule,
  underlying: UnderlyingId,
  counterQ48: bigint,
): UnderlyingState {
  const { baseRateQ64 } = rule.underlyings[underlying];
  const averages = { fastQ64: baseRateQ64, longQ64: baseRateQ64 };
  const target = mixedLogQ40(rule, underlying, averages, 0n);
  const logQ40 = min(max(target, rule.floorLogQ40), rule.capLogQ40);
  return { counterQ48, ...averages, logQ40, appliedLogQ40: logQ40 };
}

/** The state that a venue's first step starts from. */
export function initialState(
  rule: DynamicRule,
  ruleHash: bigint,
  { time, underlyings: [btc, eth] }: DynamicInputs,
): DynamicState {
  return {
    ruleHash,
    sequence: 0n,
    time,
    underlyings: [
      initialUnderlyingState(rule, 0, btc.counterQ48),
      initialUnderlyingState(rule, 1, eth.counterQ48),
    ],
  };
}

export interface DynamicStep {
  readonly state: DynamicState;
  readonly terms: Pair<StepTerms>;
  /** What beside the moves follows from the step: see `effectiveParameters`. */
  readonly fundingBps: bigint;
}

/**
 * The next state. Throws `STEP_REFUSED` where time does not advance or a counter falls: of such inputs
 * there is no proof either.
 */
export function dynamicStep(
  rule: DynamicRule,
  last: DynamicState,
  inputs: DynamicInputs,
): DynamicStep {
  if (inputs.time <= last.time) {
    throw new PlimsollError(
      'STEP_REFUSED',
      `inputs: expected a time after ${last.time}, got ${inputs.time}`,
    );
  }
  const elapsed = min(inputs.time - last.time, MAX_ELAPSED);
  const eventQ40 = eventLogQ40(rule, inputs.time);
  const step = (underlying: UnderlyingId): UnderlyingStep => {
    const input = inputs.underlyings[underlying];
    const before = last.underlyings[underlying];
    if (input.counterQ48 < before.counterQ48) {
      throw new PlimsollError(
        'STEP_REFUSED',
        `underlyings[${underlying}].counterQ48: expected at least ${before.counterQ48}, got ${input.counterQ48}`,
      );
    }
    return stepUnderlying(rule, underlying, before, { elapsed, input, eventQ40 });
  };
  const [btc, eth] = [step(0), step(1)];
  const [btcInput, ethInput] = inputs.underlyings;
  return {
    state: {
      ruleHash: last.ruleHash,
      sequence: last.sequence + 1n,
      time: inputs.time,
      underlyings: [btc.state, eth.state],
    },
    terms: [btc.terms, eth.terms],
    fundingBps: min(max(btcInput.fundingBps, ethInput.fundingBps), rule.fundingCapBps),
  };
}
