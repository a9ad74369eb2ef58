// SPDX-License-Identifier: GPL-3.0-or-later
import type { Job } from 'pg-boss';

import { proofContext } from '../../chain/context.ts';
import type { AccountOpening } from '../../commitments/ledger.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { MarketTick } from '../../statements/market-tick.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import type { Queries, SqlRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { ProofMaker } from './proof-maker.ts';

const QUEUE = 'prove';
const HEARTBEAT_SECONDS = 20;
/** As long as workers may take over an order, which each of them has five minutes for. */
const EXPIRE_SECONDS = 1800;
const RETRIES = 5;
/** Places within a minute: one a power of ten of the shortfall. */
const PLACES = 10;
const SECONDS = 60n;
/** Jobs that are queued at a time: between two lots others have their turn. */
const LOT = 1000;
const COLUMNS = 'account, nonce::text, tick, ledger_root, file';

/** Whom a proof is for: without it no contract takes it. */
export interface ProofUse {
  readonly chainId: bigint;
  readonly liquidationEngine: string;
  readonly beneficiary: string;
  /** Of which a verifier is deployed; all where it is left out. */
  readonly profiles?: ReadonlySet<string> | undefined;
}

/** Where the desk looks when a job is taken up: never at what was true when it was queued. */
export interface ProvingGround {
  readonly tick:
    | {
        readonly name: string;
        readonly ledgerRoot: string;
        /** Under which a chain has it, where one does. */
        readonly number: bigint | undefined;
        readonly market: MarketTick;
      }
    | undefined;
  /** The account in the ledger of the tick. */
  open(account: number): AccountOpening;
  isDue(account: number, nonce: bigint): boolean;
}

/** An account that may be liquidated, and by how much it falls short (E6). */
export interface Due {
  readonly account: number;
  readonly nonce: bigint;
  readonly shortfallE6: bigint;
}

interface Task {
  readonly account: number;
  readonly nonce: string;
}

export interface StoredProof {
  readonly account: number;
  readonly nonce: bigint;
  /** The snapshot's hash; and the root of the ledger, where a chain's tick binds one. */
  readonly tick: string;
  readonly ledgerRoot: string;
  readonly file: string;
}

/**
 * What comes first: an account of an earlier minute, then the larger shortfall. So nobody is overtaken
 * by accounts of later ticks, however many there are: an account waits for those of its own minute and
 * of earlier ones alone.
 */
export function priorityOf(time: bigint, shortfallE6: bigint): number {
  const magnitude = shortfallE6 <= 0n ? 0 : shortfallE6.toString().length - 6;
  const place = Math.min(PLACES - 1, Math.max(0, magnitude));
  return place - PLACES * Number(time / SECONDS);
}

/** The newest proof of an account, of one tick where that is named, by whichever run of the service. */
export async function newestProof(
  database: Queries,
  account: number,
  tick?: string,
): Promise<StoredProof | undefined> {
  const [row] = await database.query(
    `SELECT ${COLUMNS} FROM plimsoll.proofs WHERE account = $1 AND ($2::text IS NULL OR tick = $2)
     ORDER BY made DESC LIMIT 1`,
    [account, tick ?? null],
  );
  return row === undefined ? undefined : storedProof(row);
}

/**
 * From accounts below maintenance to verified proofs in the table. An account has one place in the
 * queue however many ticks name it; a job that is taken up proves at the tick of that moment, and one
 * whose account has recovered, or is proven there already, is dropped.
 */
export class ProvingDesk {
  readonly #store: Store;
  readonly #maker: ProofMaker;
  readonly #use: ProofUse;
  readonly #ground: ProvingGround;
  readonly #inFlight: number;
  /**
   * Who has a place in the queue, as far as this process knows, and since when: thousands are not asked for
   * at each tick.
   */
  readonly #queued = new Map<string, number>();
  #workId: string | undefined;
  #counts = { made: 0, dropped: 0, workMs: 0, waitMs: 0 };
  /** Told of each proof once it is stored, and again while its account stays due. */
  onProof: (proof: StoredProof) => void = () => undefined;

  /** @param inFlight how many proofs are asked for at a time: more than one where several make them */
  constructor(store: Store, maker: ProofMaker, use: ProofUse, ground: ProvingGround, inFlight = 1) {
    this.#store = store;
    this.#maker = maker;
    this.#use = use;
    this.#ground = ground;
    this.#inFlight = inFlight;
  }

  get maker(): ProofMaker {
    return this.#maker;
  }

  /**
   * `workMs`: what witness and proof of those made here took; `waitMs`: from a place in the queue to the
   * stored proof, of all made.
   */
  get counts(): Readonly<Record<'made' | 'dropped' | 'workMs' | 'waitMs', number>> {
    return this.#counts;
  }

  /** Accounts that have a place in the queue, as far as this process knows. */
  get waiting(): number {
    return this.#queued.size;
  }

  /** Whether an account has a place in the queue, as far as this process knows. */
  hasPlace(account: number, nonce: bigint): boolean {
    return this.#queued.has(`${account}/${nonce}`);
  }

  async start(): Promise<void> {
    const { boss } = this.#store;
    await boss.createQueue(QUEUE, {
      // One waiting job a key: the second is not queued.
      policy: 'short',
      retryLimit: RETRIES,
      retryDelay: 1,
      retryBackoff: true,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: EXPIRE_SECONDS,
    });
    const each = { pollingIntervalSeconds: 0.5, localConcurrency: this.#inFlight } as const;
    this.#workId = await boss.work<Task>(QUEUE, each, async ([job]) => {
      try {
        await this.#take(job!);
      } finally {
        // A proof takes less than the queue waits between two looks: there may be another.
        this.#look();
      }
    });
  }

  /** Queues every account that is due and not queued yet. */
  async enqueue(time: bigint, due: readonly Due[]): Promise<void> {
    const jobs = due
      .map(({ account, nonce, shortfallE6 }) => ({
        data: { account, nonce: nonce.toString() },
        singletonKey: `${account}/${nonce}`,
        priority: priorityOf(time, shortfallE6),
      }))
      .filter(({ singletonKey }) => !this.#queued.has(singletonKey));
    for (let first = 0; first < jobs.length; first += LOT) {
      const lot = jobs.slice(first, first + LOT);
      // Before it is there: a job that is taken up meanwhile takes its key away, and at worst is queued again.
      const now = performance.now();
      for (const { singletonKey } of lot) this.#queued.set(singletonKey, now);
      try {
        await this.#store.boss.insert(QUEUE, lot);
      } catch (error) {
        for (const { singletonKey } of lot) this.#queued.delete(singletonKey);
        throw error;
      }
    }
    if (jobs.length > 0) this.#look();
  }

  /** Has the queue looked into now. */
  #look(): void {
    if (this.#workId !== undefined) this.#store.boss.notifyWorker(this.#workId);
  }

  /** Every proof at a tick, oldest first. */
  async proofsAt(tick: string, ledgerRoot: string): Promise<readonly StoredProof[]> {
    const rows = await this.#store.database.query(
      `SELECT ${COLUMNS} FROM plimsoll.proofs WHERE tick = $1 AND ledger_root = $2 ORDER BY made`,
      [tick, ledgerRoot],
    );
    return rows.map(storedProof);
  }

  close(): void {
    this.#maker.close();
  }

  async #take({ data: { account, nonce } }: Job<Task>): Promise<void> {
    const key = `${account}/${nonce}`;
    const queuedAt = this.#queued.get(key) ?? performance.now();
    this.#queued.delete(key);
    const { tick } = this.#ground;
    if (tick === undefined || !this.#ground.isDue(account, BigInt(nonce))) return this.#drop();
    const { name, ledgerRoot, number, market } = tick;
    const [known] = await this.#store.database.query(
      `SELECT ${COLUMNS} FROM plimsoll.proofs
       WHERE account = $1 AND nonce = $2 AND tick = $3 AND ledger_root = $4`,
      [account, nonce, name, ledgerRoot],
    );
    if (known !== undefined) {
      // Still due: whoever sends it has forgotten it in a restart, or its block was taken back.
      this.onProof(storedProof(known));
      return this.#drop();
    }
    const { chainId, liquidationEngine, beneficiary, profiles } = this.#use;
    const use = {
      chainId,
      contract: liquidationEngine,
      action: 'openLiquidation',
      beneficiary,
      tick: number,
    } as const;
    const context = proofContext(chainId, use.contract, use.action, beneficiary);
    const opening = this.#ground.open(account);
    let instance;
    try {
      instance = prepareStatement('liquidation', { opening, tick: market, context });
    } catch (error) {
      // The exact model has the last word, and between two updates it may have changed.
      if (error instanceof PlimsollError && error.code === 'ACCOUNT_HEALTHY') return this.#drop();
      throw error;
    }
    if (profiles !== undefined && !profiles.has(instance.profile)) return this.#drop();
    const { file, workMs = 0 } = await this.#maker.prove(instance, use);
    await this.#store.database.query(
      `INSERT INTO plimsoll.proofs (account, nonce, tick, ledger_root, file, snapshot_time)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [account, nonce, name, ledgerRoot, file, market.snapshot.time.toString()],
    );
    const { made, workMs: work, waitMs } = this.#counts;
    this.#counts = {
      ...this.#counts,
      made: made + 1,
      workMs: work + workMs,
      waitMs: waitMs + performance.now() - queuedAt,
    };
    this.onProof({ account, nonce: BigInt(nonce), tick: name, ledgerRoot, file });
  }

  #drop(): void {
    this.#counts = { ...this.#counts, dropped: this.#counts.dropped + 1 };
  }
}

const storedProof = (row: SqlRow): StoredProof => ({
  account: Number(row['account']),
  nonce: BigInt(String(row['nonce'])),
  tick: String(row['tick']),
  ledgerRoot: String(row['ledger_root']),
  file: String(row['file']),
});
