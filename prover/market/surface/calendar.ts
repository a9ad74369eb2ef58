// SPDX-License-Identifier: GPL-3.0-or-later
import { evenGrid, unionOf } from './domain.ts';
import { clampToDomain, smileAt } from './svi.ts';
import type { ClampedSvi } from './types.ts';

const DENSE = 1024;

/**
 * Least of w_far(k)/w_near(k) − 1 over all k, both held in their domains as the engine holds them,
 * and where. Negative is calendar arbitrage (Gatheral & Jacquier 2014, lemma 2.1).
 */
export function calendarMargin(
  near: ClampedSvi,
  far: ClampedSvi,
): { readonly k: number; readonly value: number } {
  let least = { k: 0, value: Infinity };
  for (const k of [near.kMin, near.kMax, ...evenGrid(unionOf(near, far), DENSE)]) {
    const value =
      smileAt(far, clampToDomain(k, far)).w / smileAt(near, clampToDomain(k, near)).w - 1;
    if (!(value >= least.value)) least = { k, value };
  }
  return least;
}
