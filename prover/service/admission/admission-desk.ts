// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { identityWord, type Account } from '../../commitments/account.ts';
import type { Ledger, LedgerChange } from '../../commitments/ledger.ts';
import { PlimsollError } from '../../core/errors.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { MarketTick } from '../../statements/market-tick.ts';
import {
  AdmissionControl,
  type AdmissionRefusal,
  type AdmissionRules,
} from '../../venue/solvency/admission.ts';
import { jointScenarios, type JointScenario } from '../../venue/solvency/joint-scenarios.ts';
import type { AdmissionConfig } from '../config/admission-settings.ts';

/** For so long a new tick is prepared before others have their turn: an instrument takes as long at most. */
const SLICE_MS = 1;
/** Of the newest updates that nobody had admitted. */
const MOST_SHOWN = 100;

/** What is said of an action. */
export interface Answer {
  readonly isAdmitted: boolean;
  readonly refusals: readonly AdmissionRefusal[];
  /** Of the newest action that was admitted, in this book. */
  readonly number: number;
  readonly book: string;
  /** The tick that it was judged at. */
  readonly tick: string;
}

/** An update that is not what was admitted, and breaks a rule besides. */
export interface Unadmitted {
  readonly sequence: number;
  readonly accounts: readonly number[];
  readonly refusals: readonly AdmissionRefusal[];
}

export interface AdmissionCounts {
  readonly admitted: number;
  readonly refused: number;
  readonly forced: number;
  /** Updates: what was admitted and nothing else; what breaks no rule although nobody asked; the rest. */
  readonly asAdmitted: number;
  readonly judgedLate: number;
  readonly unadmitted: number;
}

export interface AdmissionStanding {
  readonly book: string;
  readonly number: number;
  /** Accounts that an admitted action changed and no ledger has yet. */
  readonly pending: number;
  readonly tick: string | undefined;
  readonly isCovered: boolean;
  readonly fundE6: bigint;
  readonly totals: readonly (JointScenario & { readonly shortfallE6: bigint })[];
  readonly unadmitted: readonly Unadmitted[];
}

/** An account as an admitted action left it. */
interface Version {
  readonly number: number;
  readonly account: Account;
}

/** Up to which admitted action an update goes; where it is something else, which rules it breaks by itself. */
interface Verdict {
  readonly upTo: number | undefined;
  readonly refusals: readonly AdmissionRefusal[];
}

/**
 * The venue's actions against its running totals, tick by tick. What was admitted counts from then on,
 * though the ledger that has it comes later: an update has to be what the first so many admitted actions
 * make of the ledger held.
 */
export class AdmissionDesk {
  readonly #config: AdmissionConfig;
  readonly #ledger: () => Ledger;
  #control: AdmissionControl | undefined;
  #tick: string | undefined;
  /** The market of the newest tick, which is in force once it is prepared. */
  #newest: MarketTick | undefined;
  #preparation = 0;
  /** Accounts that changed while a tick is prepared. */
  #touched = new Set<number>();
  #book = randomUUID() as string;
  #number = 0;
  readonly #pending = new Map<number, Version[]>();
  #isCovered: boolean;
  #fundE6: bigint;
  #unadmitted: readonly Unadmitted[] = [];
  /** Of the update that was judged last. */
  #verdict: Verdict | undefined;
  #counts = { admitted: 0, refused: 0, forced: 0, asAdmitted: 0, judgedLate: 0, unadmitted: 0 };

  /** @param ledger the ledger that is held, now */
  constructor(config: AdmissionConfig, ledger: () => Ledger) {
    this.#config = config;
    this.#ledger = ledger;
    this.#isCovered = !config.isCoverFollowed;
    this.#fundE6 = config.fundE6 ?? 0n;
  }

  get counts(): AdmissionCounts {
    return this.#counts;
  }

  get isCovered(): boolean {
    return this.#isCovered;
  }

  /** E6 USD. */
  get fundE6(): bigint {
    return this.#fundE6;
  }

  /** What the chain says: whether sessions show the venue covered, and what its fund has free. */
  setCover(isCovered: boolean, freeE6: bigint): void {
    this.#isCovered = isCovered;
    this.#fundE6 = this.#config.fundE6 ?? freeE6;
    this.#control?.setCovered(this.#isCovered);
    this.#control?.setFund(this.#fundE6);
  }

