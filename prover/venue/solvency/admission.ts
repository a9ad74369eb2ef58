// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Account } from '../../commitments/account.ts';
import { divCeil } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { Pair } from '../../model/types.ts';
import { AccountFigures, type AccountStanding } from './account-figures.ts';
import type { JointScenario } from './joint-scenarios.ts';

export interface AdmissionRules {
  /** What all accounts together may be short of after any covered joint scenario, E6 USD. */
  readonly fundE6: bigint;
  /** Of an account's own part of the worst covered shortfall, added to its initial margin. */
  readonly addOnBps: bigint;
}

/** An account as it would stand after the action; its owner and state do not change. */
export interface ProposedAccount {
  readonly index: number;
  readonly account: Account;
}

/** A rule that an action would break. Amounts are E6 USD. */
export type AdmissionRefusal =
  /** A liquidation is under way: nothing moves. */
  | { readonly rule: 'frozen'; readonly index: number }
  /** The account may only reduce its risk, and this raises what it needs. */
  | {
      readonly rule: 'riskReducingOnly';
      readonly index: number;
      readonly beforeE6: bigint;
      readonly afterE6: bigint;
    }
  /** No session shows the venue covered, and this raises what the account needs. */
  | {
      readonly rule: 'notCovered';
      readonly index: number;
      readonly beforeE6: bigint;
      readonly afterE6: bigint;
    }
  /** It would have less than initial margin and add-on, and be further from it than before. */
  | {
      readonly rule: 'initialMargin';
      readonly index: number;
      readonly equityE6: bigint;
      readonly requiredE6: bigint;
    }
  /** The fund would not cover this joint scenario, and the action makes it worse. */
  | {
      readonly rule: 'cover';
      readonly ids: Pair<number>;
      readonly shortfallE6: bigint;
      readonly fundE6: bigint;
    };

export interface Admission {
  readonly isAdmitted: boolean;
  readonly refusals: readonly AdmissionRefusal[];
}

const BPS = 10_000n;

/**
 * Every order, transfer or withdrawal against the account *and* against the venue's running totals of
 * covered joint scenarios. Admitted is what leaves every total within the fund or not above what it
 * was, so that no sequence of admitted actions at one tick takes cover below its limit; below the
 * limit only what does not worsen it passes. Both parties of a trade are one action.
 */
export class AdmissionControl {
  readonly #addOnBps: bigint;
  #fundE6: bigint;
  readonly #covered: readonly JointScenario[];
  #figures: AccountFigures;
  readonly #accounts: Account[] = [];
  /** Of every account that is short of something. */
  readonly #short = new Map<number, readonly bigint[]>();
  /** Of accounts that were asked about since they changed. */
  readonly #standings = new Map<number, AccountStanding>();
  #totalsE6: readonly bigint[];
  #isCovered = true;

  constructor(
    accounts: readonly Account[],
    market: PricedMarket,
    scenarios: readonly JointScenario[],
    rules: AdmissionRules,
  ) {
    this.#addOnBps = rules.addOnBps;
    this.#fundE6 = rules.fundE6;
    this.#covered = scenarios.filter(({ isCovered }) => isCovered);
    this.#figures = new AccountFigures(market, this.#covered);
    this.#totalsE6 = this.#covered.map(() => 0n);
    accounts.forEach((account, index) => this.put(index, account));
  }

  /** A new tick: every account that could be short of something, and every total, anew. */
  setMarket(market: PricedMarket): void {
    this.#figures = new AccountFigures(market, this.#covered);
    this.#standings.clear();
    this.#short.clear();
    this.#totalsE6 = this.#covered.map(() => 0n);
    this.#accounts.forEach((account, index) => this.put(index, account));
  }

