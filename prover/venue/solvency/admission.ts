// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Account } from '../../commitments/account.ts';
import { marginPortfolio } from '../../risk/margin/margin.ts';
import { divCeil } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { Pair } from '../../model/types.ts';
import type { JointScenario } from './joint-scenarios.ts';
import { ShortfallScreen, shortfallsCeil } from './stress.ts';

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

/** How an account stands against what admission asks of it. */
interface Standing {
  readonly equityE6: bigint;
  readonly initialMarginE6: bigint;
  /** By covered joint scenario; empty where it is short of nothing in all of them, as nearly all are. */
  readonly shortfallsE6: readonly bigint[];
}

const BPS = 10_000n;

/**
 * Every order, transfer or withdrawal against the account *and* against the venue's running totals of
 * covered joint scenarios. Admitted is what leaves every total within the fund or not above what it
 * was, so that no sequence of admitted actions at one tick takes cover below its limit; below the
 * limit only what does not worsen it passes. Both parties of a trade are one action.
 */
export class AdmissionControl {
  readonly #rules: AdmissionRules;
  readonly #covered: readonly JointScenario[];
  #market: PricedMarket;
  #screen: ShortfallScreen;
  readonly #accounts: Account[];
  /** Of accounts that are short of something, or took part in an action since the tick. */
  readonly #standings = new Map<number, Standing>();
  #totalsE6: bigint[] = [];
  #isCovered = true;

  constructor(
    accounts: readonly Account[],
    market: PricedMarket,
    scenarios: readonly JointScenario[],
    rules: AdmissionRules,
  ) {
    this.#rules = rules;
    this.#covered = scenarios.filter(({ isCovered }) => isCovered);
    this.#market = market;
    this.#screen = new ShortfallScreen(market);
    this.#accounts = [...accounts];
    this.setMarket(market);
  }

  /** A new tick: every account that could be short of something, and every total, anew. */
  setMarket(market: PricedMarket): void {
    this.#market = market;
    this.#standings.clear();
    const totalsE6 = this.#covered.map(() => 0n);
    this.#screen = new ShortfallScreen(market);
    this.#accounts.forEach((account, index) => {
      if (!this.#screen.mayBeShort(account)) return;
      const { shortfallsE6 } = this.#standing(index);
      shortfallsE6.forEach((shortfallE6, place) => (totalsE6[place]! += shortfallE6));
    });
    this.#totalsE6 = totalsE6;
  }

  /**
   * What the venue's register of sessions says. While it does not say that the venue is covered, no action
   * raises what an account needs, and a fund that nobody has shown to be enough counts as none. What only
   * reduces risk passes, and so does a withdrawal of what is free and backs nothing.
   */
  setCovered(isCovered: boolean): void {
    this.#isCovered = isCovered;
  }

  /** Σ shortfalls by covered joint scenario, in the order of the list. E6 USD. */
  totals(): readonly (JointScenario & { readonly shortfallE6: bigint })[] {
    return this.#covered.map((scenario, place) => ({
      ...scenario,
      shortfallE6: this.#totalsE6[place]!,
    }));
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
    const { admission, standings, totalsE6 } = this.#considered(action);
    if (!admission.isAdmitted) return admission;
    action.forEach(({ index, account }, place) => {
      this.#accounts[index] = account;
      this.#standings.set(index, standings[place]!);
    });
    this.#totalsE6 = totalsE6;
    return admission;
  }

  #considered(action: readonly ProposedAccount[]): {
    readonly admission: Admission;
    readonly standings: readonly Standing[];
    readonly totalsE6: bigint[];
  } {
    if (new Set(action.map(({ index }) => index)).size !== action.length) {
      throw new PlimsollError(
        'REPEATED_ACCOUNT',
        'AdmissionControl: expected each account once in an action',
      );
    }
    const before = action.map(({ index }) => this.#standing(index));
    const standings = action.map(({ account }) => this.#standingOf(account));
    const totalsE6 = this.#totalsE6.map((totalE6, place) =>
      standings.reduce(
        (sum, { shortfallsE6 }, i) =>
          sum + (shortfallsE6[place] ?? 0n) - (before[i]!.shortfallsE6[place] ?? 0n),
        totalE6,
      ),
    );
    const worst = worstPlace(totalsE6);
    const refusals = action.flatMap(({ index }, i) =>
      this.#accountRefusals(index, before[i]!, standings[i]!, worst),
    );
    const uncovered = this.#covered.flatMap(({ ids }, place): AdmissionRefusal[] => {
      const shortfallE6 = totalsE6[place]!;
      const fundE6 = this.#isCovered ? this.#rules.fundE6 : 0n;
      const holds = shortfallE6 <= fundE6 || shortfallE6 <= this.#totalsE6[place]!;
      return holds ? [] : [{ rule: 'cover', ids, shortfallE6, fundE6 }];
    });
    const all = [...refusals, ...uncovered];
    return { admission: { isAdmitted: all.length === 0, refusals: all }, standings, totalsE6 };
  }

  #accountRefusals(
    index: number,
    before: Standing,
    after: Standing,
    worst: number | undefined,
  ): AdmissionRefusal[] {
    const { frozen, riskReducingOnly } = this.account(index);
    if (frozen) return [{ rule: 'frozen', index }];
    const required = (standing: Standing): bigint => this.#requiredE6(standing, worst);
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
  #requiredE6({ initialMarginE6, shortfallsE6 }: Standing, worst: number | undefined): bigint {
    const own = worst === undefined ? 0n : (shortfallsE6[worst] ?? 0n);
    return initialMarginE6 + divCeil(own * this.#rules.addOnBps, BPS);
  }

  #standing(index: number): Standing {
    const known = this.#standings.get(index);
    if (known !== undefined) return known;
    const standing = this.#standingOf(this.account(index));
    this.#standings.set(index, standing);
    return standing;
  }

  #standingOf(account: Account): Standing {
    const margin = marginPortfolio(account, this.#market);
    // Nearly every account is short of nothing, which is seen for less than is summed.
    const shortfalls = this.#screen.mayBeShort(account)
      ? shortfallsCeil(account.quoteE6, margin, this.#market, this.#covered)
      : [];
    return {
      equityE6: margin.equityE6,
      initialMarginE6: margin.imE6,
      shortfallsE6: shortfalls.every((one) => one === 0n) ? [] : shortfalls,
    };
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