  /** Throws `NO_TICK` until the first tick is prepared, `NO_SUCH_ACCOUNT` for one that is not there. */
  ask(
    action: readonly LedgerChange[],
    { isTrial = false, isForced = false }: { isTrial?: boolean; isForced?: boolean } = {},
  ): Answer {
    const control = this.#controlNow();
    for (const { index } of action) {
      if (index < control.count) continue;
      throw new PlimsollError('NO_SUCH_ACCOUNT', `there is no account ${index}`);
    }
    const { isAdmitted, refusals } = isForced
      ? this.#force(control, action)
      : isTrial
        ? control.consider(action)
        : control.admit(action);
    if (!isTrial) {
      if (!isAdmitted) this.#counts.refused += 1;
      else {
        this.#number += 1;
        this.#counts[isForced ? 'forced' : 'admitted'] += 1;
        for (const { index, account } of action) {
          this.#touched.add(index);
          const versions = this.#pending.get(index) ?? [];
          this.#pending.set(index, [...versions, { number: this.#number, account }]);
        }
      }
    }
    return { isAdmitted, refusals, number: this.#number, book: this.#book, tick: this.#tick! };
  }

  /** What a contract demands: taken whatever it makes of the totals. */
  #force(
    control: AdmissionControl,
    action: readonly LedgerChange[],
  ): { readonly isAdmitted: true; readonly refusals: readonly [] } {
    for (const { index, account } of action) control.put(index, account);
    return { isAdmitted: true, refusals: [] };
  }

  standing(): AdmissionStanding {
    return {
      book: this.#book,
      number: this.#number,
      pending: this.#pending.size,
      tick: this.#tick,
      isCovered: this.#isCovered,
      fundE6: this.#fundE6,
      totals: this.#control?.totals() ?? [],
      unadmitted: this.#unadmitted,
    };
  }

  /**
   * Called before an update is taken. Throws `NOT_ADMITTED` where it is neither what was admitted nor keeps the
   * rules by itself, and the configuration says to refuse it.
   */
  judge(sequence: number, changes: readonly LedgerChange[]): void {
    const control = this.#control;
    this.#verdict = undefined;
    if (control === undefined) return;
    const upTo = this.#prefixOf(changes);
    const refusals = upTo === undefined ? this.#judgedLate(control, changes) : [];
    if (refusals.length > 0 && this.#config.unadmitted === 'refuse') {
      const rules = [...new Set(refusals.map(({ rule }) => rule))].join(', ');
      throw new PlimsollError(
        'NOT_ADMITTED',
        `update ${sequence} is not what was admitted, and breaks ${rules}: ask POST /admissions first`,
      );
    }
    this.#verdict = { upTo, refusals };
  }

  /** Called once the update that was judged last is taken. */
  updated(sequence: number, changes: readonly LedgerChange[]): void {
    const [control, verdict] = [this.#control, this.#verdict];
    for (const { index } of changes) this.#touched.add(index);
    if (control === undefined) return;
    if (verdict?.upTo !== undefined) {
      this.#counts.asAdmitted += 1;
      this.#drop(verdict.upTo);
      return;
    }
    const refusals = verdict?.refusals ?? [];
    if (refusals.length === 0) this.#counts.judgedLate += 1;
    else {
      this.#counts.unadmitted += 1;
      const accounts = changes.map(({ index }) => index);
      const shown = { sequence, accounts, refusals };
      this.#unadmitted = [shown, ...this.#unadmitted].slice(0, MOST_SHOWN);
    }
    this.#restart(control);
    for (const { index, account } of changes) control.put(index, account);
  }

  /** All accounts anew: what was admitted is asked again. */
  replaced(): void {
    this.#pending.clear();
    this.#newBook();
    this.#control = undefined;
    if (this.#newest !== undefined) this.#begin(this.#newest);
  }

  /** A new tick: it is prepared beside the one in force, and takes its place. */
  setTick(market: MarketTick): void {
    this.#newest = market;
    this.#begin(market);
  }

  /** A tick that cannot be prepared leaves none: at the one before nothing is judged any more. */
  #begin(tick: MarketTick): void {
    this.#prepare(tick).catch(() => (this.#control = undefined));
  }

  #controlNow(): AdmissionControl {
    if (this.#control !== undefined) return this.#control;
    throw new PlimsollError('NO_TICK', 'there is no tick yet that actions can be judged at');
  }

  #newBook(): void {
    this.#book = randomUUID();
    this.#number = 0;
  }

