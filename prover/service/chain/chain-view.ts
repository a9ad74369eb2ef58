// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent, EventValues } from '../../chain/events.ts';
import type { FollowedBlock } from './follower.ts';

/** Where the liquidation of an account stands. */
export const LIQUIDATION_STAGES = [
  'open',
  'cured',
  'sold',
  'backstopped',
  'bankrupt',
  'closed',
] as const;
export type LiquidationStage = (typeof LIQUIDATION_STAGES)[number];

export interface Liquidation {
  readonly accountIndex: bigint;
  readonly settlementNonce: bigint;
  readonly stage: LiquidationStage;
  /** What its opening said. */
  readonly opening: EventValues<'LiquidationOpened'> | undefined;
  readonly openedIn: string;
}

/** What the buffer guarantees to an account whose liquidation has not called on it. */
export interface TakenGuarantee {
  readonly accountIndex: bigint;
  readonly settlementNonce: bigint;
  readonly amountE6: bigint;
  /** The market clock after which it holds off no opening. */
  readonly dueAt: bigint;
}

/** A ledger that consumed messages of the engine's lane: all up to a count, or one that was forced. */
interface Consumed {
  readonly sequence: bigint;
  readonly takes: (messageIndex: bigint) => boolean;
}

export interface AcceptedTick {
  readonly values: EventValues<'TickOpened'>;
  readonly block: number;
  /** The transaction whose calldata has the snapshot's document. */
  readonly snapshotIn: string | undefined;
}

const STAGES: Readonly<Partial<Record<ChainEvent['name'], LiquidationStage>>> = {
  LiquidationOpened: 'open',
  LiquidationCured: 'cured',
  BidEscrowed: 'sold',
  Backstopped: 'backstopped',
  LiquidationClosed: 'closed',
};

/** What an event makes of a liquidation; one whose deficit others bear is a bankruptcy. */
function stageAfter(event: ChainEvent): LiquidationStage | undefined {
  const isDeficit = event.name === 'Backstopped' && event.values.deficitE6 > 0n;
  return isDeficit ? 'bankrupt' : STAGES[event.name];
}

const keyOf = (accountIndex: bigint, nonce: bigint): string => `${accountIndex}/${nonce}`;

/** What the followed branch says, folded from its events; undoing blocks folds what is left again. */
export class ChainView {
  readonly #blocks: FollowedBlock[] = [];
  readonly #liquidations = new Map<string, Liquidation>();
  readonly #guarantees = new Map<string, TakenGuarantee>();
  readonly #snapshots = new Map<bigint, string>();
  #ticks: AcceptedTick[] = [];
  #consumed: Consumed[] = [];
  #isHalted = false;

  readonly apply = (block: FollowedBlock): void => {
    if (block.events.length > 0) this.#blocks.push(block);
    for (const event of block.events) this.#fold(event);
  };

  readonly undo = (block: FollowedBlock): void => {
    if (this.#blocks.at(-1)?.hash !== block.hash) return;
    this.#blocks.pop();
    this.#liquidations.clear();
    this.#guarantees.clear();
    this.#snapshots.clear();
    this.#ticks = [];
    this.#consumed = [];
    this.#isHalted = false;
    for (const { events } of this.#blocks) for (const event of events) this.#fold(event);
  };

  get tick(): AcceptedTick | undefined {
    return this.#ticks.at(-1);
  }

  /** The newest ticks, the newest last. */
  newest(count: number): readonly AcceptedTick[] {
    return this.#ticks.slice(-count);
  }

  /** The newest tick of a block so high or lower. */
  tickAsOf(block: number): AcceptedTick | undefined {
    return this.#ticks.findLast((tick) => tick.block <= block);
  }

  liquidation(accountIndex: bigint, nonce: bigint): Liquidation | undefined {
    return this.#liquidations.get(keyOf(accountIndex, nonce));
  }

  liquidations(): readonly Liquidation[] {
    return [...this.#liquidations.values()];
  }

  /** Whether the market stands: until it is resumed, only cures are taken. */
  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** The ledger that has a message of the engine's lane, such as a Freeze; undefined while none has. */
  consumedBy(messageIndex: bigint): bigint | undefined {
    return this.#consumed.find(({ takes }) => takes(messageIndex))?.sequence;
  }

  guarantees(): readonly TakenGuarantee[] {
    return [...this.#guarantees.values()];
  }

  #fold(event: ChainEvent): void {
    if (event.name === 'GuaranteeTaken') {
      const { accountIndex, settlementNonce, amountE6, dueAt } = event.values;
      const guarantee = { accountIndex, settlementNonce, amountE6, dueAt };
      this.#guarantees.set(keyOf(accountIndex, settlementNonce), guarantee);
    }
    if (event.name === 'GuaranteeEnded' || event.name === 'LiquidationOpened') {
      const { accountIndex, settlementNonce } = event.values;
      this.#guarantees.delete(keyOf(accountIndex, settlementNonce));
    }
    if (event.name === 'Halted') this.#isHalted = true;
    if (event.name === 'Resumed') this.#isHalted = false;
    if (event.name === 'RootAccepted') {
      const { sequence, engineCount } = event.values;
      this.#consumed.push({ sequence, takes: (index) => index < engineCount });
    }
    if (event.name === 'MessageForced') {
      const { sequence, index: forced } = event.values;
      this.#consumed.push({ sequence, takes: (index) => index === forced });
    }
    if (event.name === 'SnapshotAccepted') {
      this.#snapshots.set(event.values.snapshotHash, event.transactionHash);
    }
    if (event.name === 'TickOpened') {
      const snapshotIn = this.#snapshots.get(event.values.snapshotHash);
      this.#ticks.push({ values: event.values, block: event.blockNumber, snapshotIn });
    }
    const stage = stageAfter(event);
    if (stage === undefined || !('settlementNonce' in event.values)) return;
    const { accountIndex, settlementNonce } = event.values;
    const key = keyOf(accountIndex, settlementNonce);
    const before = this.#liquidations.get(key);
    const opening = event.name === 'LiquidationOpened' ? event.values : before?.opening;
    const openedIn = before?.openedIn ?? event.transactionHash;
    this.#liquidations.set(key, { accountIndex, settlementNonce, stage, opening, openedIn });
  }
}
