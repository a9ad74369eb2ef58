// SPDX-License-Identifier: GPL-3.0-or-later
import { logarithmQ72 } from '../risk/pricing/logarithm.ts';

/**
 * The dynamic margin rule: a multiplier of the static set's moves that follows realised variance,
 * slowly down and not fast up. Integer recurrences only, so that a circuit can check a step; Qn is a
 * value times 2⁻ⁿ, logarithms are natural.
 *
 * Two facts make it safe against choosing which snapshots to take: the input is a *cumulative*
 * variance, so that a skipped snapshot loses nothing, and the state is the logarithm of the
 * multiplier, which may move by at most rate × seconds: k steps never move it further than one.
 */
export interface DynamicRule {
  /** Variance per second (Q64) that the constant term stands for. */
  readonly baseRateQ64: bigint;
  /** Variance per second at which the multiplier is 1. */
  readonly unitRateQ64: bigint;
  /** Of the variance mix; the three add up to 2¹⁶. */
  readonly weightsQ16: { readonly base: bigint; readonly long: bigint; readonly fast: bigint };
  readonly fastHalfLifeSeconds: number;
  readonly longHalfLifeSeconds: number;
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
  readonly heartbeat: bigint;
  readonly silencePerSecondQ40: bigint;
  readonly silenceMaxQ40: bigint;
}

/** What one underlying carries from step to step. */
export interface DynamicState {
  readonly time: bigint;
  /** Cumulative variance of log moves, Q48. */
  readonly counterQ48: bigint;
  /** Variance per second, Q64. */
  readonly fastQ64: bigint;
  readonly longQ64: bigint;
  readonly logMultiplierQ40: bigint;
}

const ONE_Q48 = 1n << 48n;
const RATE_MAX = ONE_Q48 - 1n;
/** Twelve days; a longer silence counts as this. */
const MAX_ELAPSED = (1n << 20n) - 1n;
const SECONDS_PER_YEAR = 31_536_000n;

const min = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const max = (left: bigint, right: bigint): bigint => (left > right ? left : right);

/** Digits of base 32 of the elapsed seconds: table[k][j] = 2^(−j·32^k / half-life), Q48. */
type DecayTables = readonly (readonly bigint[])[];

/** A constant of the rule, to the nearest Q48 unit; 2⁻⁴⁸ is 16 times a double's own error here. */
const toQ48 = (value: number): bigint => BigInt(Math.round(value * 2 ** 48));

const decayTables = (halfLifeSeconds: number): DecayTables =>
  [0, 1, 2, 3].map((k) =>
    Array.from({ length: 32 }, (_, j) => toQ48(2 ** ((-j * 32 ** k) / halfLifeSeconds))),
  );

function decayQ48(tables: DecayTables, seconds: number): bigint {
  let value = ONE_Q48;
  tables.forEach((table, k) => {
    const factor = table[(seconds >> (5 * k)) & 31] as bigint;
    value = k === 0 ? factor : (value * factor) >> 48n;
  });
  return value;
}

/** Half the logarithm of (weighted variance ÷ unit variance), Q40. */
function targetLogQ40(rule: DynamicRule, fastQ64: bigint, longQ64: bigint): bigint {
  const { base, long, fast } = rule.weightsQ16;
  const mixed = (base * rule.baseRateQ64 + long * longQ64 + fast * fastQ64) >> 16n;
  const n = min(max(mixed >> 8n, 1n), (1n << 40n) - 1n);
  return (logarithmQ72(n) - logarithmQ72(rule.unitRateQ64 >> 8n)) >> 33n;
}

const within = ({ floorLogQ40, capLogQ40 }: DynamicRule, logQ40: bigint): bigint =>
  min(max(logQ40, floorLogQ40), capLogQ40);

/** A venue opens at its base set: both averages at the base variance, the multiplier at target. */
export function initialState(rule: DynamicRule, time: bigint, counterQ48: bigint): DynamicState {
  const { baseRateQ64 } = rule;
  return {
    time,
    counterQ48,
    fastQ64: baseRateQ64,
    longQ64: baseRateQ64,
    logMultiplierQ40: within(rule, targetLogQ40(rule, baseRateQ64, baseRateQ64)),
  };
}

