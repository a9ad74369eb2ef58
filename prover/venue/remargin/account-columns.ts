// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Portfolio, Triple } from '../../model/types.ts';
import { STRIKE_LIMB, type InstrumentTable } from './instrument-table.ts';

export const MAX_POSITIONS = 64;
const MAX_LOTS = 2 ** 26;
const COLLATERAL_BITS = 56;

/** Balances above it are read as integers without a bound, never as doubles. */
export const NARROW_BALANCE = 2 ** 50;
const NARROW_BALANCE_INTEGER = 1n << 50n;

/** An exact double, or NaN: every comparison with it fails, which sends the account the wide way. */
const narrow = (x: bigint): number =>
  x <= NARROW_BALANCE_INTEGER && x >= -NARROW_BALANCE_INTEGER ? Number(x) : Number.NaN;

function grown<T extends Float64Array | BigInt64Array | Int32Array | Uint8Array>(
  column: T,
  length: number,
): T {
  const larger = new (column.constructor as new (length: number) => T)(length);
  larger.set(column as never);
  return larger;
}

/** Positions of one account as instrument numbers, BTC's before ETH's, and signed lots. */
export interface NumberedPositions {
  readonly instruments: ArrayLike<number>;
  readonly lots: ArrayLike<number>;
}

/**
 * Accounts as columns: balances by account, positions in one pool (compressed sparse rows whose
 * room stays with the account, so that an update moves no other account).
 */
export class AccountColumns {
  readonly #table: InstrumentTable;
  #count = 0;
  #used = 0;

  start = new Int32Array(1024);
  /** Positions an account has room for, has, and has in BTC (these come first). */
  room = new Uint8Array(1024);
  positions = new Uint8Array(1024);
  split = new Uint8Array(1024);
  quoteE6 = new BigInt64Array(1024);
  collateralE8 = new BigInt64Array(3 * 1024);
  quote = new Float64Array(1024);
  collateral = new Float64Array(3 * 1024);
  /** Σ|lots| by account and underlying. */
  grossLots = new Float64Array(2 * 1024);

  instrument = new Int32Array(16 * 1024);
  lots = new Int32Array(16 * 1024);
  /** At one position of each group of options what the group leaves uncovered, 0 at the others. */
  uncovered = new Float64Array(16 * 1024);

  constructor(table: InstrumentTable) {
    this.#table = table;
  }

  get count(): number {
    return this.#count;
  }

  append(portfolio: Portfolio): number {
    return this.appendNumbered(
      portfolio.quoteE6,
      portfolio.collateralE8,
      this.#numbered(portfolio),
    );
  }

  appendNumbered(
    quoteE6: bigint,
    collateralE8: Triple<bigint>,
    positions: NumberedPositions,
  ): number {
    const account = this.#count;
    if (account === this.start.length) this.#growAccounts();
    this.#check(quoteE6, collateralE8, positions);
    this.#count += 1;
    this.#write(account, quoteE6, collateralE8, positions);
    return account;
  }

  /** Replaces one account; throws `OUT_OF_RANGE` before anything has changed. */
  update(account: number, portfolio: Portfolio): void {
    if (!Number.isInteger(account) || account < 0 || account >= this.#count) {
      throw new PlimsollError(
        'OUT_OF_RANGE',
        `AccountColumns: expected an account below ${this.#count}, got ${account}`,
      );
    }
    const positions = this.#numbered(portfolio);
    this.#check(portfolio.quoteE6, portfolio.collateralE8, positions);
    this.#write(account, portfolio.quoteE6, portfolio.collateralE8, positions);
  }

  balances(account: number): Pick<Portfolio, 'quoteE6' | 'collateralE8'> {
    return {
      quoteE6: this.quoteE6[account]!,
      collateralE8: [
        this.collateralE8[3 * account]!,
        this.collateralE8[3 * account + 1]!,
        this.collateralE8[3 * account + 2]!,
      ],
    };
  }

  /** The account as the exact model reads it. */
  portfolio(account: number): Portfolio {
    const first = this.start[account]!;
    return {
      ...this.balances(account),
      positions: Array.from({ length: this.positions[account]! }, (_, position) => ({
        instrument: this.#table.instruments[this.instrument[first + position]!]!,
        lots: BigInt(this.lots[first + position]!),
      })),
    };
  }

  #numbered({ positions }: Portfolio): NumberedPositions {
    return {
      instruments: positions.map(({ instrument }) => this.#table.numberOf(instrument)),
      lots: positions.map(({ lots }) => Number(lots)),
    };
  }

