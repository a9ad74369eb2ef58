// SPDX-License-Identifier: GPL-3.0-or-later
import type { Excursions } from '../price-path.ts';
import { barsCovering, worstExcursions } from '../price-path.ts';
import { MOST_MULTIPLIER } from '../scaled-margin.ts';
import { SortedSample } from './sorted-sample.ts';
import type { MarginRule, RuleInput } from './rule.ts';

const HALF_LIFE_SECONDS = 48 * 3600;
/** A little above the nominal 99 %, as a desk would set it: the quantile is itself estimated. */
const TARGET = 0.992;
/** Windows seen before the sample's quantile is believed; until then the static set holds. */
const READY_SECONDS = 30 * 86_400;
const BUFFER = 1.25;

/** What a rule that calibrates itself knows at one instant, as multipliers. */
interface Levels {
  /** Filtered: the quantile of standardised excursions at today's volatility. */
  readonly filtered: number;
  /** Unconditional: the quantile of all excursions seen, the volatility of the long run. */
  readonly longRun: number;
}

const held = (multiplier: number): number => Math.min(multiplier, MOST_MULTIPLIER);

/** Volatility per √second by exponential weights over elapsed time, weights normalised. */
function filteredDeviations({ times, closes }: RuleInput['path']): Float64Array {
  const deviations = new Float64Array(times.length).fill(NaN);
  let weighted = 0;
  let weights = 0;
  for (let index = 1; index < times.length; index += 1) {
    const elapsed = (times[index] as number) - (times[index - 1] as number);
    const move = Math.log((closes[index] as number) / (closes[index - 1] as number));
    const keep = 0.5 ** (elapsed / HALF_LIFE_SECONDS);
    weighted = keep * weighted + (1 - keep) * ((move * move) / elapsed);
    weights = keep * weights + (1 - keep);
    deviations[index] = Math.sqrt(weighted / weights);
  }
  return deviations;
}

/** Log excursions of windows as they complete, per side: plain and divided by the deviation. */
interface Samples {
  readonly plain: SortedSample;
  readonly standardised: SortedSample;
}

function addWindow(samples: Samples, excursion: number, deviation: number): void {
  if (Number.isNaN(excursion) || !(deviation > 0)) return;
  samples.plain.add(excursion);
  samples.standardised.add(excursion / deviation);
}

/**
 * Filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper 1999) over every window that
 * has ended: causal throughout, both sides, the stricter one counts.
 */
function computeLevels({ path, margin, horizonSeconds }: RuleInput): (Levels | undefined)[] {
  const bars = barsCovering(horizonSeconds, path.stepSeconds);
  const { falls, rises }: Excursions = worstExcursions(path, bars);
  const deviations = filteredDeviations(path);
  const count = path.times.length;
  const down: Samples = { plain: new SortedSample(count), standardised: new SortedSample(count) };
  const up: Samples = { plain: new SortedSample(count), standardised: new SortedSample(count) };
  const ready = Math.ceil(READY_SECONDS / path.stepSeconds);
  return Array.from({ length: count }, (_, index) => {
    const ended = index - bars;
    if (ended >= 0) {
      const deviation = deviations[ended] as number;
      addWindow(down, -Math.log(1 - (falls[ended] as number)), deviation);
      addWindow(up, Math.log(1 + (rises[ended] as number)), deviation);
    }
    if (down.standardised.size < ready) return undefined;
    const level = (long: number, short: number): number =>
      held(
        Math.max(
          margin.multiplierForLong(1 - Math.exp(-long)),
          margin.multiplierForShort(Math.exp(short) - 1),
        ),
      );
    const now = deviations[index] as number;
    return {
      filtered: level(
        now * down.standardised.quantile(TARGET),
        now * up.standardised.quantile(TARGET),
      ),
      longRun: level(down.plain.quantile(TARGET), up.plain.quantile(TARGET)),
    };
  });
}

/** Both rules below read the same levels of an input. */
const known = new WeakMap<RuleInput, (Levels | undefined)[]>();

function levelsOf(input: RuleInput): (Levels | undefined)[] {
  const levels = known.get(input) ?? computeLevels(input);
  known.set(input, levels);
  return levels;
}

const byLevels = (input: RuleInput, multiplier: (levels: Levels) => number): Float64Array =>
  Float64Array.from(levelsOf(input), (levels) => (levels === undefined ? 1 : multiplier(levels)));

export const filteredRule: MarginRule = {
  name: 'fhs',
  summary: 'filtered historical simulation, half-life 48 h, 99.2 % of the windows seen so far',
  multipliers: (input) => byLevels(input, ({ filtered }) => filtered),
};

/**
 * The two classic tools against procyclicality (EMIR, Commission Delegated Regulation 153/2013,
 * article 28): margin never below what the volatility of the long run asks for, and a buffer of
 * 25 % in calm that is used up, not rebuilt, while volatility is above the long run.
 */
export const floorBufferRule: MarginRule = {
  name: 'floor-buffer',
  summary: 'filtered simulation with a floor at the long run and a 25 % buffer that storms use up',
  multipliers: (input) =>
    byLevels(input, ({ filtered, longRun }) =>
      held(Math.max(longRun, filtered, BUFFER * Math.min(filtered, longRun))),
    ),
};
