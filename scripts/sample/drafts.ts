// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import type { Instrument, Position, Triple, UnderlyingId } from '../../prover/model/types.ts';
import { EXPIRIES, type TickName } from './market.ts';

/** How the quote balance of an account is found once its positions are known. */
export type Funding =
  | { readonly rule: 'fixed'; readonly quoteE6: bigint }
  /** The quote balances of other accounts, added up. */
  | { readonly rule: 'sumOf'; readonly names: readonly string[] }
  /** Equity at the calm tick in percent of initial margin; solvent in the crash if it must be. */
  | { readonly rule: 'calmInitialMargin'; readonly percent: bigint }
  /** Equity at every tick at least this many percent of maintenance margin. */
  | { readonly rule: 'alwaysHealthy'; readonly percent: bigint }
  /** Equity at that tick exactly percent of the requirement (rounded up) plus an offset. */
  | {
      readonly rule: 'equity';
      readonly tick: TickName;
      readonly requirement: 'mm' | 'im';
      readonly percent: bigint;
      readonly offsetE6: bigint;
    }
  /** Equity without haircuts at that tick. */
  | { readonly rule: 'grossEquity'; readonly tick: TickName; readonly amountE6: bigint };

export interface Draft {
  /** Unique; what labels.json lists it under. */
  readonly name: string;
  readonly kind: string;
  /** What the account shows, for readers of labels.json. */
  readonly note?: string;
  /** Accounts of one owner share this; the name when absent. */
  readonly owner?: string;
  readonly settlementNonce?: bigint;
  readonly collateralE8: Triple<bigint>;
  readonly positions: readonly Position[];
  readonly funding: Funding;
}

export const NO_COLLATERAL: Triple<bigint> = [0n, 0n, 0n];

/** Expiries by their place in the list: what the sample's constructions name them by. */
export const SERIES = {
  settled: 0,
  unsettled: 1,
  minutes20: 2,
  hours6: 3,
  nextDay: 4,
  twoDays: 5,
  week1: 6,
  week2: 7,
  week3: 8,
  march: 9,
  june: 10,
  december: 11,
} as const;
export type Series = keyof typeof SERIES;

export function expiryOf(underlying: UnderlyingId, series: Series): bigint {
  const expiry = EXPIRIES[underlying][SERIES[series]];
  if (expiry === undefined) throw new Error(`no such series: ${series}`);
  return BigInt(expiry);
}

export function perpetual(underlying: UnderlyingId, lots: number): Position {
  return leg({ underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n }, lots);
}

export function future(underlying: UnderlyingId, series: Series, lots: number): Position {
  return leg(
    { underlying, kind: 'future', expiry: expiryOf(underlying, series), strikeE4: 0n },
    lots,
  );
}

export function option(
  underlying: UnderlyingId,
  kind: 'call' | 'put',
  series: Series,
  strike: number,
  lots: number,
): Position {
  const strikeE4 = BigInt(strike) * 10_000n;
  return leg({ underlying, kind, expiry: expiryOf(underlying, series), strikeE4 }, lots);
}

export function leg(instrument: Instrument, lots: number): Position {
  return { instrument, lots: BigInt(lots) };
}

/** One position per instrument, in the ledger's order, none of zero lots. */
export function netted(positions: readonly Position[]): readonly Position[] {
  const byKey = new Map<bigint, Position>();
  for (const { instrument, lots } of positions) {
    const key = instrumentKey(instrument);
    byKey.set(key, { instrument, lots: (byKey.get(key)?.lots ?? 0n) + lots });
  }
  return [...byKey]
    .filter(([, { lots }]) => lots !== 0n)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, position]) => position);
}
