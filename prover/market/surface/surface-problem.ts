// SPDX-License-Identifier: GPL-3.0-or-later
import type { Constraint, Linearisation } from './constrained-least-squares.ts';
import type { SliceTask } from './slice-problem.ts';
import { lineariseSlice } from './slice-problem.ts';
import { SMILE_PARAMETERS, smileOf, varianceGradient } from './smile-gradient.ts';
import { clampToDomain, smileAt } from './svi.ts';
import type { Svi } from './types.ts';

/** Total variance grows by at least this share from one expiry to the next, at every k. */
const CALENDAR_GROWTH = 1e-4;

function placed(row: readonly number[], at: number, size: number): number[] {
  const whole = Array.from({ length: size }, () => 0);
  row.forEach((value, i) => (whole[at + i] = value));
  return whole;
}

interface Placed {
  readonly task: SliceTask;
  readonly svi: Svi;
  /** Index of the slice's first parameter. */
  readonly at: number;
}

/** w_far − w_near·(1 + growth) ≥ 0 at every k of the grid, each held in its own domain. */
function calendarConstraints(
  near: Placed,
  far: Placed,
  grid: readonly number[],
  size: number,
): Constraint[] {
  const unit = near.task.data.scale.variance;
  const growth = 1 + CALENDAR_GROWTH;
  return grid.map((k) => {
    const left = smileAt(near.svi, clampToDomain(k, near.task.domain));
    const right = smileAt(far.svi, clampToDomain(k, far.task.domain));
    const gradient = placed(
      varianceGradient(far.svi, right, far.task.data.scale).map((value) => value / unit),
      far.at,
      size,
    );
    varianceGradient(near.svi, left, near.task.data.scale).forEach((value, i) => {
      gradient[near.at + i] = (-growth * value) / unit;
    });
    return {
      name: `calendar #${far.at / SMILE_PARAMETERS}`,
      value: (right.w - growth * left.w) / unit,
      gradient,
    };
  });
}

/**
 * Slices in a row, each with its own cost and constraints (names end in ` #index`), and the
 * calendar between neighbours on the given grids.
 */
export function lineariseChain(
  tasks: readonly SliceTask[],
  grids: readonly (readonly number[])[],
  x: readonly number[],
): Linearisation {
  const slices = tasks.map((task, index) => {
    const at = index * SMILE_PARAMETERS;
    const own = x.slice(at, at + SMILE_PARAMETERS);
    return {
      task,
      svi: smileOf(own, task.data.scale),
      at,
      index,
      alone: lineariseSlice(task, own),
    };
  });
  return {
    cost: slices.reduce((sum, { alone }) => sum + alone.cost, 0),
    gradient: slices.flatMap(({ alone }) => alone.gradient),
    hessian: slices.flatMap(({ alone, at }) =>
      alone.hessian.map((row) => placed(row, at, x.length)),
    ),
    constraints: [
      ...slices.flatMap(({ alone, at, index }) =>
        alone.constraints.map((each) => ({
          ...each,
          name: `${each.name} #${index}`,
          gradient: placed(each.gradient, at, x.length),
        })),
      ),
      ...grids.flatMap((grid, near) =>
        calendarConstraints(slices[near]!, slices[near + 1]!, grid, x.length),
      ),
    ],
  };
}
