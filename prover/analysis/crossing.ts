// SPDX-License-Identifier: GPL-3.0-or-later
import { abs } from '../risk/pricing/fixed-point.ts';

/** Two neighbouring integers between which the sign of a function changes. */
export interface Crossing {
  /** The last one on the side of the start. */
  readonly before: bigint;
  readonly after: bigint;
}

/** A level and how far inside the starting state it is: below zero the state has changed. */
interface Sample {
  readonly at: bigint;
  readonly inside: bigint;
}

/** Every fourth guess halves the bracket: at most four times the evaluations of bisection. */
const INTERPOLATIONS = 3;
const PROBES = 24;

function guess(near: Sample, far: Sample, step: number): bigint {
  const gap = far.at - near.at;
  const share =
    step % (INTERPOLATIONS + 1) === INTERPOLATIONS
      ? gap / 2n
      : (gap * near.inside) / (near.inside - far.inside);
  const room = abs(gap) - 1n;
  const length = abs(share) < 1n ? 1n : abs(share) > room ? room : abs(share);
  return near.at + (gap > 0n ? length : -length);
}

/** Regula falsi (Illinois) on integers, with bisection in between; `far` is in the other state. */
function narrow(sample: (at: bigint) => Sample, near: Sample, far: Sample): Crossing {
  let [low, high] = [near, far];
  let kept: 'low' | 'high' | undefined;
  for (let step = 0; abs(high.at - low.at) > 1n; step += 1) {
    const next = sample(guess(low, high, step));
    if (next.inside >= 0n) {
      low = next;
      // The end that stays put pulls only half as hard the second time.
      if (kept === 'high' && high.inside < -1n) high = { ...high, inside: high.inside / 2n };
      kept = 'high';
    } else {
      high = next;
      if (kept === 'low') low = { ...low, inside: low.inside / 2n };
      kept = 'low';
    }
  }
  return { before: low.at, after: high.at };
}

/** Levels looked at between the last sample inside and a crossing found, for a nearer one. */
const LOOKS_BACK = 8n;

/**
 * The crossing in a bracket that may hold several (steps of the model's grids fold a flat profile):
 * once one is found, the stretch before it is looked through, and the search repeated on a hit.
 */
function narrowToNearest(sample: (at: bigint) => Sample, near: Sample, far: Sample): Crossing {
  const found = narrow(sample, near, far);
  const stretch = found.before - near.at;
  for (let look = 1n; look < LOOKS_BACK; look += 1n) {
    const nearer = sample(near.at + (stretch * look) / LOOKS_BACK);
    if (nearer.inside < 0n) return narrowToNearest(sample, near, nearer);
  }
  return found;
}

/** Ternary search of a dip between three samples; the first sample below zero, if there is one. */
function probeDip(
  sample: (at: bigint) => Sample,
  left: Sample,
  right: Sample,
): { readonly near: Sample; readonly far: Sample } | undefined {
  let [a, b] = [left, right];
  for (let probe = 0; probe < PROBES / 2 && abs(b.at - a.at) > 3n; probe += 1) {
    const third = (b.at - a.at) / 3n;
    const p = sample(a.at + third);
    if (p.inside < 0n) return { near: a, far: p };
    const q = sample(b.at - third);
    if (q.inside < 0n) return { near: p, far: q };
    if (p.inside <= q.inside) b = q;
    else a = p;
  }
  return undefined;
}

/**
 * The crossing of zero (x ≥ 0 is one state, x < 0 the other) nearest to the first level. Walks the
 * given levels, which run away from the first, until the state differs, and then closes in to
 * neighbouring integers. Where three samples show a dip towards the other state it is searched for
 * a pair of crossings between them. `undefined`: none up to the last level. A pair of crossings
 * that leaves no trace in the samples stays unseen: the levels should be close where that matters.
 */
export function nearestCrossing(
  excess: (level: bigint) => bigint,
  levels: readonly bigint[],
): Crossing | undefined {
  const [start] = levels;
  if (start === undefined) return undefined;
  const above = excess(start) >= 0n;
  const sample = (at: bigint): Sample => {
    const value = excess(at);
    return { at, inside: above ? value : -1n - value };
  };
  const seen: Sample[] = [];
  for (const level of levels) {
    const current = sample(level);
    const previous = seen.at(-1);
    if (previous !== undefined && current.inside < 0n)
      return narrowToNearest(sample, previous, current);
    const beforePrevious = seen.at(-2);
    if (
      previous !== undefined &&
      beforePrevious !== undefined &&
      previous.inside <= beforePrevious.inside &&
      previous.inside <= current.inside
    ) {
      const dip = probeDip(sample, beforePrevious, current);
      if (dip !== undefined) return narrowToNearest(sample, dip.near, dip.far);
    }
    seen.push(current);
  }
  return undefined;
}