/** A step function of one rule; its tables are made once. */
export function dynamicStep(
  rule: DynamicRule,
): (state: DynamicState, time: bigint, counterQ48: bigint) => DynamicState {
  const fastTables = decayTables(rule.fastHalfLifeSeconds);
  const longTables = decayTables(rule.longHalfLifeSeconds);
  return (state, time, counterQ48) => {
    const elapsed = min(time - state.time, MAX_ELAPSED);

    // 1. Variance since the last step, clipped, as a rate (Q64).
    const allowed = (state.longQ64 * (rule.clipSeconds + rule.clipFactor * elapsed)) >> 16n;
    const counted = min(counterQ48 - state.counterQ48, allowed);
    const rate = min((counted << 16n) / elapsed, (1n << 72n) - 1n);

    // 2. Two exponentially weighted averages by elapsed time.
    const average = (old: bigint, tables: DecayTables): bigint => {
      const keep = decayQ48(tables, Number(elapsed));
      return min((old * keep + rate * (ONE_Q48 - keep)) >> 48n, RATE_MAX);
    };
    const fastQ64 = average(state.fastQ64, fastTables);
    const longQ64 = average(state.longQ64, longTables);

    // 3. Target; floor and cap last, so that peak-to-trough is bounded whatever the data.
    const silence = max(elapsed - rule.heartbeat, 0n);
    const surcharge = min(rule.silencePerSecondQ40 * silence, rule.silenceMaxQ40);
    const target = within(rule, targetLogQ40(rule, fastQ64, longQ64) + surcharge);

    // 4. Limits linear in seconds; silence earns no fall and only a bounded rise.
    const highest = state.logMultiplierQ40 + rule.risePerSecondQ40 * min(elapsed, rule.riseSeconds);
    const lowest = state.logMultiplierQ40 - rule.fallPerSecondQ40 * min(elapsed, rule.heartbeat);
    const logMultiplierQ40 = min(max(target, lowest), highest);
    return { time, counterQ48, fastQ64, longQ64, logMultiplierQ40 };
  };
}

/** The multiplier as a number, to the 2⁻²⁰ that an effective parameter set is made with. */
export const multiplierOf = ({ logMultiplierQ40 }: DynamicState): number =>
  Math.round(Math.exp(Number(logMultiplierQ40) / 2 ** 40) * 2 ** 20) / 2 ** 20;

/** Variance per second at Q64 of an annual volatility. */
const rateQ64 = (annualVolatilityBps: bigint): bigint =>
  ((annualVolatilityBps ** 2n) << 64n) / (100_000_000n * SECONDS_PER_YEAR);

const logQ40 = (value: number): bigint => BigInt(Math.round(value * 2 ** 40));
const perHourQ40 = (value: number): bigint => logQ40(value) / 3600n;

function governed(baseBps: bigint, unitBps: bigint): DynamicRule {
  return {
    baseRateQ64: rateQ64(baseBps),
    unitRateQ64: rateQ64(unitBps),
    weightsQ16: { base: 16_384n, long: 19_661n, fast: 29_491n },
    fastHalfLifeSeconds: 6 * 3600,
    longHalfLifeSeconds: 720 * 86_400,
    clipSeconds: 7200n,
    clipFactor: 14n,
    floorLogQ40: logQ40(Math.log(0.6)),
    capLogQ40: logQ40(Math.log(1.6)),
    risePerSecondQ40: perHourQ40(0.0063),
    riseSeconds: 14_400n,
    fallPerSecondQ40: perHourQ40(0.004),
    heartbeat: 3600n,
    silencePerSecondQ40: perHourQ40(0.02),
    silenceMaxQ40: logQ40(0.1),
  };
}

/**
 * BTC, ETH. Chosen on hourly bars of 2018–2023 (docs/backtest.md): base and unit volatility 72 % and
 * 74 %, 92 % and 84 %. Moving the unit moves the strictness: 1 % more is about 1 % less margin.
 */
export const DYNAMIC_RULES: readonly [DynamicRule, DynamicRule] = [
  governed(7200n, 7400n),
  governed(9200n, 8400n),
];
