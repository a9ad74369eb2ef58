// SPDX-License-Identifier: GPL-3.0-or-later
import { SECONDS_PER_YEAR } from '../core/year.ts';
import { barsCovering } from '../forecast/price-path.ts';
import type { ImpliedSeries } from '../market/volatility/implied-series.ts';
import type { CoverageStatistics } from './coverage.ts';
import { coverageStatistics } from './coverage.ts';
import type { DeltaOneInput } from './delta-one.ts';
import { measuresOf } from './delta-one.ts';
import { inForceAt } from './multiplier-series.ts';
import type { OptionPortfolio } from './option-model.ts';
import {
  OPTION_PORTFOLIOS,
  holdings,
  optionMargin,
  structuresAt,
  valuesAt,
  worth,
} from './option-model.ts';
import type { Movement } from './statistics/movement.ts';
import { movementOf } from './statistics/movement.ts';

/** Where the volatility of a made-up option history comes from. */
export type VolSource = 'implied-index' | 'realised';

/** Realised volatility stands in where no index is given: a week's half-life, never below 20 %. */
const REALISED_HALF_LIFE = 7 * 86_400;
const LEAST_VOL = 0.2;
/** An index older than this is not of this hour. */
const MAX_IMPLIED_AGE = 2 * 3600;

function realisedVols({ path: { times, variances, stepSeconds } }: DeltaOneInput): Float64Array {
  let weighted = 0;
  let weights = 0;
  return variances.map((variance, index) => {
    const elapsed = index === 0 ? stepSeconds : times[index]! - times[index - 1]!;
    const keep = 0.5 ** (elapsed / REALISED_HALF_LIFE);
    weighted = keep * weighted + (1 - keep) * (variance / elapsed);
    weights = keep * weights + (1 - keep);
    return Math.max(LEAST_VOL, Math.sqrt((weighted / weights) * SECONDS_PER_YEAR));
  });
}

function impliedVols({ path: { times } }: DeltaOneInput, implied: ImpliedSeries): Float64Array {
  const vols = inForceAt(implied.times, implied.vols, times);
  const since = inForceAt(implied.times, implied.times, times);
  return vols.map((vol, index) =>
    (times[index] as number) - (since[index] as number) <= MAX_IMPLIED_AGE ? vol : NaN,
  );
}

/** Option portfolios entered at every instant, on volatility that was never quoted by strike. */
export interface OptionHistory {
  readonly input: DeltaOneInput;
  readonly source: VolSource;
  readonly bars: number;
  /** Volatility at every counted instant; NaN where unknown. */
  readonly vols: Float64Array;
  /** By portfolio: worst loss inside the window, share of the index at entry. */
  readonly losses: readonly Float64Array[];
}

/** Losses no rule changes: once per underlying. */
export function optionHistory(
  input: DeltaOneInput,
  implied: ImpliedSeries | undefined,
): OptionHistory {
  const { path, first, end } = input;
  const [{ horizonSeconds }] = measuresOf(input.horizonSeconds);
  const bars = barsCovering(horizonSeconds, path.stepSeconds);
  const all = implied === undefined ? realisedVols(input) : impliedVols(input, implied);
  const held = OPTION_PORTFOLIOS.map(holdings);
  const losses = held.map(() => new Float64Array(end - first).fill(NaN));
  for (let entry = first; entry < end; entry += 1) {
    const vol = all[entry] as number;
    if (Number.isNaN(vol) || entry + bars >= (path.runEnds[entry] as number)) continue;
    const price = path.closes[entry] as number;
    const structures = structuresAt(vol);
    const marks = valuesAt(structures, 1, vol, 0);
    const worst = new Float64Array(held.length);
    for (let ahead = entry + 1; ahead <= entry + bars; ahead += 1) {
      // An index that is missing for an hour inside the window stays where it was.
      const own = Number.isNaN(all[ahead]!) ? vol : all[ahead]!;
      const elapsed = (ahead - entry) * path.stepSeconds;
      for (const level of [path.lows[ahead]!, path.highs[ahead]!, path.closes[ahead]!]) {
        const values = valuesAt(structures, level / price, own, elapsed);
        held.forEach((quantities, index) => {
          const loss = worth(quantities, marks) - worth(quantities, values);
          if (loss > (worst[index] as number)) worst[index] = loss;
        });
      }
    }
    worst.forEach((loss, index) => {
      (losses[index] as Float64Array)[entry - first] = loss;
    });
  }
  const source = implied === undefined ? 'realised' : 'implied-index';
  return { input, source, bars, vols: all.slice(first, end), losses };
}

/** Labelled and kept apart: a volatility model made this history, so it never counts to coverage. */
export interface OptionResult extends CoverageStatistics {
  readonly portfolio: string;
  readonly source: VolSource;
  readonly counted: false;
  readonly movement: Movement;
}

export function measureOptions(
  { input, source, bars, vols, losses }: OptionHistory,
  allMultipliers: Float64Array,
): OptionResult[] {
  const { path, first, end } = input;
  const [{ nominal }] = measuresOf(input.horizonSeconds);
  const margin = optionMargin(input.parameters, input.underlying);
  const known = [...vols.keys()].filter((index) => !Number.isNaN(vols[index]));
  if (known.length === 0) return [];
  const kept = <T extends Float64Array>(values: T): Float64Array =>
    Float64Array.from(known, (index) => values[index] as number);
  const times = kept(path.times.subarray(first, end));
  const margins = OPTION_PORTFOLIOS.map(() => new Float64Array(known.length));
  known.forEach((index, position) => {
    const own = margin.maintenance(vols[index]!, allMultipliers[first + index]!);
    own.forEach((value, portfolio) => {
      (margins[portfolio] as Float64Array)[position] = value;
    });
  });
  return OPTION_PORTFOLIOS.map(({ portfolio }: OptionPortfolio, index) => {
    const own = margins[index] as Float64Array;
    const history = {
      times,
      losses: kept(losses[index] as Float64Array),
      margins: own,
      stepSeconds: path.stepSeconds,
      windowBars: bars,
    };
    return {
      portfolio,
      source,
      counted: false,
      ...coverageStatistics(history, nominal),
      movement: movementOf(times, own),
    };
  });
}
