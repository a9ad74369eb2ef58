// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountMargin } from '../../risk/margin/margin.ts';

/** What an owner asks first; every figure of it for programs as well. */
export interface MarginSummary {
  /** Equity above the requirement; negative: short of it. */
  readonly excessMmE6: bigint;
  readonly excessImE6: bigint;
  /** Maintenance margin over equity in 10⁻⁴, rounded up; null where there is no equity. */
  readonly ratioBps: bigint | null;
  /** USDC that brings equity to the initial margin, and not a unit less. */
  readonly depositToImE6: bigint;
}

export function summaryOf({ equityE6, mmE6, imE6 }: AccountMargin): MarginSummary {
  return {
    excessMmE6: equityE6 - mmE6,
    excessImE6: equityE6 - imE6,
    ratioBps: equityE6 > 0n ? (mmE6 * 10_000n + equityE6 - 1n) / equityE6 : null,
    // A deposit of USDC raises equity by itself and no requirement (docs/risk-model.md).
    depositToImE6: imE6 > equityE6 ? imE6 - equityE6 : 0n,
  };
}

export const valueE6 = (lots: bigint, markQ128: bigint): bigint => (lots * markQ128) >> 128n;
