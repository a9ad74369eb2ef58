// SPDX-License-Identifier: GPL-3.0-or-later
import type { Constraint, Linearisation } from './constrained-least-squares.ts';
import type { SmileData } from './smile-data.ts';
import { densityGradient, SMILE_PARAMETERS, smileOf, varianceGradient } from './smile-gradient.ts';
import { densityFactor, smileAt } from './svi.ts';
import type { Domain, Svi } from './types.ts';

/** What one slice is fitted to and held by. */
export interface SliceTask {
  readonly data: SmileData;
  /** By quote: 1, or less where the robust loss distrusts it. */
  readonly trust: readonly number[];
  readonly domain: Domain;
  /** Where g ≥ MARGIN is asked for. */
  readonly butterflyGrid: readonly number[];
}

/** Kept clear of zero so that neither the gaps of the grid nor quantisation can use it up. */
export const BUTTERFLY_MARGIN = 2e-3;
/** Least total variance, as a share of that at the money. */
const LEAST_VARIANCE = 1e-3;
/** b + |c| ≤ 2 (Lee 2004), with room for quantisation. */
const LEE_SLOPE = 2 - 1e-6;
/** |ρ| ≤ this: at 1 the smile has no minimum and its gradient no value. */
const MOST_RHO = 0.999;

/**
 * In standard deviations at the money. Wider, a smile is a parabola within the quotes, b and −a grow
 * without bound for no better fit, and the wings beyond the quotes turn wild.
 */
const WIDTHS = { least: 0.1, most: 3 };
/** Of m and σ: inside the snapshot's fields (±8, 8). */
const FIELD_LIMIT = 7;

/** Natural units; m inside the quotes (De Marco & Martini, Zeliade 2009). */
export function parameterBounds({ data }: SliceTask): { lower: number[]; upper: number[] } {
  const { k } = data.scale;
  const low = Math.min(data.quotes[0]!.k / k, -1);
  const high = Math.max(data.quotes.at(-1)!.k / k, 1);
  return {
    lower: [-50, 1e-4, -2 / k, Math.max(low, -FIELD_LIMIT / k), WIDTHS.least],
    upper: [
      50,
      2 / k,
      2 / k,
      Math.min(high, FIELD_LIMIT / k),
      Math.min(WIDTHS.most, FIELD_LIMIT / k),
    ],
  };
}

const { sqrt } = Math;

function shapeConstraints(svi: Svi, x: readonly number[], { k }: SmileData['scale']): Constraint[] {
  const [a, b, c, , sigma] = x as [number, number, number, number, number];
  const spread = sqrt(Math.max(b * b - c * c, 1e-12 * b * b));
  const inside = Math.abs(svi.c) <= svi.b;
  return [
    ...[1, -1].flatMap((sign) => [
      { name: '|rho| < 1', value: MOST_RHO * b - sign * c, gradient: [0, MOST_RHO, -sign, 0, 0] },
      {
        name: "Lee's slope",
        value: (LEE_SLOPE / k - b - sign * c) * k,
        gradient: [0, -k, -sign * k, 0, 0],
      },
    ]),
    {
      name: 'variance above 0',
      value: a + sigma * spread - LEAST_VARIANCE,
      gradient: inside
        ? [1, (sigma * b) / spread, (-sigma * c) / spread, 0, spread]
        : [1, 0, 0, 0, 0],
    },
  ];
}

/** Below this share of the money's variance a point is held as if it had it: g needs w > 0. */
const VARIANCE_FLOOR = 1e-4;

/** Cost, its Gauss–Newton model and the constraints of one slice alone. */
export function lineariseSlice(task: SliceTask, x: readonly number[]): Linearisation {
  const { data, trust, butterflyGrid } = task;
  const { scale, years } = data;
  const svi = smileOf(x, scale);
  const floor = VARIANCE_FLOOR * scale.variance;
  const gradient = Array.from({ length: SMILE_PARAMETERS }, () => 0);
  const hessian = gradient.map(() => gradient.map(() => 0));
  let cost = 0;
  data.quotes.forEach(({ k, vol, volError }, index) => {
    const point = smileAt(svi, k);
    const fitted = sqrt(Math.max(point.w, floor) / years);
    const residual = (trust[index]! * (fitted - vol)) / volError;
    const factor = trust[index]! / (volError * 2 * fitted * years);
    const row = varianceGradient(svi, point, scale).map((value) => value * factor);
    cost += (residual * residual) / 2;
    for (let i = 0; i < SMILE_PARAMETERS; i += 1) {
      gradient[i]! += row[i]! * residual;
      for (let j = 0; j < SMILE_PARAMETERS; j += 1) hessian[i]![j]! += row[i]! * row[j]!;
    }
  });
  const constraints = shapeConstraints(svi, x, scale);
  for (const k of butterflyGrid) {
    const point = smileAt(svi, k);
    // The variance constraint leads back from here; g says nothing at w ≤ 0.
    if (point.w < floor) continue;
    constraints.push({
      name: 'butterfly',
      value: densityFactor(point) - BUTTERFLY_MARGIN,
      gradient: densityGradient(svi, point, scale),
    });
  }
  return { cost, gradient, hessian, constraints };
}
