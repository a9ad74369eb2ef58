// SPDX-License-Identifier: GPL-3.0-or-later
import type { TenorValues } from './tenor.ts';
import type { Roll } from '../../model/types.ts';

/** ρ: how far a scenario rolls the forwards of an expiry against the index, in 2⁻¹⁰ log units. */
export function rollMoveQ10(roll: Roll, { rollLogQ10 }: TenorValues): bigint {
  if (roll === 'none') return 0n;
  return roll === 'up' ? rollLogQ10 : -rollLogQ10;
}

/** e^{ρ/1024} at Q24 for |ρ| ≤ 127, within 3·10⁻⁷ (its Taylor series to the fourth power). */
export function rollMultiplierQ24(rho: bigint): bigint {
  const square = rho * rho;
  const seriesQ50 =
    (1n << 50n) + (rho << 40n) + (square << 29n) + 174763n * square * rho + 43n * square * square;
  return (seriesQ50 + (1n << 25n)) >> 26n;
}
