// SPDX-License-Identifier: GPL-3.0-or-later
import type { PricePath } from '../forecast/price-path.ts';
import { barsCovering, worstExcursions } from '../forecast/price-path.ts';
import type { ScaledMargin } from '../forecast/scaled-margin.ts';
import { scaledMargin } from '../forecast/scaled-margin.ts';
import { requireRule } from '../core/errors.ts';
import { UNDERLYING_SYMBOLS, type RiskParameters, type UnderlyingId } from '../model/types.ts';
import type { CoverageStatistics, MarginHistory, Measure } from './coverage.ts';
import { coverageStatistics } from './coverage.ts';
import type { EqualBreaches, SideHistory } from './equal-breaches.ts';
import { equalBreaches, marginOfNominal, neededMultipliers } from './equal-breaches.ts';
import type { BreachEvent } from './statistics/events.ts';
import { breachEvents } from './statistics/events.ts';
import type { Movement } from './statistics/movement.ts';
import { movementOf } from './statistics/movement.ts';

const DAY = 86_400;

/** What the default set is held against; the first horizon is the venue's liquidation horizon. */
export function measuresOf(horizonSeconds: number): readonly [Measure, Measure, Measure] {
  return [
    { id: 'mm-horizon', margin: 'maintenance', horizonSeconds, nominal: 0.999 },
    { id: 'im-24h', margin: 'initial', horizonSeconds: DAY, nominal: 0.99 },
    { id: 'mm-24h', margin: 'maintenance', horizonSeconds: DAY, nominal: 0.99 },
  ];
}

/** The measure that binds: by it rules are compared at equal breaches and events are listed. */
export const BINDING_MEASURE = 'mm-24h';

interface DeltaOneClass {
  readonly portfolio: string;
  readonly side: 'long' | 'short';
  readonly perpetual: boolean;
}

/** One coin of delta alone (the scan part), and as a perpetual with its contingency. */
export const DELTA_ONE_CLASSES: readonly DeltaOneClass[] = [
  { portfolio: 'delta-one-long', side: 'long', perpetual: false },
  { portfolio: 'delta-one-short', side: 'short', perpetual: false },
  { portfolio: 'perpetual-long', side: 'long', perpetual: true },
  { portfolio: 'perpetual-short', side: 'short', perpetual: true },
];

export interface ClassResult extends CoverageStatistics {
  readonly portfolio: string;
  readonly measure: Measure;
}

export interface YearResult {
  readonly year: number;
  readonly portfolio: string;
  readonly measure: string;
  readonly windows: number;
  readonly breaches: number;
  readonly coverage: number;
  readonly meanMargin: number;
}

export type Verdict = 'pass' | 'fail';

export interface Verdicts {
  readonly coverage: Verdict;
  readonly independence: Verdict;
  readonly efficiency: Verdict;
  readonly procyclicality: Verdict;
}

export interface RuleResult {
  readonly rule: string;
  readonly classes: readonly ClassResult[];
  readonly years: readonly YearResult[];
  /** Of the multiplier, and of the maintenance margin of one coin on either side. */
  readonly movement: {
    readonly multiplier: Movement;
    readonly long: Movement;
    readonly short: Movement;
  };
  readonly equalBreaches: EqualBreaches;
  /**
   * Mean margin ÷ the constant margin that covers exactly the nominal share, for the measure where
   * this is least: above 1 the rule asks for more than its strictest promise needs.
   */
  readonly efficiency: number;
  readonly verdicts: Verdicts;
  readonly events: readonly (BreachEvent & { readonly portfolio: string })[];
}

/** Below this a p-value counts against a rule. */
export const SIGNIFICANCE = 0.05;
/** Mean margin above this multiple of what the nominal level needs is waste. */
export const MOST_EFFICIENCY_RATIO = 1.5;
/** What holders of positions can be asked for; docs/backtest.md gives the reasons. */
export const PROCYCLICALITY_LIMITS = { peakToTrough: 3, oneDayRise: 0.27, fiveDayRise: 1.35 };

export interface DeltaOneInput {
  readonly underlying: UnderlyingId;
  readonly path: PricePath;
  readonly parameters: RiskParameters;
  readonly horizonSeconds: number;
  /** Entries of the path that count: [first, end). Those before only feed the rules. */
  readonly first: number;
  readonly end: number;
}

interface SideLosses {
  readonly bars: number;
  readonly long: Float64Array;
  readonly short: Float64Array;
}

/** Everything about a path that no rule changes: computed once, however many rules are compared. */
export interface DeltaOneMarket {
  readonly input: DeltaOneInput;
  readonly times: Float64Array;
  readonly measures: readonly Measure[];
  readonly losses: ReadonlyMap<string, SideLosses>;
  readonly margins: Readonly<Record<Measure['margin'], ScaledMargin>>;
  readonly sides: ReadonlyMap<string, { sides: SideHistory[]; needed: Float64Array }>;
}

