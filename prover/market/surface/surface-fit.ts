// SPDX-License-Identifier: GPL-3.0-or-later
import { calendarMargin } from './calendar.ts';
import { solve } from './constrained-least-squares.ts';
import { evenGrid, leastDensity, unionOf } from './domain.ts';
import type { SliceFit } from './slice-fit.ts';
import { refit } from './slice-fit.ts';
import { lineariseSlice, parameterBounds } from './slice-problem.ts';
import { SMILE_PARAMETERS, smileOf } from './smile-gradient.ts';
import { lineariseChain } from './surface-problem.ts';
import type { ClampedSvi } from './types.ts';

const GRID_POINTS = 32;
const EXCHANGES = 8;

export function clampedSvi({ svi, task }: SliceFit): ClampedSvi {
  return { ...svi, ...task.domain };
}

/** Solves neighbouring slices together; grids[i] holds slice i below slice i + 1. */
function solveChain(fits: readonly SliceFit[], grids: readonly (readonly number[])[]): SliceFit[] {
  const bounds = fits.map(({ task }) => parameterBounds(task));
  const tasks = fits.map(({ task }) => task);
  const solution = solve(
    {
      linearise: (x) => lineariseChain(tasks, grids, x),
      lower: bounds.flatMap(({ lower }) => lower),
      upper: bounds.flatMap(({ upper }) => upper),
    },
    fits.flatMap(({ x }) => x),
  );
  return tasks.map((task, index) => {
    const x = solution.x.slice(index * SMILE_PARAMETERS, (index + 1) * SMILE_PARAMETERS);
    return {
      task,
      x,
      svi: smileOf(x, task.data.scale),
      cost: lineariseSlice(task, x).cost,
      violation: solution.violation,
      binding: solution.binding.flatMap((name) =>
        name.endsWith(` #${index}`) ? [name.slice(0, name.lastIndexOf(' '))] : [],
      ),
    };
  });
}

/** Later slices are priced at least as widely as earlier ones: no flat wing below a live one. */
function nestDomains(fits: readonly SliceFit[]): SliceFit[] {
  const nested: SliceFit[] = [];
  for (const fit of fits) {
    const before = nested.at(-1);
    const own = fit.task.domain;
    const domain = before === undefined ? own : unionOf(own, before.task.domain);
    const same = domain.kMin === own.kMin && domain.kMax === own.kMax;
    nested.push(same ? fit : refit(fit, domain));
  }
  return nested;
}

/** [first, last] of every run of slices that some calendar grid joins. */
function joinedRuns(grids: readonly (readonly number[])[]): [number, number][] {
  const runs: [number, number][] = [];
  grids.forEach((grid, near) => {
    if (grid.length === 0) return;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === near) last[1] = near + 1;
    else runs.push([near, near + 1]);
  });
  return runs;
}

/**
 * The slices moved as little as the quotes' error units allow until no calendar spread is worth
 * less than nothing. Slices that nothing forces to move stay as they are.
 */
export function fitSurface(fits: readonly SliceFit[]): SliceFit[] {
  const current = nestDomains(fits);
  const grids: number[][] = current.slice(1).map(() => []);
  for (let round = 0; round <= EXCHANGES; round += 1) {
    const touched = new Set<number>();
    for (const [near, grid] of grids.entries()) {
      const [left, right] = [current[near]!, current[near + 1]!];
      const margin = calendarMargin(clampedSvi(left), clampedSvi(right));
      if (margin.value > 0) continue;
      if (grid.length === 0) {
        grid.push(...evenGrid(unionOf(left.task.domain, right.task.domain), GRID_POINTS));
      }
      grid.push(margin.k);
      touched.add(near);
    }
    for (const [index, fit] of current.entries()) {
      const least = leastDensity(fit.svi, fit.task.domain);
      if (least.value > 0) continue;
      const butterflyGrid = [...fit.task.butterflyGrid, least.k];
      current[index] = { ...fit, task: { ...fit.task, butterflyGrid } };
      touched.add(index);
    }
    if (touched.size === 0) break;
    for (const [first, last] of joinedRuns(grids)) {
      if (![...touched].some((index) => index >= first && index <= last)) continue;
      const solved = solveChain(current.slice(first, last + 1), grids.slice(first, last));
      current.splice(first, solved.length, ...solved);
    }
  }
  return current;
}
