// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { ImportLimits } from '../../market/snapshot/import-market.ts';
import { DEFAULT_IMPORT_LIMITS } from '../../market/snapshot/import-market.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** One number that may be set, in the unit of its flag; `scale` leads to that of the limits. */
interface Limit {
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole?: true;
  readonly scale: number;
}

const DEFAULTS = DEFAULT_IMPORT_LIMITS;

/** docs/calibration.md, Refusals: what each of them asks for. */
const FIT = {
  'min-quotes': { field: 'leastQuotes', least: 5, most: 1000, whole: true, scale: 1 },
  'min-side': { field: 'leastPerSide', least: 0, most: 500, whole: true, scale: 1 },
  'min-reach': { field: 'leastReach', least: 0, most: 5, scale: 1 },
  tolerance: { field: 'toleranceVol', least: 0, most: 100, scale: 0.01 },
  'tolerance-share': { field: 'toleranceShare', least: 0, most: 100, scale: 0.01 },
  'max-outliers': { field: 'mostOutliers', least: 0, most: 100, scale: 0.01 },
  'outlier-run': { field: 'outlierRun', least: 1, most: 1000, whole: true, scale: 1 },
} as const satisfies Record<string, Limit & { readonly field: keyof ImportLimits['fit'] }>;

/** docs/market-data.md, Cleaning. */
const FILTER = {
  'max-spread': { field: 'maxSpread', least: 0, most: 10_000, scale: 0.01 },
  'max-inconsistency': { field: 'maxInconsistency', least: 0, most: 1, scale: 1 },
} as const satisfies Record<string, Limit & { readonly field: keyof ImportLimits['quotes'] }>;

/** A default as the flag would spell it. */
const shown = (value: number, scale: number): string => `${Number((value / scale).toPrecision(6))}`;

const describeFit = Object.entries(FIT)
  .map(([name, { field, scale }]) => `${name}=${shown(DEFAULTS.fit[field], scale)}`)
  .join(',');
const describeFilter = Object.entries(FILTER)
  .map(([name, { field, scale }]) => `${name}=${shown(DEFAULTS.quotes[field], scale)}`)
  .join(',');

export const LIMIT_OPTIONS = {
  'max-age': {
    type: 'string',
    placeholder: 'seconds',
    describe: `quotes this much older than the newest are stale (default: ${DEFAULTS.quotes.maxAgeSeconds})`,
  },
  filter: {
    type: 'string',
    placeholder: 'name=value,…',
    describe: `what quotes may be, max-spread in % of the volatility (default: ${describeFilter})`,
  },
  fit: {
    type: 'string',
    placeholder: 'name=value,…',
    describe: `what a fit is asked for, tolerance in vol points, shares in % (default: ${describeFit})`,
  },
  'carry-half-life': {
    type: 'string',
    placeholder: 'seconds',
    describe: `a carried expiry loses half its confidence in this time (default: ${DEFAULTS.carryHalfLifeSeconds})`,
  },
  'max-unsettled': {
    type: 'string',
    placeholder: 'seconds',
    describe: `an expiry may wait this long for its settlement (default: ${DEFAULTS.maxUnsettledSeconds})`,
  },
} as const satisfies Record<string, OptionSpec>;

const DECIMAL = /^[0-9]+(\.[0-9]+)?$/;

function numberIn(text: string, { least, most, whole, scale }: Limit, field: string): number {
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most && (whole === undefined || Number.isInteger(value))) {
    return value * scale;
  }
  const kind = whole === undefined ? 'a number' : 'a whole number';
  throw new InvalidInput(
    field,
    `must be ${kind} from ${least} to ${most}, got "${text.slice(0, 40)}"`,
  );
}

function valuesOf<L extends Readonly<Record<string, Limit & { readonly field: string }>>>(
  context: CommandContext,
  flag: 'fit' | 'filter',
  limits: L,
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const part of stringOption(context, flag)?.split(',') ?? []) {
    const [name = '', text = ''] = part.split('=').map((piece) => piece.trim());
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (limit === undefined || Object.hasOwn(values, limit.field)) {
      throw new InvalidInput(
        `--${flag}`,
        `must be name=value,… with each of ${Object.keys(limits).join(', ')} at most once, got "${part.slice(0, 40)}"`,
      );
    }
    values[limit.field] = numberIn(text, limit, `--${flag} ${name}`);
  }
  return values;
}

const SECONDS: Limit = { least: 0, most: 10 * 366 * 86_400, whole: true, scale: 1 };

function seconds(
  context: CommandContext,
  flag: 'max-age' | 'carry-half-life' | 'max-unsettled',
  otherwise: number,
  bounds: Partial<Limit> = {},
): number {
  const text = stringOption(context, flag);
  return text === undefined ? otherwise : numberIn(text, { ...SECONDS, ...bounds }, `--${flag}`);
}

export function importLimits(context: CommandContext): ImportLimits {
  const { quotes, fit, carryHalfLifeSeconds, maxUnsettledSeconds } = DEFAULTS;
  return {
    quotes: {
      ...quotes,
      maxAgeSeconds: seconds(context, 'max-age', quotes.maxAgeSeconds, { most: 86_400 }),
      ...valuesOf(context, 'filter', FILTER),
    },
    fit: { ...fit, ...valuesOf(context, 'fit', FIT) },
    carryHalfLifeSeconds: seconds(context, 'carry-half-life', carryHalfLifeSeconds, { least: 1 }),
    maxUnsettledSeconds: seconds(context, 'max-unsettled', maxUnsettledSeconds),
  };
}
