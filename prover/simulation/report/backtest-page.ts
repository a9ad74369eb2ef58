// SPDX-License-Identifier: GPL-3.0-or-later
import { formatUsd } from '../../model/format.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { Backtest, UnderlyingBacktest } from '../backtest.ts';
import { BINDING_MEASURE, PROCYCLICALITY_LIMITS, type ClassResult } from '../delta-one.ts';
import { eventTable } from '../event-table.ts';
import { isoSeconds } from '../multiplier-series.ts';
import type { Cell } from './html.ts';
import { escaped, folded, page, table } from './html.ts';
import { barPlot, timePlot } from './plots.ts';

const percent = (value: number, digits = 2): string =>
  Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : '–';
const probability = (value: number): string =>
  Number.isFinite(value) ? (value < 0.001 ? value.toExponential(1) : value.toFixed(3)) : '–';
const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');
const day = (time: number): string => isoSeconds(time).slice(0, 16).replace('T', ' ');

const judged = (verdict: 'pass' | 'fail'): Cell => ({
  text: verdict,
  tone: verdict === 'pass' ? 'good' : 'bad',
});

function summary({ rules }: UnderlyingBacktest): string {
  return table(
    [
      'rule',
      'coverage',
      'independence',
      'efficiency',
      'procyclicality',
      'mean margin',
      'at equal breaches',
      'shortfall, same',
      'margin ÷ nominal need',
      'peak ÷ trough',
      '1-day rise',
      '5-day rise',
    ],
    rules.map(({ rule, verdicts, movement, equalBreaches, efficiency }) => {
      const worse = (value: (side: typeof movement.long) => number): number =>
        Math.max(value(movement.long), value(movement.short));
      return [
        rule,
        judged(verdicts.coverage),
        judged(verdicts.independence),
        judged(verdicts.efficiency),
        judged(verdicts.procyclicality),
        percent((movement.long.mean + movement.short.mean) / 2),
        ratio(equalBreaches.relativeMargin),
        ratio(equalBreaches.relativeShortfall),
        efficiency.toFixed(2),
        worse(({ peakToTrough }) => peakToTrough).toFixed(2),
        percent(
          worse(({ oneDayRise }) => oneDayRise),
          1,
        ),
        percent(
          worse(({ fiveDayRise }) => fiveDayRise),
          1,
        ),
      ];
    }),
  );
}

const COVERAGE_HEADER = [
  'portfolio, measure',
  'nominal',
  'windows',
  'breaches',
  'events',
  'coverage',
  '95 % interval',
  'under p (worst)',
  'over p',
  'Kupiec p',
  'independence p (worst)',
  'conditional p',
  'zones g/y/r',
  'mean shortfall',
  'largest',
  'pinball',
  'mean margin',
];

function coverageRow(result: ClassResult): Cell[] {
  const { measure, coverageInterval, zones } = result;
  const short = result.underCoverageP.median < 0.05;
  return [
    `${result.portfolio}, ${measure.id}`,
    percent(measure.nominal, 1),
    String(result.windows),
    String(result.breaches),
    String(result.events),
    { text: percent(result.coverage, 3), tone: short ? 'bad' : 'good' },
    `${percent(coverageInterval.low)} – ${percent(coverageInterval.high)}`,
    `${probability(result.underCoverageP.median)} (${probability(result.underCoverageP.worst)})`,
    probability(result.overCoverageP.median),
    probability(result.kupiecP.median),
    `${probability(result.independenceP.median)} (${probability(result.independenceP.worst)})`,
    probability(result.conditionalCoverageP.median),
    `${zones.green}/${zones.yellow}/${zones.red}`,
    percent(result.meanShortfall),
    percent(result.largestShortfall),
    percent(result.pinball, 4),
    percent(result.meanMargin),
  ];
}

function coverage({ rules }: UnderlyingBacktest): string[] {
  return rules.flatMap(({ rule, classes }) => [
    `<h3>${escaped(rule)}</h3>`,
    table(COVERAGE_HEADER, classes.map(coverageRow)),
  ]);
}

function years({ rules }: UnderlyingBacktest): string[] {
  const names = rules.map(({ rule }) => rule);
  const own = (index: number) =>
    rules[index]?.years.filter(({ measure }) => measure === BINDING_MEASURE) ?? [];
  const known = [...new Set(own(0).map(({ year }) => year))];
  const breachShare = (index: number, year: number): number | undefined => {
    const sides = own(index).filter((entry) => entry.year === year);
    const windows = sides.reduce((sum, entry) => sum + entry.windows, 0);
    if (windows === 0) return undefined;
    return sides.reduce((sum, entry) => sum + entry.breaches, 0) / windows;
  };
  const groups = known.map((year) => ({
    name: String(year),
    values: names.map((_, index) => breachShare(index, year)),
  }));
  return [
    '<p class="note">Share of 24-hour windows beyond maintenance margin, both sides; the line is the nominal 1 %.</p>',
    barPlot(groups, names, 0.01, (value) => `${(100 * value).toFixed(1)} %`),
    table(
      ['year, rule', 'long coverage', 'short coverage', 'mean margin long', 'short'],
      known.flatMap((year) =>
        names.map((name, index) => {
          const of = (portfolio: string) =>
            own(index).find((entry) => entry.year === year && entry.portfolio === portfolio);
          const [long, short] = [of('delta-one-long'), of('delta-one-short')];
          return [
            `${year}, ${name}`,
            percent(long?.coverage ?? NaN),
            percent(short?.coverage ?? NaN),
            percent(long?.meanMargin ?? NaN),
            percent(short?.meanMargin ?? NaN),
          ];
        }),
      ),
    ),
  ];
}

/** Storms that are shown without being asked for: the largest. */
const SHOWN_EVENTS = 25;

