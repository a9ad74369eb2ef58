// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { InvalidInput } from '../core/errors.ts';
import { parametersWith } from '../documents/parameter-proposal.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import type { Instrument, MarketSnapshot, RiskParameters } from '../model/types.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import { priceMarket } from '../risk/pricing/market.ts';

/** A value that two sets differ in. */
export interface Difference {
  /** `underlyings[1].scenarios[4].logMoveQ10`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function differences(from: unknown, to: unknown, path: string): readonly Difference[] {
  if (!isTree(from) || !isTree(to)) return from === to ? [] : [{ path, from, to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => {
    const at = Array.isArray(from) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    return differences(from[key], to[key], at);
  });
}

/** Every value of the two documents that is not the same, remarks and names among them. */
export const parameterDifferences = (from: ParameterSet, to: ParameterSet): readonly Difference[] =>
  differences(from.document, to.document, '');

/** An account as it stands under both sets. */
export interface Standing {
  readonly account: number;
  readonly owner: bigint;
  readonly equityE6: readonly [before: bigint, after: bigint];
  readonly mmE6: readonly [before: bigint, after: bigint];
  readonly imE6: readonly [before: bigint, after: bigint];
}

/** How often an instrument is held by those who fall, and how much of it. */
export interface InstrumentShare {
  readonly instrument: Instrument;
  readonly accounts: number;
  readonly longLots: bigint;
  readonly shortLots: bigint;
}

export interface MarginChange {
  /** Accounts whose margin is another. */
  readonly changed: number;
  readonly totalE6: readonly [before: bigint, after: bigint];
  /** Relative change: the mean over those that change, and the one that is largest either way. */
  readonly mean: number;
  readonly largest: number;
  /** Whose that is; absent where nothing changes. */
  readonly largestAccount?: number;
}

/** What a change of parameters does to the accounts of one ledger at one snapshot. */
export interface Impact {
  readonly accounts: number;
  readonly mm: MarginChange;
  readonly im: MarginChange;
  /** Accounts that fall below a margin they held. */
  readonly belowMm: readonly Standing[];
  readonly belowIm: readonly Standing[];
  /** What those hold who fall below either. */
  readonly instruments: readonly InstrumentShare[];
}

type Margins = readonly AccountMargin[];

function marginsOf(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
): Margins {
  const market = priceMarket(snapshot, parameters);
  return accounts.map((account) => marginPortfolio(account, market));
}

const isAboveMm = ({ liquidatable }: AccountMargin): boolean => !liquidatable;
const isAboveIm = ({ equityE6, imE6 }: AccountMargin): boolean => equityE6 >= imE6;

function changeOf(before: Margins, after: Margins, key: 'mmE6' | 'imE6'): MarginChange {
  const sum = (margins: Margins): bigint => margins.reduce((total, one) => total + one[key], 0n);
  const moves = before.flatMap((margin, account) => {
    const [from, to] = [margin[key], after[account]![key]];
    // From nothing there is no relative change: it counts in the total alone.
    return from === to || from === 0n ? [] : [{ account, by: Number(to) / Number(from) - 1 }];
  });
  const [largest] = [...moves].sort((left, right) => Math.abs(right.by) - Math.abs(left.by));
  return {
    changed: before.filter((margin, account) => margin[key] !== after[account]![key]).length,
    totalE6: [sum(before), sum(after)],
    mean: moves.length === 0 ? 0 : moves.reduce((total, { by }) => total + by, 0) / moves.length,
    largest: largest?.by ?? 0,
    ...(largest === undefined ? {} : { largestAccount: largest.account }),
  };
}

const nameOf = ({ underlying, kind, expiry, strikeE4 }: Instrument): string =>
  [underlying, kind, expiry, strikeE4].join();

function heldBy(accounts: readonly Account[]): readonly InstrumentShare[] {
  const shares = new Map<string, InstrumentShare>();
  for (const { positions } of accounts) {
    for (const { instrument, lots } of positions) {
      if (lots === 0n) continue;
      const share = shares.get(nameOf(instrument));
      shares.set(nameOf(instrument), {
        instrument,
        accounts: (share?.accounts ?? 0) + 1,
        longLots: (share?.longLots ?? 0n) + (lots > 0n ? lots : 0n),
        shortLots: (share?.shortLots ?? 0n) + (lots < 0n ? -lots : 0n),
      });
    }
  }
  return [...shares.values()].sort((left, right) => right.accounts - left.accounts);
}

function compare(accounts: readonly Account[], before: Margins, after: Margins): Impact {
  const falls = (isAbove: (margin: AccountMargin) => boolean): Standing[] =>
    accounts.flatMap(({ owner }, account) => {
      const [old, own] = [before[account]!, after[account]!];
      if (!isAbove(old) || isAbove(own)) return [];
      return [
        {
          account,
          owner,
          equityE6: [old.equityE6, own.equityE6],
          mmE6: [old.mmE6, own.mmE6],
          imE6: [old.imE6, own.imE6],
        } as const,
      ];
    });
  const [belowMm, belowIm] = [falls(isAboveMm), falls(isAboveIm)];
  const fallen = new Set([...belowMm, ...belowIm].map(({ account }) => account));
  return {
    accounts: accounts.length,
    mm: changeOf(before, after, 'mmE6'),
    im: changeOf(before, after, 'imE6'),
    belowMm,
    belowIm,
    instruments: heldBy(accounts.filter((_, account) => fallen.has(account))),
  };
}

export function impactOf(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  before: RiskParameters,
  after: RiskParameters,
): Impact {
  return compare(
    accounts,
    marginsOf(accounts, snapshot, before),
    marginsOf(accounts, snapshot, after),
  );
}

/** What one parameter does alone: all places of a list that change together count as one. */
export interface Sensitivity {
  /** `underlyings[1].scenarios[].logMoveQ10`. */
  readonly parameter: string;
  readonly values: number;
  /** Absent where the parameter cannot change alone: the set would break a rule, which is told. */
  readonly impact?: Pick<Impact, 'mm' | 'im'> & {
    readonly belowMm: number;
    readonly belowIm: number;
  };
  readonly refused?: string;
}

/** A move and its multiplier are one parameter said twice. */
const parameterOf = (path: string): string =>
  path.replace(/multiplierQ24$/, 'logMoveQ10').replace(/\[\d+\](?=\.\w+$|$)/, '[]');

/**
 * Every parameter in which the sets differ, changed alone: what of the whole change is its doing.
 * Effects do not add up, for a margin is the worst of many scenarios.
 */
export function sensitivities(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  from: ParameterSet,
  to: ParameterSet,
): readonly Sensitivity[] {
  const before = marginsOf(accounts, snapshot, from.parameters);
  const groups = new Map<string, Difference[]>();
  for (const difference of parameterDifferences(from, to)) {
    if (typeof difference.to === 'string' || difference.to === undefined) continue;
    const parameter = parameterOf(difference.path);
    groups.set(parameter, [...(groups.get(parameter) ?? []), difference]);
  }
  return [...groups].map(([parameter, changes]): Sensitivity => {
    const values = changes.filter(({ path }) => !path.endsWith('multiplierQ24')).length;
    try {
      const { parameters } = parametersWith(from, changes);
      const impact = compare(accounts, before, marginsOf(accounts, snapshot, parameters));
      const { mm, im, belowMm, belowIm } = impact;
      return {
        parameter,
        values,
        impact: { mm, im, belowMm: belowMm.length, belowIm: belowIm.length },
      };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return { parameter, values, refused: error.message };
    }
  });
}
