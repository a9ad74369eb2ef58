// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarginRule } from './rule.ts';

/** The parameter set as it is. */
export const staticRule: MarginRule = {
  name: 'static',
  summary: 'the parameter set as it is',
  multipliers: ({ path }) => new Float64Array(path.times.length).fill(1),
};
