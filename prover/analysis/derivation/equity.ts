// SPDX-License-Identifier: GPL-3.0-or-later
import { max, sum } from '../../risk/pricing/fixed-point.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { COLLATERAL_SYMBOLS } from '../../model/types.ts';

/** The part of a balance's value that lies in one haircut tier. */
export interface TierLine {
  readonly fromUsd: bigint;
  readonly haircutBps: bigint;
  readonly amountE6: bigint;
  /** amount·(10⁴ − haircut): what is kept, times 10⁴. */
  readonly keptE10: bigint;
}

export interface CollateralLine {
  readonly asset: string;
  readonly balanceE8: bigint;
  readonly marketPriceE4: bigint;
  readonly indexE4: bigint;
  readonly redemptionRateQ30: bigint;
  /** min(market, ⌊index·redemption/2³⁰⌋). */
  readonly priceE4: bigint;
  /** ⌊balance·price/10⁶⌋. */
  readonly valueE6: bigint;
  readonly tiers: readonly TierLine[];
  /** ⌊Σ kept/10⁴⌋. */
  readonly haircutValueE6: bigint;
}

export interface EquityLines {
  readonly quoteE6: bigint;
  /** Σ lots·mark, before the floor. */
  readonly positionsE6Q128: bigint;
  /** ⌊positions/2¹²⁸⌋. */
  readonly positionsE6: bigint;
  readonly collateral: readonly CollateralLine[];
  readonly equityE6: bigint;
  readonly grossEquityE6: bigint;
  readonly deficitE6: bigint;
}

const DOLLAR_E6 = 1_000_000n;

function collateralLine(
  c: 0 | 1 | 2,
  margin: AccountMargin,
  { snapshot, parameters }: PricedMarket,
): CollateralLine {
  const { balanceE8, priceE4, valueE6, haircutValueE6 } = margin.collateral[c];
  const { tierThresholds, haircutsBps, underlying } = parameters.collateral[c];
  const starts = [0n, ...tierThresholds];
  const tiers = haircutsBps.map((haircutBps, tier): TierLine => {
    const fromUsd = starts[tier] as bigint;
    const next = starts[tier + 1];
    const above = max(0n, valueE6 - fromUsd * DOLLAR_E6);
    const beyond = next === undefined ? 0n : max(0n, valueE6 - next * DOLLAR_E6);
    const amountE6 = above - beyond;
    return { fromUsd, haircutBps, amountE6, keptE10: amountE6 * (10_000n - haircutBps) };
  });
  return {
    asset: COLLATERAL_SYMBOLS[c],
    balanceE8,
    ...snapshot.collateral[c],
    indexE4: snapshot.underlyings[underlying].indexE4,
    priceE4,
    valueE6,
    tiers,
    haircutValueE6,
  };
}

export function equityLines(
  quoteE6: bigint,
  margin: AccountMargin,
  market: PricedMarket,
): EquityLines {
  const positionsE6Q128 = sum(
    margin.positions.map(({ lots, valuation }) => lots * valuation.markQ128),
  );
  return {
    quoteE6,
    positionsE6Q128,
    positionsE6: positionsE6Q128 >> 128n,
    collateral: ([0, 1, 2] as const).map((c) => collateralLine(c, margin, market)),
    equityE6: margin.equityE6,
    grossEquityE6: margin.grossEquityE6,
    deficitE6: margin.deficitE6,
  };
}
