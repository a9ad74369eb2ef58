// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { valueCollateral } from '../../risk/margin/collateral.ts';
import { marginPortfolio, type AccountMargin } from '../../risk/margin/margin.ts';
import { sum } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { Portfolio } from '../../model/types.ts';
import { AccountColumns } from './account-columns.ts';
import { imSlackCeil, marginOfSums, slackCeil, type ArrayVerdict } from './definition.ts';
import { InstrumentTable } from './instrument-table.ts';
import { marginNarrow } from './narrow-kernel.ts';
import { MarginColumns, VERDICTS } from './results.ts';
import { TickArrays } from './tick-arrays.ts';
import { tickConstants, type TickConstants } from './tick-constants.ts';
import { wideSums } from './wide-sums.ts';

/** The array margin of one account as the engine keeps it. Amounts are E6 USD. */
export interface EngineMargin {
  readonly equityE6: bigint;
  readonly roundingE6: bigint;
  readonly mmE6: bigint;
  readonly slackE6: bigint;
  readonly imE6: bigint;
  readonly worstScenarios: readonly [number, number];
  readonly verdict: ArrayVerdict;
}

/** Whether an account may be liquidated, and which of the two margins says so. */
export type Decision =
  | { readonly by: 'array'; readonly liquidatable: boolean }
  | { readonly by: 'exact'; readonly liquidatable: boolean; readonly margin: AccountMargin };

export interface RemarginReport {
  readonly accounts: number;
  /** Accounts too large for the one-limb kernel. */
  readonly wide: number;
}

interface Tick {
  readonly arrays: TickArrays;
  readonly constants: TickConstants;
  /** Exact marks by number of the instrument, of those that were asked for. */
  readonly marksQ128: (bigint | undefined)[];
}

/**
 * Array margin of all accounts of a venue, tick after tick (docs/array-margin.md). A new market
 * makes every account dirty, a new account or an update only its own; `remargin` re-values what is
 * dirty.
 */
export class RemarginEngine {
  readonly instruments = new InstrumentTable();
  readonly accounts = new AccountColumns(this.instruments);
  #tick: Tick | undefined;
  #results = new MarginColumns(0);
  readonly #dirty = new Set<number>();
  #allDirty = true;

  /** Values every known instrument: once per tick. */
  setMarket(market: PricedMarket): void {
    const arrays = new TickArrays(this.instruments.instruments, market);
    this.#tick = { arrays, constants: tickConstants(market), marksQ128: [] };
    this.invalidate();
  }

