// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { SCALAR_FIELD_ORDER } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { FeedSnapshot } from '../../prover/chain/snapshot.ts';
import { openTick } from '../../prover/chain/submit.ts';
import {
  as,
  deployVenue,
  expectRefusal,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const ROOT = 11n;
const ACCOUNTS = 200n;
const HEARTBEATS = DEFAULT_VENUE_CONFIG.heartbeats;
const MAX_PROOF_LAG = BigInt(DEFAULT_VENUE_CONFIG.maxProofLag);
const MIN_TICK_INTERVAL = BigInt(DEFAULT_VENUE_CONFIG.minTickInterval);
const [BTC, ETH] = snapshotAt(0n).indexPricesE4;

const TIME_FIELDS = {
  index: 'indexTime',
  perpetual: 'perpetualTime',
  forward: 'forwardTime',
  surface: 'surfaceTime',
  collateral: 'collateralTime',
} as const satisfies Record<keyof typeof HEARTBEATS, keyof FeedSnapshot>;
const COMPONENTS = Object.keys(TIME_FIELDS) as (keyof typeof TIME_FIELDS)[];

describe('MarketFeed', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    venue = await deployVenue(chain);
    start = (await chain.now()) + 10_000n;
    await postRoot(chain, venue, ROOT, ACCOUNTS, start - 100n);
  });

  const post = (snapshot: FeedSnapshot, at = snapshot.time): Promise<unknown> =>
    postSnapshot(chain, venue, snapshot, at);
  const call = <T>(method: string, args: readonly unknown[], schema: z.ZodType<T>): Promise<T> =>
    read(venue.marketFeed, method, args, schema);
  const latestTick = (): Promise<bigint> => call('latestTick', [], z.bigint());
  const halted = (): Promise<boolean> => call('halted', [], z.boolean());
  const admissible = (number: bigint): Promise<unknown> =>
    call('admissibleTick', [number], z.unknown());
  const mineAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await chain.rpc('evm_mine', []);
  };

  describe('ticks', () => {
    it('opens a tick that binds latest root, snapshot and active parameters', async () => {
      const snapshot = snapshotAt(start);
      await post(snapshot);
      const events = await readEvents(venue, chain.provider);
      expect(eventsNamed(events, 'TickOpened').map((event) => event.values)).toEqual([
        {
          number: 1n,
          ledgerRoot: ROOT,
          snapshotHash: snapshot.snapshotHash,
          parameterHash: 77n,
          time: start,
          ledgerSequence: 1n,
          accountCount: ACCOUNTS,
        },
      ]);
      expect(await admissible(1n)).toEqual([ROOT, snapshot.snapshotHash, 77n, start, 1n, ACCOUNTS]);
    });

    it('refuses a snapshot before there is a ledger root', async () => {
      venue = await deployVenue(chain);
      await expectRefusal(post(snapshotAt(start)), 'NoLedgerRoot');
    });

    it('opens a new tick when anyone asks after the ledger root changed', async () => {
      await post(snapshotAt(start));
      await postRoot(chain, venue, 12n, ACCOUNTS, start + 5n);
      await chain.setNextTime(start + MIN_TICK_INTERVAL);
      await send(as(venue.marketFeed, chain.accounts[4]!), 'openTick', []);
      expect(await latestTick()).toBe(2n);
    });

    it('opens a new tick after the parameters changed', async () => {
      await send(venue.riskParameters, 'propose', [78n]);
      const activatableAt = (await chain.now()) + BigInt(DEFAULT_VENUE_CONFIG.parameterDelay);
      await post(snapshotAt(activatableAt - 40n));
      await chain.setNextTime(activatableAt);
      await send(venue.riskParameters, 'activate', []);
      await openTick(venue);
      const events = eventsNamed(await readEvents(venue, chain.provider), 'TickOpened');
      expect(events.map((event) => event.values.parameterHash)).toEqual([77n, 78n]);
    });

    it('opens no tick when nothing changed', async () => {
      await post(snapshotAt(start));
      await chain.setNextTime(start + MIN_TICK_INTERVAL);
      await expectRefusal(openTick(venue), 'NothingChanged', [1n]);
    });

    it('opens no tick before the first snapshot', () =>
      expectRefusal(openTick(venue), 'NoSnapshot'));

    it('opens no tick on a snapshot that has gone stale meanwhile', async () => {
      await post(snapshotAt(start));
      await postRoot(chain, venue, 12n, ACCOUNTS, start + 5n);
      await chain.setNextTime(start + BigInt(HEARTBEATS.index) + 1n);
      await expectRefusal(openTick(venue), 'StaleComponent', [0n, start, start + 1n]);
    });

    it('opens no two ticks within the minimal interval', async () => {
      await post(snapshotAt(start));
      const earliest = start + MIN_TICK_INTERVAL;
      await expectRefusal(post(snapshotAt(earliest - 1n)), 'TickTooSoon', [earliest]);
      await post(snapshotAt(earliest));
      expect(await latestTick()).toBe(2n);
    });

    it('lets a proof cite the current tick and the one before it, no other', async () => {
      for (const n of [0n, 1n, 2n]) await post(snapshotAt(start + n * MIN_TICK_INTERVAL));
      await admissible(3n);
      await admissible(2n);
      await expectRefusal(admissible(1n), 'StaleTick', [1n, 3n]);
    });

    it('refuses to cite a tick that was never opened', async () => {
      await post(snapshotAt(start));
      await expectRefusal(admissible(0n), 'UnknownTick', [0n]);
      await expectRefusal(admissible(2n), 'UnknownTick', [2n]);
    });

    it('refuses to cite even the current tick past the proof lag', async () => {
      await post(snapshotAt(start));
      await mineAt(start + MAX_PROOF_LAG);
      await admissible(1n);
      await mineAt(start + MAX_PROOF_LAG + 1n);
      await expectRefusal(admissible(1n), 'TickTooOld', [1n, MAX_PROOF_LAG + 1n, MAX_PROOF_LAG]);
    });

    it('keeps every tick readable for the record', async () => {
      for (const n of [0n, 1n, 2n]) await post(snapshotAt(start + n * MIN_TICK_INTERVAL));
      const record = await call('tickAt', [1n], z.tuple([z.bigint()]).rest(z.bigint()));
      expect(record).toEqual([ROOT, 1_000_000n + start, 77n, start, 1n, ACCOUNTS]);
    });
  });

  describe('time', () => {
    it('refuses a snapshot from the future', () =>
      expectRefusal(post(snapshotAt(start + 1n), start), 'SnapshotFromTheFuture', [
        start + 1n,
        start,
      ]));

    it('refuses a snapshot that is not newer than the last accepted one', async () => {
      await post(snapshotAt(start));
      await expectRefusal(
        post(snapshotAt(start, { snapshotHash: 5n }), start + MIN_TICK_INTERVAL),
        'SnapshotNotNewer',
        [start, start],
      );
    });

    it.each(COMPONENTS)('accepts a %s exactly as old as its heartbeat', async (component) => {
      const oldest = start - BigInt(HEARTBEATS[component]);
      await post(snapshotAt(start, { [TIME_FIELDS[component]]: oldest }));
      expect(await latestTick()).toBe(1n);
    });

    it.each(COMPONENTS)(
      'refuses a stale %s under an otherwise fresh snapshot',
      async (component) => {
        const oldest = start - BigInt(HEARTBEATS[component]);
        await expectRefusal(
          post(snapshotAt(start, { [TIME_FIELDS[component]]: oldest - 1n })),
          'StaleComponent',
          [COMPONENTS.indexOf(component), oldest - 1n, oldest],
        );
      },
    );

    it.each(COMPONENTS)('refuses a %s that is newer than its snapshot', async (component) => {
      const snapshot = snapshotAt(start, { [TIME_FIELDS[component]]: start + 1n });
      await expectRefusal(post(snapshot, start + 1n), 'ComponentAfterSnapshot', [
        COMPONENTS.indexOf(component),
        start + 1n,
        start,
      ]);
    });

    it.each(COMPONENTS)('refuses a %s older than the one accepted before', async (component) => {
      await post(snapshotAt(start));
      const next = start + MIN_TICK_INTERVAL;
      const snapshot = snapshotAt(next, { [TIME_FIELDS[component]]: start - 1n });
      await expectRefusal(post(snapshot), 'ComponentWentBackwards', [
        COMPONENTS.indexOf(component),
        start - 1n,
        start,
      ]);
    });
  });

  describe('content', () => {
    it('refuses a snapshot hash that is not below the scalar field', () =>
      expectRefusal(
        post(snapshotAt(start, { snapshotHash: SCALAR_FIELD_ORDER })),
        'SignalNotInField',
      ));

    it('refuses a document that is not the one signed', async () => {
      const altered = new TextEncoder().encode('{"snapshot":"of a Test"}');
      await expectRefusal(
        postSnapshot(chain, venue, snapshotAt(start), start, altered),
        'DocumentMismatch',
      );
    });

    it.each([0, 1])('refuses a headline price of zero for underlying %d', async (underlying) => {
      const indexPricesE4 = [BTC, ETH].with(underlying, 0n) as [bigint, bigint];
      await expectRefusal(post(snapshotAt(start, { indexPricesE4 })), 'HeadlinePriceIsZero', [
        underlying,
      ]);
    });
  });

  describe('breaker', () => {
    const next = (prices: [bigint, bigint]): FeedSnapshot =>
      snapshotAt(start + MIN_TICK_INTERVAL, { indexPricesE4: prices });

    it('lets a crash of 30 % between two snapshots through', async () => {
      await post(snapshotAt(start));
      await post(next([(BTC * 70n) / 100n, (ETH * 70n) / 100n]));
      expect(await halted()).toBe(false);
      expect(await latestTick()).toBe(2n);
    });

    it.each([
      ['fall', BTC / 2n, ETH],
      ['rise', BTC, (ETH * 3n) / 2n],
    ] as const)('accepts a %s of exactly the breaker width', async (_, btc, eth) => {
      await post(snapshotAt(start));
      await post(next([btc, eth]));
      expect(await latestTick()).toBe(2n);
    });

    it.each([
      ['fall', 0n, BTC / 2n - 1n, ETH],
      ['rise', 1n, BTC, (ETH * 3n) / 2n + 1n],
    ] as const)(
      'halts the market on a %s beyond it, and takes nothing over from the snapshot',
      async (_, underlying, btc, eth) => {
        await post(snapshotAt(start));
        const snapshot = next([btc, eth]);
        await post(snapshot);
        expect(await halted()).toBe(true);
        expect(await latestTick()).toBe(1n);
        const events = await readEvents(venue, chain.provider);
        expect(eventsNamed(events, 'SnapshotAccepted')).toHaveLength(1);
        expect(eventsNamed(events, 'Halted').map((event) => event.values.haltedAt)).toEqual([
          snapshot.time,
        ]);
        expect(eventsNamed(events, 'BreakerTripped').map((event) => event.values)).toEqual([
          {
            snapshotHash: snapshot.snapshotHash,
            underlying,
            priceE4: [btc, eth][Number(underlying)],
            referencePriceE4: [BTC, ETH][Number(underlying)],
          },
        ]);
      },
    );

    it('refuses, once the halt is lifted, the snapshot that caused it', async () => {
      await post(snapshotAt(start));
      const offending = next([BTC / 3n, ETH]);
      await post(offending);
      await send(venue.marketFeed, 'resume', [[BTC, ETH]]);
      await expectRefusal(post(offending, offending.time + 5n), 'SnapshotNotNewer');
    });

    it('measures the next snapshot against the level governance confirmed', async () => {
      await post(snapshotAt(start));
      await post(next([BTC / 3n, ETH]));
      await send(venue.marketFeed, 'resume', [[BTC / 3n, ETH]]);
      await post(snapshotAt(start + 200n, { indexPricesE4: [BTC / 3n, ETH] }));
      expect(await latestTick()).toBe(2n);
      await post(snapshotAt(start + 300n, { indexPricesE4: [BTC, ETH] }));
      expect(await halted()).toBe(true);
    });
  });

  describe('halt', () => {
    const HALTED_AT = 50n;
    const RESUMED_AT = 90n;
    const haltAt = async (time: bigint): Promise<void> => {
      await chain.setNextTime(time);
      await send(venue.marketFeed, 'halt', []);
    };
    const resumeAt = async (time: bigint): Promise<void> => {
      await chain.setNextTime(time);
      await send(venue.marketFeed, 'resume', [[BTC, ETH]]);
    };

    it('makes every tick inadmissible and refuses snapshots and ticks', async () => {
      await post(snapshotAt(start));
      await postRoot(chain, venue, 12n, ACCOUNTS, start + 5n);
      await haltAt(start + HALTED_AT);
      await expectRefusal(admissible(1n), 'MarketHalted');
      await expectRefusal(post(snapshotAt(start + 60n)), 'MarketHalted');
      await expectRefusal(openTick(venue), 'MarketHalted');
    });

    it('retires the ticks and the snapshot from before it for good', async () => {
      await post(snapshotAt(start));
      await postRoot(chain, venue, 12n, ACCOUNTS, start + 5n);
      await haltAt(start + HALTED_AT);
      await resumeAt(start + 55n);
      await expectRefusal(admissible(1n), 'StaleTick', [1n, 1n]);
      await expectRefusal(openTick(venue), 'NoSnapshot');
      await post(snapshotAt(start + 60n));
      await admissible(2n);
      await expectRefusal(admissible(1n), 'StaleTick', [1n, 2n]);
    });

    it('stops the market clock for exactly as long as it lasts', async () => {
      const clock = (): Promise<bigint> => call('marketClock', [], z.bigint());
      await haltAt(start + HALTED_AT);
      expect(await clock()).toBe(start + HALTED_AT);
      await mineAt(start + 70n);
      expect(await clock()).toBe(start + HALTED_AT);
      await resumeAt(start + RESUMED_AT);
      expect(await clock()).toBe(start + HALTED_AT);
      await mineAt(start + 100n);
      expect(await clock()).toBe(start + 100n - (RESUMED_AT - HALTED_AT));
      await haltAt(start + 110n);
      await resumeAt(start + 115n);
      expect(await clock()).toBe(start + 115n - (RESUMED_AT - HALTED_AT) - 5n);
    });

    it('cannot be called twice nor lifted when there is none', async () => {
      await expectRefusal(send(venue.marketFeed, 'resume', [[BTC, ETH]]), 'MarketNotHalted');
      await haltAt(start);
      await expectRefusal(send(venue.marketFeed, 'halt', []), 'MarketHalted');
    });

    it('is lifted only with a reference price for every underlying', async () => {
      await haltAt(start);
      const resume = (prices: readonly bigint[]): Promise<unknown> =>
        send(venue.marketFeed, 'resume', [[...prices]]);
      await expectRefusal(resume([0n, ETH]), 'HeadlinePriceIsZero', [0n]);
      await expectRefusal(resume([BTC, 0n]), 'HeadlinePriceIsZero', [1n]);
    });

    it('is called and lifted by the owner alone', async () => {
      const stranger = as(venue.marketFeed, chain.accounts[1]!);
      await expectRefusal(send(stranger, 'halt', []), 'OwnableUnauthorizedAccount');
      await haltAt(start);
      await expectRefusal(send(stranger, 'resume', [[BTC, ETH]]), 'OwnableUnauthorizedAccount');
    });
  });

  describe('configuration', () => {
    it('is readable and as deployed', async () => {
      const config = await call('config', [], z.unknown());
      expect(config).toEqual([
        Object.values(HEARTBEATS).map(BigInt),
        BigInt(DEFAULT_VENUE_CONFIG.breakerBps),
        MAX_PROOF_LAG,
        MIN_TICK_INTERVAL,
        BigInt(DEFAULT_VENUE_CONFIG.quorumDelay),
      ]);
    });

    it.each([
      { breakerBps: 0 },
      { maxProofLag: 0 },
      ...COMPONENTS.map((component) => ({ heartbeats: { ...HEARTBEATS, [component]: 0 } })),
    ])('cannot be deployed with %o', async (fault) => {
      const config = { ...DEFAULT_VENUE_CONFIG, ...fault };
      await expectRefusal(deployVenue(chain, { config }), 'InvalidConfig');
    });
  });
});