function events({ rules }: UnderlyingBacktest): string {
  const all = eventTable(rules);
  const bySize = [...all].sort((left, right) => right.largestLoss - left.largestLoss);
  const largest = new Set(bySize.slice(0, SHOWN_EVENTS));
  const shown = eventRows(
    rules,
    all.filter((row) => largest.has(row)),
  );
  if (all.length <= SHOWN_EVENTS) return shown;
  return `${shown}\n${folded(`all ${all.length}, the small ones too`, eventRows(rules, all))}`;
}

function eventRows(
  rules: UnderlyingBacktest['rules'],
  rows: ReturnType<typeof eventTable>,
): string {
  const names = rules.map(({ rule }) => rule);
  return table(
    ['storm', 'to', 'portfolio', 'largest loss', ...names],
    rows.map((row) => [
      day(row.start),
      day(row.end),
      row.portfolio,
      percent(row.largestLoss),
      ...names.map((name): Cell => {
        const own = row.byRule.find(({ rule }) => rule === name);
        return own === undefined
          ? { text: 'held', tone: 'quiet' }
          : `${own.windows}, ${percent(own.largestShortfall)}`;
      }),
    ]),
    3,
  );
}

function options({ options: all }: UnderlyingBacktest): string[] {
  const source = all[0]?.results[0]?.source;
  if (source === undefined) return [];
  const origin =
    source === 'implied-index'
      ? 'the index of implied volatility that was given'
      : 'realised volatility (no index was given)';
  return [
    '<h3>Option portfolios on a made-up surface</h3>',
    `<p class="note">Volatility from ${origin}, the same for every strike and expiry. <strong>A model made this history: it counts to no coverage figure.</strong></p>`,
    table(
      ['portfolio, rule', 'windows', 'breaches', 'held', 'mean margin', 'peak ÷ trough'],
      all.flatMap(({ rule, results }) =>
        results.map((result) => [
          `${result.portfolio}, ${rule}`,
          String(result.windows),
          String(result.breaches),
          percent(result.coverage, 3),
          percent(result.meanMargin),
          result.movement.peakToTrough.toFixed(2),
        ]),
      ),
    ),
  ];
}

function chains({ chains: results }: Backtest): string[] {
  if (results.length === 0) return [];
  return [
    '<h2>Real option chains</h2>',
    '<p class="note">Exact margin at the first surface, exact revaluation at the next. A window counts to the measures of the shortest horizon it fits in.</p>',
    table(
      ['window', 'to', 'portfolio', 'multiplier', 'loss', 'MM', 'IM', 'loss ÷ MM', 'counts to'],
      results.map((result) => [
        day(result.from),
        day(result.to),
        `${UNDERLYING_SYMBOLS[result.underlying]} ${result.portfolio}`,
        result.multiplier.toFixed(3),
        formatUsd(result.lossE6),
        formatUsd(result.mmE6),
        formatUsd(result.imE6),
        {
          text: ratio(Number(result.lossE6) / Number(result.mmE6)),
          tone: result.beyondMm ? 'bad' : 'good',
        },
        result.countsTo.join(', ') || 'none',
      ]),
      3,
    ),
  ];
}

function section(own: UnderlyingBacktest, rules: Backtest['rules']): string[] {
  const symbol = UNDERLYING_SYMBOLS[own.underlying];
  const lines = [...own.multipliers].map(([name, values]) => ({ name, times: own.times, values }));
  return [
    `<h2>${symbol}</h2>`,
    `<p>${own.instants} instants from ${day(own.firstInstant)} to ${day(own.lastInstant)} UTC; ${own.bars} bars of ${own.stepSeconds} s in ${own.runs} runs without a gap.</p>`,
    ...own.remarks.map((remark) => `<p class="note">${escaped(remark)}</p>`),
    '<h3>Rules side by side</h3>',
    summary(own),
    `<p class="note">Coverage: no delta-one class falls short of its nominal level (one-sided binomial p ≥ 0.05 at the median offset of non-overlapping windows). Independence: Christoffersen p ≥ 0.05, maintenance margin over 24 h. Efficiency: at most 1.5 times the constant margin that just reaches the nominal level. Procyclicality: peak ÷ trough ≤ ${PROCYCLICALITY_LIMITS.peakToTrough}, rises ≤ 27 % a day and 135 % in five. “At equal breaches”: mean margin ÷ that of the static set breached as often.</p>`,
    '<h3>Multipliers</h3>',
    timePlot(lines, (value) => value.toFixed(2)),
    '<h3>By year</h3>',
    ...years(own),
    '<h3>Storms</h3>',
    '<p class="note">24-hour windows beyond maintenance margin; breaches within 48 h are one storm. Figures of a rule: windows breached, and by how much the worst.</p>',
    events(own),
    '<h2>' + symbol + ': coverage in full</h2>',
    `<p class="note">p-values are medians over all offsets of non-overlapping windows, the worst offset in brackets; intervals by block bootstrap. ${rules.length} rules.</p>`,
    ...coverage(own),
    ...options(own),
  ];
}

/** One page that needs nothing else; the same bytes from the same inputs. */
export function backtestPage(backtest: Backtest, parameterName: string): string {
  const { rules, rule, horizonSeconds, underlyings } = backtest;
  return page('Plimsoll back-test', [
    '<h1>Would it have held?</h1>',
    `<p>Parameter set ${escaped(parameterName)}; liquidation horizon ${horizonSeconds} s; first reported rule ${escaped(rule)}.</p>`,
    table(
      ['rule', ''],
      rules.map(({ name, summary: text }) => [name, text]),
      2,
    ),
    ...underlyings.flatMap((own) => section(own, rules)),
    ...chains(backtest),
  ]);
}
