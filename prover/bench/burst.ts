// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { Transaction, Wallet } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { formatVenue } from '../chain/venue-document.ts';
import type { Account } from '../commitments/account.ts';
import { PlimsollError } from '../core/errors.ts';
import { accountDocument, formatLedger } from '../documents/ledger-document.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { loadSample } from '../sample/sample.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { metricOf } from '../service/client/metric.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { machineLine } from './measure.ts';
import { ServedVenue } from './served-venue.ts';
import { FollowedVenue } from './torture/followed-venue.ts';
import { NodeGateway } from './torture/node-gateway.ts';

/** What the smallest profile proves. */
const MOST_POSITIONS = 7;
const TICK_MS = 60_000;
const BLOCK_MS = 2000;
const POLL_MS = 200;
const BATCH = 16;
/** So many ticks without an opening are a fault, not a slow machine. */
const FRUITLESS_TICKS = 10;

/** What was opened by proofs of one tick. */
export interface BurstTick {
  readonly opened: number;
  /** From the tick's block to the first transaction with a proof of it at the node; null where none came. */
  readonly toFirstSentMs: number | null;
}

/** Many accounts that fall below maintenance in the same tick, opened by a service on a local chain. */
export interface BurstBenchmark {
  readonly machine: string;
  readonly accounts: number;
  readonly opened: number;
  /** From the first tick to the block with the last opening. */
  readonly seconds: number;
  readonly proofs: number;
  readonly proofsPerSecond: number;
  /** Witness and proof of those, without what is beside them. */
  readonly proofWorkMs: number;
  readonly transactions: number;
  readonly failedTransactions: number;
  readonly gasPerOpening: number;
  readonly mostGasPerTransaction: number;
  readonly ticks: readonly BurstTick[];
}

/** The sample's small accounts that fall short in its crash, over and over, each poorer by a millionth. */
function shortAccounts(count: number): readonly Account[] {
  const { ledgers, snapshots } = loadSample();
  const { market } = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
  const short = ledgers.crash.filter(
    (account) =>
      !account.frozen &&
      account.positions.length > 0 &&
      account.positions.length <= MOST_POSITIONS &&
      marginPortfolio(account, market).liquidatable,
  );
  return Array.from({ length: count }, (_, index) => {
    const account = short[index % short.length]!;
    return { ...account, quoteE6: account.quoteE6 - BigInt(index) };
  });
}

const cited = z.object({ tick: z.bigint() });
/** Of `open`, and of `openMany`. */
const openingArguments = z.union([cited, z.object({ openings: cited })]);
const rawTransaction = z.object({ params: z.tuple([z.string()]) });

/** The tick that the proofs of a transaction cite, which a node is given with this question. */
export function citedTick(question: string): bigint {
  const [raw] = rawTransaction.parse(JSON.parse(question)).params;
  const { data } = Transaction.from(raw);
  const call = exportedAbi('LiquidationEngine').parseTransaction({ data });
  const args = openingArguments.parse(call?.args.toObject(true));
  return 'tick' in args ? args.tick : args.openings.tick;
}

/** A tick every minute, a block every two seconds, until everybody is opened. */
export async function benchmarkBurst(
  accounts: number,
  progress: (line: string) => void,
): Promise<BurstBenchmark> {
  const machine = machineLine();
  const ends: (() => unknown)[] = [];
  try {
    const followed = await FollowedVenue.start(
      shortAccounts(accounts),
      loadSample().snapshots.crash,
    );
    ends.unshift(() => followed.chain.close());
    const node = new NodeGateway(followed.chain.url);
    await node.up();
    ends.unshift(() => node.down());
    const sender = Wallet.createRandom();
    await followed.chain.rpc('hardhat_setBalance', [sender.address, '0x3635c9adc5dea00000']);
    const subject = new ServedVenue(
      {
        chain: { venue: 'venue.json', rpc: [node.url], pollMs: POLL_MS },
        submitting: { budgetWei: '1000000000000000000000', confirmations: 1, batch: BATCH },
      },
      { 'venue.json': formatVenue(followed.document) },
      { PLIMSOLL_SIGNER_KEY: sender.privateKey },
    );
    // Last of all, for whatever else ends may still be at work in its folder.
    ends.push(() => subject.remove());
    ends.unshift(() => subject.kill());
    await subject.start();
    return { machine, accounts, ...(await openAll(followed, node, subject, progress)) };
  } finally {
    for (const end of ends) await end();
  }
}