  /** An account as it is, whoever made it so: nothing is asked of it. Its index is one that is there, or the next. */
  put(index: number, account: Account): void {
    if (index !== this.#accounts.length) this.account(index);
    this.#accounts[index] = account;
    this.#standings.delete(index);
    this.#count(index, this.#figures.shortfallsE6(account));
  }

  /** Takes shortfalls of an account into the totals, in place of those it had. */
  #count(index: number, shortfallsE6: readonly bigint[]): void {
    const before = this.#short.get(index) ?? [];
    if (before.length === 0 && shortfallsE6.length === 0) return;
    this.#totalsE6 = this.#totalsE6.map(
      (totalE6, place) => totalE6 + (shortfallsE6[place] ?? 0n) - (before[place] ?? 0n),
    );
    if (shortfallsE6.length === 0) this.#short.delete(index);
    else this.#short.set(index, shortfallsE6);
  }

  /**
   * What the venue's register of sessions says. While it does not say that the venue is covered, no action
   * raises what an account needs, and a fund that nobody has shown to be enough counts as none. What only
   * reduces risk passes, and so does a withdrawal of what is free and backs nothing.
   */
  setCovered(isCovered: boolean): void {
    this.#isCovered = isCovered;
  }

  /** What the fund holds from now on, E6 USD. */
  setFund(fundE6: bigint): void {
    this.#fundE6 = fundE6;
  }

  /** Σ shortfalls by covered joint scenario, in the order of the list. E6 USD. */
  totals(): readonly (JointScenario & { readonly shortfallE6: bigint })[] {
    return this.#covered.map((scenario, place) => ({
      ...scenario,
      shortfallE6: this.#totalsE6[place]!,
    }));
  }

  /** Of them the amounts alone; another list after every change. */
  get totalsE6(): readonly bigint[] {
    return this.#totalsE6;
  }

  get count(): number {
    return this.#accounts.length;
  }

  account(index: number): Account {
    const account = this.#accounts[index];
    if (account === undefined) {
      throw new PlimsollError(
        'OUT_OF_RANGE',
        `AdmissionControl: expected an account of 0 to ${this.#accounts.length - 1}, got ${index}`,
      );
    }
    return account;
  }

  /** What would be said of an action; nothing changes. Each account may stand in it once. */
  consider(action: readonly ProposedAccount[]): Admission {
    return this.#considered(action).admission;
  }

  /** Takes an action over where it is admitted. */
  admit(action: readonly ProposedAccount[]): Admission {
    const { admission, standings } = this.#considered(action);
    if (!admission.isAdmitted) return admission;
    action.forEach(({ index, account }, place) => {
      this.#accounts[index] = account;
      this.#standings.set(index, standings[place]!);
      this.#count(index, standings[place]!.shortfallsE6);
    });
    return admission;
  }

  #considered(action: readonly ProposedAccount[]): {
    readonly admission: Admission;
    readonly standings: readonly AccountStanding[];
  } {
    if (new Set(action.map(({ index }) => index)).size !== action.length) {
      throw new PlimsollError(
        'REPEATED_ACCOUNT',
        'AdmissionControl: expected each account once in an action',
      );
    }
    const before = action.map(({ index }) => this.#standing(index));
    const standings = action.map(({ account }) => this.#figures.standing(account));
    const totalsE6 = this.#totalsAfter(before, standings);
    const worst = worstPlace(totalsE6);
    const refusals = action.flatMap(({ index }, i) =>
      this.#accountRefusals(index, before[i]!, standings[i]!, worst),
    );
    // Of nearly every action no total moves.
    if (totalsE6 !== this.#totalsE6) {
      const fundE6 = this.#isCovered ? this.#fundE6 : 0n;
      this.#covered.forEach(({ ids }, place) => {
        const shortfallE6 = totalsE6[place]!;
        if (shortfallE6 <= fundE6 || shortfallE6 <= this.#totalsE6[place]!) return;
        refusals.push({ rule: 'cover', ids, shortfallE6, fundE6 });
      });
    }
    return { admission: { isAdmitted: refusals.length === 0, refusals }, standings };
  }

  #totalsAfter(
    before: readonly AccountStanding[],
    after: readonly AccountStanding[],
  ): readonly bigint[] {
    const isShort = ({ shortfallsE6 }: AccountStanding): boolean => shortfallsE6.length > 0;
    if (!before.some(isShort) && !after.some(isShort)) return this.#totalsE6;
    const totalsE6 = [...this.#totalsE6];
    for (const { shortfallsE6 } of before) {
      shortfallsE6.forEach((shortfallE6, place) => (totalsE6[place]! -= shortfallE6));
    }
    for (const { shortfallsE6 } of after) {
      shortfallsE6.forEach((shortfallE6, place) => (totalsE6[place]! += shortfallE6));
    }
    return totalsE6;
  }

  #accountRefusals(
    index: number,
    before: AccountStanding,
    after: AccountStanding,
    worst: number | undefined,
  ): AdmissionRefusal[] {
    const { frozen, riskReducingOnly } = this.account(index);
    if (frozen) return [{ rule: 'frozen', index }];
    const required = (standing: AccountStanding): bigint => this.#requiredE6(standing, worst);
    const [beforeE6, afterE6] = [required(before), required(after)];
    if (riskReducingOnly && afterE6 > beforeE6) {
      return [{ rule: 'riskReducingOnly', index, beforeE6, afterE6 }];
    }
    if (!this.#isCovered && afterE6 > beforeE6) {
      return [{ rule: 'notCovered', index, beforeE6, afterE6 }];
    }
    const isEnough = after.equityE6 >= afterE6;
    const isNearer = after.equityE6 - afterE6 >= before.equityE6 - beforeE6;
    if (isEnough || isNearer) return [];
    return [{ rule: 'initialMargin', index, equityE6: after.equityE6, requiredE6: afterE6 }];
  }

  /** Initial margin, and the add-on for the part of the worst covered shortfall that is the account's. */
  #requiredE6(
    { initialMarginE6, shortfallsE6 }: AccountStanding,
    worst: number | undefined,
  ): bigint {
    const own = worst === undefined ? 0n : (shortfallsE6[worst] ?? 0n);
    return initialMarginE6 + divCeil(own * this.#addOnBps, BPS);
  }

  #standing(index: number): AccountStanding {
    const known = this.#standings.get(index);
    if (known !== undefined) return known;
    const standing = this.#figures.standing(this.account(index));
    this.#standings.set(index, standing);
    return standing;
  }
}

/** Where a total is largest; the first of equals, and nowhere where all are 0. */
function worstPlace(totalsE6: readonly bigint[]): number | undefined {
  let place: number | undefined;
  totalsE6.forEach((totalE6, at) => {
    if (totalE6 > (place === undefined ? 0n : totalsE6[place]!)) place = at;
  });
  return place;
}
