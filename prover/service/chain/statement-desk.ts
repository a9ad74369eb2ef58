// SPDX-License-Identifier: GPL-3.0-or-later
import { decodeBytes32String } from 'ethers';
import { z } from 'zod';

import {
  READ_CONTRACTS,
  callOf,
  readHistory,
  readTransaction,
  type AuditedEvent,
  type ReadContract,
} from '../../audit/replay/history.ts';
import {
  READERS,
  TAKEN,
  writtenPoints,
  type PostedProof,
} from '../../audit/replay/posted-proofs.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import { PlimsollError } from '../../core/errors.ts';
import { parseValue } from '../../core/schema.ts';
import { findArtifact, loadArtifactManifest } from '../../proving/artifacts.ts';
import { formatProof } from '../../proving/formats/proof-file.ts';
import type { JsonRpc } from '../../receipt/json-rpc.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import { decodePublicSignals } from '../../statements/public-signals.ts';

/** So long a log stands: whoever asks more often asks no node. */
const STANDS_MS = 5_000;
/** What a reorganisation may undo is read again each time. */
const DEPTH = 64;
/** Statements of the log, the newest of them. */
const NEWEST = 100;

/** A statement that a contract of the venue took, proven. */
export interface TakenStatement {
  readonly statement: StatementName;
  /** How many proofs of it the event stands for. */
  readonly proofs: number;
  /** The event that says that it was taken. */
  readonly event: string;
  readonly account: bigint | undefined;
  readonly settlementNonce: bigint | undefined;
  /** The number of the margin tick that it cites, and what that tick binds. */
  readonly tick: bigint | undefined;
  readonly snapshotHash: bigint | undefined;
  readonly snapshotTime: bigint | undefined;
  /** Of its block, in Unix seconds. */
  readonly time: bigint;
  readonly transaction: string;
  /** Its part of what the transaction took. */
  readonly gas: bigint;
}

/** Which contract takes a statement; without an address, why none does. */
export interface StatementPlace {
  readonly statement: StatementName;
  readonly contract: string | undefined;
  readonly why: string | undefined;
}

const PLACES: Readonly<Record<StatementName, ReadContract | 'healthGate' | string[]>> = {
  liquidation: 'liquidationEngine',
  'account-margin': 'healthGate',
  takeover: 'ledgerRegistry',
  'margin-step': 'marginState',
  'oracle-median': 'medianGate',
  'risk-arrays': 'solvencyRegister',
  'solvency-batch': 'solvencyRegister',
  'solvency-close': 'solvencyRegister',
  bankruptcy: ['no contract takes it: it is for auditors and funds outside of the venue'],
  'solvency-receipt': ['it is shown to whom the owner chooses, and never taken on chain'],
};

/** Where a venue's statements are taken, as far as it was deployed. */
export function statementPlaces({ contracts }: VenueDocument): readonly StatementPlace[] {
  return (Object.keys(PLACES) as StatementName[]).map((statement) => {
    const place = PLACES[statement];
    if (typeof place !== 'string') return { statement, contract: undefined, why: place[0] };
    const contract = (contracts as Readonly<Record<string, string | undefined>>)[place];
    return { statement, contract, why: contract === undefined ? 'not deployed' : undefined };
  });
}

const SESSION_EVENTS: ReadonlySet<string> = new Set(['ProofsAccepted', 'SessionClosed']);
const OTHERS: Readonly<Record<string, StatementName>> = {
  LiquidationOpened: 'liquidation',
  MessageForced: 'takeover',
  MarginStepped: 'margin-step',
  SnapshotAccepted: 'oracle-median',
  BreakerTripped: 'oracle-median',
  SessionClosed: 'solvency-close',
};

const statementOf = ({ name, args }: AuditedEvent): StatementName =>
  name === 'ProofsAccepted'
    ? (decodeBytes32String(String(args['statement'])) as StatementName)
    : (OTHERS[name] ?? 'account-margin');

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/)
  .transform(BigInt);
const blockSchema = z.object({ timestamp: quantity });
const receiptSchema = z.object({ gasUsed: quantity });

const bigintIn = ({ args }: AuditedEvent, name: string): bigint | undefined => {
  const value = args[name];
  return typeof value === 'bigint' ? value : undefined;
};

/** Every statement that the venue's contracts took, read when somebody wants to see it. */
export class StatementDesk {
  readonly #rpc: JsonRpc;
  readonly #venue: VenueDocument;
  readonly #now: () => number;
  /** Events that no reorganisation reaches, and the block up to which they are read. */
  #settled: readonly AuditedEvent[] = [];
  #settledTo: number;
  readonly #times = new Map<number, bigint>();
  readonly #gas = new Map<string, bigint>();
  #kept: { readonly at: number; readonly events: Promise<readonly AuditedEvent[]> } | undefined;

  constructor(rpc: JsonRpc, venue: VenueDocument, now: () => number = Date.now) {
    this.#rpc = rpc;
    this.#venue = venue;
    this.#now = now;
    this.#settledTo = venue.deploymentBlock - 1;
  }

