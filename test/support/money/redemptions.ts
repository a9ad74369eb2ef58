// SPDX-License-Identifier: GPL-3.0-or-later
// Who leaves the fund, with how much, and when: the rule of docs/contracts.md, told a second time.
import { max, min } from './model.ts';

const VIRTUAL = 1_000_000n;
const WIPED_OUT = 10n ** 12n;

export interface Batch {
  readonly closesAt: bigint;
  readonly shares: bigint;
  readonly paidE6: bigint;
}

export interface Request {
  readonly batch: number;
  readonly shares: bigint;
  readonly valueE6: bigint;
}

export interface LeavingRule {
  readonly batchSeconds: bigint;
  readonly cooldown: bigint;
  readonly calmSeconds: bigint;
  readonly maxWait: bigint;
}

/** What the fund has, as losses see it. */
export interface Standing {
  readonly bufferE6: bigint;
  readonly depositedE6: bigint;
  readonly reservedE6: bigint;
  readonly queuedE6: bigint;
}

/** What the depositors have once so much is lost, the buffer first. */
export const aheadOfLosses = ({ bufferE6, depositedE6 }: Standing, lossesE6: bigint): bigint =>
  max(0n, depositedE6 - max(0n, lossesE6 - bufferE6));

export class Redemptions {
  readonly #rule: LeavingRule;
  readonly batches: Batch[] = [];
  readonly requests = new Map<string, Request>();
  settledThrough = 0;
  epoch = 0n;
  supply = 0n;
  owedE6 = 0n;

  constructor(rule: LeavingRule) {
    this.#rule = rule;
  }

  /** A deposit's shares. */
  enter(assetsE6: bigint, fund: Standing): void {
    this.supply += (assetsE6 * (this.supply + VIRTUAL)) / (aheadOfLosses(fund, fund.queuedE6) + 1n);
  }

  leavingE6(shares: bigint, fund: Standing): bigint {
    const assetsE6 = aheadOfLosses(fund, fund.reservedE6 + fund.queuedE6);
    return (shares * (assetsE6 + 1n)) / (this.supply + VIRTUAL);
  }

  /** Settles what is due; returns what leaves the depositors' part. */
  settle(now: bigint, lastTickAt: bigint, fund: Standing): bigint {
    const { cooldown, calmSeconds, maxWait } = this.#rule;
    let leftE6 = 0n;
    while (this.settledThrough < this.batches.length) {
      const batch = this.batches[this.settledThrough]!;
      const maturesAt = batch.closesAt + cooldown;
      const isCalm = now <= lastTickAt + calmSeconds && now >= calmSeconds;
      if (now < maturesAt || (!isCalm && now < maturesAt + maxWait)) break;
      const depositedE6 = fund.depositedE6 - leftE6;
      const paidE6 = this.leavingE6(batch.shares, { ...fund, depositedE6 });
      this.batches[this.settledThrough] = { ...batch, paidE6 };
      this.settledThrough += 1;
      this.supply -= batch.shares;
      this.owedE6 += paidE6;
      leftE6 += paidE6;
    }
    return leftE6;
  }

  request(owner: string, shares: bigint, now: bigint, fund: Standing): void {
    const last = this.batches.at(-1);
    const isOpen =
      last !== undefined && this.batches.length > this.settledThrough && now < last.closesAt;
    if (!isOpen) {
      this.batches.push({ closesAt: now + this.#rule.batchSeconds, shares: 0n, paidE6: 0n });
    }
    const batch = this.batches.length;
    const earlier = this.requests.get(owner) ?? { batch, shares: 0n, valueE6: 0n };
    if (earlier.batch !== batch) throw new Error('a request joined two batches');
    const valueE6 = this.leavingE6(shares, fund);
    this.requests.set(owner, {
      batch,
      shares: earlier.shares + shares,
      valueE6: earlier.valueE6 + valueE6,
    });
    const joined = this.batches[batch - 1]!;
    this.batches[batch - 1] = { ...joined, shares: joined.shares + shares };
  }

  /** What a claim pays, and what it leaves to those who stayed. */
  claim(owner: string): { readonly paidE6: bigint; readonly leftE6: bigint } {
    const request = this.requests.get(owner);
    if (request === undefined || request.batch > this.settledThrough) {
      throw new Error('a request was paid that is not settled');
    }
    this.requests.delete(owner);
    const { paidE6: batchE6, shares } = this.batches[request.batch - 1]!;
    const shareE6 = (batchE6 * request.shares) / shares;
    const paidE6 = min(shareE6, request.valueE6);
    this.owedE6 -= shareE6;
    return { paidE6, leftE6: shareE6 - paidE6 };
  }

  /** Whether the depositors have lost everything: then their shares, and requests, are void. */
  endIfWipedOut(fund: Standing): boolean {
    if (this.supply === 0n || aheadOfLosses(fund, fund.queuedE6) * WIPED_OUT >= this.supply)
      return false;
    this.supply = 0n;
    this.epoch += 1n;
    this.settledThrough = this.batches.length;
    return true;
  }
}
