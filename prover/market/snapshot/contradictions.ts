// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { utcText } from '../feeds/clock.ts';
import { CONFIDENCE_SCALE } from './confidence.ts';
import type { ImpliedForward } from './forwards.ts';

/** An expiry's forward beside what else the feed says of it. */
export interface ForwardToJudge {
  /** Unix seconds. */
  readonly expiry: number;
  readonly forward: ImpliedForward;
}

export interface ForwardVerdict {
  /** 1 where everything agrees, falling to 0 at contradiction. */
  readonly agreement: number;
  /** Where it contradicts what else the feed says: what, and the two numbers. */
  readonly contradiction?: string;
}

/** A forward this far from parity is another market's, or wrong: its confidence is 0. */
const MOST_GAP = CONFIDENCE_SCALE.index;
/** Real chains stay within 0.13 % of parity, in a crash too. */
const USUAL_GAP = 0.002;
/** Of an index against the nearest forward: what is left of a fall between two readings. */
const USUAL_INDEX_GAP = 0.003;
/** A year's carry beyond this has not been seen for long. */
const MOST_CARRY = 0.5;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function falling(gap: number, usual: number): number {
  return Math.min(1, Math.max(0, 1 - (gap - usual) / (MOST_GAP - usual)));
}

/** What a forward is worth that nothing else in the feed speaks for: half. */
const UNWITNESSED = 0.5;

/** A given forward against the one that puts and calls of its expiry imply. */
function againstParity({ forward }: ForwardToJudge, hasIndex: boolean): ForwardVerdict {
  const { parity, source } = forward;
  if (source === 'parity' || source === 'marks') return { agreement: 1 };
  if (parity === undefined) return { agreement: hasIndex ? 1 : UNWITNESSED };
  const gap = Math.abs(forward.forward / parity.forward - 1);
  if (gap <= MOST_GAP + parity.doubt) {
    return { agreement: falling(gap - parity.doubt, USUAL_GAP) };
  }
  return {
    agreement: 0,
    contradiction:
      `forward ${forward.forward.toFixed(2)} contradicts put-call parity, which says ` +
      `${parity.forward.toFixed(2)} (${percent(gap)} apart, at most ${percent(MOST_GAP + parity.doubt)})`,
  };
}

interface Node {
  readonly time: number;
  readonly log: number;
}

/** ln F that the neighbours of an expiry suggest, and how far between them it may stray. */
function suggested(before: Node | undefined, at: Node, after: Node | undefined) {
  const years = (from: Node, to: Node): number => Math.abs(to.time - from.time) / SECONDS_PER_YEAR;
  if (before !== undefined && after !== undefined) {
    const share = (at.time - before.time) / (after.time - before.time);
    const nearer = Math.min(years(before, at), years(at, after));
    return { log: before.log + share * (after.log - before.log), most: MOST_CARRY * nearer };
  }
  const only = before ?? after;
  return only && { log: only.log, most: MOST_CARRY * years(only, at) };
}

/**
 * Forwards whose parity does not speak for them, against their neighbours: the worst is taken out
 * until those that are left lie on one curve. `index`, where it is known, is the forward of now.
 */
function strays(nodes: readonly Node[], trusted: ReadonlySet<number>): Map<number, number> {
  const out = new Map<number, number>();
  let left = [...nodes];
  for (;;) {
    const gaps = left.map((node, index) => {
      const near = suggested(left[index - 1], node, left[index + 1]);
      if (near === undefined || trusted.has(node.time)) return 0;
      return Math.abs(node.log - near.log) - near.most;
    });
    const worst = gaps.indexOf(Math.max(...gaps));
    if (left.length < 2 || (gaps[worst] ?? 0) <= MOST_GAP) return out;
    const node = left[worst]!;
    out.set(node.time, suggested(left[worst - 1], node, left[worst + 1])?.log ?? 0);
    left = left.toSpliced(worst, 1);
  }
}

/**
 * Judges the forwards of a chain together: each against put-call parity of its expiry, and those
 * without close pairs against their neighbours. `index` is the chain's own and its time.
 */
export function judgeForwards(
  entries: readonly ForwardToJudge[],
  now: { readonly time: number; readonly index: number | undefined },
): Map<number, ForwardVerdict> {
  const verdicts = new Map(
    entries.map((entry) => [entry.expiry, againstParity(entry, now.index !== undefined)] as const),
  );
  const sound = entries.filter(({ expiry }) => verdicts.get(expiry)?.contradiction === undefined);
  const nodes: Node[] = sound.map(({ expiry, forward }) => ({
    time: expiry,
    log: Math.log(forward.forward),
  }));
  const trusted = new Set(
    sound.flatMap(({ expiry, forward }) => (forward.parity === undefined ? [] : [expiry])),
  );
  // Where no parity speaks the index is the only other witness, and it may be the one that is wrong.
  const anchor = now.index === undefined ? [] : [{ time: now.time, log: Math.log(now.index) }];
  const anchored = sound.length > 2 || trusted.size > 0 ? [...anchor, ...nodes] : nodes;
  const off = strays(anchored, trusted.add(now.time));
  for (const { expiry, forward } of sound) {
    const log = off.get(expiry);
    if (log === undefined) continue;
    verdicts.set(expiry, {
      agreement: 0,
      contradiction:
        `forward ${forward.forward.toFixed(2)} contradicts its neighbours, which say ` +
        `${Math.exp(log).toFixed(2)}`,
    });
  }
  return verdicts;
}

/**
 * How an index agrees with the forward of the nearest expiry: 1, less what carry cannot explain over
 * 1 %. Throws `InvalidInput` naming `field` where it contradicts it.
 */
export function indexAgreement(
  index: number,
  nearest: { readonly expiry: number; readonly forward: number } | undefined,
  time: number,
  field: string,
): number {
  if (nearest === undefined) return 1;
  const carry = (MOST_CARRY * Math.max(0, nearest.expiry - time)) / SECONDS_PER_YEAR;
  const gap = Math.abs(Math.log(nearest.forward / index)) - carry;
  if (gap > MOST_GAP) {
    throw new InvalidInput(
      field,
      `${index} contradicts the nearest forward, ${nearest.forward.toFixed(2)} of ` +
        `${utcText(nearest.expiry)} UTC (${percent(Math.abs(nearest.forward / index - 1))} apart)`,
    );
  }
  return falling(gap, USUAL_INDEX_GAP);
}
