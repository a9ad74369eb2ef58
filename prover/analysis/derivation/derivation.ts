// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { UNDERLYINGS, type Portfolio } from '../../model/types.ts';
import { equityLines, type EquityLines } from './equity.ts';
import { positionLine, type PositionLine } from './positions.ts';
import { requirementLines, type RequirementLines } from './requirement.ts';
import { ROUNDINGS, type RoundingStep } from './roundings.ts';
import { underlyingLines, type UnderlyingLines } from './scenarios.ts';

export const DERIVATION_FORMAT = 'plimsoll.margin-derivation';
export const DERIVATION_VERSION = 1;

/**
 * Every number between what an account holds and what it needs. Integers carry their scale in the
 * name: E6 is 10⁻⁶ USD, E10 is 10⁻¹⁰ USD (an E6 amount times basis points), a Qn after it a further
 * 2⁻ⁿ. The sums before a floor or a ceiling are exact, so the totals can be recomputed by hand.
 */
export interface MarginDerivation {
  readonly format: typeof DERIVATION_FORMAT;
  readonly version: typeof DERIVATION_VERSION;
  readonly positions: readonly PositionLine[];
  readonly equity: EquityLines;
  readonly underlyings: readonly UnderlyingLines[];
  readonly requirement: RequirementLines;
  readonly roundings: readonly RoundingStep[];
}

export function deriveMargin(
  portfolio: Portfolio,
  margin: AccountMargin,
  market: PricedMarket,
): MarginDerivation {
  return {
    format: DERIVATION_FORMAT,
    version: DERIVATION_VERSION,
    positions: margin.positions.map((position, place) => positionLine(position, place, market)),
    equity: equityLines(portfolio.quoteE6, margin, market),
    underlyings: UNDERLYINGS.map((u) => underlyingLines(u, margin, market)),
    requirement: requirementLines(margin, market),
    roundings: ROUNDINGS,
  };
}
