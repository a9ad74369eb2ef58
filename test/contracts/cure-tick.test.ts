// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { readCureTick } from '../../prover/chain/cure-tick.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  deployVenue,
  expectRefusal,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const FIRST = { root: 11n, accounts: 200n };
const SECOND = { root: 12n, accounts: 201n };
const PARAMETERS = 77n;
const { indexPricesE4 } = snapshotAt(0n);
const MAX_PROOF_LAG = BigInt(DEFAULT_VENUE_CONFIG.maxProofLag);

describe('MarketFeed.cureTick', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    venue = await deployVenue(chain, { parameterHash: PARAMETERS });
    start = (await chain.now()) + 1_000n;
    await postRoot(chain, venue, FIRST.root, FIRST.accounts, start - 100n);
  });

  const halt = (): Promise<unknown> => send(venue.marketFeed, 'halt', []);
  const resume = (): Promise<unknown> => send(venue.marketFeed, 'resume', [[...indexPricesE4]]);
  const firstTick = () => ({
    number: 1n,
    ledgerRoot: FIRST.root,
    snapshotHash: snapshotAt(start).snapshotHash,
    parameterHash: PARAMETERS,
    time: start,
    ledgerSequence: 1n,
    accountCount: FIRST.accounts,
  });

  it('is the current tick, never the one before it, and as that tick was opened', async () => {
    await postSnapshot(chain, venue, snapshotAt(start));
    await postRoot(chain, venue, SECOND.root, SECOND.accounts, start + 5n);
    expect(await readCureTick(venue)).toEqual(firstTick());
    const next = snapshotAt(start + 30n);
    await postSnapshot(chain, venue, next);
    expect(await readCureTick(venue)).toEqual({
      number: 2n,
      ledgerRoot: SECOND.root,
      snapshotHash: next.snapshotHash,
      parameterHash: PARAMETERS,
      time: next.time,
      ledgerSequence: 2n,
      accountCount: SECOND.accounts,
    });
  });

  it('is none when there was no tick, halted or not', async () => {
    await expectRefusal(readCureTick(venue), 'UnknownTick', [0n]);
    await halt();
    await expectRefusal(readCureTick(venue), 'UnknownTick', [0n]);
  });

  it('is none when the current tick is past the proof lag', async () => {
    await postSnapshot(chain, venue, snapshotAt(start));
    await chain.setNextTime(start + MAX_PROOF_LAG + 1n);
    await chain.rpc('evm_mine', []);
    await expectRefusal(readCureTick(venue), 'TickTooOld');
  });

  describe('while the market is halted', () => {
    it('keeps the last snapshot, however old, and takes the newest ledger', async () => {
      await postSnapshot(chain, venue, snapshotAt(start));
      await halt();
      expect(await readCureTick(venue)).toEqual(firstTick());
      await postRoot(chain, venue, SECOND.root, SECOND.accounts, start + 2n * MAX_PROOF_LAG);
      expect(await readCureTick(venue)).toEqual({
        ...firstTick(),
        ledgerRoot: SECOND.root,
        ledgerSequence: 2n,
        accountCount: SECOND.accounts,
      });
    });

    it('takes a ledger posted between the last tick and the halt', async () => {
      await postSnapshot(chain, venue, snapshotAt(start));
      await postRoot(chain, venue, SECOND.root, SECOND.accounts, start + 5n);
      await halt();
      expect((await readCureTick(venue)).ledgerSequence).toBe(2n);
    });

    it('takes the parameters that are active now', async () => {
      await send(venue.riskParameters, 'propose', [78n]);
      const proposedAt = await chain.now();
      const at = proposedAt + BigInt(DEFAULT_VENUE_CONFIG.parameterDelay);
      await postSnapshot(chain, venue, snapshotAt(at - 20n));
      await halt();
      await chain.setNextTime(at);
      await send(venue.riskParameters, 'activate', []);
      expect((await readCureTick(venue)).parameterHash).toBe(78n);
    });

    it('is not the snapshot that tripped the breaker', async () => {
      await postSnapshot(chain, venue, snapshotAt(start));
      const fall: readonly [bigint, bigint] = [indexPricesE4[0] / 3n, indexPricesE4[1]];
      await postSnapshot(chain, venue, snapshotAt(start + 30n, { indexPricesE4: fall }));
      expect(await readCureTick(venue)).toEqual(firstTick());
    });
  });

  it('is none between the end of a halt and the next snapshot', async () => {
    await postSnapshot(chain, venue, snapshotAt(start));
    await halt();
    await resume();
    await expectRefusal(readCureTick(venue), 'StaleTick', [1n, 1n]);
    const at = (await chain.now()) + 30n;
    await postSnapshot(chain, venue, snapshotAt(at));
    expect((await readCureTick(venue)).number).toBe(2n);
  });
});
