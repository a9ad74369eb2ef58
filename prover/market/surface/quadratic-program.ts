// SPDX-License-Identifier: GPL-3.0-or-later
import quadprog from 'quadprog';

import { PlimsollError } from '../../core/errors.ts';

/** gradient·x ≥ bound. */
export interface LinearConstraint {
  readonly gradient: readonly number[];
  readonly bound: number;
}

/**
 * argmin ½·xᵀHx + fᵀx under linear constraints, H positive definite: the dual method of Goldfarb &
 * Idnani (1983), exact and without iteration tolerances. Throws QP_FAILED when the constraints
 * contradict each other or H is not positive definite.
 */
export function minimiseQuadratic(
  hessian: readonly (readonly number[])[],
  linear: readonly number[],
  constraints: readonly LinearConstraint[],
): number[] {
  const n = linear.length;
  // The port keeps Fortran's arrays: index 0 of every vector and matrix is never read.
  const result = quadprog.solveQP(
    [[], ...hessian.map((row) => [0, ...row])],
    [0, ...linear.map((value) => -value)],
    [
      [],
      ...Array.from({ length: n }, (_, i) => [
        0,
        ...constraints.map(({ gradient }) => gradient[i]!),
      ]),
    ],
    [0, ...constraints.map(({ bound }) => bound)],
  );
  const solution = result.solution?.slice(1);
  if (result.message !== '' || solution === undefined || !solution.every(Number.isFinite)) {
    throw new PlimsollError('QP_FAILED', `minimiseQuadratic: ${result.message || 'no solution'}`);
  }
  return solution;
}
