// SPDX-License-Identifier: GPL-3.0-or-later
import { ContractRefused } from '../../chain/refusal.ts';
import type { Profile } from '../../chain/config.ts';
import { chunksOf } from '../../core/chunks.ts';
import { parseProof, toSolidity, type SolidityProof } from '../../proving/formats/proof-file.ts';
import type { StoredProof } from '../proving/proving-desk.ts';
import { openingsCalldata } from './rpc-submission-chain.ts';
import {
  SendRefused,
  eachByItself,
  type Opening,
  type SubmissionChain,
  type Submitter,
} from './submitter.ts';

export interface OpeningRules {
  readonly beneficiary: string;
  /** Openings that one transaction carries at most. */
  readonly batch: number;
}

export interface OpeningHooks {
  /** The tick under which a proof's statement stands on the followed branch now, if it does. */
  readonly tickOf: (proof: StoredProof) => bigint | undefined;
  /** Whether the followed branch has this account's liquidation. */
  readonly isUnderLiquidation: (account: number, nonce: bigint) => boolean;
  readonly log: (what: string, about: object) => void;
}

interface Ready extends Opening {
  readonly proof: StoredProof;
  readonly profile: string;
  readonly solidity: SolidityProof;
  readonly since: number;
}

/** Refusals that pass by themselves: the proof is as good afterwards as it was. */
const PASSING: ReadonlySet<string> = new Set(['DowntimeGrace', 'MarketHalted', 'MarketUncertain']);

/**
 * From proofs to transactions: those of one tick and one key together, up to so many. The first goes
 * out at once; while something is under way others gather until a batch is full or a block has come.
 */
export class OpeningDesk {
  readonly #submitter: Submitter;
  readonly #chain: SubmissionChain;
  readonly #rules: OpeningRules;
  readonly #hooks: OpeningHooks;
  readonly #ready = new Map<string, Ready>();
  #sentAt = -1;
  #isStopped = false;
  /** What the node said of the last batch that it was asked about, where it took none. */
  #refusal: string | undefined;
  #told = '';
  #counts = { sent: 0, openings: 0, refused: 0, waitMs: 0 };
  #tail: Promise<unknown> = Promise.resolve();

  constructor(
    submitter: Submitter,
    chain: SubmissionChain,
    rules: OpeningRules,
    hooks: OpeningHooks,
  ) {
    this.#submitter = submitter;
    this.#chain = chain;
    this.#rules = rules;
    this.#hooks = hooks;
  }

  /** `waitMs`: from the proof to its transaction, of all openings. */
  get counts(): Readonly<Record<'sent' | 'openings' | 'refused' | 'waitMs', number>> {
    return this.#counts;
  }

  get submitter(): Pick<Submitter, 'pending' | 'raised' | 'committedWei' | 'atFeeBound'> {
    return this.#submitter;
  }

  /** The node's words on what it does not take, by what it is: transactions under way, and what was to follow. */
  get refusals(): Readonly<Record<string, string>> {
    const underWay = [...this.#submitter.refusals].map(
      ([number, words]) => [`transaction ${number}`, words] as const,
    );
    const next = this.#refusal === undefined ? [] : [['next', this.#refusal] as const];
    return Object.fromEntries([...underWay, ...next]);
  }

  /** Whether the budget is spent: nothing more is sent. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get waiting(): number {
    return this.#ready.size;
  }

  /** A proof that may be sent. The newest of an account counts. */
  add(proof: StoredProof): void {
    const { account, nonce, file } = proof;
    const parsed = parseProof(file);
    const { profile } = parsed;
    const solidity = toSolidity(parsed);
    const key = `${account}/${nonce}`;
    const since = this.#ready.get(key)?.since ?? performance.now();
    this.#ready.set(key, { account, nonce, proof, profile, solidity, since });
  }

  /** Looks after what is under way, and sends what is ready; one at a time. */
  async work(): Promise<void> {
    const turn = this.#tail.then(async () => this.#work());
    this.#tail = turn.catch(() => undefined);
    await turn;
  }

