// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { readSubmission } from '../../prover/chain/snapshot.ts';
import { snapshotHash } from '../../prover/commitments/snapshot-words.ts';
import { parseSnapshot } from '../../prover/documents/snapshot-document.ts';
import {
  loadSample,
  SAMPLE_TICKS,
  type PublishedSnapshot,
  type Sample,
} from '../../prover/sample/sample.ts';
import {
  deployVenue,
  expectRefusal,
  postRoot,
  postSnapshot,
  startChain,
  type TestChain,
} from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';

describe('the feed and the sample venue', () => {
  let sample: Sample;
  let chain: TestChain;
  let venue: LocalVenue;

  beforeAll(async () => {
    sample = loadSample();
    chain = await startChain({ startAt: sample.snapshots.calm.snapshot.time - 1_000n });
    venue = await deployVenue(chain);
    const { time, bookedThrough } = sample.snapshots.calm.snapshot;
    await postRoot(chain, venue, 11n, 304n, time - 10n, bookedThrough);
  });
  afterAll(() => chain.close());

  const post = ({ snapshot, document }: PublishedSnapshot): Promise<ContractTransactionReceipt> =>
    postSnapshot(
      chain,
      venue,
      feedSnapshotOf(snapshot, document),
      snapshot.time + 2n,
      new TextEncoder().encode(document),
    );

  it('takes the calm, refuses the stale surface under a fresh index, takes crash and rebound', async () => {
    await post(sample.snapshots.calm);
    const { surfaceTime, time } = sample.staleSurface.snapshot;
    const SURFACE = 3;
    await expectRefusal(post(sample.staleSurface), 'StaleComponent', [
      SURFACE,
      surfaceTime,
      time + 2n - 300n,
    ]);
    const crash = await post(sample.snapshots.crash);
    // The whole transaction, with its document of 7.7 kB.
    expectGasAtMost(crash, 350_000n);
    await compareGas('submit the snapshot of the crash', crash);
    await post(sample.snapshots.rebound);

    const ticks = eventsNamed(await readEvents(venue, chain.provider), 'TickOpened');
    expect(ticks.map((tick) => tick.values.snapshotHash)).toEqual(
      SAMPLE_TICKS.map((tick) => snapshotHash(sample.snapshots[tick].snapshot)),
    );
  });

  it('costs a tenth less than its bound where the document is written without layout', async () => {
    const own = await startChain({ startAt: sample.snapshots.calm.snapshot.time - 1_000n });
    const other = await deployVenue(own);
    const { time, bookedThrough } = sample.snapshots.calm.snapshot;
    await postRoot(own, other, 11n, 304n, time - 10n, bookedThrough);
    const submit = ({ snapshot, document }: PublishedSnapshot) => {
      const text = JSON.stringify(JSON.parse(document));
      const bytes = new TextEncoder().encode(text);
      return postSnapshot(own, other, feedSnapshotOf(snapshot, text), snapshot.time + 2n, bytes);
    };
    await submit(sample.snapshots.calm);
    const crash = await submit(sample.snapshots.crash);
    // With layout the floor that calldata has (EIP-7623) is what is paid, whatever is executed.
    expectGasAtMost(crash, 315_000n);
    await compareGas('submit the snapshot of the crash, without layout', crash);
    await own.close();
  });

  it('costs what is recorded to post a root', async () => {
    const { time, bookedThrough } = sample.snapshots.rebound.snapshot;
    const receipt = await postRoot(chain, venue, 12n, 304n, time + 10n, bookedThrough);
    await compareGas('submit a root', receipt);
  });

  it('lets anyone rebuild each snapshot, and its hash, from chain data alone', async () => {
    const accepted = eventsNamed(await readEvents(venue, chain.provider), 'SnapshotAccepted');
    expect(accepted).toHaveLength(SAMPLE_TICKS.length);
    for (const event of accepted) {
      const { document } = await readSubmission(
        chain.provider,
        venue.addresses.marketFeed,
        event.transactionHash,
      );
      const rebuilt = parseSnapshot(new TextDecoder().decode(document));
      expect(snapshotHash(rebuilt)).toBe(event.values.snapshotHash);
    }
  });
});