async function openAll(
  followed: FollowedVenue,
  node: NodeGateway,
  subject: ServedVenue,
  progress: (line: string) => void,
): Promise<Omit<BurstBenchmark, 'machine' | 'accounts'>> {
  const { ledger } = followed.sequencer;
  let sequence = 1;
  const put = { sequence, root: ledger.root.toString() };
  const document: unknown = JSON.parse(formatLedger(ledger.accounts));
  await subject.ask('PUT', '/ledger', JSON.stringify({ ...put, ledger: document }));
  const firstSent = new Map<bigint, number>();
  node.watch = async (moment, question) => {
    if (moment !== 'offered') return;
    const tick = citedTick(question);
    if (!firstSent.has(tick)) firstSent.set(tick, performance.now());
  };
  // Blocks come by the clock, as they do elsewhere: what is sent meanwhile goes out together.
  const mining = async (isAutomatic: boolean): Promise<unknown> =>
    followed.chain.rpc('evm_setAutomine', [isAutomatic]);
  const tickedAt: number[] = [];
  // A sequencer that took up no message would be overdue within minutes, and after that nobody is opened.
  const nextLedger = async (): Promise<void> => {
    const before = followed.sequencer.ledger.accounts;
    await followed.sequencer.post();
    const { accounts, root } = followed.sequencer.ledger;
    const changes = accounts.flatMap((account, index) =>
      account === before[index] ? [] : [{ index, account: accountDocument(account) }],
    );
    if (changes.length === 0) return;
    sequence += 1;
    const update = { sequence, root: root.toString(), changes };
    await subject.ask('POST', '/ledger/updates', JSON.stringify(update));
  };
  const nextTick = async (): Promise<void> => {
    await mining(true);
    if (tickedAt.length > 0) await nextLedger();
    // Openings that come between its estimate and its block change what a snapshot costs: it is sent once more.
    await followed.nextTick().catch(async () => followed.nextTick());
    tickedAt.push(performance.now());
    await mining(false);
  };
  await nextTick();
  let openings = await followed.openings();
  let [seen, seenAt] = [0, 0];
  while (openings.length < ledger.accounts.length) {
    await sleep(BLOCK_MS);
    if (performance.now() - tickedAt.at(-1)! > TICK_MS) await nextTick();
    await followed.mine();
    openings = await followed.openings();
    if (openings.length > seen) [seen, seenAt] = [openings.length, tickedAt.length];
    if (tickedAt.length - seenAt > FRUITLESS_TICKS) {
      throw new PlimsollError(
        'BENCHMARK',
        `${openings.length} are opened, and no more for ten ticks`,
      );
    }
    progress(`${openings.length} of ${ledger.accounts.length} opened, ${tickedAt.length} ticks`);
  }
  const seconds = (performance.now() - tickedAt[0]!) / 1000;
  const metrics = await subject.ask('GET', '/metrics');
  const proofs = metricOf(metrics, 'plimsoll_proofs_made');
  const { provider } = followed.chain;
  const receipts = await Promise.all(
    [...new Set(openings.map(({ transactionHash }) => transactionHash))].map(async (hash) =>
      provider.getTransactionReceipt(hash),
    ),
  );
  const gas = receipts.map((receipt) => Number(receipt!.gasUsed));
  const sent = await provider.getTransactionCount(receipts[0]!.from);
  const first = openings.reduce(
    (lowest, { values }) => (values.tick < lowest ? values.tick : lowest),
    openings[0]!.values.tick,
  );
  return {
    opened: openings.length,
    seconds,
    proofs,
    proofsPerSecond: proofs / seconds,
    proofWorkMs: metricOf(metrics, 'plimsoll_proof_work_ms'),
    transactions: sent,
    failedTransactions: sent - receipts.length,
    gasPerOpening: gas.reduce((sum, one) => sum + one, 0) / openings.length,
    mostGasPerTransaction: Math.max(...gas),
    ticks: tickedAt.map((at, place) => {
      const tick = first + BigInt(place);
      const sentAt = firstSent.get(tick);
      return {
        opened: openings.filter(({ values }) => values.tick === tick).length,
        toFirstSentMs: sentAt === undefined ? null : sentAt - at,
      };
    }),
  };
}
