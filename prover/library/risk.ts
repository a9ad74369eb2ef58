// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/risk`: the risk model, bit for bit what the circuits compute (docs/spec.md §3 to 5). Pure.
 *
 * @module
 */
export { priceMarket } from '../risk/pricing/market.ts';
export type { PricedMarket } from '../risk/pricing/market.ts';
export { marginAccount, marginPortfolio, requirementAt } from '../risk/margin/margin.ts';
export type { AccountMargin, UnderlyingRisk } from '../risk/margin/margin.ts';
export type { CollateralValue } from '../risk/margin/collateral.ts';
export type { Contingencies } from '../risk/margin/contingencies.ts';
export { accountGreeks, positionGreeks } from '../risk/greeks/greeks.ts';
export type { AccountGreeks, Greeks } from '../risk/greeks/greeks.ts';
