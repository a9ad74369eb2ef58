// SPDX-License-Identifier: GPL-3.0-or-later
import type { Solution } from './constrained-least-squares.ts';
import { solve, SOLVER_DEFAULTS } from './constrained-least-squares.ts';
import { domainAround, evenGrid, leastDensity, stretchDomain, unionOf } from './domain.ts';
import { trustOf, type Loss } from './robust.ts';
import type { SliceTask } from './slice-problem.ts';
import { lineariseSlice, parameterBounds } from './slice-problem.ts';
import type { SmileData } from './smile-data.ts';
import { smileOf } from './smile-gradient.ts';
import { startingPoints } from './starts.ts';
import { smileAt } from './svi.ts';
import type { Domain, Svi } from './types.ts';

export interface SliceFit {
  readonly task: SliceTask;
  readonly x: readonly number[];
  readonly svi: Svi;
  /** ½·Σ (trust·residual)². */
  readonly cost: number;
  /** Largest violation of a constraint. */
  readonly violation: number;
  readonly binding: readonly string[];
}

function repeat(loss: Loss, times: number): Loss[] {
  return Array.from({ length: times }, () => loss);
}

const GRID_POINTS = 48;
/** Starts get this many steps each, and the best of them all they need. */
const SCOUT_STEPS = 12;
const SCOUTS_KEPT = 3;
const ROUNDS: readonly Loss[] = [...repeat('huber', 6), ...repeat('tukey', 4)];
const STRETCHES = 4;
const EXCHANGES = 6;

export function residuals({ data }: SliceTask, svi: Svi): number[] {
  return data.quotes.map(
    ({ k, vol, volError }) =>
      (Math.sqrt(Math.max(smileAt(svi, k).w, 0) / data.years) - vol) / volError,
  );
}

function meritOf({ cost, violation }: Solution): number {
  return cost + SOLVER_DEFAULTS.penalty * violation;
}

export function fitFrom(
  task: SliceTask,
  start: readonly number[],
  maxSteps = SOLVER_DEFAULTS.maxSteps,
): Solution {
  const problem = {
    linearise: (x: readonly number[]) => lineariseSlice(task, x),
    ...parameterBounds(task),
  };
  return solve(problem, start, { ...SOLVER_DEFAULTS, maxSteps });
}

/** The best of many starts. */
function explore(task: SliceTask): readonly number[] {
  const scouts = startingPoints(task)
    .map((start) => fitFrom(task, start, SCOUT_STEPS))
    .sort((left, right) => meritOf(left) - meritOf(right));
  return scouts
    .slice(0, SCOUTS_KEPT)
    .map(({ x }) => fitFrom(task, x))
    .reduce((best, each) => (meritOf(each) < meritOf(best) ? each : best)).x;
}

/** Fits, and adds to the grid whatever point between its points breaks the condition. */
function fitEverywhere(task: SliceTask, start: readonly number[]): SliceFit {
  let current = task;
  let x = start;
  for (let round = 0; ; round += 1) {
    const solution = fitFrom(current, x);
    x = solution.x;
    const svi = smileOf(x, task.data.scale);
    const least = leastDensity(svi, task.domain);
    if (least.value > 0 || round === EXCHANGES) {
      const { cost, violation, binding } = solution;
      return { task: current, x, svi, cost, violation, binding };
    }
    current = { ...current, butterflyGrid: [...current.butterflyGrid, least.k] };
  }
}

/** The fit on another domain. */
export function refit({ task, x }: SliceFit, domain: Domain): SliceFit {
  return fitEverywhere({ ...task, domain, butterflyGrid: evenGrid(domain, GRID_POINTS) }, x);
}

/**
 * One slice on its own: free of butterfly arbitrage, robust against single bad quotes, on a domain
 * stretched to where the engine's flat continuation is harmless.
 */
export function fitSlice(data: SmileData): SliceFit {
  const quoted = domainAround(
    Math.min(data.quotes[0]!.k, -data.scale.k),
    Math.max(data.quotes.at(-1)!.k, data.scale.k),
  );
  let task: SliceTask = {
    data,
    domain: quoted,
    trust: data.quotes.map(() => 1),
    butterflyGrid: evenGrid(quoted, GRID_POINTS),
  };
  let x = explore(task);
  for (const loss of ROUNDS) {
    task = { ...task, trust: trustOf(residuals(task, smileOf(x, data.scale)), loss) };
    x = fitFrom(task, x).x;
  }
  let fit = fitEverywhere(task, x);
  for (let round = 0; round < STRETCHES; round += 1) {
    const domain = unionOf(fit.task.domain, stretchDomain(fit.svi, fit.task.domain));
    if (domain.kMin === fit.task.domain.kMin && domain.kMax === fit.task.domain.kMax) break;
    fit = refit(fit, domain);
  }
  return fit;
}
