// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair } from './types.ts';

/**
 * What the dynamic margin rule reads and writes, as plain values (docs/spec.md §9). Qn is a value times
 * 2⁻ⁿ, logarithms are natural. The rule itself is `risk/dynamic`.
 */

/** Governed raise of the target while it is in force, e.g. around a scheduled announcement. */
export interface RuleEvent {
  /** Unix seconds. */
  readonly start: bigint;
  readonly seconds: bigint;
  readonly raiseQ10: bigint;
}

/** What of the rule is an underlying's own. */
export interface UnderlyingRule {
  /** Variance per second that the constant term stands for. */
  readonly baseRateQ64: bigint;
  /** Logarithm of the variance per second, ⌊Q64/2⁸⌋, at which the multiplier is 1. */
  readonly unitLogQ72: bigint;
}

/** Governed constants, timelocked like a parameter set. */
export interface DynamicRule {
  /** Of the variance mix; what is left to 2¹⁶ is the weight of the fast average. */
  readonly weightBaseQ16: bigint;
  readonly weightLongQ16: bigint;
  /** Of the implied variance, which can only raise the mix. */
  readonly impliedWeightQ16: bigint;
  /** One step's variance counts up to long × (clipSeconds + clipFactor × elapsed): bad prints. */
  readonly clipSeconds: bigint;
  readonly clipFactor: bigint;
  readonly floorLogQ40: bigint;
  readonly capLogQ40: bigint;
  readonly risePerSecondQ40: bigint;
  /** At most so much of one step's elapsed time earns rise. */
  readonly riseSeconds: bigint;
  readonly fallPerSecondQ40: bigint;
  /** Seconds after which silence begins: no further fall, and a surcharge. */
  readonly heartbeatSeconds: bigint;
  readonly silencePerSecondQ40: bigint;
  readonly silenceMaxQ40: bigint;
  /** What is applied falls only once it would fall by this much. */
  readonly hysteresisQ40: bigint;
  /** How far the initial margin factor runs ahead of maintenance towards the target, at most. */
  readonly leadMaxQ40: bigint;
  /** The funding payable over the horizon that perpetuals are charged, at most. */
  readonly fundingCapBps: bigint;
  readonly underlyings: Pair<UnderlyingRule>;
  /** At most `MAX_RULE_EVENTS`. */
  readonly events: readonly RuleEvent[];
}

export const MAX_RULE_EVENTS = 4;

export interface UnderlyingState {
  /** Cumulative variance of log moves; never falls. */
  readonly counterQ48: bigint;
  /** Exponentially weighted variance per second, half-life six hours. */
  readonly fastQ64: bigint;
  /** Half-life 720 days. */
  readonly longQ64: bigint;
  /** Logarithm of the multiplier, limited in its rise and fall. */
  readonly logQ40: bigint;
  /** The one that the effective set is made with: never below `logQ40`. */
  readonly appliedLogQ40: bigint;
}

/** What is carried from step to step. */
export interface DynamicState {
  readonly ruleHash: bigint;
  /** Steps taken. */
  readonly sequence: bigint;
  /** Unix seconds of the inputs last taken. */
  readonly time: bigint;
  readonly underlyings: Pair<UnderlyingState>;
}

export interface UnderlyingInput {
  readonly counterQ48: bigint;
  /** Variance per second that options imply; 0 where nobody says. */
  readonly impliedRateQ64: bigint;
  /** Funding that a perpetual pays over the liquidation horizon, whoever pays it. */
  readonly fundingBps: bigint;
}

/** What the oracle quorum signs for the rule, beside a snapshot. */
export interface DynamicInputs {
  /** Unix seconds, those of the snapshot. */
  readonly time: bigint;
  readonly underlyings: Pair<UnderlyingInput>;
}
