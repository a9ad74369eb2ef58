// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, ZeroAddress, ZeroHash, keccak256, type Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { FeedSnapshot } from '../../prover/chain/snapshot.ts';
import {
  ORACLES,
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  guardianOf,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const ROOT = 11n;
const ACCOUNTS = 200n;
const PARAMETERS = 77n;
const MINUTE = 60n;
const CONFIG: VenueConfig = { ...SAMPLE_VENUE_CONFIG, downtimeAfter: 600 };
const HEARTBEATS = CONFIG.heartbeats;
const MAX_AGE = BigInt(CONFIG.maxSnapshotAge);
const SUPERSEDED_FOR = BigInt(CONFIG.supersededFor);
const RESUME_DELAY = BigInt(CONFIG.resumeDelay);
const [BTC, ETH] = snapshotAt(0n).indexPricesE4;
const ONE = 2n ** 30n;
const RATES: readonly [bigint, bigint, bigint] = [ONE, ONE, ONE];

/** As `IMarketFeed.Purpose` and `IMarketFeed.Guard` count them. */
const PURPOSE = { open: 0, bid: 1, cure: 2, withdraw: 3, claim: 4 } as const;
type Purpose = keyof typeof PURPOSE;
const PURPOSES = Object.keys(PURPOSE) as Purpose[];
const GUARD = { last: 0n, anchor: 1n, perpetual: 2n, rate: 3n } as const;

const TIME_FIELDS = {
  index: 'indexTime',
  perpetual: 'perpetualTime',
  forward: 'forwardTime',
  surface: 'surfaceTime',
  collateral: 'collateralTime',
} as const satisfies Record<keyof typeof HEARTBEATS, keyof FeedSnapshot>;
const COMPONENTS = Object.keys(TIME_FIELDS) as (keyof typeof TIME_FIELDS)[];

/** A snapshot whose perpetuals move along with the indices. */
function priced(time: bigint, btc: bigint, eth = ETH, more: Partial<FeedSnapshot> = {}) {
  const prices: [bigint, bigint] = [btc, eth];
  return snapshotAt(time, { indexPricesE4: prices, perpetualMarksE4: prices, ...more });
}

describe('MarketFeed', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  /** With a ledger root; some tests have a venue of their own. */
  let first: LocalVenue;
  let start: bigint;
  let deployed: unknown;

  beforeAll(async () => {
    chain = await startChain();
    venue = first = await deployVenue(chain, { config: CONFIG });
    start = minuteFrom((await chain.now()) + 1_000n);
    await postRoot(chain, venue, ROOT, ACCOUNTS, start - 100n);
    deployed = await chain.save();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    venue = first;
    deployed = await chain.restore(deployed);
  });

  const post = (snapshot: FeedSnapshot, at = snapshot.time): Promise<unknown> =>
    postSnapshot(chain, venue, snapshot, at);
  const call = <T>(method: string, args: readonly unknown[], schema: z.ZodType<T>): Promise<T> =>
    read(venue.marketFeed, method, args, schema);
  const latestTick = (): Promise<bigint> => call('latestTick', [], z.bigint());
  const halted = (): Promise<boolean> => call('halted', [], z.boolean());
  const clock = (): Promise<bigint> => call('marketClock', [], z.bigint());
  const admissible = (number: bigint, purpose: Purpose = 'open'): Promise<unknown> =>
    call('admissibleTick', [number, PURPOSE[purpose]], z.unknown());
  const allows = async (number: bigint): Promise<Purpose[]> => {
    const found: Purpose[] = [];
    for (const purpose of PURPOSES) {
      const taken = await admissible(number, purpose).then(
        () => true,
        () => false,
      );
      if (taken) found.push(purpose);
    }
    return found;
  };
  const mineAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await chain.rpc('evm_mine', []);
  };
  const haltAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
  };
  const announceAt = async (time: bigint, prices = [BTC, ETH], rates = RATES): Promise<unknown> => {
    await chain.setNextTime(time);
    return send(venue.marketFeed, 'announceResume', [[...prices], [...rates]]);
  };

  describe('ticks', () => {
    it('opens a tick that binds root, snapshot and active parameters', async () => {
      const snapshot = snapshotAt(start);
      await post(snapshot, start + 7n);
      const events = await readEvents(venue, chain.provider);
      expect(eventsNamed(events, 'TickOpened').map((event) => event.values)).toEqual([
        {
          number: 1n,
          ledgerRoot: ROOT,
          snapshotHash: snapshot.snapshotHash,
          parameterHash: PARAMETERS,
          time: start + 7n,
          ledgerSequence: 1n,
          accountCount: ACCOUNTS,
        },
      ]);
      const tick = [ROOT, snapshot.snapshotHash, PARAMETERS, start + 7n, start, 1n, ACCOUNTS];
      expect(await call('tickAt', [1n], z.unknown())).toEqual(tick);
      const binding = keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ['uint256', 'uint256', 'uint256'],
          [ROOT, snapshot.snapshotHash, PARAMETERS],
        ),
      );
      const cited = (at: bigint): unknown => [1n, ACCOUNTS, 1n, at, binding];
      expect(await admissible(1n)).toEqual(cited(await clock()));
      expect(await call('citedTick', [1n], z.unknown())).toEqual(cited(await clock()));
      // Of a tick that was never opened nothing is known but the time.
      const none = [2n, 0n, 0n, await clock(), ZeroHash];
      expect(await call('citedTick', [2n], z.unknown())).toEqual(none);
    });

    it('refuses a snapshot before there is a ledger root', async () => {
      venue = await deployVenue(chain, { config: CONFIG });
      await expectRefusal(post(snapshotAt(start)), 'NoLedgerRoot');
    });

    it('judges no ledger at prices that its maker knew: a root after the snapshot’s time waits', async () => {
      await postRoot(chain, venue, 12n, ACCOUNTS, start + 1n);
      await post(snapshotAt(start), start + 2n);
      expect(await call('tickAt', [1n], z.array(z.bigint()))).toMatchObject({ 0: ROOT, 5: 1n });
      await post(snapshotAt(start + MINUTE));
      expect(await call('tickAt', [2n], z.array(z.bigint()))).toMatchObject({ 0: 12n, 5: 2n });
    });

    it('takes a root of the very second of the snapshot', async () => {
      await postRoot(chain, venue, 12n, ACCOUNTS, start);
      await post(snapshotAt(start), start + 1n);
      expect(await call('tickAt', [1n], z.array(z.bigint()))).toMatchObject({ 0: 12n });
    });

    it('refuses a snapshot when every root came after its time', async () => {
      venue = await deployVenue(chain, { config: CONFIG });
      await postRoot(chain, venue, ROOT, ACCOUNTS, start + 1n);
      await expectRefusal(post(snapshotAt(start), start + 2n), 'NoLedgerRoot');
    });

    it('keeps every tick readable for the record', async () => {
      for (const n of [0n, 1n, 2n]) await post(snapshotAt(start + n * MINUTE));
      const record = await call('tickAt', [1n], z.array(z.bigint()));
      expect(record).toMatchObject({ 0: ROOT, 1: 1_000_000n + start, 3: start });
    });
  });

  describe('time', () => {
    it('takes whole minutes only', () =>
      expectRefusal(post(snapshotAt(start + 30n)), 'NotOnTheMinute', [start + 30n]));

    it('refuses a snapshot from the future', () =>
      expectRefusal(post(snapshotAt(start), start - 1n), 'SnapshotFromTheFuture', [
        start,
        start - 1n,
      ]));

    it('takes the newest minute only: a relayer cannot prefer an older snapshot', async () => {
      const older = snapshotAt(start, { deadline: start + 1_000n });
      const newer = snapshotAt(start + MINUTE);
      await expectRefusal(post(older, newer.time), 'NotTheNewestSlot', [start, newer.time]);
      await post(newer, newer.time + 59n);
      expect(await latestTick()).toBe(1n);
    });

    it('lets a stranger’s relaying shut out no later snapshot, crash or not', async () => {
      await post(snapshotAt(start), start + 59n);
      await post(priced(start + MINUTE, (BTC * 7n) / 10n), start + MINUTE);
      expect(await latestTick()).toBe(2n);
      expect(venue.marketFeed.interface.hasFunction('openTick')).toBe(false);
    });

    it('refuses signatures past their deadline', async () => {
      const snapshot = snapshotAt(start, { deadline: start + 20n });
      await expectRefusal(post(snapshot, start + 21n), 'DeadlinePassed', [
        start + 20n,
        start + 21n,
      ]);
      expect(await latestTick()).toBe(0n);
      await post(snapshot, start + 20n);
      expect(await latestTick()).toBe(1n);
    });

    it('refuses a second snapshot of one minute', async () => {
      await post(snapshotAt(start));
      const second = snapshotAt(start, { snapshotHash: 5n });
      await expectRefusal(post(second, start + 30n), 'SnapshotNotNewer', [start, start]);
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
      for (const [time, told] of [
        [start + 1n, start + 1n],
        [2n ** 63n, 2n ** 40n - 1n],
      ] as const) {
        await expectRefusal(
          post(snapshotAt(start, { [TIME_FIELDS[component]]: time }), start + 1n),
          'ComponentAfterSnapshot',
          [COMPONENTS.indexOf(component), told, start],
        );
        deployed = await chain.restore(deployed);
      }
    });

    it.each(COMPONENTS)('refuses a %s older than the one accepted before', async (component) => {
      await post(snapshotAt(start));
      const snapshot = snapshotAt(start + MINUTE, { [TIME_FIELDS[component]]: start - 1n });
      await expectRefusal(post(snapshot), 'ComponentWentBackwards', [
        COMPONENTS.indexOf(component),
        start - 1n,
        start,
      ]);
    });
  });

  describe('content', () => {
    it('refuses a snapshot hash that is not below the scalar field', () =>
      expectRefusal(post(snapshotAt(start, { snapshotHash: SCALAR_FIELD })), 'SignalNotInField'));

    it('refuses a document that is not the one signed', async () => {
      const altered = new TextEncoder().encode('{"snapshot":"of a Test"}');
      await expectRefusal(
        postSnapshot(chain, venue, snapshotAt(start), start, altered),
        'DocumentMismatch',
      );
    });

    it.each([0, 1])('refuses a price of zero for underlying %d', async (underlying) => {
      const prices = [BTC, ETH].with(underlying, 0n) as [bigint, bigint];
      await expectRefusal(post(snapshotAt(start, { indexPricesE4: prices })), 'HeadlineIsZero', [
        GUARD.last,
        underlying,
      ]);
      deployed = await chain.restore(deployed);
      await expectRefusal(post(snapshotAt(start, { perpetualMarksE4: prices })), 'HeadlineIsZero', [
        GUARD.perpetual,
        underlying,
      ]);
    });

    it.each([0, 1, 2])('refuses a redemption rate of zero for coin %d', async (coin) => {
      const rates = [ONE, ONE, ONE].with(coin, 0n) as [bigint, bigint, bigint];
      await expectRefusal(
        post(snapshotAt(start, { redemptionRatesQ30: rates })),
        'HeadlineIsZero',
        [GUARD.rate, coin],
      );
    });
  });

  describe('of 40 bits, which is what the feed keeps of a number', () => {
    const MOST = 2n ** 40n - 1n;
    const beyond = [
      ['index', GUARD.last, 0, { indexPricesE4: [MOST + 1n, ETH] }],
      ['perpetual', GUARD.perpetual, 1, { perpetualMarksE4: [BTC, MOST + 1n] }],
      ['rate', GUARD.rate, 2, { redemptionRatesQ30: [ONE, ONE, MOST + 1n] }],
      // One that would be a small number in 40 bits, and a zero in 64.
      ['index of 2^63', GUARD.last, 1, { indexPricesE4: [BTC, 2n ** 63n] }],
    ] as const satisfies readonly (readonly [string, bigint, number, object])[];

    it.each(beyond)('refuses the first that does not fit: %s', async (_, guard, which, change) => {
      const snapshot = snapshotAt(start, change as Partial<FeedSnapshot>);
      const value = Object.values(change)[0]![which]!;
      await expectRefusal(post(snapshot), 'HeadlineTooLarge', [guard, which, value]);
    });

    it('takes the last that does', async () => {
      await post(priced(start, MOST, MOST));
      expect(await latestTick()).toBe(1n);
    });
  });

  describe('what the ledger has booked', () => {
    let ledgers: Contract;
    let feed: LocalVenue;

    beforeEach(async () => {
      const [owner] = chain.accounts;
      ledgers = await deployContract(owner!, 'BookedLedgers');
      const marketFeed = await deployContract(owner!, 'MarketFeed', [
        ledgers.target,
        venue.addresses.riskParameters,
        ZeroAddress,
        CONFIG,
        ORACLES.map(({ address }) => address),
        2,
        await owner!.getAddress(),
        await guardianOf(chain).getAddress(),
      ]);
      feed = {
        ...venue,
        marketFeed,
        addresses: { ...venue.addresses, marketFeed: await marketFeed.getAddress() },
      };
    });
    const postBooked = (time: bigint, bookedThrough: bigint): Promise<unknown> =>
      postSnapshot(chain, feed, snapshotAt(time, { bookedThrough }));

    it('refuses a snapshot that drops an expiry which the tick’s ledger still holds', async () => {
      await send(ledgers, 'book', [start - 100n]);
      await expectRefusal(postBooked(start, start - 99n), 'BookedThroughAheadOfLedger', [
        start - 99n,
        start - 100n,
      ]);
      await postBooked(start + MINUTE, start - 100n);
    });

    it('refuses one that forgets what was booked', async () => {
      await send(ledgers, 'book', [start]);
      await postBooked(start, start - 100n);
      await expectRefusal(postBooked(start + MINUTE, start - 101n), 'BookedThroughWentBackwards', [
        start - 101n,
        start - 100n,
      ]);
    });

    it('refuses one that says so of the future', async () => {
      await send(ledgers, 'book', [start + 10n]);
      await expectRefusal(postBooked(start, start + 1n), 'BookedThroughAfterSnapshot', [
        start + 1n,
        start,
      ]);
    });

    it('goes on for a ledger that stands still', async () => {
      await send(ledgers, 'book', [start]);
      for (const n of [0n, 1n, 2n, 3n]) await postBooked(start + n * MINUTE, start);
      expect(await read(feed.marketFeed, 'latestTick', [], z.bigint())).toBe(4n);
    });
  });

  describe('what a tick serves', () => {
    it('everything, while it is current and its snapshot is fresh, to the second', async () => {
      await post(snapshotAt(start), start + 5n);
      await mineAt(start + MAX_AGE);
      expect(await allows(1n)).toEqual(PURPOSES);
      await mineAt(start + MAX_AGE + 1n);
      await expectRefusal(admissible(1n), 'TickTooOld', [1n, MAX_AGE + 1n, MAX_AGE]);
      // In silence the last tick must not become a free option, but a deposit must still cure.
      expect(await allows(1n)).toEqual(['cure']);
    });

    it('all but claims for 36 seconds after the next one came, to the second', async () => {
      await post(snapshotAt(start));
      await post(snapshotAt(start + MINUTE));
      await mineAt(start + MINUTE + SUPERSEDED_FOR);
      expect(await allows(1n)).toEqual(['open', 'bid', 'cure', 'withdraw']);
      expect(await allows(2n)).toEqual(PURPOSES);
      await mineAt(start + MINUTE + SUPERSEDED_FOR + 1n);
      expect(await allows(1n)).toEqual([]);
      await expectRefusal(admissible(1n, 'cure'), 'StaleTick', [1n, 2n]);
    });

    it('nothing once two came after it', async () => {
      for (const n of [0n, 1n, 2n]) await post(snapshotAt(start + n * MINUTE));
      expect(await allows(1n)).toEqual([]);
    });

    it.each([
      ['an index that fell', { indexPricesE4: [(BTC * 9_899n) / 10_000n, ETH] }],
      ['an index that rose', { indexPricesE4: [BTC, (ETH * 10_101n) / 10_000n] }],
      ['a perpetual of bitcoin that moved', { perpetualMarksE4: [(BTC * 10_101n) / 10_000n, ETH] }],
      ['a perpetual that moved', { perpetualMarksE4: [BTC, (ETH * 10_101n) / 10_000n] }],
    ] as const)(
      'cures alone after %s by more than 1 %%: no choice of the worse of two',
      async (_, change) => {
        await post(snapshotAt(start));
        await post(snapshotAt(start + MINUTE, change as Partial<FeedSnapshot>));
        expect(await allows(1n)).toEqual(['cure']);
        await expectRefusal(admissible(1n, 'bid'), 'PriceMoved', [1n, 2n]);
      },
    );

    it('what it did after a move of exactly 1 %', async () => {
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, (BTC * 9_900n) / 10_000n));
      expect(await allows(1n)).toContain('open');
    });

    it('nothing that was never opened', async () => {
      await post(snapshotAt(start));
      await expectRefusal(admissible(0n, 'cure'), 'UnknownTick', [0n]);
      await expectRefusal(admissible(2n, 'cure'), 'UnknownTick', [2n]);
    });

    it('cures alone while the market is halted, and the last tick alone', async () => {
      await post(snapshotAt(start));
      await post(snapshotAt(start + MINUTE));
      await haltAt(start + MINUTE + 5n);
      expect(await allows(2n)).toEqual(['cure']);
      expect(await allows(1n)).toEqual([]);
      await expectRefusal(admissible(2n), 'MarketHalted');
    });

    it('cures alone while a breach awaits its confirmation', async () => {
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, BTC / 3n));
      expect(await allows(1n)).toEqual(['cure']);
      await expectRefusal(admissible(1n, 'bid'), 'MarketUncertain', [1n]);
      await post(snapshotAt(start + 2n * MINUTE));
      expect(await allows(2n)).toEqual(PURPOSES);
    });

    it('cures and withdrawals for a while after an oracle was silent', async () => {
      await post(snapshotAt(start));
      const back = start + 660n;
      await post(snapshotAt(back));
      expect(await allows(2n)).toEqual(['cure', 'withdraw']);
      await expectRefusal(admissible(2n), 'DowntimeGrace', [back + 300n]);
      await post(snapshotAt(back + MINUTE));
      // The older of two too, for its 36 seconds.
      expect(await allows(2n)).toEqual(['cure', 'withdraw']);
      for (let n = 2n; n <= 5n; n += 1n) await post(snapshotAt(back + n * MINUTE));
      expect(await allows(7n)).toEqual(PURPOSES);
    });

    it('at once again after a gap that was no downtime', async () => {
      await post(snapshotAt(start));
      await post(snapshotAt(start + 600n));
      expect(await allows(2n)).toEqual(PURPOSES);
    });
  });

  describe('breaker', () => {
    const tripped = async (): Promise<readonly (readonly bigint[])[]> => {
      const events = await readEvents(venue, chain.provider);
      return eventsNamed(events, 'BreakerTripped').map(({ values }) => [
        values.guard,
        values.which,
        values.value,
        values.level,
      ]);
    };

    it('lets a crash of 30 % between two snapshots through', async () => {
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, (BTC * 70n) / 100n, (ETH * 70n) / 100n));
      expect(await latestTick()).toBe(2n);
    });

    it.each([
      ['fall', BTC / 2n, ETH],
      ['rise', BTC, (ETH * 3n) / 2n],
    ] as const)('accepts a %s of exactly the breaker width', async (_, btc, eth) => {
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, btc, eth));
      expect(await latestTick()).toBe(2n);
      expect(await tripped()).toEqual([]);
    });

    it.each([
      ['fall', 0n, BTC / 2n - 1n, ETH],
      ['rise', 1n, BTC, (ETH * 3n) / 2n + 1n],
    ] as const)(
      'does not accept a %s beyond it, and halts on the second in a row',
      async (_, underlying, btc, eth) => {
        await post(snapshotAt(start));
        await post(priced(start + MINUTE, btc, eth));
        expect([await halted(), await latestTick()]).toEqual([false, 1n]);
        const [value, level] = underlying === 0n ? [btc, BTC] : [eth, ETH];
        expect(await tripped()).toEqual([[GUARD.last, underlying, value, level]]);
        await post(priced(start + 2n * MINUTE, btc, eth));
        expect([await halted(), await latestTick()]).toEqual([true, 1n]);
      },
    );

    it('forgets a breach that the next snapshot does not confirm', async () => {
      await post(snapshotAt(start));
      for (const n of [1n, 3n, 5n]) {
        await post(priced(start + n * MINUTE, BTC * 2n));
        await post(snapshotAt(start + (n + 1n) * MINUTE));
      }
      expect([await halted(), await latestTick()]).toEqual([false, 4n]);
    });

    it('counts no snapshot twice', async () => {
      await post(snapshotAt(start));
      const offending = priced(start + MINUTE, BTC / 3n);
      await post(offending);
      await expectRefusal(post(offending, offending.time + 5n), 'SnapshotNotNewer');
    });

    it('sees a slow walk: twenty snapshots of −7 % each, and two of −49 %', async () => {
      await post(snapshotAt(start));
      let price = BTC;
      let accepted = 1n;
      for (let n = 1n; n <= 20n && !(await halted()); n += 1n) {
        price = (price * 93n) / 100n;
        await post(priced(start + n * MINUTE, price));
        accepted = await latestTick();
      }
      expect(await halted()).toBe(true);
      // 0.93^13 is the last above 40 % of the anchor, which followed by 4 % meanwhile.
      expect(accepted).toBe(14n);
      expect((await tripped()).map(([guard]) => guard)).toEqual([GUARD.anchor, GUARD.anchor]);

      deployed = await chain.restore(deployed);
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, (BTC * 51n) / 100n));
      await post(priced(start + 2n * MINUTE, (BTC * 26n) / 100n));
      expect(await latestTick()).toBe(2n);
      expect((await tripped())[0]).toMatchObject({ 0: GUARD.anchor, 2: (BTC * 26n) / 100n });
    });

    it('carries its anchor by 20 % an hour and no faster, however small the steps', async () => {
      await post(snapshotAt(start));
      await post(priced(start + MINUTE, (BTC * 60n) / 100n));
      const state = await call('state', [], z.unknown());
      const anchors = z.array(z.unknown()).parse(z.array(z.unknown()).parse(state)[7])[1];
      expect(anchors).toEqual([BTC - (BTC * 2_000n * MINUTE) / (10_000n * 3_600n), ETH]);
    });

    it('sees a perpetual mark ×10 with the index right, from the first snapshot on', async () => {
      const marks: [bigint, bigint] = [BTC * 10n, ETH];
      await post(snapshotAt(start, { perpetualMarksE4: marks }));
      expect(await latestTick()).toBe(0n);
      expect(await tripped()).toEqual([[GUARD.perpetual, 0n, BTC * 10n, BTC]]);
      await post(snapshotAt(start + MINUTE, { perpetualMarksE4: marks }));
      expect(await halted()).toBe(true);
    });

    it('accepts a perpetual exactly 10 % from its index, and none further', async () => {
      await post(snapshotAt(start, { perpetualMarksE4: [(BTC * 11n) / 10n, (ETH * 9n) / 10n] }));
      expect(await latestTick()).toBe(1n);
      await post(snapshotAt(start + MINUTE, { perpetualMarksE4: [BTC, (ETH * 9n) / 10n - 1n] }));
      expect(await latestTick()).toBe(1n);
    });

    it('sees a redemption rate that jumps, and one that walks', async () => {
      await post(snapshotAt(start));
      const withRate = (time: bigint, rate: bigint): FeedSnapshot =>
        snapshotAt(time, { redemptionRatesQ30: [ONE, ONE, rate] });
      await post(withRate(start + MINUTE, (ONE * 97n) / 100n));
      await post(withRate(start + 2n * MINUTE, (ONE * 96n) / 100n));
      expect(await latestTick()).toBe(3n);
      await post(withRate(start + 3n * MINUTE, (ONE * 94n) / 100n));
      expect(await latestTick()).toBe(3n);
      expect((await tripped())[0]).toMatchObject({ 0: GUARD.rate, 1: 2n });
      await post(withRate(start + 4n * MINUTE, ONE * 2n));
      expect(await halted()).toBe(true);
    });
  });

  describe('halt', () => {
    it('refuses snapshots until one may end it', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      const bound = start + 50n + BigInt(CONFIG.maxHaltSeconds);
      await expectRefusal(post(snapshotAt(start + MINUTE)), 'NotYetResumable', [bound]);
    });

    it('ends with the first snapshot near the announced level, not before its delay', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      await announceAt(start + 60n);
      const from = start + 60n + RESUME_DELAY;
      await expectRefusal(post(snapshotAt(from - MINUTE)), 'NotYetResumable', [from]);
      await post(snapshotAt(from));
      expect([await halted(), await latestTick()]).toEqual([false, 2n]);
      expect(await allows(1n)).toEqual([]);
      expect(await allows(2n)).toEqual(['cure', 'withdraw']);
      const resumed = eventsNamed(await readEvents(venue, chain.provider), 'Resumed');
      expect(resumed.map(({ values }) => values.resumedAt)).toEqual([from]);
    });

    it('is not ended by a snapshot signed before it, nor during it', async () => {
      await post(snapshotAt(start));
      const before = snapshotAt(start + MINUTE, { deadline: start + 10_000n });
      await haltAt(start + MINUTE + 1n);
      await announceAt(start + MINUTE + 2n);
      const from = start + MINUTE + 2n + RESUME_DELAY;
      await expectRefusal(post(before, start + MINUTE + 10n), 'NotYetResumable', [from]);
      await expectRefusal(post(before, minuteFrom(from)), 'NotYetResumable', [from]);
    });

    it('is measured against the level that the owner named, and refused far from it', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      const low = BTC / 3n;
      await announceAt(start + 60n, [low, ETH]);
      const from = start + 60n + RESUME_DELAY;
      await expectRefusal(post(snapshotAt(from)), 'BeyondResumeLevel', [GUARD.last, 0n, BTC, low]);
      expect(await halted()).toBe(true);
      await post(priced(from + MINUTE, low));
      await post(priced(from + 2n * MINUTE, low));
      expect(await latestTick()).toBe(3n);
      // From now on the level is the one resumed at.
      await post(snapshotAt(from + 3n * MINUTE));
      expect(await latestTick()).toBe(3n);
    });

    it('measures a redemption rate and a perpetual at its end too', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      await announceAt(start + 60n, [BTC, ETH], [ONE, ONE, ONE / 2n]);
      const from = start + 60n + RESUME_DELAY;
      await expectRefusal(post(snapshotAt(from)), 'BeyondResumeLevel', [
        GUARD.rate,
        2n,
        ONE,
        ONE / 2n,
      ]);
      const marks: [bigint, bigint] = [BTC * 10n, ETH];
      await expectRefusal(
        post(snapshotAt(from + MINUTE, { perpetualMarksE4: marks })),
        'BeyondResumeLevel',
        [GUARD.perpetual, 0n, BTC * 10n, BTC],
      );
    });

    it('is ended by the quorum alone when nobody announced anything for days', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      const bound = start + 50n + BigInt(CONFIG.maxHaltSeconds);
      await expectRefusal(post(snapshotAt(minuteFrom(bound) - MINUTE)), 'NotYetResumable', [bound]);
      await post(priced(minuteFrom(bound), BTC / 10n, ETH * 3n));
      expect([await halted(), await latestTick()]).toEqual([false, 2n]);
    });

    it('is started by the guardian alone, once, until the owner arms it again', async () => {
      const guardian = as(venue.marketFeed, guardianOf(chain));
      const owner = await chain.accounts[0]!.getAddress();
      const address = await guardianOf(chain).getAddress();
      await expectRefusal(send(venue.marketFeed, 'halt', []), 'NotTheGuardian', [address, owner]);
      await expectRefusal(send(venue.marketFeed, 'armGuardian', []), 'GuardianAlreadyArmed');
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      expect(await call('guardianArmed', [], z.boolean())).toBe(false);
      await expectRefusal(send(guardian, 'halt', []), 'MarketHalted');
      await expectRefusal(send(venue.marketFeed, 'armGuardian', []), 'MarketHalted');
      await announceAt(start + 60n);
      await post(snapshotAt(start + 60n + RESUME_DELAY));
      await expectRefusal(send(guardian, 'halt', []), 'GuardianNotArmed');
      await expectRefusal(send(guardian, 'armGuardian', []), 'OwnableUnauthorizedAccount');
      await send(venue.marketFeed, 'armGuardian', []);
      await send(guardian, 'halt', []);
      expect(await halted()).toBe(true);
    });

    it('is lifted at a level of every component, by the owner alone', async () => {
      await expectRefusal(announceAt(start), 'MarketNotHalted');
      await haltAt(start + 1n);
      await expectRefusal(announceAt(start + 2n, [0n, ETH]), 'HeadlineIsZero', [GUARD.last, 0n]);
      await expectRefusal(announceAt(start + 3n, [BTC, ETH], [ONE, 0n, ONE]), 'HeadlineIsZero', [
        GUARD.rate,
        1n,
      ]);
      const guardian = as(venue.marketFeed, guardianOf(chain));
      await expectRefusal(
        send(guardian, 'announceResume', [[BTC, ETH], [...RATES]]),
        'OwnableUnauthorizedAccount',
      );
    });
  });

  describe('market clock', () => {
    it('runs from tick to tick, by two minutes at most for each', async () => {
      expect(await clock()).toBe(0n);
      await post(snapshotAt(start), start + 3n);
      expect(await clock()).toBe(0n);
      await mineAt(start + 33n);
      expect(await clock()).toBe(30n);
      await post(snapshotAt(start + MINUTE), start + MINUTE + 13n);
      expect(await clock()).toBe(70n);
      await mineAt(start + 1_000n);
      expect(await clock()).toBe(190n);
      await post(snapshotAt(start + 1_020n));
      expect(await clock()).toBe(190n);
    });

    it('stands still through a halt, until the tick that ends it', async () => {
      await post(snapshotAt(start));
      await haltAt(start + 50n);
      expect(await clock()).toBe(50n);
      await announceAt(start + 60n);
      await mineAt(start + 600n);
      expect(await clock()).toBe(50n);
      const from = start + 60n + RESUME_DELAY;
      await post(snapshotAt(from));
      expect(await clock()).toBe(50n);
      await mineAt(from + 7n);
      expect(await clock()).toBe(57n);
    });
  });

  describe('configuration', () => {
    it('is readable and as deployed', async () => {
      const numbers = (values: object): bigint[] =>
        (Object.values(values) as number[]).map((value) => BigInt(value));
      expect(await call('config', [], z.unknown())).toEqual([
        numbers(HEARTBEATS),
        numbers(CONFIG.breaker),
        ...numbers([
          CONFIG.maxSnapshotAge,
          CONFIG.supersededFor,
          CONFIG.jumpBps,
          CONFIG.maxClockGap,
          CONFIG.downtimeAfter,
          CONFIG.graceSeconds,
          CONFIG.resumeDelay,
          CONFIG.maxHaltSeconds,
          CONFIG.quorumDelay,
          CONFIG.tighteningDelay,
        ]),
      ]);
    });

    it.each([
      ...COMPONENTS.map((component) => ({ heartbeats: { ...HEARTBEATS, [component]: 0 } })),
      ...(
        [
          ['indexBps', 0],
          ['indexBps', 6_001],
          ['anchorBps', 10_000],
          ['anchorBpsPerHour', 0],
          ['perpetualBps', 0],
          ['perpetualBps', 10_000],
          ['rateBps', 0],
          ['rateBps', 10_000],
          ['rateBpsPerDay', 0],
          ['confirmations', 0],
        ] as const
      ).map(([name, value]) => ({ breaker: { ...CONFIG.breaker, [name]: value } })),
      { maxSnapshotAge: 119 },
      { supersededFor: 0 },
      { supersededFor: 60 },
      { jumpBps: 0 },
      { maxClockGap: 59 },
      { downtimeAfter: 159 },
      { graceSeconds: 0 },
      { resumeDelay: 159 },
      { maxHaltSeconds: 600 },
    ])('cannot be deployed with %o', async (fault) => {
      const config = { ...CONFIG, ...fault };
      await expectRefusal(deployVenue(chain, { config }), 'InvalidConfig');
    });
  });
});
