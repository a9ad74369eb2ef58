// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A moving margin beside the constant one that would have been breached equally often, both sides
 * counted together: what moving saves, or costs, at the same safety. In-sample for the constant, which
 * is the harder yardstick.
 */
export interface EqualBreaches {
  readonly breaches: number;
  /** Multiplier of the static set that is breached as often. */
  readonly staticMultiplier: number;
  /** Mean margin ÷ that of this static set, mean of both sides. */
  readonly relativeMargin: number;
  /** Mean shortfall ÷ that of this static set; NaN where neither is breached. */
  readonly relativeShortfall: number;
}

/** One side: losses, the multiplier each would have needed, and margin by multiplier. */
export interface SideHistory {
  readonly losses: Float64Array;
  readonly needed: Float64Array;
  readonly margin: (multiplier: number) => number;
}

interface Totals {
  readonly breaches: number;
  readonly meanMargin: number;
  readonly meanShortfall: number;
}

function totalsOf(sides: readonly SideHistory[], multiplierAt: (index: number) => number): Totals {
  let [breaches, margin, shortfall, windows] = [0, 0, 0, 0];
  for (const side of sides) {
    side.losses.forEach((loss, index) => {
      if (Number.isNaN(loss)) return;
      const own = side.margin(multiplierAt(index));
      windows += 1;
      margin += own;
      if (loss <= own) return;
      breaches += 1;
      shortfall += loss - own;
    });
  }
  return { breaches, meanMargin: margin / windows, meanShortfall: shortfall / breaches };
}

/** The needed multipliers of all windows of all sides, falling. */
export function neededMultipliers(sides: readonly SideHistory[]): Float64Array {
  return Float64Array.from(sides.flatMap(({ needed }) => [...needed]))
    .filter((multiplier) => !Number.isNaN(multiplier))
    .sort()
    .reverse();
}

/** The least constant multiplier with at most so many breaches. */
const constantFor = (needed: Float64Array, breaches: number): number =>
  needed[Math.min(breaches, needed.length - 1)] as number;

export function equalBreaches(
  sides: readonly SideHistory[],
  needed: Float64Array,
  multipliers: Float64Array,
): EqualBreaches {
  const own = totalsOf(sides, (index) => multipliers[index] as number);
  const staticMultiplier = constantFor(needed, own.breaches);
  const constant = totalsOf(sides, () => staticMultiplier);
  return {
    breaches: own.breaches,
    staticMultiplier,
    relativeMargin: own.meanMargin / constant.meanMargin,
    relativeShortfall: own.meanShortfall / constant.meanShortfall,
  };
}

/** Mean margin ÷ that of the constant margin which covers exactly the nominal share of windows. */
export function marginOfNominal(
  sides: readonly SideHistory[],
  needed: Float64Array,
  multipliers: Float64Array,
  nominal: number,
): number {
  const constant = constantFor(needed, Math.floor((1 - nominal) * needed.length));
  const own = totalsOf(sides, (index) => multipliers[index] as number);
  return own.meanMargin / totalsOf(sides, () => constant).meanMargin;
}
