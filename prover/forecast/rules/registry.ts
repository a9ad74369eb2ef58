// SPDX-License-Identifier: GPL-3.0-or-later
import { dynamicRule } from './dynamic.ts';
import { filteredRule, floorBufferRule } from './filtered.ts';
import type { MarginRule } from './rule.ts';
import { staticRule } from './static.ts';

/** Every rule that is measured side by side, the static set first: others are compared with it. */
export const MARGIN_RULES: readonly MarginRule[] = [
  staticRule,
  filteredRule,
  floorBufferRule,
  dynamicRule,
];