  /** The newest first; rejects where the node does not answer. */
  async newest(): Promise<readonly TakenStatement[]> {
    const events = await this.#events();
    const all = this.#taken(events);
    const taken = all.slice(-NEWEST).toReversed();
    const beside = new Map<string, bigint>();
    for (const { transaction } of all) {
      beside.set(transaction, (beside.get(transaction) ?? 0n) + 1n);
    }
    const ticks = new Map(
      events
        .filter(({ name }) => name === 'TickOpened')
        .map((event) => [bigintIn(event, 'number'), event]),
    );
    const times = await Promise.all(taken.map(async ({ block }) => this.#timeOf(block)));
    const gas = await Promise.all(taken.map(async ({ transaction }) => this.#gasOf(transaction)));
    return taken.map((event, at): TakenStatement => {
      const tick = bigintIn(event, 'tick');
      const bound = tick === undefined ? event : ticks.get(tick);
      return {
        statement: statementOf(event),
        proofs: Number(bigintIn(event, 'count') ?? 1n),
        event: event.name,
        account: bigintIn(event, 'accountIndex'),
        settlementNonce: bigintIn(event, 'settlementNonce'),
        tick,
        snapshotHash: bound && bigintIn(bound, 'snapshotHash'),
        snapshotTime: bound && bigintIn(bound, 'time'),
        time: times[at]!,
        transaction: event.transaction,
        gas: gas[at]! / beside.get(event.transaction)!,
      };
    });
  }

  /**
   * The proofs that a transaction carried, as proof files; throws `NO_PROOF` where none was taken in it, or none that
   * can be read.
   */
  async proofsIn(transaction: string): Promise<readonly string[]> {
    const events = await this.#events();
    const taken = this.#taken(events).filter((event) => event.transaction === transaction);
    const contract = taken[0] === undefined ? undefined : contractOf(taken[0]);
    if (contract === undefined) {
      throw new PlimsollError('NO_PROOF', 'no statement was taken in that transaction');
    }
    const evidence = { rpc: this.#rpc, venue: this.#venue };
    const sent = await readTransaction(evidence, transaction);
    const call = callOf(sent, contract, evidence);
    if (call === undefined) {
      throw new PlimsollError('NO_PROOF', 'its proof is inside another call');
    }
    const posted = READERS[contract](call, sent, { evidence, events }, taken);
    if (posted.length === 0) {
      throw new PlimsollError('NO_PROOF', 'no proof was taken in that transaction');
    }
    return posted.map(proofFileOf);
  }

  /** Events that say that a proof was taken, in order. */
  #taken(events: readonly AuditedEvent[]): readonly AuditedEvent[] {
    const snapshots = new Set<string>();
    return events.filter((event) => {
      const { transaction } = event;
      const contract = contractOf(event);
      if (contract === undefined || event.contract !== contract) return false;
      if (contract !== 'marketFeed') return true;
      // Without a gate nothing of a snapshot is proven; a breaker that trips comes beside its snapshot.
      if (this.#venue.contracts.medianGate === undefined) return false;
      const isFirst = !snapshots.has(transaction);
      snapshots.add(transaction);
      return isFirst;
    });
  }

  async #events(): Promise<readonly AuditedEvent[]> {
    if (this.#kept === undefined || this.#now() - this.#kept.at > STANDS_MS) {
      const events = this.#read();
      const kept = { at: this.#now(), events };
      this.#kept = kept;
      events.catch(() => {
        if (this.#kept === kept) this.#kept = undefined;
      });
    }
    return await this.#kept.events;
  }

  async #read(): Promise<readonly AuditedEvent[]> {
    const head = Number(
      parseValue(quantity, await this.#rpc('eth_blockNumber', []), 'eth_blockNumber'),
    );
    const last = head - DEPTH;
    const between = async (from: number, toBlock: number): Promise<readonly AuditedEvent[]> =>
      from > toBlock
        ? []
        : readHistory(
            { rpc: this.#rpc, venue: { ...this.#venue, deploymentBlock: from }, toBlock },
            READ_CONTRACTS,
          );
    if (last > this.#settledTo) {
      this.#settled = [...this.#settled, ...(await between(this.#settledTo + 1, last))];
      this.#settledTo = last;
    }
    return [...this.#settled, ...(await between(this.#settledTo + 1, head))];
  }

  async #timeOf(block: number): Promise<bigint> {
    const known = this.#times.get(block);
    if (known !== undefined) return known;
    const answer = await this.#rpc('eth_getBlockByNumber', [`0x${block.toString(16)}`, false]);
    const { timestamp } = parseValue(blockSchema, answer, 'eth_getBlockByNumber');
    if (block <= this.#settledTo) this.#times.set(block, timestamp);
    return timestamp;
  }

  async #gasOf(transaction: string): Promise<bigint> {
    const known = this.#gas.get(transaction);
    if (known !== undefined) return known;
    const answer = await this.#rpc('eth_getTransactionReceipt', [transaction]);
    const { gasUsed } = parseValue(receiptSchema, answer, 'eth_getTransactionReceipt');
    this.#gas.set(transaction, gasUsed);
    return gasUsed;
  }
}

const contractOf = ({ name }: AuditedEvent): keyof typeof READERS | undefined =>
  SESSION_EVENTS.has(name) ? 'solvencyRegister' : TAKEN[name];

/** As whoever proved it would have written it; the key is that of the circuit built here. */
function proofFileOf({ statement, profile, signals, proof }: PostedProof): string {
  const { files, key } = findArtifact(loadArtifactManifest(), statement, profile);
  return formatProof({
    statement,
    profile,
    artifact: {
      r1cs: files.r1cs.sha256,
      verificationKey: files.verificationKey.sha256,
      key,
    },
    publicSignals: decodePublicSignals(statement, signals),
    proof: writtenPoints(proof),
    versions: {},
  });
}
