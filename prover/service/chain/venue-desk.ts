// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';
import { z } from 'zod';

import type { VenueConfig } from '../../chain/config.ts';
import { asObject, read } from '../../chain/refusal.ts';
import { connectVenue, type Venue } from '../../chain/venue.ts';
import { PlimsollError } from '../../core/errors.ts';
import { marketClock } from '../../keeper/auctions.ts';
import { freezeIn } from '../../keeper/liquidations.ts';
import { readFund, type FundStatus } from '../../keeper/venue-status.ts';
import { nextBlockTime } from '../../oracle/feed-state.ts';
import type { Place } from '../../receipt/document.ts';
import { findPlace, type Roots } from '../../receipt/place.ts';
import { jsonRpcOf } from '../../receipt/provider-rpc.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import type { ChainConfig } from '../config/chain-settings.ts';
import { nodeAt } from './node-at.ts';
import {
  StatementDesk,
  statementPlaces,
  type StatementPlace,
  type TakenStatement,
} from './statement-desk.ts';

/** So long an answer stands: whoever asks more often asks no node. */
const STANDS_MS = 5000;
/** Receipts that one question asks for at most. */
const RECEIPTS = 50;
const uint = z.bigint().nonnegative();

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<T>;
}

/** The market clock, by which prices fall, and what the fund has for anybody. */
export interface AuctionClock {
  /** Seconds. */
  readonly now: bigint;
  /** So long it runs on by itself: it stands while the market is halted, and after a long silence of the oracle. */
  readonly runsForSeconds: bigint;
  readonly freeE6: bigint;
}

/** What the venue's contracts say when somebody asks the API; nothing is followed here. */
export class VenueDesk {
  readonly #provider: JsonRpcProvider;
  readonly #venue: Venue;
  readonly #config: ChainConfig;
  readonly #now: () => number;
  #fund: Kept<FundStatus> | undefined;
  #clock: Kept<AuctionClock> | undefined;
  readonly #statements: StatementDesk;
  readonly #freezes = new Map<string, Kept<bigint>>();
  readonly #gas = new Map<string, bigint>();

  constructor(config: ChainConfig, now: () => number = Date.now) {
    const { contracts, chainId } = config.venue;
    this.#config = config;
    this.#now = now;
    this.#provider = nodeAt(config.rpc[0]!, chainId);
    this.#venue = connectVenue(contracts, this.#provider);
    this.#statements = new StatementDesk(jsonRpcOf(this.#provider), config.venue, now);
  }

  /** Throws `NODE_FAILED` where the node does not answer. */
  async fund(): Promise<FundStatus> {
    this.#fund = this.#standing(this.#fund, () => readFund(this.#venue));
    return await this.#fund.answer;
  }

  /** @param tickBlock of the newest tick. Throws `NODE_FAILED` where the node does not answer. */
  async auctionClock(tickBlock: number): Promise<AuctionClock> {
    this.#clock = this.#standing(this.#clock, async () => this.#readClock(tickBlock));
    return await this.#clock.answer;
  }

  /** The market clock of the ledger that has the Freeze of an opening. Throws `NODE_FAILED`. */
  async freezeClock(messageIndex: bigint, sequence: bigint): Promise<bigint> {
    const key = `${messageIndex}/${sequence}`;
    const kept = this.#standing(
      this.#freezes.get(key),
      async () => (await freezeIn(this.#venue, messageIndex, sequence)).clock,
    );
    this.#freezes.set(key, kept);
    return await kept.answer;
  }

  /**
   * Gas of transactions, as far as it is known: of so many more at a time the node is asked, and of those that it does
   * not tell nothing is said.
   */
  async gasOf(transactions: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const unknown = transactions.filter((hash) => !this.#gas.has(hash)).slice(-RECEIPTS);
    await Promise.all(
      unknown.map(async (hash) => {
        const receipt = await this.#provider.getTransactionReceipt(hash).catch(() => null);
        if (receipt !== null) this.#gas.set(hash, receipt.gasUsed);
      }),
    );
    return this.#gas;
  }

  /** What the venue's contracts took, proven, the newest first. Throws `NODE_FAILED`. */
  async statements(): Promise<readonly TakenStatement[]> {
    return await asked(async () => this.#statements.newest());
  }

  get statementPlaces(): readonly StatementPlace[] {
    return statementPlaces(this.#config.venue);
  }

  /** Proof files of a transaction. Throws `NODE_FAILED`, `NO_PROOF`, or `ARTIFACT_MISSING` of a circuit not built here. */
  async proofsIn(transaction: string): Promise<readonly string[]> {
    return await asked(async () => this.#statements.proofsIn(transaction));
  }

  /** By which engine of the venue auctions go. */
  get engine(): VenueConfig['engine'] {
    return this.#config.venue.config.engine;
  }

  async #readClock(tickBlock: number): Promise<AuctionClock> {
    const { marketFeed, insuranceFund } = this.#venue;
    const [now, { haltedAt }, freeE6, opened, time] = await Promise.all([
      marketClock(marketFeed),
      read(marketFeed, 'state', [], asObject(z.object({ haltedAt: uint }))),
      read(insuranceFund, 'freeE6', [], uint),
      this.#provider.getBlock(tickBlock),
      nextBlockTime(this.#provider),
    ]);
    const gap = BigInt(this.#config.venue.config.maxClockGap);
    const runsUntil = haltedAt !== 0n || opened === null ? 0n : BigInt(opened.timestamp) + gap;
    return { now, runsForSeconds: max(runsUntil - time, 0n), freeE6 };
  }

  /** An answer that still stands, or a new one; none that failed is kept. */
  #standing<T>(kept: Kept<T> | undefined, question: () => Promise<T>): Kept<T> {
    if (kept !== undefined && this.#now() - kept.at <= STANDS_MS) return kept;
    const asking: { at: number; answer: Promise<T> } = { at: this.#now(), answer: asked(question) };
    asking.answer.catch(() => (asking.at = 0));
    return asking;
  }

  /** The newest margin tick that binds these roots; throws `NO_TICK` where there is none. */
  async placeOf(roots: Roots): Promise<Place> {
    const { chainId, contracts } = this.#config.venue;
    const { marketFeed, healthGate } = contracts;
    const rpc = jsonRpcOf(this.#provider);
    return await asked(() => findPlace(rpc, { chainId, marketFeed, healthGate }, roots));
  }

  close(): void {
    this.#provider.destroy();
  }
}

/** What is no fault of the node. */
const ANSWERS: ReadonlySet<string> = new Set(['NO_TICK', 'NO_PROOF', 'ARTIFACT_MISSING']);

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof PlimsollError && ANSWERS.has(error.code)) throw error;
    throw new PlimsollError('NODE_FAILED', 'the node does not answer, or not as a venue does', {
      cause: error,
    });
  }
}
