// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash, hexlify, id, keccak256, toBeHex } from 'ethers';

import type { AuditedEvent } from '../../prover/audit/replay/history.ts';
import { exportedAbi } from '../../prover/chain/abi.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type { Ledger, LedgerChange } from '../../prover/commitments/ledger.ts';
import type { RowHasher } from '../../prover/commitments/row-hasher.ts';
import { formatBatch } from '../../prover/documents/batch-document.ts';
import type { Evidence } from '../tampering/evidence.ts';

/** Published at once: calldata of several megabytes, more than a block takes. */
const JOINING = 10_000;
const FIRST_OWNER = 1n << 128n;

export interface Growth {
  /** In all. */
  readonly accounts: number;
  /** Added to those of the chain; those who join come with the first of them. */
  readonly roots: number;
  /** Accounts that a root changes once all have joined: pairs of which one pays the other. */
  readonly changed: number;
}

/** As many accounts, two and two with what one is long and the other short, so that nothing is made of nothing. */
function joining(from: number, count: number, like: Account): LedgerChange[] {
  return Array.from({ length: count }, (_, place) => ({
    index: from + place,
    account: {
      ...like,
      owner: FIRST_OWNER + BigInt(from + place),
      settlementNonce: 0n,
      quoteE6: 0n,
      collateralE8: [0n, 0n, 0n],
      positions: like.positions.map(({ instrument, lots }) => ({
        instrument,
        lots: place % 2 === 0 ? lots : -lots,
      })),
    },
  }));
}

/** One of each pair pays the next account of the list; round and round among those who joined. */
function paying(ledger: Ledger, first: number, round: number, count: number): LedgerChange[] {
  const joined = Math.floor((Number(ledger.accountCount) - first) / 2) * 2;
  const changes = Array.from({ length: Math.min(count, joined) }, (_, place) => {
    const index = first + ((round * count + place) % joined);
    const account = ledger.account(index);
    const paidE6 = place % 2 === 0 ? -1_000_000n : 1_000_000n;
    return { index, account: { ...account, quoteE6: account.quoteE6 + paidE6 } };
  });
  return changes.sort((left, right) => left.index - right.index);
}

/**
 * The chain with further roots, each lawful and with a margin tick of its own, under the last snapshot: what an
 * audit of a larger venue reads. They all stand in the last block.
 *
 * @param from the last ledger, and the events before
 */
export async function grown(
  evidence: Evidence,
  { accounts, roots, changed }: Growth,
  from: { readonly ledger: Ledger; readonly events: readonly AuditedEvent[] },
  hasher: RowHasher,
): Promise<Evidence> {
  const { contracts } = evidence.venue;
  const [registry, feed] = [exportedAbi('LedgerRegistry'), exportedAbi('MarketFeed')];
  const block = toBeHex(evidence.range.toBlock);
  const before = from.events.findLast(({ name }) => name === 'RootAccepted')!.args;
  const tick = from.events.findLast(({ name }) => name === 'TickOpened')!.args;
  const last = from.events.findLast(({ name }) =>
    ['RootAccepted', 'MessageForced'].includes(name),
  )!;
  // What was forced since the last posted root has been consumed too.
  const engineCount =
    last.name === 'MessageForced'
      ? (last.args['index'] as bigint) + 1n
      : (before['engineCount'] as bigint);
  const ledger = from.ledger.copy();
  const first = ledger.accounts.length;
  const like = ledger.accounts.find(
    ({ positions, frozen, riskReducingOnly }) =>
      positions.length > 2 && !frozen && !riskReducingOnly,
  )!;
  const logs: object[] = [];
  const transactions = new Map<string, object>();
  for (let round = 0; round < roots; round += 1) {
    const have = ledger.accounts.length;
    const changes =
      have < accounts
        ? joining(have, Math.min(JOINING, accounts - have), like)
        : paying(ledger, first, round, changed);
    await ledger.apply(changes, hasher);
    const data = new TextEncoder().encode(
      formatBatch({
        changed: new Map(changes.map(({ index, account }) => [index, account])),
        outcomes: [],
      }),
    );
    const sequence = (last.args['sequence'] as bigint) + BigInt(round + 1);
    const next = {
      root: ledger.root,
      accountCount: ledger.accountCount,
      engineCount,
      userCount: before['userCount'] as bigint,
      bookedThrough: before['bookedThrough'] as bigint,
      outcomesRoot: ZeroHash,
      releasedE6: before['releasedE6'] as bigint,
      releasedE8: [...(before['releasedE8'] as readonly bigint[])],
    };
    const hash = id(`root ${sequence}`);
    const entry = (event: { data: string; topics: string[] }, address: string, place: number) => ({
      ...event,
      address,
      blockNumber: block,
      logIndex: toBeHex(500_000 + 2 * round + place),
      transactionHash: hash,
    });
    const accepted = registry.encodeEventLog('RootAccepted', [
      ...[sequence, next.root, next.accountCount, next.engineCount, next.userCount],
      ...[next.bookedThrough, next.outcomesRoot, next.releasedE6, next.releasedE8, keccak256(data)],
    ]);
    const opened = feed.encodeEventLog('TickOpened', [
      ...[(tick['number'] as bigint) + BigInt(round + 1), next.root, tick['snapshotHash']],
      ...[tick['parameterHash'], tick['time'], sequence, next.accountCount],
    ]);
    logs.push(entry(accepted, contracts.ledgerRegistry, 0), entry(opened, contracts.marketFeed, 1));
    transactions.set(hash, {
      from: `0x${'11'.repeat(20)}`,
      to: contracts.ledgerRegistry,
      input: registry.encodeFunctionData('submitRoot', [next, hexlify(data), '0x']),
      blockNumber: block,
    });
  }
  return evidence.withMore(logs, transactions);
}