/** Throws `InvalidInput` where no window of some measure is whole. */
export function deltaOneMarket(input: DeltaOneInput): DeltaOneMarket {
  const { path, parameters, underlying, first, end } = input;
  const measures = measuresOf(input.horizonSeconds);
  const margins = {
    maintenance: scaledMargin(parameters, underlying, parameters.mmFactorBps),
    initial: scaledMargin(parameters, underlying, parameters.imFactorBps),
  };
  const losses = new Map(
    measures.map(({ id, horizonSeconds }) => {
      const bars = barsCovering(horizonSeconds, path.stepSeconds);
      const { falls, rises } = worstExcursions(path, bars);
      return [id, { bars, long: falls.subarray(first, end), short: rises.subarray(first, end) }];
    }),
  );
  const sides = new Map(
    measures.map(({ id, margin, horizonSeconds }) => {
      const { long, short } = losses.get(id) as SideLosses;
      const curve = margins[margin];
      const of = (
        own: Float64Array,
        needed: (loss: number) => number,
        marginAt: (multiplier: number) => number,
      ): SideHistory => ({
        losses: own,
        needed: own.map((loss) => (Number.isNaN(loss) ? NaN : needed(loss))),
        margin: marginAt,
      });
      const both = [
        of(long, curve.multiplierForLong, curve.long),
        of(short, curve.multiplierForShort, curve.short),
      ];
      const needed = neededMultipliers(both);
      requireRule(
        needed.length > 0,
        `bars of ${UNDERLYING_SYMBOLS[underlying]}`,
        `hold no whole window of ${horizonSeconds / 3600} h in the period that counts: ${id} needs one`,
      );
      return [id, { sides: both, needed }];
    }),
  );
  return { input, times: path.times.subarray(first, end), measures, losses, margins, sides };
}

function historyOf(
  market: DeltaOneMarket,
  measure: Measure,
  { side, perpetual }: DeltaOneClass,
  multipliers: Float64Array,
): MarginHistory {
  const { input, times, losses, margins } = market;
  const own = losses.get(measure.id) as SideLosses;
  const { mmBps, imBps } = input.parameters.perpetual;
  const bps = measure.margin === 'maintenance' ? mmBps : imBps;
  const contingency = perpetual ? Number(bps) / 10_000 : 0;
  const curve = margins[measure.margin][side];
  return {
    times,
    losses: own[side],
    margins: multipliers.map((multiplier) => curve(multiplier) + contingency),
    stepSeconds: input.path.stepSeconds,
    windowBars: own.bars,
  };
}

const yearOf = (time: number): number => new Date(time * 1000).getUTCFullYear();

function yearsOf(
  { times, losses, margins }: MarginHistory,
  portfolio: string,
  measure: string,
): YearResult[] {
  const totals = new Map<number, { windows: number; breaches: number; margin: number }>();
  losses.forEach((loss, index) => {
    if (Number.isNaN(loss)) return;
    const year = yearOf(times[index] as number);
    const total = totals.get(year) ?? { windows: 0, breaches: 0, margin: 0 };
    totals.set(year, total);
    total.windows += 1;
    total.breaches += loss > (margins[index] as number) ? 1 : 0;
    total.margin += margins[index] as number;
  });
  return [...totals].map(([year, { windows, breaches, margin }]) => ({
    year,
    portfolio,
    measure,
    windows,
    breaches,
    coverage: 1 - breaches / windows,
    meanMargin: margin / windows,
  }));
}

const verdict = (holds: boolean): Verdict => (holds ? 'pass' : 'fail');

/** NaN, where there is too little to test, is no failure. */
const holdsAt = (p: number): boolean => !(p < SIGNIFICANCE);

function verdictsOf(
  classes: readonly ClassResult[],
  movement: RuleResult['movement'],
  efficiency: number,
): Verdicts {
  const own = classes.filter(({ portfolio }) => portfolio.startsWith('delta-one'));
  const binding = own.filter(({ measure }) => measure.id === BINDING_MEASURE);
  const sides = [movement.long, movement.short];
  const limits = PROCYCLICALITY_LIMITS;
  return {
    coverage: verdict(own.every(({ underCoverageP }) => holdsAt(underCoverageP.median))),
    independence: verdict(binding.every(({ independenceP }) => holdsAt(independenceP.median))),
    efficiency: verdict(efficiency <= MOST_EFFICIENCY_RATIO),
    procyclicality: verdict(
      sides.every(
        (side) =>
          side.peakToTrough <= limits.peakToTrough &&
          side.oneDayRise <= limits.oneDayRise &&
          side.fiveDayRise <= limits.fiveDayRise,
      ),
    ),
  };
}

/** One rule over one path. `multipliers` has one entry per entry of the path. */
export function measureRule(
  market: DeltaOneMarket,
  rule: string,
  allMultipliers: Float64Array,
): RuleResult {
  const { input, times, measures, margins, sides } = market;
  const multipliers = allMultipliers.subarray(input.first, input.end);
  const classes: ClassResult[] = [];
  const years: YearResult[] = [];
  const events: (BreachEvent & { portfolio: string })[] = [];
  for (const measure of measures) {
    for (const entry of DELTA_ONE_CLASSES) {
      const { portfolio } = entry;
      const history = historyOf(market, measure, entry, multipliers);
      classes.push({ portfolio, measure, ...coverageStatistics(history, measure.nominal) });
      if (entry.perpetual) continue;
      years.push(...yearsOf(history, portfolio, measure.id));
      if (measure.id !== BINDING_MEASURE) continue;
      const own = breachEvents(times, history.losses, history.margins);
      events.push(...own.map((event) => ({ ...event, portfolio })));
    }
  }
  const { long, short } = margins.maintenance;
  const movement = {
    multiplier: movementOf(times, multipliers),
    long: movementOf(times, multipliers.map(long)),
    short: movementOf(times, multipliers.map(short)),
  };
  const binding = sides.get(BINDING_MEASURE) as { sides: SideHistory[]; needed: Float64Array };
  const efficiency = Math.min(
    ...measures.map(({ id, nominal }) => {
      const own = sides.get(id) as { sides: SideHistory[]; needed: Float64Array };
      return marginOfNominal(own.sides, own.needed, multipliers, nominal);
    }),
  );
  return {
    rule,
    classes,
    years,
    movement,
    equalBreaches: equalBreaches(binding.sides, binding.needed, multipliers),
    efficiency,
    verdicts: verdictsOf(classes, movement, efficiency),
    events: events.sort((left, right) => left.start - right.start),
  };
}
