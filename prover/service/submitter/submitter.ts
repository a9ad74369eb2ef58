// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { isNodeFailure } from '../../chain/node-failure.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Journal } from '../store/journal.ts';
import { raisedFees, type Fees } from './fees.ts';

/** What a transaction opens: an account at the nonce it had. */
export interface Opening {
  readonly account: number;
  readonly nonce: bigint;
}

/** Openings of one key and one tick, which one call carries (`openMany`), and the call itself. */
export interface Batch {
  readonly tick: string;
  readonly openings: readonly Opening[];
  /** The calldata, in hex, that opens them. */
  readonly call: string;
}

export interface SignedTransaction {
  readonly raw: string;
  readonly hash: string;
  /** What it costs at most: its gas at its fee, and what it carries. */
  readonly mostWei: bigint;
}

export interface Receipt {
  readonly block: number;
  readonly succeeded: boolean;
  readonly costWei: bigint;
}

/** A node that answers, and does not take what it is given; the message has its words. */
export class SendRefused extends PlimsollError {
  constructor(words: string, options?: ErrorOptions) {
    super('SEND_REFUSED', words, options);
  }
}

/** The chain as a submitter uses it: one sender, whose transactions have consecutive numbers. */
export interface SubmissionChain {
  head(): Promise<number>;
  /** How many transactions of the sender the chain has at its head. */
  transactionCount(): Promise<number>;
  fees(): Promise<Fees>;
  /** Whether the contract has this opening on record: what makes effects unique. */
  isOpened(opening: Opening): Promise<boolean>;
  /**
   * Calls without sending; throws `ContractRefused` with the contract's own error, `SendRefused` where the
   * node says no for a reason of its own.
   */
  simulate(call: string): Promise<void>;
  sign(call: string, number: number, fees: Fees): Promise<SignedTransaction>;
  /** Hands it to the node; one that is known already is no fault. Throws `SendRefused`. */
  broadcast(raw: string): Promise<void>;
  receipt(hash: string): Promise<Receipt | undefined>;
}

export interface SubmitterRules {
  /** Wei that all transactions together may cost; what may still be mined counts in full. */
  readonly budgetWei: bigint;
  /** Blocks after which a receipt is believed. */
  readonly confirmations: number;
  /** Blocks without a receipt after which the fees are raised. */
  readonly patience: number;
}

const openingSchema = z.object({ account: z.int(), nonce: z.string().transform(BigInt) });
const intentSchema = z.object({
  number: z.int(),
  tick: z.string(),
  call: z.string(),
  openings: z.array(openingSchema),
});
const wei = z.string().transform(BigInt);
const signedSchema = z.object({
  number: z.int(),
  hash: z.string(),
  raw: z.string(),
  mostWei: wei,
  maxFeeWei: wei,
  tipWei: wei,
  block: z.int(),
});
const releasedSchema = z.object({ number: z.int() });
const settledSchema = z.object({
  number: z.int(),
  outcome: z.enum(['done', 'reverted', 'displaced']),
  costWei: wei,
});

type Signed = z.infer<typeof signedSchema>;

interface Intent {
  readonly number: number;
  readonly call: string;
  readonly openings: readonly Opening[];
  /** Every transaction that was signed for it, under one number: at most one of them is mined. */
  readonly signed: Signed[];
  /** Signed under its number for what was released since: one of these may be mined in its place. */
  readonly earlier: readonly Signed[];
}

/** What became of a batch that was offered. */
export type Offer =
  | { readonly sent: true; readonly number: number }
  | { readonly sent: false; readonly reason: 'nothing to open' | 'budget' };

const keyOf = ({ account, nonce }: Opening): string => `${account}/${nonce}`;

const asText = (value: object): object =>
  JSON.parse(
    JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'bigint' ? String(item) : item,
    ),
  ) as object;

/**
 * Sends each opening once. A transaction's number is written down before it is signed, and the signed
 * bytes before they are sent: after a kill the same bytes go out again, or better paid ones under the
 * same number, of which the chain takes one. What is on the contract's record is never sent.
 *
 * A chain that takes blocks back takes numbers back, those of settled transactions too, and what waits above
 * a number that nobody sends is never mined: its openings are released, to go out under the lowest that is free.
 */
export class Submitter {
  readonly #journal: Journal;
  readonly #chain: SubmissionChain;
  readonly #rules: SubmitterRules;
  readonly #pending = new Map<number, Intent>();
  /** By number, what was signed for openings that were released: it counts while it may be mined. */
  readonly #released = new Map<number, readonly Signed[]>();
  readonly #refusals = new Map<number, string>();
  readonly #atBound = new Set<number>();
  #spentWei = 0n;
  #raised = 0;

  private constructor(journal: Journal, chain: SubmissionChain, rules: SubmitterRules) {
    this.#journal = journal;
    this.#chain = chain;
    this.#rules = rules;
  }

