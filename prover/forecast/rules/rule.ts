// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingId } from '../../model/types.ts';
import type { PricePath } from '../price-path.ts';
import type { ScaledMargin } from '../scaled-margin.ts';

export interface RuleInput {
  readonly underlying: UnderlyingId;
  readonly path: PricePath;
  /** Maintenance margin of one coin by multiplier. */
  readonly margin: ScaledMargin;
  /** What the margin is asked to outlast when a rule calibrates itself. */
  readonly horizonSeconds: number;
}

/**
 * How margin moves: a multiplier of the static set's moves at every instant of a path. Entry i may
 * use the bars up to and including i, which ended at that instant, and nothing later.
 */
export interface MarginRule {
  readonly name: string;
  readonly summary: string;
  readonly multipliers: (input: RuleInput) => Float64Array;
}
