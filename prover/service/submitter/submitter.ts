// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import type { Journal } from '../store/journal.ts';

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

export interface Fees {
  readonly maxFeeWei: bigint;
  readonly tipWei: bigint;
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

/** The chain as a submitter uses it: one sender, whose transactions have consecutive numbers. */
export interface SubmissionChain {
  head(): Promise<number>;
  /** How many transactions of the sender the chain has at its head. */
  transactionCount(): Promise<number>;
  fees(): Promise<Fees>;
  /** Whether the contract has this opening on record: what makes effects unique. */
  isOpened(opening: Opening): Promise<boolean>;
  /** Calls without sending; throws `ContractRefused` with the contract's own error. */
  simulate(call: string): Promise<void>;
  sign(call: string, number: number, fees: Fees): Promise<SignedTransaction>;
  /** Hands it to the node; one that is known already is no fault. */
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

/** Nodes take a replacement only for a tenth more; an eighth is what most round to. */
const RAISE_NUMERATOR = 9n;
const RAISE_DENOMINATOR = 8n;

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
const settledSchema = z.object({
  number: z.int(),
  outcome: z.enum(['done', 'reverted', 'displaced']),
  costWei: wei,
});

interface Intent {
  readonly number: number;
  readonly call: string;
  readonly openings: readonly Opening[];
  /** Every transaction that was signed for it, under one number: at most one of them is mined. */
  readonly signed: z.infer<typeof signedSchema>[];
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
 */
export class Submitter {
  readonly #journal: Journal;
  readonly #chain: SubmissionChain;
  readonly #rules: SubmitterRules;
  readonly #pending = new Map<number, Intent>();
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
      if (kind === 'settled') submitter.#noteSettled(settledSchema.parse(body));
    }
    return submitter;
  }

  /** Spent, and what may still be. */
  get committedWei(): bigint {
    let sum = this.#spentWei;
    for (const { signed } of this.#pending.values()) sum += mostOf(signed);
    return sum;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** How often fees were raised, since the start. */
  get raised(): number {
    return this.#raised;
  }

  isUnderWay(opening: Opening): boolean {
    const key = keyOf(opening);
    return [...this.#pending.values()].some(({ openings }) => openings.map(keyOf).includes(key));
  }

  /**
   * Sends a batch, unless any of it is under way or on record: then the caller makes another without
   * it. Throws `ContractRefused` where the contract says no in a simulation.
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
    const fees = await this.#chain.fees();
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

  /** Looks after everything that is under way: settles, sends again, pays more. */
  async tend(): Promise<void> {
    for (const intent of [...this.#pending.values()].sort((a, b) => a.number - b.number)) {
      await this.#tendOne(intent);
    }
  }

  async #tendOne(intent: Intent): Promise<void> {
    const head = await this.#chain.head();
    for (const { hash } of intent.signed) {
      const receipt = await this.#chain.receipt(hash);
      if (receipt === undefined) continue;
      if (receipt.block + this.#rules.confirmations > head) return;
      const outcome = receipt.succeeded ? 'done' : 'reverted';
      return await this.#settle({ number: intent.number, outcome, costWei: receipt.costWei });
    }
    const newest = intent.signed.at(-1);
    if ((await this.#chain.transactionCount()) > intent.number) {
      // Another took its number. It may be ours in a block that a node has not told of yet: wait.
      if (newest === undefined || head - newest.block > this.#rules.patience) {
        return await this.#settle({ number: intent.number, outcome: 'displaced', costWei: 0n });
      }
      return;
    }
    if (newest === undefined) {
      const fees = await this.#chain.fees();
      const signed = await this.#chain.sign(intent.call, intent.number, fees);
      return await this.#send(intent.number, signed, fees, head);
    }
    if (head - newest.block <= this.#rules.patience) return await this.#chain.broadcast(newest.raw);
    await this.#payMore(intent, newest, head);
  }

  async #payMore(
    { number, call, signed: before }: Intent,
    newest: z.infer<typeof signedSchema>,
    head: number,
  ): Promise<void> {
    const raised = (value: bigint): bigint => (value * RAISE_NUMERATOR) / RAISE_DENOMINATOR + 1n;
    const now = await this.#chain.fees();
    const least = { maxFeeWei: raised(newest.maxFeeWei), tipWei: raised(newest.tipWei) };
    const fees = {
      maxFeeWei: now.maxFeeWei > least.maxFeeWei ? now.maxFeeWei : least.maxFeeWei,
      tipWei: now.tipWei > least.tipWei ? now.tipWei : least.tipWei,
    };
    const signed = await this.#chain.sign(call, number, fees);
    const more = signed.mostWei - mostOf(before);
    // Without the means to pay more, what was sent is sent again.
    if (more > 0n && this.committedWei + more > this.#rules.budgetWei) {
      return await this.#chain.broadcast(newest.raw);
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
    this.#noteSigned(signed);
    await this.#chain.broadcast(raw);
  }

  async #settle(settled: z.infer<typeof settledSchema>): Promise<void> {
    await this.#journal.append('settled', asText(settled));
    this.#noteSettled(settled);
  }

  #note({ number, call, openings }: Omit<Intent, 'signed'>): void {
    this.#pending.set(number, { number, call, openings, signed: [] });
  }

  #noteSigned(signed: z.infer<typeof signedSchema>): void {
    const intent = this.#pending.get(signed.number);
    if (intent === undefined) {
      throw new PlimsollError('JOURNAL_DAMAGED', `transaction ${signed.number} has no intent`);
    }
    intent.signed.push(signed);
  }

  #noteSettled({ number, costWei }: z.infer<typeof settledSchema>): void {
    this.#pending.delete(number);
    this.#spentWei += costWei;
  }
}

/** Of transactions under one number one is mined: the dearest counts. */
function mostOf(signed: readonly { readonly mostWei: bigint }[]): bigint {
  return signed.reduce((most, { mostWei }) => (mostWei > most ? mostWei : most), 0n);
}