  /** As the journal left it: what was not settled is taken up by the next `tend`. */
  static async restore(
    journal: Journal,
    chain: SubmissionChain,
    rules: SubmitterRules,
  ): Promise<Submitter> {
    const submitter = new Submitter(journal, chain, rules);
    for await (const { kind, body } of journal.read(0)) {
      if (kind === 'intent') submitter.#note(intentSchema.parse(body));
      if (kind === 'signed') submitter.#noteSigned(signedSchema.parse(body));
      if (kind === 'released') submitter.#noteReleased(releasedSchema.parse(body));
      if (kind === 'settled') submitter.#noteSettled(settledSchema.parse(body));
    }
    return submitter;
  }

  /** Spent, and what may still be. */
  get committedWei(): bigint {
    let sum = this.#spentWei;
    for (const { signed, earlier } of this.#pending.values())
      sum += mostOf([...earlier, ...signed]);
    for (const signed of this.#released.values()) sum += mostOf(signed);
    return sum;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** How often fees were raised, since the start. */
  get raised(): number {
    return this.#raised;
  }

  /** Why transactions under way are not at the node, by their number: its own words, or how it failed to answer. */
  get refusals(): ReadonlyMap<number, string> {
    return this.#refusals;
  }

  /** Transactions under way that are not mined for the most that is paid (`raisedFees`). */
  get atFeeBound(): number {
    return this.#atBound.size;
  }

  isUnderWay(opening: Opening): boolean {
    const key = keyOf(opening);
    return [...this.#pending.values()].some(({ openings }) => openings.map(keyOf).includes(key));
  }

  /**
   * Sends a batch, unless any of it is under way or on record: then the caller makes another without
   * it. Throws `ContractRefused` where the contract says no in a simulation, `SendRefused` where the node does.
   */
  async offer(batch: Batch): Promise<Offer> {
    for (const opening of batch.openings) {
      if (this.isUnderWay(opening) || (await this.#chain.isOpened(opening))) {
        return { sent: false, reason: 'nothing to open' };
      }
    }
    await this.#chain.simulate(batch.call);
    // The lowest that is nobody's: a deep reorganisation gives numbers back, and a gap would block all.
    let number = await this.#chain.transactionCount();
    while (this.#pending.has(number)) number += 1;
    const now = await this.#chain.fees();
    const replaced = this.#released.get(number)?.at(-1);
    const fees = (replaced && raisedFees(replaced, now)) ?? now;
    // Signed before anything is written: what it costs at most decides whether it may be at all.
    const signed = await this.#chain.sign(batch.call, number, fees);
    if (this.committedWei + signed.mostWei > this.#rules.budgetWei) {
      return { sent: false, reason: 'budget' };
    }
    const intent = { number, tick: batch.tick, call: batch.call, openings: batch.openings };
    await this.#journal.append('intent', asText(intent));
    this.#note(intent);
    await this.#send(number, signed, fees, await this.#chain.head());
    return { sent: true, number };
  }

  /** Looks after everything that is under way: settles, sends again, pays more, releases. */
  async tend(): Promise<void> {
    const underWay = [...this.#pending.values()].sort((a, b) => a.number - b.number);
    await eachByItself(this.#chain, [
      ...[...this.#released].map((one) => async () => this.#tendReleased(...one)),
      ...underWay.map((intent) => async () => this.#tendOne(intent)),
    ]);
  }

  async #tendOne(intent: Intent): Promise<void> {
    const { number, signed, earlier } = intent;
    const head = await this.#chain.head();
    const mined = await this.#minedOf([...signed, ...earlier]);
    if (mined !== undefined) return await this.#settleMined(number, mined, head, signed);
    const newest = signed.at(-1);
    const isOld = newest === undefined || this.#isOld(newest, head);
    const count = await this.#chain.transactionCount();
    if (count > number) {
      // Another took its number. It may be ours in a block that a node has not told of yet: wait.
      if (isOld) await this.#settle({ number, outcome: 'displaced', costWei: 0n });
      return;
    }
    // A node may be about to tell of what is below, or to take up again what was taken back.
    if (isOld && this.#hasGap(count, number)) return await this.#release(number);
    if (newest === undefined) {
      const fees = await this.#chain.fees();
      return await this.#send(
        number,
        await this.#chain.sign(intent.call, number, fees),
        fees,
        head,
      );
    }
    if (isOld) await this.#payMore(intent, newest, head);
    else await this.#handOver(intent);
  }

  async #tendReleased(number: number, signed: readonly Signed[]): Promise<void> {
    if ((await this.#chain.transactionCount()) <= number) return;
    const head = await this.#chain.head();
    const mined = await this.#minedOf(signed);
    if (mined !== undefined) return await this.#settleMined(number, mined, head, []);
    if (this.#isOld(signed.at(-1)!, head)) {
      await this.#settle({ number, outcome: 'displaced', costWei: 0n });
    }
  }

  /** The one that is in a block. */
  async #minedOf(
    candidates: readonly Signed[],
  ): Promise<{ readonly hash: string; readonly receipt: Receipt } | undefined> {
    for (const { hash } of candidates) {
      const receipt = await this.#chain.receipt(hash);
      if (receipt !== undefined) return { hash, receipt };
    }
    return undefined;
  }

  /** Once its receipt is believed; `signed` are those that open what the number stands for now. */
  async #settleMined(
    number: number,
    { hash, receipt }: { readonly hash: string; readonly receipt: Receipt },
    head: number,
    signed: readonly Signed[],
  ): Promise<void> {
    if (receipt.block + this.#rules.confirmations > head) return;
    const isOwn = signed.some((own) => own.hash === hash);
    const outcome = !isOwn ? 'displaced' : receipt.succeeded ? 'done' : 'reverted';
    await this.#settle({ number, outcome, costWei: receipt.costWei });
  }

  /** Signed so many blocks ago, or on a branch that is gone and was longer. */
  #isOld({ block }: Signed, head: number): boolean {
    return Math.abs(head - block) > this.#rules.patience;
  }

  /** Whether a number below this one is neither on chain nor under way. */
  #hasGap(count: number, number: number): boolean {
    for (let below = count; below < number; below += 1) {
      if (!this.#pending.has(below)) return true;
    }
    return false;
  }

  async #payMore(intent: Intent, newest: Signed, head: number): Promise<void> {
    const { number, call, signed: before } = intent;
    const now = await this.#chain.fees();
    const fees = raisedFees(newest, now);
    // What a node does not take at all it takes no sooner for more, unless it asks for more.
    const isRefused = this.#refusals.has(number) && now.maxFeeWei <= newest.maxFeeWei;
    if (fees === undefined && !isRefused) this.#atBound.add(number);
    else this.#atBound.delete(number);
    if (fees === undefined || isRefused) return await this.#handOver(intent);
    const signed = await this.#chain.sign(call, number, fees);
    const more = signed.mostWei - mostOf(before);
    // Without the means to pay more, what was sent is sent again.
    if (more > 0n && this.committedWei + more > this.#rules.budgetWei) {
      return await this.#handOver(intent);
    }
    this.#raised += 1;
    await this.#send(number, signed, fees, head);
  }

  async #send(
    number: number,
    { raw, hash, mostWei }: SignedTransaction,
    { maxFeeWei, tipWei }: Fees,
    block: number,
  ): Promise<void> {
    const signed = { number, hash, raw, mostWei, maxFeeWei, tipWei, block };
    await this.#journal.append('signed', asText(signed));
    await this.#handOver(this.#noteSigned(signed));
  }

  /** The newest bytes, or where the node does not take them those before: a pool may have forgotten them. */
  async #handOver({ number, signed }: Intent): Promise<void> {
    let refusal: string | undefined;
    for (const { raw } of signed.toReversed()) {
      try {
        await this.#chain.broadcast(raw);
        this.#refusals.delete(number);
        return;
      } catch (error) {
        // One that no answer came for may be with the node all the same: it is handed over again.
        if (!(error instanceof SendRefused) && !isNodeFailure(error)) throw error;
        refusal ??= error.message;
      }
    }
    if (refusal !== undefined) this.#refusals.set(number, refusal);
  }

  async #release(number: number): Promise<void> {
    await this.#journal.append('released', { number });
    this.#noteReleased({ number });
  }

  async #settle(settled: z.infer<typeof settledSchema>): Promise<void> {
    await this.#journal.append('settled', asText(settled));
    this.#noteSettled(settled);
  }

  #note({ number, call, openings }: Omit<Intent, 'signed' | 'earlier'>): void {
    const earlier = this.#released.get(number) ?? [];
    this.#released.delete(number);
    this.#pending.set(number, { number, call, openings, signed: [], earlier });
  }

