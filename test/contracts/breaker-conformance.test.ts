// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { exportedAbi } from '../../prover/chain/abi.ts';
import { asObject, read } from '../../prover/chain/refusal.ts';
import type { FeedSnapshot } from '../../prover/chain/snapshot.ts';
import {
  GUARDS,
  measure,
  type Breach,
  type Breaker,
  type Levels,
} from '../../prover/oracle/breaker.ts';
import {
  deployVenue,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

// What the contract measures with and what a signer refuses by are two implementations of one rule.

const MINUTE = 60n;
const STEPS = 18;
const { breaker } = DEFAULT_VENUE_CONFIG;
const BOUNDS: Breaker = {
  indexBps: BigInt(breaker.indexBps),
  anchorBps: BigInt(breaker.anchorBps),
  anchorBpsPerHour: BigInt(breaker.anchorBpsPerHour),
  perpetualBps: BigInt(breaker.perpetualBps),
  rateBps: BigInt(breaker.rateBps),
  rateBpsPerDay: BigInt(breaker.rateBpsPerDay),
  confirmations: BigInt(breaker.confirmations),
};
const uint = z.bigint();
const stateSchema = z.object({
  acceptedTime: uint,
  breaches: uint,
  haltedAt: uint,
  levels: z.object({
    indexPricesE4: z.tuple([uint, uint]),
    indexAnchorsE4: z.tuple([uint, uint]),
    rateAnchorsQ30: z.tuple([uint, uint, uint]),
  }),
});

/** Moves in 1/100 of 1 %: everyday ones, and those at the very bounds of the breaker. */
const move = (bound: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -300, max: 300 }) },
    { weight: 2, arbitrary: fc.integer({ min: -bound - 1, max: bound + 1 }) },
    { weight: 1, arbitrary: fc.constantFrom(-bound - 1, -bound, bound, bound + 1) },
  );
const step = fc.record({
  minutes: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })),
  index: fc.tuple(move(breaker.indexBps), move(breaker.indexBps)),
  perpetual: fc.tuple(move(breaker.perpetualBps), move(breaker.perpetualBps)),
  rate: fc.tuple(move(breaker.rateBps), move(breaker.rateBps), move(breaker.rateBps)),
  /** A unit more or less: what a bound rounds is seen. */
  unit: fc.integer({ min: -1, max: 1 }),
});
/** A walk in one direction, minute by minute, is what the slow anchor is for. */
const sequence = fc.record({
  drift: fc.constantFrom(-900, 0, 900),
  steps: fc.array(step, { minLength: STEPS, maxLength: STEPS }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const moved = (level: bigint, bps: number, unit = 0): bigint => {
  const value = level + (level * BigInt(bps)) / 10_000n + BigInt(unit);
  return value > 0n ? value : 1n;
};

function following(before: FeedSnapshot, { minutes, index, perpetual, rate, unit }: Step) {
  const indexPricesE4 = [
    moved(before.indexPricesE4[0], index[0], unit),
    moved(before.indexPricesE4[1], index[1], unit),
  ] as [bigint, bigint];
  return snapshotAt(before.time + BigInt(minutes) * MINUTE, {
    indexPricesE4,
    perpetualMarksE4: [
      moved(indexPricesE4[0], perpetual[0], unit),
      moved(indexPricesE4[1], perpetual[1]),
    ],
    redemptionRatesQ30: [
      moved(before.redemptionRatesQ30[0], rate[0], unit),
      moved(before.redemptionRatesQ30[1], rate[1]),
      moved(before.redemptionRatesQ30[2], rate[2]),
    ],
  });
}

describe('the breaker of the signers and that of the contract', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;
  let deployed: unknown;
  const feed = exportedAbi('MarketFeed');

  beforeAll(async () => {
    chain = await startChain();
    venue = await deployVenue(chain);
    start = minuteFrom((await chain.now()) + 1_000n);
    await postRoot(chain, venue, 11n, 200n, start - 100n);
    deployed = await chain.save();
  });
  afterAll(() => chain.close());

  const trippedBy = async (snapshot: FeedSnapshot): Promise<Breach[]> => {
    const receipt = await postSnapshot(chain, venue, snapshot);
    return receipt.logs.flatMap((log) => {
      const event = feed.parseLog(log);
      if (event?.name !== 'BreakerTripped') return [];
      const [, guard, which, value, level] = event.args.toArray() as bigint[];
      return [
        {
          guard: GUARDS[Number(guard)]!,
          which: Number(which),
          value: value!,
          level: level!,
        },
      ];
    });
  };

  it('say the same of random sequences: which numbers, which levels, what follows', async () => {
    const seen = new Set<string>();
    let accepted = 0;
    const run = async ({ drift, steps }: { drift: number; steps: Step[] }): Promise<void> => {
      deployed = await chain.restore(deployed);
      let last = snapshotAt(start);
      await postSnapshot(chain, venue, last);
      for (const one of steps) {
        const state = await readFeedStateOf();
        if (state.haltedAt !== 0n) break;
        const index: [number, number] = [one.index[0] + drift, one.index[1]];
        const minutes = drift === 0 ? one.minutes : 1;
        const snapshot = following(last, { ...one, minutes, index });
        const expected = measure(
          snapshot,
          state.levels,
          BOUNDS,
          snapshot.time - state.acceptedTime,
        );
        const key = ({ guard, which }: Breach): string => `${guard} ${which}`;
        const sorted = (breaches: readonly Breach[]): Breach[] =>
          [...breaches].sort((left, right) => (key(left) < key(right) ? -1 : 1));
        expect(sorted(await trippedBy(snapshot))).toEqual(sorted(expected.breaches));
        for (const { guard } of expected.breaches) seen.add(guard);
        const after = await readFeedStateOf();
        const isAccepted = expected.breaches.length === 0;
        // In a halt there is no level until one is announced.
        if (after.haltedAt === 0n) {
          expect(after.levels).toEqual(isAccepted ? expected.next : state.levels);
        }
        expect(after.breaches).toBe(isAccepted ? 0n : state.breaches + 1n);
        expect(after.haltedAt !== 0n).toBe(after.breaches >= BOUNDS.confirmations);
        if (isAccepted) accepted += 1;
        // A snapshot beyond the breaker is no level to go on from; the minute is taken all the same.
        last = isAccepted ? snapshot : { ...last, time: snapshot.time };
      }
    };
    await fc.assert(fc.asyncProperty(sequence, run), {
      numRuns: 12,
      endOnFailure: true,
    });
    // The sequences are worth something: every guard spoke, and most snapshots passed.
    expect([...seen].sort()).toEqual([...GUARDS].sort());
    expect(accepted).toBeGreaterThan(30);
  }, 180_000);

  const readFeedStateOf = () =>
    read(venue.marketFeed, 'state', [], asObject(stateSchema)).then((state) => ({
      ...state,
      levels: state.levels satisfies Levels,
    }));
});