  async #work(): Promise<void> {
    try {
      await eachByItself(this.#chain, [
        async () => this.#submitter.tend(),
        async () => this.#sendReady(),
      ]);
    } finally {
      this.#tell();
    }
  }

  /** Logs what changed of what is not taken or not mined: it is looked at every second. */
  #tell(): void {
    const { refusals } = this;
    const { atFeeBound } = this.#submitter;
    const now = JSON.stringify([refusals, atFeeBound]);
    if (now === this.#told) return;
    const isAll = Object.keys(refusals).length === 0 && atFeeBound === 0;
    if (this.#told !== '' || !isAll) {
      const what = isAll
        ? 'everything that is sent is taken'
        : 'what is sent is not taken, or not mined';
      this.#hooks.log(what, { refusals, atFeeBound });
    }
    this.#told = now;
  }

  async #sendReady(): Promise<void> {
    const groups = this.#groups();
    if (groups.length === 0) return;
    const head = await this.#chain.head();
    const batches = groups.flatMap((group) => chunksOf(group, this.#rules.batch));
    await eachByItself(
      this.#chain,
      batches.map((members) => async () => {
        const isFull = members.length === this.#rules.batch;
        const hasWaited = this.#submitter.pending === 0 || head !== this.#sentAt;
        if (isFull || hasWaited) await this.#offer(members, head);
      }),
    );
  }

  /** What may be sent now, by tick and key. */
  #groups(): readonly (readonly Ready[])[] {
    const groups = new Map<string, Ready[]>();
    for (const [key, ready] of this.#ready) {
      const { account, nonce, profile } = ready;
      const tick = this.#hooks.tickOf(ready.proof);
      if (tick === undefined || this.#hooks.isUnderLiquidation(account, nonce)) {
        // Where a branch comes back its job does too, and brings the proof along.
        this.#ready.delete(key);
        continue;
      }
      if (this.#submitter.isUnderWay(ready)) continue;
      const name = `${tick}/${profile}`;
      groups.set(name, [...(groups.get(name) ?? []), ready]);
    }
    return [...groups.values()];
  }

  async #offer(members: readonly Ready[], head: number): Promise<void> {
    const [first] = members;
    const tick = first === undefined ? undefined : this.#hooks.tickOf(first.proof);
    if (first === undefined || tick === undefined) return;
    const call = openingsCalldata({
      tick,
      profile: first.profile as Profile,
      members: members.map(({ solidity }) => solidity),
      beneficiary: this.#rules.beneficiary,
    });
    const openings = members.map(({ account, nonce }) => ({ account, nonce }));
    try {
      const offer = await this.#submitter.offer({ tick: tick.toString(), openings, call });
      this.#refusal = undefined;
      if (offer.sent) {
        this.#sentAt = head;
        this.#isStopped = false;
        const { sent, openings: all, waitMs } = this.#counts;
        const waited = members.reduce((sum, { since }) => sum + performance.now() - since, waitMs);
        this.#counts = {
          ...this.#counts,
          sent: sent + 1,
          openings: all + members.length,
          waitMs: waited,
        };
        const accounts = members.map(({ account }) => account);
        this.#hooks.log('sent', { tick: tick.toString(), accounts, number: offer.number });
      } else if (offer.reason === 'budget') {
        if (!this.#isStopped) this.#hooks.log('the budget is spent: nothing more is sent', {});
        this.#isStopped = true;
      } else await this.#dropOpened(members);
    } catch (error) {
      if (error instanceof SendRefused) {
        this.#refusal = error.message;
        return;
      }
      if (!(error instanceof ContractRefused)) throw error;
      this.#refusal = undefined;
      await this.#refused(members, head, error);
    }
  }

  async #refused(members: readonly Ready[], head: number, error: ContractRefused): Promise<void> {
    if (PASSING.has(error.errorName)) return;
    // One that does not hold spoils the product of all: each by itself says which.
    if (error.errorName === 'InvalidProof' && members.length > 1) {
      await eachByItself(
        this.#chain,
        members.map((member) => async () => this.#offer([member], head)),
      );
      return;
    }
    for (const member of members) this.#drop(member);
    const accounts = members.map(({ account }) => account);
    this.#counts = { ...this.#counts, refused: this.#counts.refused + members.length };
    this.#hooks.log('refused', { accounts, reason: error.message });
  }

  async #dropOpened(members: readonly Ready[]): Promise<void> {
    for (const member of members) {
      if (await this.#chain.isOpened(member)) this.#drop(member);
    }
  }

  #drop({ account, nonce }: Ready): void {
    this.#ready.delete(`${account}/${nonce}`);
  }
}
