// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { LinearConstraint } from './quadratic-program.ts';
import { minimiseQuadratic } from './quadratic-program.ts';

/** value ≥ 0 is wanted; gradient by the parameters. */
export interface Constraint {
  readonly name: string;
  readonly value: number;
  readonly gradient: readonly number[];
}

/** A least-squares problem seen from one point. */
export interface Linearisation {
  /** ½·Σ residual². */
  readonly cost: number;
  /** Jᵀr. */
  readonly gradient: readonly number[];
  /** JᵀJ. */
  readonly hessian: readonly (readonly number[])[];
  readonly constraints: readonly Constraint[];
}

export interface Problem {
  /** Finite for every x inside the bounds. */
  linearise(x: readonly number[]): Linearisation;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

export interface Solution {
  readonly x: readonly number[];
  readonly cost: number;
  /** Largest violation of a constraint, 0 when all hold. */
  readonly violation: number;
  readonly steps: number;
  /** Names of the constraints that hold the solution back. */
  readonly binding: readonly string[];
}

export interface SolverOptions {
  readonly maxSteps: number;
  /** Stop when a step promises less than this share of the merit. */
  readonly tolerance: number;
  /** What a unit of violation costs: above every Lagrange multiplier the penalty is exact. */
  readonly penalty: number;
}

export const SOLVER_DEFAULTS: SolverOptions = { maxSteps: 60, tolerance: 1e-9, penalty: 1e4 };

const DAMPING = { first: 1e-3, least: 1e-10, most: 1e8 };
/** Constraints further away than this cannot bind within one step of the trust region. */
const NEAR = 2;
const BINDING = 1e-6;

function violationOf(constraints: readonly Constraint[]): number {
  return constraints.reduce((worst, { value }) => Math.max(worst, -value), 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/**
 * One damped step. The last unknown is the elastic violation t of the exact penalty, so that the
 * quadratic program always has a solution; `undefined` where doubles are too coarse to find it.
 */
function stepOf(
  { gradient, hessian, constraints }: Linearisation,
  x: readonly number[],
  { lower, upper }: Problem,
  damping: number,
  penalty: number,
): { step: number[]; violation: number } | undefined {
  const n = x.length;
  const matrix = hessian.map((row, i) => [
    ...row.map((value, j) => (i === j ? value * (1 + damping) + damping * 1e-3 + 1e-12 : value)),
    0,
  ]);
  matrix.push([...Array.from({ length: n }, () => 0), 1]);
  const unit = (i: number, sign: number): number[] =>
    Array.from({ length: n + 1 }, (_, j) => (j === i ? sign : 0));
  const program: LinearConstraint[] = [{ gradient: unit(n, 1), bound: 0 }];
  for (let i = 0; i < n; i += 1) {
    program.push({ gradient: unit(i, 1), bound: lower[i]! - x[i]! });
    program.push({ gradient: unit(i, -1), bound: x[i]! - upper[i]! });
  }
  for (const { value, gradient: slope } of constraints) {
    if (value < NEAR) program.push({ gradient: [...slope, 1], bound: -value });
  }
  let solved: number[];
  try {
    solved = minimiseQuadratic(matrix, [...gradient, penalty], program);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'QP_FAILED') return undefined;
    throw error;
  }
  return { step: solved.slice(0, n), violation: solved[n]! };
}

/**
 * Minimises ½·Σ r² under smooth constraints: sequential quadratic programming with the
 * Gauss–Newton Hessian, Levenberg–Marquardt damping and an exact ℓ∞ penalty (Fletcher 1987, ch. 14).
 * No random numbers and no clock: the same problem gives the same bits.
 */
export function solve(
  problem: Problem,
  start: readonly number[],
  options: SolverOptions = SOLVER_DEFAULTS,
): Solution {
  const { maxSteps, tolerance, penalty } = options;
  let x = start.map((value, i) => Math.min(Math.max(value, problem.lower[i]!), problem.upper[i]!));
  let here = problem.linearise(x);
  let merit = here.cost + penalty * violationOf(here.constraints);
  let damping = DAMPING.first;
  let steps = 0;
  while (steps < maxSteps && damping < DAMPING.most) {
    steps += 1;
    const taken = stepOf(here, x, problem, damping, penalty);
    if (taken === undefined) {
      damping *= 6;
      continue;
    }
    const { step, violation } = taken;
    const quadratic = here.hessian.reduce((sum, row, i) => sum + step[i]! * dot(row, step), 0);
    const expected =
      merit - (here.cost + dot(here.gradient, step) + quadratic / 2 + penalty * violation);
    if (!(expected > tolerance * (merit + 1e-12))) break;
    const next = x.map((value, i) => value + step[i]!);
    const there = problem.linearise(next);
    const nextMerit = there.cost + penalty * violationOf(there.constraints);
    const ratio = (merit - nextMerit) / expected;
    if (ratio > 1e-4) {
      x = next;
      here = there;
      merit = nextMerit;
    }
    if (ratio > 0.75) damping = Math.max(damping / 8, DAMPING.least);
    else if (!(ratio > 0.25)) damping *= 6;
  }
  if (!Number.isFinite(merit)) {
    throw new PlimsollError('FIT_FAILED', 'solve: expected a finite objective at the start');
  }
  return {
    x,
    cost: here.cost,
    violation: violationOf(here.constraints),
    steps,
    binding: [
      ...new Set(here.constraints.filter(({ value }) => value < BINDING).map(({ name }) => name)),
    ],
  };
}
