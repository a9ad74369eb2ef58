// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { parameterHash } from '../../commitments/parameters-words.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { formatUsd } from '../../model/format.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { Backtest, UnderlyingBacktest } from '../backtest.ts';
import type { RuleResult } from '../delta-one.ts';
import type { HaircutTest } from './haircuts.ts';
import type { VenueFigures } from './stress.ts';

export const DISCLOSURE_FORMAT = 'plimsoll.disclosure';
export const DISCLOSURE_VERSION = 1;

/**
 * Whom a reader must believe. *Proven*: a statement whose proof contracts accept binds it.
 * *Recomputable*: anybody gets the same figure from published data with this program. *Stated*: the
 * venue says so.
 */
const BASES = ['proven', 'recomputable', 'stated'] as const;
type Basis = (typeof BASES)[number];

const fieldSchema = z.strictObject({
  /** Number of the public quantitative disclosure of clearing houses that it answers; null: none does. */
  disclosure: z.string().nullable(),
  /** Its name among those of that number. */
  id: z.string(),
  name: z.string(),
  /** `BTC`, `ETH`, an asset, or `venue`. */
  of: z.string(),
  value: z.union([z.string(), z.number(), z.null()]),
  unit: z.string(),
  basis: z.enum(BASES),
  how: z.string(),
});

export const disclosureSchema = z.strictObject({
  format: z.literal(DISCLOSURE_FORMAT),
  version: z.literal(DISCLOSURE_VERSION),
  period: z.strictObject({ from: z.number().int(), to: z.number().int() }),
  rule: z.string(),
  parameters: z.strictObject({ name: z.string(), parameterHash: z.string() }),
  fields: z.array(fieldSchema),
});

export type Disclosure = z.infer<typeof disclosureSchema>;
type Field = z.infer<typeof fieldSchema>;

export interface DisclosureInput {
  readonly period: { readonly from: number; readonly to: number };
  readonly backtest: Backtest;
  readonly parameterSet: ParameterSet;
  readonly haircuts: readonly HaircutTest[];
  /** From a ledger and a snapshot, where they were given. */
  readonly venue?: VenueFigures;
  /** What the insurance fund holds, USD E6, as the venue states it. */
  readonly fundE6?: bigint;
}

/** What no disclosure of that standard asks for. */
const OURS = null;

const field = (
  disclosure: Field['disclosure'],
  id: string,
  name: string,
  of: string,
  value: Field['value'],
  unit: string,
  basis: Basis,
  how: string,
): Field => ({
  disclosure,
  id,
  name,
  of,
  value: typeof value === 'number' && !Number.isFinite(value) ? null : value,
  unit,
  basis,
  how,
});

const BARS = 'plimsoll backtest on the bars of the period';
const SET = 'the parameter set, whose hash every proof carries';

function coverageFields(own: UnderlyingBacktest, result: RuleResult): Field[] {
  const of = UNDERLYING_SYMBOLS[own.underlying];
  const classes = result.classes.filter(
    ({ measure, portfolio }) => measure.id === 'im-24h' && portfolio.startsWith('delta-one'),
  );
  const sum = (value: (entry: (typeof classes)[number]) => number): number =>
    classes.reduce((total, entry) => total + value(entry), 0);
  const breaches = sum((entry) => entry.breaches);
  const windows = sum((entry) => entry.windows);
  const shortfall = sum((entry) => entry.breaches * entry.meanShortfall);
  const margin = `${BARS}: initial margin of one coin, long and short, 24 h, worst price inside the window`;
  return [
    field(
      '6.5',
      'breaches',
      'Number of times margin coverage fell below the mark-to-market exposure',
      of,
      breaches,
      'windows',
      'recomputable',
      margin,
    ),
    field(
      '6.5',
      'measurement-step',
      'Frequency of back-testing measurements',
      of,
      own.stepSeconds,
      'seconds',
      'recomputable',
      'the step of the bars',
    ),
    field(
      '6.5',
      'observations',
      'Number of observations',
      of,
      windows,
      'windows',
      'recomputable',
      margin,
    ),
    field(
      '6.5',
      'achieved-coverage',
      'Achieved coverage level',
      of,
      1 - breaches / windows,
      'share',
      'recomputable',
      margin,
    ),
    field(
      '6.5',
      'peak-uncovered',
      'Peak size of uncovered exposure',
      of,
      Math.max(...classes.map((entry) => entry.largestShortfall)),
      'share of notional',
      'recomputable',
      margin,
    ),
    field(
      '6.5',
      'average-uncovered',
      'Average size of uncovered exposure',
      of,
      breaches === 0 ? 0 : shortfall / breaches,
      'share of notional',
      'recomputable',
      margin,
    ),
  ];
}

