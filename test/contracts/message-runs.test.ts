// SPDX-License-Identifier: GPL-3.0-or-later
// Many messages in one run: of its hashes the last alone is kept, and whoever needs another has it kept.
import { ZeroHash } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { LANE_NUMBERS, laneHash, laneSeed } from '../../prover/chain/inbox-lane.ts';
import { applicationArgs } from '../../prover/chain/ledger-update.ts';
import { keepHashes, type MessageRun } from '../../prover/chain/message-run.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { LeafMessage } from '../../prover/commitments/inbox-message.ts';
import { ledgerOf, messageOf, SUBJECT } from '../circuits/statements/takeover-accounts.ts';
import { expectRefusal, startChain, type TestChain } from '../support/chain.ts';
import {
  append,
  appendRun,
  inboxVenue,
  latestOf,
  Mode,
  modeOf,
  proveForced,
  REGISTRY_CONFIG,
  wait,
  wordsOf,
  type InboxVenue,
  sequencedAnew,
} from '../support/inbox-venue.ts';
import { closeTakeoverProver } from '../support/takeover-proofs.ts';
import { validAccount } from '../support/venue.ts';

const { deadline } = REGISTRY_CONFIG;
const ENGINE = LANE_NUMBERS.engine;
const KEEPER = '0x00000000000000000000000000000000beef0001';
const GENESIS = ledgerOf({ frozen: true, riskReducingOnly: true }).accounts;
const NONCE = validAccount().settlementNonce;
/** Each is another, so that no two runs are alike. */
const RUN = Array.from({ length: 11 }, (_, index) =>
  messageOf('freeze', {
    accountIndex: SUBJECT,
    settlementNonce: NONCE,
    address: BigInt(KEEPER) + BigInt(index),
  }),
);
const END = BigInt(RUN.length);

let chain: TestChain;
let fresh: InboxVenue;
let venue: InboxVenue;
let saved: unknown;
let seed: string;

beforeAll(async () => {
  chain = await startChain();
  fresh = await inboxVenue(chain, GENESIS);
  seed = laneSeed(fresh.identity.chainId, fresh.identity.registry, 'engine');
  await appendRun(fresh, RUN);
  saved = await chain.save();
});
beforeEach(async () => {
  saved = await chain.restore(saved);
  venue = sequencedAnew(fresh);
});
afterAll(async () => {
  await chain.close();
  await closeTakeoverProver();
});

/** The hash after the first `count` messages, as TypeScript chains them. */
const hashAfter = (count: number): string => laneHash(seed, RUN.slice(0, count));
const hashAt = (count: bigint): Promise<string> =>
  read(venue.registry, 'laneHash', [ENGINE, count], z.string());
const keptFrom = (count: bigint): Promise<bigint> =>
  read(venue.registry, 'keptFrom', [ENGINE, count], z.bigint());
const runFrom = (count: number, to = RUN.length): MessageRun => ({
  first: BigInt(count),
  hashBefore: hashAfter(count),
  messages: RUN.slice(count, to).map(wordsOf),
});
const keep = (run: MessageRun, kept = 1n): Promise<unknown> =>
  keepHashes(venue.registry, 'engine', run, kept);
const requireRun = ({ first, hashBefore, messages }: MessageRun): Promise<unknown> =>
  read(venue.registry, 'requireRun', [ENGINE, first, hashBefore, messages], z.unknown());

describe('a run of messages', () => {
  it('is chained and timed as if each came by itself, and announced so', async () => {
    expect(await venue.sequencer.messages('engine', 0n)).toEqual(RUN);
    expect(await hashAt(END)).toBe(hashAfter(RUN.length));
    const time = await read(venue.registry, 'postedAt', [ENGINE, 0n], z.bigint());
    for (let index = 1n; index < END; index += 1n) {
      expect(await read(venue.registry, 'postedAt', [ENGINE, index], z.bigint())).toBe(time);
    }
    await append(venue, [messageOf('freeze', { accountIndex: 1n, settlementNonce: NONCE })]);
    const later = await read(venue.registry, 'postedAt', [ENGINE, END], z.bigint());
    expect(later).toBeGreaterThan(time);
    expect(await read(venue.registry, 'postedAt', [ENGINE, END - 1n], z.bigint())).toBe(time);
  });

  it('keeps its last hash alone, and says where the next one is', async () => {
    await expectRefusal(hashAt(3n), 'HashNotKept', [ENGINE, 3n]);
    await expectRefusal(hashAt(END + 1n), 'UnknownMessage', [ENGINE, END + 1n]);
    expect(await keptFrom(0n)).toBe(0n);
    expect(await keptFrom(1n)).toBe(END);
    expect(await keptFrom(END)).toBe(END);
    await expectRefusal(keptFrom(END + 1n), 'UnknownMessage');
  });

  it('comes from the engine alone', async () => {
    const words = RUN.map(wordsOf);
    await expectRefusal(send(venue.registry, 'appendEngineRun', [words]), 'NotTheEngine');
  });

  it('is shown as a whole or by its end, and as nothing else', async () => {
    await requireRun(runFrom(0));
    await requireRun(runFrom(4));
    await requireRun(runFrom(RUN.length));
    const end = runFrom(4);
    const other = wordsOf({ ...RUN[5]!, accountIndex: 1n });
    for (const forged of [
      { ...end, messages: end.messages.with(1, other) },
      { ...end, messages: end.messages.toReversed() },
      { ...end, hashBefore: hashAfter(5) },
      { ...end, hashBefore: ZeroHash },
      { ...end, messages: end.messages.slice(1), first: 5n },
    ]) {
      await expectRefusal(requireRun(forged), 'MessageMismatch');
    }
    await expectRefusal(requireRun(runFrom(4, 9)), 'HashNotKept', [ENGINE, 9n]);
    await expectRefusal(requireRun({ ...end, first: 5n }), 'UnknownMessage');
    // What is kept within it is known from its neighbours again.
    const one = [ENGINE, 4n, wordsOf(RUN[4]!)];
    await expectRefusal(read(venue.registry, 'requireMessage', one, z.unknown()), 'HashNotKept');
    await keep(runFrom(4), 2n);
    await read(venue.registry, 'requireMessage', one, z.unknown());
  });
});

