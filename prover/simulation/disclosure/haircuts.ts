// SPDX-License-Identifier: GPL-3.0-or-later
import type { PricePath } from '../../forecast/price-path.ts';
import { barsCovering, worstExcursions } from '../../forecast/price-path.ts';

const SECONDS_PER_DAY = 86_400;

/** Whether the haircut of the first tier outlasted the sale of the asset. */
export interface HaircutTest {
  readonly asset: string;
  readonly haircut: number;
  readonly horizonSeconds: number;
  readonly observedDays: number;
  /** Days on which some window fell further than the haircut. */
  readonly days: number;
}

/** Windows that begin in [from, to), by the day they begin on. */
export function testHaircut(
  asset: string,
  haircut: number,
  path: PricePath,
  horizonSeconds: number,
  { from, to }: { readonly from: number; readonly to: number },
): HaircutTest {
  const { falls } = worstExcursions(path, barsCovering(horizonSeconds, path.stepSeconds));
  const observed = new Set<number>();
  const beyond = new Set<number>();
  path.times.forEach((time, index) => {
    const fall = falls[index]!;
    if (time < from || time >= to || Number.isNaN(fall)) return;
    const day = Math.floor(time / SECONDS_PER_DAY);
    observed.add(day);
    if (fall > haircut) beyond.add(day);
  });
  return { asset, haircut, horizonSeconds, observedDays: observed.size, days: beyond.size };
}