  /** The ledger has what was admitted up to this number. */
  #drop(upTo: number): void {
    for (const [index, versions] of this.#pending) {
      const later = versions.filter(({ number }) => number > upTo);
      if (later.length === 0) this.#pending.delete(index);
      else this.#pending.set(index, later);
    }
  }

  /** Back to the ledger held: what was admitted beyond it does not count any more. */
  #restart(control: AdmissionControl): void {
    for (const index of this.#pending.keys()) {
      this.#touched.add(index);
      control.put(index, this.#ledger().account(index));
    }
    this.#pending.clear();
    this.#newBook();
  }

  /**
   * The number of the admitted action up to which the ledger will have everything, and nothing beyond; undefined
   * where there is none.
   */
  #prefixOf(changes: readonly LedgerChange[]): number | undefined {
    const held = this.#ledger();
    const after = new Map(changes.map(({ index, account }) => [index, account]));
    let upTo = 0;
    for (const [index, account] of after) {
      const versions = this.#pending.get(index) ?? [];
      const found = versions.findLast((version) => isSame(version.account, account));
      if (found !== undefined) upTo = Math.max(upTo, found.number);
      else if (index >= held.accounts.length || !isSame(held.account(index), account))
        return undefined;
    }
    for (const [index, versions] of this.#pending) {
      const due = versions.findLast(({ number }) => number <= upTo)?.account;
      if (due !== undefined && !isSame(after.get(index) ?? held.account(index), due))
        return undefined;
    }
    return upTo;
  }

  /**
   * An update as one action on the ledger held. What contracts make is left to the proof of the transition: accounts
   * that are frozen, that change their owner or state, or are new.
   */
  #judgedLate(
    control: AdmissionControl,
    changes: readonly LedgerChange[],
  ): readonly AdmissionRefusal[] {
    const held = this.#ledger();
    const judged = changes.filter(({ index, account }) => {
      const before = held.accounts[index];
      return before !== undefined && !before.frozen && isSameIdentity(before, account);
    });
    // As if nothing had been admitted beyond the ledger, and back.
    const pending = [...this.#pending].map(
      ([index, versions]) => [index, versions.at(-1)!.account] as const,
    );
    for (const [index] of pending) control.put(index, held.account(index));
    const { refusals } = control.consider(judged);
    for (const [index, account] of pending) control.put(index, account);
    return refusals;
  }

  #accountNow(index: number): Account {
    return this.#pending.get(index)?.at(-1)?.account ?? this.#ledger().account(index);
  }

  async #prepare(tick: MarketTick): Promise<void> {
    this.#preparation += 1;
    const own = this.#preparation;
    const { market, parameters } = tick;
    const scenarios = jointScenarios(parameters.document.stress);
    const rules: AdmissionRules = { fundE6: this.#fundE6, addOnBps: this.#config.addOnBps };
    const next = new AdmissionControl([], market, scenarios, rules);
    this.#touched = new Set();
    let from = performance.now();
    const isStill = async (): Promise<boolean> => {
      if (performance.now() - from > SLICE_MS) {
        await nextTurn();
        from = performance.now();
      }
      return own === this.#preparation;
    };
    const count = this.#ledger().accounts.length;
    for (let index = 0; index < count; index += 1) {
      for (const { instrument } of this.#accountNow(index).positions) {
        market.value(instrument);
        if (!(await isStill())) return;
      }
      next.put(index, this.#accountNow(index));
      if (!(await isStill())) return;
    }
    for (const index of [...this.#touched].sort((a, b) => a - b))
      next.put(index, this.#accountNow(index));
    next.setCovered(this.#isCovered);
    next.setFund(this.#fundE6);
    this.#control = next;
    this.#tick = tick.snapshotHash.toString();
  }
}

const isSameIdentity = (one: Account, other: Account): boolean =>
  identityWord(one) === identityWord(other);

function isSame(one: Account, other: Account): boolean {
  return (
    one === other ||
    (isSameIdentity(one, other) &&
      one.quoteE6 === other.quoteE6 &&
      one.collateralE8.every((balance, c) => balance === other.collateralE8[c]) &&
      one.positions.length === other.positions.length &&
      // Both in the one order of a ledger.
      one.positions.every(({ instrument, lots }, at) => {
        const its = other.positions[at]!;
        return lots === its.lots && instrumentId(instrument) === instrumentId(its.instrument);
      }))
  );
}
