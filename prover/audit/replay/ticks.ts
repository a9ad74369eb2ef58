// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes, hexlify, keccak256, toUtf8String, verifyTypedData } from 'ethers';

import { feedSnapshotOf } from '../../chain/market-snapshot.ts';
import { SNAPSHOT_TYPES, feedDomain } from '../../chain/snapshot.ts';
import { parameterHash } from '../../commitments/parameters-words.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { Asked } from '../governance.ts';
import { demand, given } from '../verdict.ts';
import { callOf, readTransaction, type AuditedEvent } from './history.ts';
import { isInRange, type Ledgers, type ReplayContext } from './ledgers.ts';
import { setInForce } from './margin-steps.ts';

/** A tick as the feed announced it. */
export interface AnnouncedTick {
  readonly number: bigint;
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
}

/** Snapshots by hash, with the block from which each is the newest. */
export class Snapshots {
  readonly #byHash = new Map<bigint, MarketSnapshot>();
  readonly #order: { readonly block: number; readonly hash: bigint }[] = [];

  add(block: number, snapshot: MarketSnapshot): void {
    const hash = snapshotHash(snapshot);
    this.#byHash.set(hash, snapshot);
    this.#order.push({ block, hash });
  }

  of(hash: bigint): MarketSnapshot {
    return given(this.#byHash.get(hash), `the snapshot ${hash} was not read`);
  }

  before(block: number): MarketSnapshot | undefined {
    const last = this.#order.findLast((entry) => entry.block <= block);
    return last && this.#byHash.get(last.hash);
  }
}

/** Who could sign when: the quorum as events installed it. */
function quorumsOf(events: readonly AuditedEvent[]): (block: number) => {
  readonly signers: readonly string[];
  readonly threshold: bigint;
} {
  const installed = events
    .filter(({ name }) => name === 'QuorumInstalled')
    .map(({ block, args }) => ({
      block,
      signers: Object.values(args['signers'] as object) as string[],
      threshold: args['threshold'] as bigint,
    }));
  return (block) =>
    given(
      installed.findLast((one) => one.block <= block),
      'no quorum was installed',
    );
}

/** The document of every accepted snapshot, from calldata, against hashes and signatures. */
export async function auditSnapshots(context: ReplayContext): Promise<Snapshots> {
  const { evidence, verdicts, events } = context;
  const { venue } = evidence;
  const snapshots = new Snapshots();
  const quorumAt = quorumsOf(events);
  for (const event of events) {
    if (event.name !== 'SnapshotAccepted') continue;
    const { args, block } = event;
    const transaction = await readTransaction(evidence, event.transaction);
    const call = callOf(transaction, 'marketFeed', evidence);
    const isSubmission = call?.name === 'submitSnapshot' || call?.name === 'submitProvenSnapshot';
    const submission = isSubmission ? call.args : undefined;
    const snapshot = submission && readDocument(submission['document'] as string);
    if (snapshot !== undefined) snapshots.add(block, snapshot);
    if (!isInRange(event, evidence)) continue;
    await verdicts.judge('snapshot', `snapshot of ${String(args['time'])} (block ${block})`, () => {
      const given1 = given(submission, 'it was submitted from inside another call');
      const document = getBytes(given1['document'] as string);
      demand(keccak256(document) === args['documentHash'], 'its document has another keccak-256');
      const parsed = parseSnapshot(toUtf8String(document));
      const message = feedSnapshotOf(parsed, toUtf8String(document));
      demand(
        message.snapshotHash === args['snapshotHash'],
        'its document has another Poseidon hash',
      );
      const domain = feedDomain(venue.chainId, venue.contracts.marketFeed);
      const { signers, threshold } = quorumAt(block);
      const signatures = Object.values(given1['signatures'] as object) as string[];
      const by = new Set(
        signatures.map((one) => verifyTypedData(domain, SNAPSHOT_TYPES, message, hexlify(one))),
      );
      const lawful = [...by].filter((signer) => signers.includes(signer)).length;
      demand(
        BigInt(lawful) >= threshold,
        `${lawful} of its signers are oracles, ${threshold} are needed`,
      );
      return `${document.length} bytes, signed by ${lawful}`;
    });
  }
  return snapshots;
}

/** The snapshot of a document in calldata; what cannot be read is refused where it is judged. */
export function readDocument(hex: string): MarketSnapshot | undefined {
  try {
    return parseSnapshot(toUtf8String(getBytes(hex)));
  } catch {
    return undefined;
  }
}

/** Parameter sets by their hash, as they are published. */
export class PublishedParameters {
  readonly #byHash: Map<bigint, ParameterSet>;

