// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes, keccak256, toUtf8String } from 'ethers';

import { chainedHash, laneSeed } from '../../chain/inbox-lane.ts';
import type { Transition } from '../../chain/transition.ts';
import {
  applyToAccount,
  unpackMessage,
  type InboxMessage,
  type Lane,
  type LeafMessage,
} from '../../commitments/inbox-message.ts';
import { Ledger } from '../../commitments/ledger.ts';
import { parseBatch } from '../../documents/batch-document.ts';
import type { MarketSnapshot, Triple } from '../../model/types.ts';
import { checkTransition, type RebuiltLedger } from '../../sequencer/transition-rule.ts';
import type { AuditMemory } from '../memory.ts';
import type { ChainEvidence } from '../evidence.ts';
import { Asked } from '../governance.ts';
import { canonicalJson } from '../../core/schema.ts';
import { demand, given, unchecked, type Verdicts } from '../verdict.ts';
import { callOf, readTransaction, type AuditedEvent } from './history.ts';

export interface ReplayContext {
  readonly evidence: ChainEvidence;
  readonly verdicts: Verdicts;
  readonly events: readonly AuditedEvent[];
  /** Trees, transitions and proofs are worked out once for each content. */
  readonly memory: AuditMemory;
}

/** Whether a verdict about the event is wanted; what came before the range is read, not judged. */
export function isInRange({ block }: AuditedEvent, { fromBlock, toBlock }: ChainEvidence): boolean {
  return block >= fromBlock && block <= toBlock;
}

const LANES: readonly Lane[] = ['engine', 'user'];

/** The messages of both lanes as the events have them. */
export class Inbox {
  readonly #messages: Record<Lane, InboxMessage[]> = { engine: [], user: [] };
  readonly #hashes: Record<Lane, string[]>;