  #check(
    quoteE6: bigint,
    collateralE8: Triple<bigint>,
    { instruments, lots }: NumberedPositions,
  ): void {
    // Columns would wrap what does not fit 64 bits without a word.
    if (BigInt.asIntN(64, quoteE6) !== quoteE6) {
      throw new PlimsollError(
        'OUT_OF_RANGE',
        `AccountColumns: expected a quote balance of 64 bits, got ${quoteE6}`,
      );
    }
    for (const balance of collateralE8) {
      if (BigInt.asUintN(COLLATERAL_BITS, balance) === balance) continue;
      throw new PlimsollError(
        'OUT_OF_RANGE',
        `AccountColumns: expected balances of 56 bits, got ${balance}`,
      );
    }
    if (lots.length > MAX_POSITIONS || instruments.length !== lots.length) {
      throw new PlimsollError(
        'OUT_OF_RANGE',
        `AccountColumns: expected at most ${MAX_POSITIONS} positions, got ${lots.length}`,
      );
    }
    let last = 0;
    for (let position = 0; position < lots.length; position += 1) {
      const held = lots[position]!;
      const own = this.#table.instruments[instruments[position]!]?.underlying;
      if (!Number.isInteger(held) || held < -MAX_LOTS || held >= MAX_LOTS || own === undefined) {
        throw new PlimsollError(
          'OUT_OF_RANGE',
          `AccountColumns: expected a known instrument and 27-bit lots, got ${held}`,
        );
      }
      if (own < last) {
        throw new PlimsollError('OUT_OF_RANGE', 'AccountColumns: expected BTC before ETH');
      }
      last = own;
    }
  }

  #write(
    account: number,
    quoteE6: bigint,
    collateralE8: Triple<bigint>,
    { instruments, lots }: NumberedPositions,
  ): void {
    const count = lots.length;
    if (count > this.room[account]!) this.#makeRoom(account, count);
    const first = this.start[account]!;
    const gross: [number, number] = [0, 0];
    let split = 0;
    for (let position = 0; position < count; position += 1) {
      const number = instruments[position]!;
      const held = lots[position]!;
      this.instrument[first + position] = number;
      this.lots[first + position] = held;
      const { underlying } = this.#table.instruments[number]!;
      gross[underlying] += Math.abs(held);
      if (underlying === 0) split += 1;
    }
    this.#writeUncovered(first, count);
    this.positions[account] = count;
    this.split[account] = split;
    this.grossLots[2 * account] = gross[0];
    this.grossLots[2 * account + 1] = gross[1];
    this.quoteE6[account] = quoteE6;
    this.quote[account] = narrow(quoteE6);
    for (let c = 0; c < 3; c += 1) {
      this.collateralE8[3 * account + c] = collateralE8[c]!;
      this.collateral[3 * account + c] = narrow(collateralE8[c]!);
    }
  }

  /**
   * Whether a group is settled is the tick's business, for all of it at once; what it leaves
   * uncovered is the account's. Strikes times lots are summed in two limbs, each exact.
   */
  #writeUncovered(first: number, count: number): void {
    const { options } = this.#table;
    for (let place = first; place < first + count; place += 1) {
      this.uncovered[place] = 0;
      const own = options[this.instrument[place]!];
      if (own === undefined) continue;
      let net = 0;
      let high = 0;
      let low = 0;
      let isLast = true;
      for (let other = first; other < first + count; other += 1) {
        const option = options[this.instrument[other]!];
        if (option === undefined || option.group !== own.group) continue;
        if (other > place) {
          isLast = false;
          break;
        }
        const held = this.lots[other]!;
        net += held;
        high += held * option.strikeHigh;
        low += held * option.strikeLow;
      }
      if (!isLast || net >= 0) continue;
      const paysAtZero = high + Math.floor(low / STRIKE_LIMB) >= 0;
      if (own.isPut && paysAtZero) continue;
      this.uncovered[place] = -net;
    }
  }

  /** At the end of the pool; what the account leaves behind is reclaimed when the pool grows. */
  #makeRoom(account: number, count: number): void {
    if (this.#used + count > this.lots.length) this.#growPool(count);
    this.start[account] = this.#used;
    this.room[account] = count;
    this.#used += count;
  }

  #growPool(extra: number): void {
    let live = extra;
    for (let account = 0; account < this.#count; account += 1) live += this.positions[account]!;
    const length = Math.max(1024, Math.ceil(1.5 * live));
    const instrument = new Int32Array(length);
    const lots = new Int32Array(length);
    const uncovered = new Float64Array(length);
    let used = 0;
    for (let account = 0; account < this.#count; account += 1) {
      const first = this.start[account]!;
      const count = this.positions[account]!;
      instrument.set(this.instrument.subarray(first, first + count), used);
      lots.set(this.lots.subarray(first, first + count), used);
      uncovered.set(this.uncovered.subarray(first, first + count), used);
      this.start[account] = used;
      this.room[account] = count;
      used += count;
    }
    this.instrument = instrument;
    this.lots = lots;
    this.uncovered = uncovered;
    this.#used = used;
  }

  #growAccounts(): void {
    const length = 2 * this.start.length;
    this.start = grown(this.start, length);
    this.room = grown(this.room, length);
    this.positions = grown(this.positions, length);
    this.split = grown(this.split, length);
    this.quoteE6 = grown(this.quoteE6, length);
    this.collateralE8 = grown(this.collateralE8, 3 * length);
    this.quote = grown(this.quote, length);
    this.collateral = grown(this.collateral, 3 * length);
    this.grossLots = grown(this.grossLots, 2 * length);
  }
}
