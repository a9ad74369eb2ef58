// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/market`: option chains, books and bars to snapshots.
 *
 * @module
 */
export { calibrateSurface } from '../market/surface/surface.ts';
export type { ExpiryQuotes, FittedSlice, SurfaceCalibration } from '../market/surface/types.ts';
export { combineSnapshots } from '../market/consensus/combine.ts';
export type { Combination } from '../market/consensus/combine.ts';
export { estimateVolatility } from '../market/volatility/estimate.ts';
export type { VolatilityEstimate } from '../market/volatility/estimate.ts';
export { parseBars } from '../market/volatility/bars.ts';
export type { BarHistory } from '../market/volatility/bars.ts';
export { depthNearMid, slippage } from '../market/depth/liquidity.ts';
export { importMarket } from '../market/snapshot/import-market.ts';
export type { MarketImport } from '../market/snapshot/import-market.ts';
