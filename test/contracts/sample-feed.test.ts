// SPDX-License-Identifier: GPL-3.0-or-later
import { id, type ContractTransactionReceipt } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { readSubmission } from '../../prover/chain/snapshot.ts';
import { snapshotHash } from '../../prover/commitments/snapshot-words.ts';
import { marginInputsDocument } from '../../prover/documents/margin-inputs-document.ts';
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
    await compareGas('submit the snapshot of the crash', crash);
    await post(sample.snapshots.rebound);

    const ticks = eventsNamed(await readEvents(venue, chain.provider), 'TickOpened');
    expect(ticks.map((tick) => tick.values.snapshotHash)).toEqual(
      SAMPLE_TICKS.map((tick) => snapshotHash(sample.snapshots[tick].snapshot)),
    );
  });

  /** What a snapshot costs is the length of its document: every slot live, every number as wide as it can be. */
  function widest(document: string, time: bigint): string {
    const value = z
      .looseObject({ underlyings: z.array(z.looseObject({ slices: z.array(z.unknown()) })) })
      .parse(JSON.parse(document));
    const surface = {
      ...{ aQ44: String(-(2n ** 47n)), bQ30: String(2n ** 32n - 1n), cQ30: String(-(2n ** 32n)) },
      ...{ mQ24: -(2 ** 27), sigmaQ24: 2 ** 27 - 1, kMinQ10: -(2 ** 13), kMaxQ10: -(2 ** 13) },
    };
    const forwardRatioQ30 = String(2n ** 32n);
    const slice = { expiry: 2 ** 32 - 1, forwardRatioQ30, confidenceQ10: 1_024, surface };
    const own = { counterQ48: 2n ** 64n - 1n, impliedRateQ64: 2n ** 48n - 1n, fundingBps: 2_047n };
    const marginInputs = marginInputsDocument({ time, underlyings: [own, own] });
    const underlyings = value.underlyings.map((one) => ({
      ...one,
      slices: Array.from({ length: 12 }, () => slice),
    }));
    return JSON.stringify({ ...value, underlyings, marginInputs });
  }

  it('costs at most 350,000 gas whatever the document says, written without layout', async () => {
    const own = await startChain({ startAt: sample.snapshots.calm.snapshot.time - 1_000n });
    const other = await deployVenue(own);
    const { time, bookedThrough } = sample.snapshots.calm.snapshot;
    await postRoot(own, other, 11n, 304n, time - 10n, bookedThrough);
    const submit = ({ snapshot, document }: PublishedSnapshot) => {
      const text = JSON.stringify(JSON.parse(document));
      const bytes = new TextEncoder().encode(text);
      return postSnapshot(own, other, feedSnapshotOf(snapshot, text), snapshot.time + 2n, bytes);
    };
    const calm = await submit(sample.snapshots.calm);
    await compareGas('submit a snapshot, the first of a feed', calm);
    const crash = await submit(sample.snapshots.crash);
    // With layout the floor that calldata has (EIP-7623) is what is paid, whatever is executed.
    expectGasAtMost(crash, 315_000n);
    await compareGas('submit the snapshot of the crash, without layout', crash);
    const { snapshot, document } = sample.snapshots.rebound;
    // The first that carries inputs writes two slots, once a feed.
    for (const inputs of ['first', 'next']) {
      const time = snapshot.time + (inputs === 'next' ? 60n : 0n);
      const text = widest(document, time);
      const signed = {
        ...feedSnapshotOf(snapshot, text),
        ...{ time, deadline: time + 60n, marginInputsHash: id(inputs) },
        ...{ indexTime: time, perpetualTime: time, forwardTime: time, surfaceTime: time },
      };
      const bytes = new TextEncoder().encode(text);
      const receipt = await postSnapshot(own, other, signed, time + 2n, bytes);
      if (inputs === 'next') expectGasAtMost(receipt, 350_000n);
      await compareGas(`submit the widest snapshot that there can be, ${inputs}`, receipt);
    }
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