function responsivenessFields(own: UnderlyingBacktest, result: RuleResult): Field[] {
  const of = UNDERLYING_SYMBOLS[own.underlying];
  const { long, short } = result.movement;
  const how = `${BARS}: maintenance margin of one coin, the worse side`;
  const worse = (value: (side: typeof long) => number): number =>
    Math.max(value(long), value(short));
  return [
    field(
      OURS,
      'peak-to-trough',
      'Margin responsiveness: peak to trough',
      of,
      worse(({ peakToTrough }) => peakToTrough),
      'ratio',
      'recomputable',
      how,
    ),
    field(
      OURS,
      'largest-1-day-increase',
      'Margin responsiveness: largest 1-day increase',
      of,
      worse(({ oneDayRise }) => oneDayRise),
      'share',
      'recomputable',
      how,
    ),
    field(
      OURS,
      'largest-5-day-increase',
      'Margin responsiveness: largest 5-day increase',
      of,
      worse(({ fiveDayRise }) => fiveDayRise),
      'share',
      'recomputable',
      how,
    ),
    field(
      OURS,
      'mean-maintenance-margin',
      'Mean maintenance margin over the period',
      of,
      (long.mean + short.mean) / 2,
      'share of notional',
      'recomputable',
      how,
    ),
  ];
}

function modelFields({ backtest, parameterSet }: DisclosureInput): Field[] {
  const { document } = parameterSet;
  const { factors } = document;
  return [
    field(
      '4.4',
      'close-out-time',
      'Time assumed to close out a default',
      'venue',
      backtest.horizonSeconds,
      'seconds',
      'stated',
      'horizonSeconds of the venue',
    ),
    field(
      '6.4',
      'model-type',
      'Type of initial margin model',
      'venue',
      'scenario-based portfolio margin, 32 scenarios an underlying',
      '',
      'proven',
      SET,
    ),
    field(
      '6.4',
      'confidence-level',
      'Single-tailed confidence level targeted',
      'venue',
      0.99,
      'share',
      'stated',
      'initial margin, 24 h; maintenance margin 0.999 over the close-out time',
    ),
    field(
      '6.4',
      'margin-rule',
      'How margin moves between reviews',
      'venue',
      backtest.rule,
      '',
      'stated',
      'the rule of docs/backtest.md; the effective set itself is bound by its hash',
    ),
    field(
      '6.4',
      'margin-shares',
      'Maintenance and initial margin, share of the scan range',
      'venue',
      `${factors.mmFactorBps} / ${factors.imFactorBps}`,
      'bps',
      'proven',
      SET,
    ),
  ];
}

function haircutFields({ haircuts, parameterSet }: DisclosureInput): Field[] {
  const own = parameterSet.parameters.collateral.flatMap(({ haircutsBps, tierThresholds }, c) => {
    const tiers = haircutsBps.map((bps, tier) =>
      tier === 0 ? `${bps}` : `${bps} above ${tierThresholds[tier - 1]} USD`,
    );
    const of = COLLATERAL_SYMBOLS[c] as string;
    return [
      field(
        '5.1',
        'haircut',
        'Haircut on an asset eligible as initial margin',
        of,
        tiers.join(', '),
        'bps, marginal',
        'proven',
        SET,
      ),
    ];
  });
  return [
    ...own,
    ...haircuts.flatMap(({ asset, days, observedDays, haircut, horizonSeconds }) => [
      field(
        '5.3',
        'liquidation-period',
        'Liquidation period assumed for the asset',
        asset,
        horizonSeconds,
        'seconds',
        'stated',
        'horizonSeconds of the venue',
      ),
      field(
        '5.3',
        'look-back',
        'Look-back used to test the haircut',
        asset,
        observedDays,
        'days',
        'recomputable',
        BARS,
      ),
      field(
        '5.3',
        'days-beyond-haircut',
        'Days on which the fall within that period exceeded the haircut',
        asset,
        days,
        'days',
        'recomputable',
        `${BARS}: worst low inside any window that begins on the day, against ${(100 * haircut).toFixed(2)} %`,
      ),
    ]),
  ];
}

const usd = (amountE6: bigint): string => formatUsd(amountE6).replaceAll(',', '');

