// SPDX-License-Identifier: GPL-3.0-or-later
// The money of a venue, told a second time: what an honest rollup and the engine owe to whom. It knows
// nothing of proofs; it says which statements are true, and the contracts are handed exactly those.

export const KIND = {
  freeze: 1n,
  unfreeze: 2n,
  takeover: 3n,
  restrict: 4n,
  deposit: 16n,
  withdrawal: 17n,
} as const;

export interface ModelAccount {
  readonly owner: string;
  readonly nonce: bigint;
  readonly quoteE6: bigint;
  readonly frozen: boolean;
  readonly restricted: boolean;
}

/** What does not change: the size of what it holds. */
export interface ModelSize {
  readonly haircutE6: bigint;
  readonly maintenanceE6: bigint;
  readonly initialE6: bigint;
}

export interface ModelMessage {
  readonly kind: bigint;
  readonly account: number;
  readonly nonce: bigint;
  readonly amountE6: bigint;
  readonly named: string;
  readonly postedAt: bigint;
}

export interface ModelLedger {
  readonly root: bigint;
  readonly accounts: readonly ModelAccount[];
  readonly engineCount: number;
  readonly userCount: number;
  readonly clock: bigint;
  readonly forced: boolean;
  /** Of the user messages it consumed, from the count of the ledger before it on. */
  readonly outcomes: readonly bigint[];
  /** Of all user messages so far: withdrawals by what they took, deposits by what they did not credit. */
  readonly releasedE6: bigint;
}

/** A tick: a ledger and what everything is worth. */
export interface ModelTick {
  readonly number: bigint;
  readonly snapshotHash: bigint;
  readonly sequence: number;
  readonly marksE6: readonly bigint[];
}

/** An account at a tick, as an `account-margin` proof would say. */
export interface ModelMargin extends ModelAccount, ModelSize {
  readonly index: number;
  readonly grossE6: bigint;
  readonly equityE6: bigint;
}

export interface Terms {
  readonly accountIndex: bigint;
  readonly settlementNonce: bigint;
  readonly messageIndex: bigint;
  readonly newOwner: string;
  readonly payer: string;
  readonly formerOwner: string;
  readonly keeper: string;
  readonly creditE6: bigint;
  readonly rewardE6: bigint;
  readonly penaltyE6: bigint;
  readonly proceedsE6: bigint;
  readonly changeE6: bigint;
  readonly payerPaidE6: bigint;
  readonly fundPaidE6: bigint;
}

export type ModelStatus = 'open' | 'cured' | 'escrowed' | 'settled' | 'backstopped';

export interface ModelRecord {
  readonly status: ModelStatus;
  readonly keeper: string;
  readonly tick: bigint;
  readonly clockAtOpen: bigint;
  readonly messageIndex: number;
  readonly reservedE6: bigint;
  readonly fundPaidE6: bigint;
  readonly terms?: Terms;
  readonly closed: boolean;
}

/** The edges of the state diagram: nothing else may happen to a record. */
export const EDGES: Readonly<Record<ModelStatus | 'none', readonly ModelStatus[]>> = {
  none: ['open'],
  open: ['cured', 'escrowed', 'backstopped'],
  cured: ['open'],
  escrowed: ['settled'],
  settled: [],
  backstopped: [],
};

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export function freeToLeave(account: ModelAccount, size: ModelSize, markE6: bigint): bigint {
  return max(0n, account.quoteE6 + markE6 - size.haircutE6 - size.initialE6);
}

/** One message applied by the ledger's rule, and what came of it. */
export function applied(
  account: ModelAccount,
  message: ModelMessage,
  free: () => bigint,
): { readonly account: ModelAccount; readonly outcomeE6: bigint } {
  if (message.nonce !== account.nonce) return { account, outcomeE6: 0n };
  const credited = { ...account, quoteE6: account.quoteE6 + message.amountE6 };
  switch (message.kind) {
    case KIND.freeze:
      return { account: { ...account, frozen: true }, outcomeE6: 0n };
    case KIND.unfreeze:
      return {
        account: { ...credited, frozen: false, restricted: false },
        outcomeE6: message.amountE6,
      };
    case KIND.restrict:
      return { account: { ...account, restricted: true }, outcomeE6: 0n };
    case KIND.takeover: {
      const taken = {
        owner: message.named,
        nonce: account.nonce + 1n,
        frozen: false,
        restricted: false,
      };
      return { account: { ...credited, ...taken }, outcomeE6: message.amountE6 };
    }
    case KIND.deposit:
      if (account.frozen) return { account, outcomeE6: 0n };
      return { account: credited, outcomeE6: message.amountE6 };
    default: {
      const isHeld = account.frozen || account.restricted;
      if (isHeld || account.owner !== message.named) return { account, outcomeE6: 0n };
      const outcomeE6 = min(message.amountE6, free());
      return { account: { ...account, quoteE6: account.quoteE6 - outcomeE6 }, outcomeE6 };
    }
  }
}

export interface PriceRule {
  readonly rampSeconds: bigint;
  readonly incentiveBps: bigint;
  readonly rewardBps: bigint;
  readonly penaltyBps: bigint;
  readonly rewardCapE6: bigint;
}

/** SETTLEMENT's price, written from the page and not from the contract. */
export function priceE6(
  rule: PriceRule,
  grossE6: bigint,
  maintenanceE6: bigint,
  elapsed: bigint,
): bigint {
  const base = max(maintenanceE6, -grossE6);
  const seconds = min(elapsed, rule.rampSeconds);
  const discount = (base * (10_000n + rule.incentiveBps) * seconds) / (10_000n * rule.rampSeconds);
  const incentive = (maintenanceE6 * rule.incentiveBps) / 10_000n;
  return max(max(grossE6, 0n) - discount, min(grossE6, 0n) - incentive);
}

/** What a bid moves; `fundHasE6` is all that the fund can pay. */
export function bidTerms(
  rule: PriceRule,
  margin: ModelMargin,
  elapsed: bigint,
  fundHasE6: bigint,
): Pick<
  Terms,
  'creditE6' | 'rewardE6' | 'penaltyE6' | 'proceedsE6' | 'changeE6' | 'payerPaidE6' | 'fundPaidE6'
> {
  const creditE6 = max(0n, margin.initialE6 - margin.equityE6);
  const price = priceE6(rule, margin.grossE6, margin.maintenanceE6, elapsed);
  if (price < 0n) {
    const fundPaidE6 = min(-price, fundHasE6);
    return {
      creditE6,
      rewardE6: 0n,
      penaltyE6: 0n,
      proceedsE6: 0n,
      changeE6: max(0n, fundPaidE6 - creditE6),
      payerPaidE6: max(0n, creditE6 - fundPaidE6),
      fundPaidE6,
    };
  }
  const reward = min(rule.rewardCapE6, (margin.maintenanceE6 * rule.rewardBps) / 10_000n);
  const rewardE6 = min(reward, price);
  const penaltyE6 = min((margin.maintenanceE6 * rule.penaltyBps) / 10_000n, price - rewardE6);
  return {
    creditE6,
    rewardE6,
    penaltyE6,
    proceedsE6: price - rewardE6 - penaltyE6,
    changeE6: 0n,
    payerPaidE6: price + creditE6,
    fundPaidE6: 0n,
  };
}