  constructor({ venue }: ChainEvidence) {
    const { chainId, contracts } = venue;
    this.#hashes = {
      engine: [laneSeed(chainId, contracts.ledgerRegistry, 'engine')],
      user: [laneSeed(chainId, contracts.ledgerRegistry, 'user')],
    };
  }

  append(lane: Lane, message: InboxMessage): string {
    this.#messages[lane].push(message);
    const hash = chainedHash(this.#hashes[lane].at(-1)!, message);
    this.#hashes[lane].push(hash);
    return hash;
  }

  count(lane: Lane): number {
    return this.#messages[lane].length;
  }

  between(lane: Lane, from: bigint, to: bigint): readonly InboxMessage[] {
    return this.#messages[lane].slice(Number(from), Number(to));
  }

  hashAt(lane: Lane, count: bigint): string {
    return given(this.#hashes[lane][Number(count)], `the ${lane} lane has no ${count} messages`);
  }
}

/** Follows both lanes, and compares their last hash with what the inbox itself says. */
export async function auditInbox({ evidence, verdicts, events }: ReplayContext): Promise<Inbox> {
  const inbox = new Inbox(evidence);
  const stated: Record<Lane, string[]> = { engine: [], user: [] };
  for (const { name, args } of events) {
    if (name !== 'MessageAppended') continue;
    const lane = LANES[Number(args['lane'])]!;
    inbox.append(lane, unpackMessage(args['w0'] as bigint, args['w1'] as bigint));
    stated[lane].push(args['laneHash'] as string);
  }
  const registry = new Asked('LedgerRegistry', evidence.venue.contracts.ledgerRegistry, evidence);
  for (const lane of LANES) {
    await verdicts.judge('inbox', `${lane} lane`, async () => {
      const count = inbox.count(lane);
      const held = await registry.one('laneCount', [LANES.indexOf(lane)]);
      demand(held === BigInt(count), `it holds ${String(held)} messages, ${count} were announced`);
      stated[lane].forEach((hash, index) => {
        demand(inbox.hashAt(lane, BigInt(index + 1)) === hash, `message ${index} is another`);
      });
      const last = await registry.one('laneHash', [LANES.indexOf(lane), count]);
      demand(inbox.hashAt(lane, BigInt(count)) === last, 'its hash is another');
      return `${count} messages`;
    });
  }
  return inbox;
}

/** Where the ledger of a root stands. */
interface Known {
  readonly sequence: bigint;
  readonly root: bigint;
  readonly ledger: Ledger;
  readonly engineCount: bigint;
  readonly userCount: bigint;
  readonly bookedThrough: bigint;
  readonly releasedE6: bigint;
  readonly releasedE8: Triple<bigint>;
}

/** The ledgers of a venue, rebuilt from what was published with them. */
export class Ledgers {
  readonly #byRoot = new Map<bigint, Ledger>();
  /** What the registry accepted, whether or not it could be rebuilt. */
  readonly rootOf = new Map<bigint, bigint>();

  add(ledger: Ledger): void {
    this.#byRoot.set(ledger.root, ledger);
  }

  of(root: bigint): Ledger {
    return given(this.#byRoot.get(root), `the ledger of root ${root} was not rebuilt`);
  }

  find(root: bigint): Ledger | undefined {
    return this.#byRoot.get(root);
  }
}

/** Which snapshot's prices settled what a root booked: the newest one that the feed had taken before. */
export type SnapshotBefore = (block: number) => MarketSnapshot | undefined;

/** Rebuilds every ledger from calldata and messages, and holds each transition to the rule. */
export async function auditLedgers(
  context: ReplayContext,
  inbox: Inbox,
  snapshotBefore: SnapshotBefore,
): Promise<Ledgers> {
  const { events } = context;
  const ledgers = new Ledgers();
  let known: Known | undefined = {
    sequence: 0n,
    root: 0n,
    ledger: new Ledger([]),
    engineCount: 0n,
    userCount: 0n,
    bookedThrough: 0n,
    releasedE6: 0n,
    releasedE8: [0n, 0n, 0n],
  };
  for (const event of events) {
    if (event.name === 'RootAccepted') {
      ledgers.rootOf.set(event.args['sequence'] as bigint, event.args['root'] as bigint);
      known = await followRoot(context, event, known, inbox, ledgers, snapshotBefore);
    } else if (event.name === 'MessageForced') {
      ledgers.rootOf.set(event.args['sequence'] as bigint, event.args['root'] as bigint);
      known = await followForced(context, event, known, inbox, ledgers);
    }
  }
  return ledgers;
}

/** Judges in the range and reads outside it; gives what could be rebuilt. */
async function rebuild(
  { evidence, verdicts }: ReplayContext,
  event: AuditedEvent,
  work: () => Promise<{ readonly known: Known; readonly detail: string }>,
): Promise<Known | undefined> {
  let result: Known | undefined;
  const attempt = async (): Promise<string> => {
    const { known, detail } = await work();
    result = known;
    return detail;
  };
  const subject = `root ${String(event.args['sequence'])} (block ${event.block})`;
  if (isInRange(event, evidence)) await verdicts.judge('ledger', subject, attempt);
  // Left out as a check, or before the range: what is read is still needed.
  if (result === undefined)
    result = await work().then(
      ({ known }) => known,
      () => undefined,
    );
  return result;
}

interface PostedData {
  readonly data: Uint8Array;
  /** keccak-256. */
  readonly hash: string;
}

/** What the data of a root makes of the ledger before it. */
function rebuiltFrom(
  { memory }: ReplayContext,
  from: Known,
  { data, hash }: PostedData,
): Promise<RebuiltLedger> {
  return memory.once(`ledger ${from.root} ${hash}`, async () => {
    const batch = parseBatch(toUtf8String(data));
    const changes = [...batch.changed].map(([index, account]) => ({ index, account }));
    return { batch, ledger: await from.ledger.after(changes, memory.hasher) };
  });
}

async function followRoot(
  context: ReplayContext,
  event: AuditedEvent,
  before: Known | undefined,
  inbox: Inbox,
  ledgers: Ledgers,
  snapshotBefore: SnapshotBefore,
): Promise<Known | undefined> {
  const { evidence, verdicts } = context;
  const { args } = event;
  const readData = async (): Promise<PostedData> => {
    const transaction = await readTransaction(evidence, event.transaction);
    const call = callOf(transaction, 'ledgerRegistry', evidence);
    if (call?.name !== 'submitRoot') unchecked('it was posted from inside another call');
    const data = getBytes(call!.args['data'] as string);
    if (data.length === 0) unchecked('its data is in blobs, which a node does not keep');
    return { data, hash: keccak256(data) };
  };
  let reading: Promise<PostedData> | undefined;
  const dataOf = (): Promise<PostedData> => (reading ??= readData());
  const known = await rebuild(context, event, async () => {
    const posted = await dataOf();
    demand(posted.hash === args['dataHash'], 'its data has another keccak-256');
    const from = given(before, 'the ledger before it was not rebuilt');
    const { ledger } = await rebuiltFrom(context, from, posted);
    demand(ledger.root === args['root'], `its data leads to root ${ledger.root}`);
    demand(ledger.accountCount === args['accountCount'], `it has ${ledger.accountCount} accounts`);
    ledgers.add(ledger);
    return {
      detail: `${ledger.accountCount} accounts from ${posted.data.length} bytes`,
      known: {
        sequence: args['sequence'] as bigint,
        root: ledger.root,
        ledger,
        engineCount: args['engineCount'] as bigint,
        userCount: args['userCount'] as bigint,
        bookedThrough: args['bookedThrough'] as bigint,
        releasedE6: args['releasedE6'] as bigint,
        releasedE8: [...(args['releasedE8'] as Triple<bigint>)],
      },
    };
  });
  if (isInRange(event, evidence)) {
    const subject = `root ${String(args['sequence'])} (block ${event.block})`;
    await verdicts.judge('transition', subject, async () => {
      const from = given(before, 'the ledger before it was not rebuilt');
      const to = given(known, 'its ledger was not rebuilt');
      const posted = await dataOf();
      const transition = transitionOf(event, from, to, inbox, evidence);
      const consumed = {
        engine: inbox.between('engine', from.engineCount, to.engineCount),
        user: inbox.between('user', from.userCount, to.userCount),
      };
      const rebuilt = await rebuiltFrom(context, from, posted);
      const { outcomes } = rebuilt.batch;
      const stated = new Map(consumed.user.map((message, place) => [message, outcomes[place]]));
      // Prices that are there need not have been used: what is booked through says whether they were.
      const isBooked = to.bookedThrough !== from.bookedThrough;
      const settledBy = isBooked ? snapshotBefore(event.block) : undefined;
      const settled = settledBy === undefined ? '' : String(settledBy.time);
      const key = `transition ${canonicalJson([transition, consumed, settled, posted.hash])}`;
      await context.memory.once(key, async () =>
        checkTransition({
          transition,
          previous: from.ledger.accounts,
          consumed,
          data: posted.data,
          rebuilt,
          settledBy,
          // How much may leave is the rollup's to know: what it states is taken, and proven at the claim.
          withdrawable: (_account, message) => stated.get(message) ?? 0n,
        }),
      );
      return from.sequence === 0n
        ? 'the first ledger, for which whoever deployed is trusted'
        : `${consumed.engine.length + consumed.user.length} messages`;
    });
  }
  return known;
}

function transitionOf(
  { args }: AuditedEvent,
  from: Known,
  to: Known,
  inbox: Inbox,
  { venue }: ChainEvidence,
): Transition {
  const state = (known: Known, root: bigint, accountCount: bigint) => ({
    root,
    accountCount,
    engineCount: known.engineCount,
    userCount: known.userCount,
    engineHash: inbox.hashAt('engine', known.engineCount),
    userHash: inbox.hashAt('user', known.userCount),
    bookedThrough: known.bookedThrough,
    releasedE6: known.releasedE6,
    releasedE8: known.releasedE8,
  });
  return {
    chainId: venue.chainId,
    venue: venue.contracts.ledgerRegistry,
    maxPositions: BigInt(venue.config.registry.maxPositions),
    previous: state(from, from.root, from.ledger.accountCount),
    next: state(to, args['root'] as bigint, args['accountCount'] as bigint),
    outcomesRoot: args['outcomesRoot'] as string,
    dataHash: args['dataHash'] as string,
  };
}

async function followForced(
  context: ReplayContext,
  event: AuditedEvent,
  before: Known | undefined,
  inbox: Inbox,
  ledgers: Ledgers,
): Promise<Known | undefined> {
  return await rebuild(context, event, async () => {
    const { args } = event;
    const from = given(before, 'the ledger before it was not rebuilt');
    const index = args['index'] as bigint;
    demand(index === from.engineCount, `it applies message ${index}, not the head of the lane`);
    const [message] = inbox.between('engine', index, index + 1n);
    const applied = given(message, `the engine lane has no message ${index}`) as LeafMessage;
    const place = Number(applied.accountIndex);
    const { account } = applyToAccount(from.ledger.accounts[place], applied);
    const changes = account === undefined ? [] : [{ index: place, account }];
    const { memory } = context;
    const ledger = await memory.once(`forced ${from.root} ${index} ${canonicalJson(applied)}`, () =>
      from.ledger.after(changes, memory.hasher),
    );
    demand(ledger.root === args['root'], `the message leads to root ${ledger.root}`);
    ledgers.add(ledger);
    return {
      detail: `${applied.kind} of account ${applied.accountIndex}, by force`,
      known: {
        ...from,
        sequence: args['sequence'] as bigint,
        root: ledger.root,
        ledger,
        engineCount: index + 1n,
      },
    };
  });
}
