// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/analysis`: derivation, what-if, margin-call levels, value at risk. Pure.
 *
 * @module
 */
export { deriveMargin } from '../analysis/derivation/derivation.ts';
export type { MarginDerivation } from '../analysis/derivation/derivation.ts';
export { historicalRisk, historicalWindows } from '../analysis/historical.ts';
export type { HistoricalRisk } from '../analysis/historical.ts';
export { marginLevels } from '../analysis/levels.ts';
export type { MarginLevels } from '../analysis/levels.ts';
export { repriceMarket, shockSnapshot } from '../analysis/shock.ts';
export type { MarketShock } from '../analysis/shock.ts';
export { standingOf } from '../analysis/standing.ts';
export type { Standing } from '../analysis/standing.ts';
export { applySteps, costAtMarkE6 } from '../analysis/trades.ts';
export type { AccountStep } from '../analysis/trades.ts';
