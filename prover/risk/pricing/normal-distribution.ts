// SPDX-License-Identifier: GPL-3.0-or-later
import { NORMAL_CDF, NORMAL_SLOPE } from './coefficients.ts';
import { evaluateRow } from './polynomial.ts';

/** 1 at Q128. */
export const ONE_Q128 = 1n << 128n;

/** |d| = 8 in cells of 2⁻¹³: from here on the distribution is 1. */
export const CELLS = 1n << 16n;

const interval = (cell: bigint): number => Number(cell >> 13n);
const offset = (cell: bigint): bigint => (cell & 8191n) - 4096n;

/** N at the middle of cell `cell` ≥ 0 of width 2⁻¹³, Q128. */
export const normalCdfQ128 = (cell: bigint): bigint =>
  cell >= CELLS ? ONE_Q128 : evaluateRow(NORMAL_CDF, interval(cell), offset(cell));

/** φ at the same point, Q96: times an offset in Q32 it is a correction at Q128. */
export const normalDensityQ96 = (cell: bigint): bigint =>
  cell >= CELLS ? 0n : evaluateRow(NORMAL_SLOPE, interval(cell), offset(cell));