  #noteSigned(signed: Signed): Intent {
    const intent = this.#pending.get(signed.number);
    if (intent === undefined) {
      throw new PlimsollError('JOURNAL_DAMAGED', `transaction ${signed.number} has no intent`);
    }
    intent.signed.push(signed);
    return intent;
  }

  #noteReleased({ number }: z.infer<typeof releasedSchema>): void {
    const { signed, earlier } = this.#pending.get(number) ?? { signed: [], earlier: [] };
    this.#forget(number);
    const all = [...earlier, ...signed];
    if (all.length > 0) this.#released.set(number, all);
  }

  #noteSettled({ number, costWei }: z.infer<typeof settledSchema>): void {
    this.#forget(number);
    this.#released.delete(number);
    this.#spentWei += costWei;
  }

  #forget(number: number): void {
    this.#pending.delete(number);
    this.#refusals.delete(number);
    this.#atBound.delete(number);
  }
}

/**
 * Does each by itself: what a node fails at holds up nothing else, unless it does not tell its head either. What
 * failed first is thrown once all were tried; any other fault at once.
 */
export async function eachByItself(
  chain: Pick<SubmissionChain, 'head'>,
  works: readonly (() => Promise<unknown>)[],
): Promise<void> {
  let first: Error | undefined;
  for (const work of works) {
    try {
      await work();
    } catch (error) {
      if (!isNodeFailure(error)) throw error;
      first ??= error;
      await chain.head();
    }
  }
  if (first !== undefined) throw first;
}

/** Of transactions under one number one is mined: the dearest counts. */
function mostOf(signed: readonly { readonly mostWei: bigint }[]): bigint {
  return signed.reduce((most, { mostWei }) => (mostWei > most ? mostWei : most), 0n);
}