describe('hashes within a run (P25)', () => {
  it('are kept for anybody who shows the messages after them', async () => {
    await keep(runFrom(7));
    expect(await hashAt(7n)).toBe(hashAfter(7));
    await expectRefusal(hashAt(8n), 'HashNotKept');
    // From there it is not as far any more.
    await keep(runFrom(3, 7), 99n);
    for (const count of [3, 4, 5, 6, 7]) {
      expect(await hashAt(BigInt(count))).toBe(hashAfter(count));
    }
    await expectRefusal(hashAt(2n), 'HashNotKept');
    expect(await hashAt(END)).toBe(hashAfter(RUN.length));
  });

  it('are kept for nobody who shows others, and nothing is kept then', async () => {
    const run = runFrom(7);
    for (const forged of [
      { ...run, hashBefore: hashAfter(6) },
      { ...run, messages: run.messages.toReversed() },
      { ...run, messages: run.messages.slice(0, -1), first: 8n },
    ]) {
      await expectRefusal(keep(forged), 'MessageMismatch');
    }
    await expectRefusal(keep(runFrom(7, 9)), 'HashNotKept', [ENGINE, 9n]);
    await expectRefusal(keep({ ...run, first: END }), 'UnknownMessage');
    await expectRefusal(hashAt(7n), 'HashNotKept');
    // A count that wraps in 64 bits is none.
    await expectRefusal(keep({ ...run, first: 2n ** 64n - 1n }), 'UnknownMessage');
  });
});

describe('a ledger', () => {
  it('ends within a run only where the hash is kept, which the sequencer sees to', async () => {
    const proposal = await venue.sequencer.propose({ maxMessages: 4 });
    await expectRefusal(venue.sequencer.submit(proposal), 'HashNotKept', [ENGINE, 4n]);
    await venue.sequencer.post({ maxMessages: 4 });
    expect(await latestOf(venue)).toMatchObject({ engineCount: 4n });
    // Hashes may be kept on both sides of what is consumed, and are those of the lane: nothing is consumed by it.
    await keep(runFrom(2), 4n);
    for (const count of [2, 3, 4, 5]) expect(await hashAt(BigInt(count))).toBe(hashAfter(count));
    expect(await latestOf(venue)).toMatchObject({ engineCount: 4n });
    await venue.sequencer.post();
    expect(await latestOf(venue)).toMatchObject({ engineCount: END });
  });

  it('is forced on within a run, message by message, by whoever keeps the hashes', async () => {
    await wait(venue, deadline + 1n);
    expect(await modeOf(venue)).toBe(Mode.forced);
    const force = async (count: number, hashBefore = hashAfter(count)): Promise<void> => {
      const head = RUN[count] as LeafMessage;
      const proven = await proveForced(venue, venue.sequencer.ledger, head, KEEPER);
      const args = applicationArgs({ hashBefore, ...proven, beneficiary: KEEPER });
      await send(venue.registry, 'applyMessage', args);
      await venue.sequencer.follow();
    };
    await expectRefusal(force(0), 'HashNotKept', [ENGINE, 1n]);
    await keep(runFrom(1), 2n);
    // A later message of the run is not its head, whatever hash it is said to follow.
    await expectRefusal(force(1), 'MessageMismatch', [ENGINE, 0n]);
    await expectRefusal(force(1, hashAfter(0)), 'MessageMismatch', [ENGINE, 0n]);
    await force(0);
    await force(1);
    expect(await latestOf(venue)).toMatchObject({ engineCount: 2n, forced: true });
    await expectRefusal(force(2), 'HashNotKept', [ENGINE, 3n]);
    // The sequencer goes on from within the run.
    await venue.sequencer.post();
    expect(await latestOf(venue)).toMatchObject({ engineCount: END, forced: false });
  });
});