  add(portfolio: Portfolio): number {
    const account = this.accounts.append(portfolio);
    if (!this.#allDirty) this.#dirty.add(account);
    return account;
  }

  update(account: number, portfolio: Portfolio): void {
    this.accounts.update(account, portfolio);
    if (!this.#allDirty) this.#dirty.add(account);
  }

  /** Makes every account dirty, as a new market does. */
  invalidate(): void {
    this.#allDirty = true;
  }

  /** Margins what has changed since the last call. */
  remargin(): RemarginReport {
    const tick = this.#valued();
    const { arrays } = tick;
    const known = this.instruments.instruments;
    if (known.length > arrays.arrays.length) arrays.append(known.slice(arrays.arrays.length));
    const { count } = this.accounts;
    if (this.#allDirty) {
      this.#results = this.#results.grown(count);
      const wide = this.#run(tick, this.#results, 0, count);
      this.#allDirty = false;
      this.#dirty.clear();
      return { accounts: count, wide };
    }
    this.#results = this.#results.grown(count);
    let wide = 0;
    for (const account of this.#dirty) wide += this.#run(tick, this.#results, account, account + 1);
    const report = { accounts: this.#dirty.size, wide };
    this.#dirty.clear();
    return report;
  }

  /**
   * Every account that could be liquidated in another market, by arrays outside the band and by the exact model
   * inside it; what `margin` reads stays.
   */
  liquidatableIn(market: PricedMarket): number[] {
    const arrays = new TickArrays(this.instruments.instruments, market);
    const { count } = this.accounts;
    const elsewhere = { arrays, constants: tickConstants(market), marksQ128: [] };
    const results = new MarginColumns(0).grown(count);
    this.#run(elsewhere, results, 0, count);
    const found: number[] = [];
    for (let account = 0; account < count; account += 1) {
      const verdict = VERDICTS[results.verdict[account]!]!;
      if (verdict === 'healthy') continue;
      if (
        verdict === 'liquidatable' ||
        marginPortfolio(this.accounts.portfolio(account), market).liquidatable
      ) {
        found.push(account);
      }
    }
    return found;
  }

  /** The array margin of an account as of the last `remargin`. */
  margin(account: number): EngineMargin {
    this.#assertMargined(account);
    const { market } = this.#valued().arrays;
    const results = this.#results;
    const lots = this.accounts.grossLots[2 * account]! + this.accounts.grossLots[2 * account + 1]!;
    const wide = results.wide.get(account);
    return {
      equityE6: wide?.equityE6 ?? BigInt(results.equityE6[account]!),
      roundingE6: BigInt(lots),
      mmE6: wide?.mmE6 ?? BigInt(results.mmE6[account]!),
      slackE6: slackCeil(BigInt(lots), market.parameters),
      imE6: wide?.imE6 ?? BigInt(results.imE6[account]!),
      worstScenarios: [results.worst[2 * account]!, results.worst[2 * account + 1]!],
      verdict: VERDICTS[results.verdict[account]!]!,
    };
  }

  /** What `margin` reads, by account, as of the last `remargin`; only for reading. */
  results(): MarginColumns {
    return this.#results;
  }

  verdict(account: number): ArrayVerdict {
    this.#assertMargined(account);
    return VERDICTS[this.#results.verdict[account]!]!;
  }

  /**
   * Whether an account is below its initial margin, and not as by arrays alone, which say too much of it: by the
   * exact model where the two could differ.
   */
  isBelowInitial(account: number): boolean {
    const { equityE6, roundingE6, imE6 } = this.margin(account);
    if (equityE6 - roundingE6 >= imE6) return false;
    const { market } = this.#valued().arrays;
    if (equityE6 + roundingE6 < imE6 - imSlackCeil(roundingE6, market.parameters)) return true;
    const exact = marginPortfolio(this.accounts.portfolio(account), market);
    return exact.equityE6 < exact.imE6;
  }

  /** What a bankrupt account is short of at mark, to the unit of the exact model, E6 USD; 0 of any other. */
  deficitE6(account: number): bigint {
    const { equityE6, roundingE6 } = this.margin(account);
    // A coin is worth no less before its haircut than after it.
    if (equityE6 >= roundingE6) return 0n;
    const tick = this.#valued();
    const { market } = tick.arrays;
    const { accounts } = this;
    const { quoteE6, collateralE8 } = accounts.balances(account);
    const coins = valueCollateral(collateralE8, market.collateralPricesE4, market.parameters);
    let marksQ128 = 0n;
    const first = accounts.start[account]!;
    for (let place = first; place < first + accounts.positions[account]!; place += 1) {
      const number = accounts.instrument[place]!;
      const markQ128 = (tick.marksQ128[number] ??= market.value(
        this.instruments.instruments[number]!,
      ).markQ128);
      marksQ128 += BigInt(accounts.lots[place]!) * markQ128;
    }
    const grossE6 = quoteE6 + sum(coins.map(({ valueE6 }) => valueE6)) + (marksQ128 >> 128n);
    return grossE6 < 0n ? -grossE6 : 0n;
  }

  /** Decides one account: by arrays outside the band, by the exact model inside it. */
  decide(account: number): Decision {
    const verdict = this.verdict(account);
    if (verdict !== 'band') return { by: 'array', liquidatable: verdict === 'liquidatable' };
    const { market } = this.#valued().arrays;
    const margin = marginPortfolio(this.accounts.portfolio(account), market);
    return { by: 'exact', liquidatable: margin.liquidatable, margin };
  }

  /** Every account that may be liquidated, in the order of the accounts; all must be margined. */
  liquidatable(): number[] {
    for (const account of this.#dirty) this.#assertMargined(account);
    const found: number[] = [];
    for (let account = 0; account < this.accounts.count; account += 1) {
      if (this.#allDirty) this.#assertMargined(account);
      if (this.#results.verdict[account] === 0) continue;
      if (this.decide(account).liquidatable) found.push(account);
    }
    return found;
  }

  #run({ arrays, constants }: Tick, results: MarginColumns, from: number, to: number): number {
    if (results.wide.size > 0) {
      for (let account = from; account < to; account += 1) results.wide.delete(account);
    }
    const wide = marginNarrow(this.accounts, arrays, constants, results, from, to);
    for (const account of wide) {
      const sums = wideSums(this.accounts, arrays, account);
      const portfolio = this.accounts.balances(account);
      const margin = marginOfSums(portfolio, sums.linear, arrays.market, (u, shockedE6) =>
        sums.scanRange(u, shockedE6, constants),
      );
      results.setWide(account, margin);
    }
    return wide.length;
  }

  #valued(): Tick {
    if (this.#tick === undefined) {
      throw new PlimsollError('NO_MARKET', 'RemarginEngine: expected a market to be set first');
    }
    return this.#tick;
  }

  #assertMargined(account: number): void {
    if (this.#allDirty || this.#dirty.has(account) || account >= this.accounts.count) {
      throw new PlimsollError(
        'NOT_MARGINED',
        `RemarginEngine: expected account ${account} to be margined since its last change`,
      );
    }
  }
}