  constructor(sets: readonly ParameterSet[]) {
    this.#byHash = new Map(sets.map((set) => [parameterHash(set), set]));
  }

  /** One that follows from others. */
  add(set: ParameterSet): void {
    this.#byHash.set(parameterHash(set), set);
  }

  of(hash: bigint): ParameterSet {
    return given(this.#byHash.get(hash), `no document of parameter set ${hash} was given`);
  }
}

/** Markets of ticks, priced once. */
export class AuditedTicks {
  readonly #announced = new Map<bigint, AnnouncedTick>();
  readonly #markets = new Map<string, MarketTick>();
  readonly #snapshots: Snapshots;
  readonly #parameters: PublishedParameters;

  constructor(snapshots: Snapshots, parameters: PublishedParameters) {
    this.#snapshots = snapshots;
    this.#parameters = parameters;
  }

  announce(tick: AnnouncedTick): void {
    this.#announced.set(tick.number, tick);
  }

  of(number: bigint): AnnouncedTick {
    return given(this.#announced.get(number), `margin tick ${number} was not announced`);
  }

  /** The market under whatever set a proof names: an effective or a pending one has its own. */
  market(snapshot: bigint, parameters: bigint): MarketTick {
    const key = `${snapshot} ${parameters}`;
    const found = this.#markets.get(key);
    if (found !== undefined) return found;
    const made = new MarketTick(this.#snapshots.of(snapshot), this.#parameters.of(parameters));
    this.#markets.set(key, made);
    return made;
  }
}

/** Every tick against the registry's roots, the accepted snapshots and the parameters in force. */
export async function auditTicks(
  { evidence, verdicts, events }: ReplayContext,
  ledgers: Ledgers,
  ticks: AuditedTicks,
  parameters: PublishedParameters,
): Promise<void> {
  const { venue } = evidence;
  const inForce = setInForce(events, venue.parametersHash);
  let accepted: bigint | undefined;
  let last = 0n;
  for (const event of events) {
    if (event.name === 'SnapshotAccepted') accepted = event.args['snapshotHash'] as bigint;
    if (event.name !== 'TickOpened') continue;
    const { args, block } = event;
    const tick = args as unknown as AnnouncedTick & { readonly ledgerSequence: bigint };
    ticks.announce(tick);
    const [previous, newest] = [last, accepted];
    last = tick.number;
    if (!isInRange(event, evidence)) continue;
    await verdicts.judge('tick', `tick ${tick.number} (block ${block})`, () => {
      demand(tick.number === previous + 1n, `it follows tick ${previous}`);
      const root = ledgers.rootOf.get(tick.ledgerSequence);
      demand(root === tick.ledgerRoot, `ledger ${tick.ledgerSequence} has root ${root}`);
      demand(newest === tick.snapshotHash, 'it binds another snapshot than was accepted last');
      const active = inForce(event);
      demand(active === tick.parameterHash, `parameter set ${active} was in force`);
      return `ledger ${tick.ledgerSequence}`;
    });
  }
  await verdicts.judge('parameters', 'RiskParameters', async () => {
    const ask = new Asked('RiskParameters', venue.contracts.riskParameters, evidence);
    const end = events.findLast(({ name }) => name === 'ParametersActivated');
    const expected =
      end === undefined ? venue.parametersHash : (end.args['parameterHash'] as bigint);
    const active = (await ask.one('activeHash')) as bigint;
    demand(active === expected, `set ${active} is active, events say ${expected}`);
    const [pending] = await ask.all('pending');
    demand(pending === 0n, `set ${String(pending)} is proposed`);
    parameters.of(active);
    return `set ${String(active).slice(0, 12)}…, its document was given`;
  });
}