function venueFields({ venue, fundE6 }: DisclosureInput): Field[] {
  const fund =
    fundE6 === undefined
      ? []
      : [
          field(
            '4.3',
            'insurance-fund',
            'Pre-funded default resources: insurance fund',
            'venue',
            usd(fundE6),
            'USD',
            'stated',
            'as given; readable on chain from the fund',
          ),
        ];
  if (venue === undefined) return fund;
  const LEDGER = 'exact margin of every account of the published ledger at the published snapshot';
  const STRESS = `${LEDGER}; every joint scenario of the set that must be covered, undamped, per owner`;
  const { stress } = venue;
  const worst = (value: (entry: (typeof stress)[number]) => bigint) =>
    stress.reduce((most, entry) => (value(entry) > value(most) ? entry : most));
  const [one, two, all] = [
    worst(({ largestE6 }) => largestE6),
    worst(({ largestTwoE6 }) => largestTwoE6),
    worst(({ allE6 }) => allE6),
  ];
  const scenario = (id: number): string => `${STRESS}; scenario ${id}`;
  return [
    field(
      '6.1',
      'initial-margin-required',
      'Total initial margin required',
      'venue',
      usd(venue.imE6),
      'USD',
      'recomputable',
      `${LEDGER}; of one account proven by account-margin`,
    ),
    field(
      OURS,
      'maintenance-margin-required',
      'Total maintenance margin required',
      'venue',
      usd(venue.mmE6),
      'USD',
      'recomputable',
      `${LEDGER}; of one account proven by account-margin`,
    ),
    field(
      '6.2',
      'margin-held',
      'Total margin held, after haircuts',
      'venue',
      usd(venue.equityE6),
      'USD',
      'recomputable',
      LEDGER,
    ),
    field(
      OURS,
      'accounts-below-maintenance',
      'Accounts below maintenance margin',
      'venue',
      venue.liquidatable,
      'accounts',
      'recomputable',
      `${LEDGER}; each proven by liquidation`,
    ),
    field(
      OURS,
      'deficits',
      'Deficits of bankrupt accounts',
      'venue',
      usd(venue.deficitE6),
      'USD',
      'recomputable',
      `${LEDGER}; each proven by bankruptcy when it is drawn`,
    ),
    field(
      '4.4',
      'stress-loss-one',
      'Largest aggregate stress loss of one participant and its affiliates, beyond all that its accounts hold',
      'venue',
      usd(one.largestE6),
      'USD',
      'recomputable',
      scenario(one.scenario),
    ),
    field(
      '4.4',
      'stress-loss-two',
      'Stress loss of any two participants and their affiliates together',
      'venue',
      usd(two.largestTwoE6),
      'USD',
      'recomputable',
      scenario(two.scenario),
    ),
    field(
      OURS,
      'stress-loss-all',
      'Stress loss of all participants together',
      'venue',
      usd(all.allE6),
      'USD',
      'recomputable',
      scenario(all.scenario),
    ),
    ...(fundE6 === undefined
      ? []
      : [
          field(
            '4.4',
            'stress-loss-exceeds-fund',
            'Whether the stress loss of one participant exceeds the pre-funded resources',
            'venue',
            one.largestE6 > fundE6 ? 'yes' : 'no',
            '',
            'stated',
            'stress-loss-one recomputable, the fund stated',
          ),
        ]),
    ...fund,
  ];
}

/** Everything that can be said of a period from what was given, in the order of the standard. */
export function disclosureOf(input: DisclosureInput): Disclosure {
  const { backtest, parameterSet, period } = input;
  const perUnderlying = backtest.underlyings.flatMap((own) => {
    const result = own.rules.find(({ rule }) => rule === backtest.rule);
    if (result === undefined) return [];
    return [...coverageFields(own, result), ...responsivenessFields(own, result)];
  });
  const all = [
    ...modelFields(input),
    ...haircutFields(input),
    ...venueFields(input),
    ...perUnderlying,
  ];
  // What is ours comes last; within a number the order is that in which it is made here.
  const order = ({ disclosure }: Field): string => disclosure ?? '9';
  return disclosureSchema.parse({
    format: DISCLOSURE_FORMAT,
    version: DISCLOSURE_VERSION,
    period,
    rule: backtest.rule,
    parameters: {
      name: parameterSet.document.name,
      parameterHash: parameterHash(parameterSet).toString(),
    },
    fields: all.sort((left, right) => {
      const [a, b] = [order(left), order(right)];
      return a === b ? 0 : a < b ? -1 : 1;
    }),
  });
}
