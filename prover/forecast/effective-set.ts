// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair, RiskParameters } from '../model/types.ts';
import { scaledParameters } from '../risk/dynamic/effective-set.ts';

/** The parameter set that holds while a rule's multipliers are in force, to 2⁻²⁰ of each. */
export function effectiveParameters(
  parameters: RiskParameters,
  [btc, eth]: Pair<number>,
): RiskParameters {
  const toQ20 = (multiplier: number): bigint => BigInt(Math.round(multiplier * 2 ** 20));
  return scaledParameters(parameters, [toQ20(btc), toQ20(eth)]);
}
