// SPDX-License-Identifier: GPL-3.0-or-later
import type { Chain } from './chain.ts';
import { CONFIDENCE_SCALE, confidenceFloorQ10 } from '../snapshot/confidence.ts';
import { median } from '../../core/statistics.ts';

/** A value of the chain with the time it is from (unix seconds) and where it came from. */
export interface Level {
  /** USD. */
  readonly price: number;
  readonly time: number;
  readonly confidenceQ10: bigint;
  readonly source: string;
}

/** Rows this much older than the newest still count as of the same moment. */
const SAME_MOMENT_SECONDS = 1;
/** Indices of one moment further apart than this were not read at one moment. */
const TORN_SPREAD = 0.0005;
/** At 10 % a year two days of carry are 5 basis points, no more than what is called torn. */
const NEAR_EXPIRY_SECONDS = 2 * 86_400;

/**
 * The index of a chain: the median of the rows of its last second. Where these disagree by more
 * than 5 basis points the rows carry indices of different moments, while the forwards were read at
 * one: then it is the forward of the nearest expiry, if that is at most two days away, and so it is
 * where the chain has no index; `undefined` where that is further.
 */
export function indexOf(
  chain: Chain,
  nearest: { readonly expiry: number; readonly forward: number } | undefined,
): Level | undefined {
  const rows = [...chain.options, ...chain.futures].filter(({ index }) => index !== undefined);
  const isNear = nearest !== undefined && nearest.expiry - chain.time <= NEAR_EXPIRY_SECONDS;
  if (rows.length === 0) {
    if (!isNear) return undefined;
    const source = 'nearest forward, as no row carries an index';
    return { price: nearest.forward, time: chain.time, confidenceQ10: 1024n, source };
  }
  const time = Math.max(...rows.map((row) => row.time));
  const values = rows
    .filter((row) => row.time >= time - SAME_MOMENT_SECONDS)
    .map(({ index }) => index ?? NaN);
  const middle = median(values);
  const halfRange = (Math.max(...values) - Math.min(...values)) / (2 * middle);
  const confidenceQ10 = confidenceFloorQ10(1024n, 1, 1, halfRange, CONFIDENCE_SCALE.index);
  if (2 * halfRange > TORN_SPREAD && isNear) {
    const source = 'nearest forward, as the indices of the rows disagree';
    return { price: nearest.forward, time, confidenceQ10, source };
  }
  return { price: middle, time, confidenceQ10, source: 'feed' };
}

/** The newest mark of the perpetual, or `undefined`. */
export function perpetualOf(chain: Chain): Level | undefined {
  const rows = chain.futures.filter(({ expiry }) => expiry === 0);
  const newest = rows.reduce<(typeof rows)[number] | undefined>(
    (best, row) => (best === undefined || row.time > best.time ? row : best),
    undefined,
  );
  if (newest === undefined) return undefined;
  return { price: newest.mark, time: newest.time, confidenceQ10: 1024n, source: 'feed' };
}
