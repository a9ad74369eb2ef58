// SPDX-License-Identifier: GPL-3.0-or-later
import type { LinearConstraint } from './quadratic-program.ts';
import { minimiseQuadratic } from './quadratic-program.ts';
import type { SliceTask } from './slice-problem.ts';
import { parameterBounds } from './slice-problem.ts';

/** In standard deviations: where the smile's axis and its width are tried. */
const AXES = [-1.5, -0.5, 0, 0.5, 1.5];
const WIDTHS = [0.25, 1, 3];

/** The smile is held above this at these many widths from its axis. */
const HELD_AT = [-4, -2, -1, 0, 1, 2, 4];
const HELD_ABOVE = 1e-2;

/**
 * Starting points by the quasi-explicit method (De Marco & Martini, Zeliade 2009): at a fixed axis m
 * and width σ total variance is linear in a, b and c, so the best three are a quadratic program.
 */
export function startingPoints(task: SliceTask): number[][] {
  const { lower, upper } = parameterBounds(task);
  const points: number[][] = [];
  for (const axis of AXES) {
    for (const width of WIDTHS) {
      const m = Math.min(Math.max(axis, lower[3]!), upper[3]!);
      const sigma = Math.min(width, upper[4]!);
      points.push(bestLinear(task, m, sigma));
    }
  }
  return points;
}

function bestLinear({ data, trust }: SliceTask, m: number, sigma: number): number[] {
  const { scale, years, quotes } = data;
  const matrix = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1e-9 : 0)));
  const linear = [0, 0, 0];
  quotes.forEach(({ k, vol, volError }, index) => {
    const y = k / scale.k - m;
    const row = [1, Math.hypot(y, sigma), y];
    // An error of one unit in volatility, seen in total variance over that at the money.
    const weight = ((trust[index]! / volError) * scale.variance) / (2 * vol * years);
    const target = (vol * vol * years) / scale.variance;
    for (let i = 0; i < 3; i += 1) {
      linear[i]! -= weight * weight * row[i]! * target;
      for (let j = 0; j < 3; j += 1) matrix[i]![j]! += weight * weight * row[i]! * row[j]!;
    }
  });
  const lee = 2 / scale.k;
  const constraints: LinearConstraint[] = [
    { gradient: [0, 0.99, 1], bound: 1e-4 },
    { gradient: [0, 0.99, -1], bound: 1e-4 },
    { gradient: [0, -1, -1], bound: -lee },
    { gradient: [0, -1, 1], bound: -lee },
    ...HELD_AT.map((width) => {
      const y = width * sigma;
      return { gradient: [1, Math.hypot(y, sigma), y], bound: HELD_ABOVE };
    }),
  ];
  const [a, b, c] = minimiseQuadratic(matrix, linear, constraints) as [number, number, number];
  return [a, b, c, m, sigma];
}
