// SPDX-License-Identifier: GPL-3.0-or-later
import { divFloor, max, min } from '../pricing/fixed-point.ts';
import type {
  CollateralParameters,
  MarketSnapshot,
  RiskParameters,
  Triple,
} from '../../model/types.ts';

/** A balance of one collateral asset, valued. */
export interface CollateralValue {
  readonly balanceE8: bigint;
  readonly priceE4: bigint;
  readonly valueE6: bigint;
  /** After haircuts: what enters equity and is shocked with its underlying. */
  readonly haircutValueE6: bigint;
}

/** The lower of market price and redemption value: BTC, ETH, stETH. */
export function priceCollateral(
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
): Triple<bigint> {
  const price = (asset: 0 | 1 | 2): bigint => {
    const { marketPriceE4, redemptionRateQ30 } = snapshot.collateral[asset];
    const { indexE4 } = snapshot.underlyings[parameters.collateral[asset].underlying];
    return min(marketPriceE4, (indexE4 * redemptionRateQ30) >> 30n);
  };
  return [price(0), price(1), price(2)];
}

/** Marginal tiers: only what lies above a threshold suffers the deeper haircut. Floored once. */
export function haircutValueFloor(
  valueE6: bigint,
  { haircutsBps, tierThresholds }: CollateralParameters,
): bigint {
  const [h0, h1, h2, h3] = haircutsBps;
  const steps = [h1 - h0, h2 - h1, h3 - h2];
  const cut = steps.reduce((total, step, tier) => {
    const above = max(0n, valueE6 - (tierThresholds[tier] as bigint) * 1_000_000n);
    return total + step * above;
  }, 0n);
  return divFloor((10_000n - h0) * valueE6 - cut, 10_000n);
}

export function valueCollateral(
  balancesE8: Triple<bigint>,
  pricesE4: Triple<bigint>,
  parameters: RiskParameters,
): Triple<CollateralValue> {
  const value = (asset: 0 | 1 | 2): CollateralValue => {
    const balanceE8 = balancesE8[asset];
    const priceE4 = pricesE4[asset];
    const valueE6 = divFloor(balanceE8 * priceE4, 1_000_000n);
    const haircutValueE6 = haircutValueFloor(valueE6, parameters.collateral[asset]);
    return { balanceE8, priceE4, valueE6, haircutValueE6 };
  };
  return [value(0), value(1), value(2)];
}
