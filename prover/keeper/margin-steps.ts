// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ZeroAddress, type Log, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { proofContext } from '../chain/context.ts';
import { plannedRule } from '../chain/deployment/planned-rule.ts';
import { lastLog, readLogs, type LogFilter } from '../chain/logs.ts';
import { asObject, read, type ContractCall } from '../chain/refusal.ts';
import { readSubmission } from '../chain/snapshot.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { Venue } from '../chain/venue.ts';
import { inputsHash, stateHash } from '../commitments/dynamic-words.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { marginInputsOf } from '../documents/margin-inputs-document.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { DynamicInputs, DynamicRule, DynamicState } from '../model/dynamic.ts';
import type { SolidityProof } from '../proving/formats/proof-file.ts';
import { dynamicStep, initialState } from '../risk/dynamic/rule.ts';
import { effectiveSet, type MarginStepRequest } from '../statements/margin-step.ts';

const uint = z.bigint().nonnegative();
const steppedSchema = z.object({
  effectiveHash: uint,
  baseHash: uint,
  stateHash: uint,
  logs: uint,
});
const acceptedSchema = z.object({ time: uint });
const latestSchema = z.object({ sequence: uint, time: uint });
const inputsSchema = z.object({ inputsHash: z.string(), time: uint });

/** `MarginStepped.logs` has the time of the step's inputs from this bit on. */
const TIME_SHIFT = 32n;
const SEQUENCE_MASK = (1n << 32n) - 1n;
const TIME_MASK = (1n << 32n) - 1n;

/** What the contract would take now, or why it would take nothing. */
export type NextStep =
  { readonly request: MarginStepRequest } | { readonly request: undefined; readonly waits: string };

const CHANGED = 'the chain has changed under the reading';
const waits = (why: string): NextStep => ({ request: undefined, waits: why });

/** Where a venue's margin state stands, worked out from its rule and from what its feed accepted. */
export class MarginSteps {
  readonly #provider: Provider;
  readonly #document: VenueDocument;
  readonly #contract: Contract;
  readonly #feed: Contract;
  readonly #parameters: Contract;
  readonly #bases: ReadonlyMap<bigint, ParameterSet>;
  readonly #rule: DynamicRule;
  readonly #opening: DynamicState;
  /** What is followed from: the opening, or a later state that a step of the chain came to. */
  readonly #start: DynamicState;
  readonly #minStepSeconds: bigint;
  readonly #keepAliveSeconds: bigint;
  readonly #sets = new Map<bigint, ParameterSet>();
  /** By the time of a snapshot the transaction that submitted it; none before the last step's. */
  readonly #accepted = new Map<bigint, string>();
  #state: DynamicState;
  /** Before the last step that was followed. */
  #before: DynamicState;
  /** Undefined before the first look. */
  #nextBlock: number | undefined;

  private constructor(
    document: VenueDocument,
    provider: Provider,
    bases: readonly ParameterSet[],
    { address, moving }: { address: string; moving: NonNullable<VenueDocument['movingMargin']> },
    from: DynamicState | undefined,
  ) {
    const { rule, hash } = plannedRule(moving);
    this.#provider = provider;
    this.#document = document;
    this.#contract = new Contract(address, exportedAbi('MarginState'), provider);
    this.#feed = new Contract(document.contracts.marketFeed, exportedAbi('MarketFeed'), provider);
    this.#parameters = new Contract(
      document.contracts.riskParameters,
      exportedAbi('RiskParameters'),
      provider,
    );
    this.#bases = new Map(bases.map((set) => [parameterHash(set), set]));
    this.#rule = rule;
    this.#opening = initialState(rule, hash, marginInputsOf(moving.inputs));
    this.#start = from ?? this.#opening;
    this.#minStepSeconds = BigInt(moving.minStepSeconds);
    this.#keepAliveSeconds = BigInt(moving.keepAliveSeconds);
    [this.#state, this.#before] = [this.#start, this.#start];
  }

  /**
   * Of a venue whose margin is to move; `undefined` for another.
   * @param bases the sets that steps may have been taken over
   * @param from a state to follow from, of which `resumable` is one, in place of the opening: believed
   * only where a step of the chain came to its hash, which binds all of it. Sets of earlier steps, and of
   * the one that came to it, stay unknown.
   */
  static of(
    document: VenueDocument,
    provider: Provider,
    bases: readonly ParameterSet[],
    from?: DynamicState,
  ): MarginSteps | undefined {
    const { movingMargin: moving, contracts } = document;
    const address = contracts.marginState;
    return moving === undefined || address === undefined
      ? undefined
      : new MarginSteps(document, provider, bases, { address, moving }, from);
  }

  get rule(): DynamicRule {
    return this.#rule;
  }

  /** As of the last step that was followed. */
  get state(): DynamicState {
    return this.#state;
  }

  /** What to follow from another time: who does so takes the last step once more, and knows its set. */
  get resumable(): DynamicState {
    return this.#before;
  }

  /** A set that some step has come to. */
  setOf(hash: bigint): ParameterSet | undefined {
    return this.#sets.get(hash);
  }

  /**
   * Takes the steps that the chain has up to a height. Throws `STEP_UNKNOWN` where a step is not what the
   * venue's rule makes of its inputs, or no step came to the state that is followed from;
   * `PARAMETERS_UNKNOWN` where its base set is not among those given.
   */
  async follow(toBlock?: number): Promise<void> {
    const last = toBlock ?? (await this.#provider.getBlockNumber());
    if (this.#nextBlock !== undefined && last < this.#nextBlock) return;
    try {
      await this.#followTo(last);
    } catch (error) {
      // A reorganisation took back what was followed: once more from the start.
      if (this.#state === this.#start || !isUnknownStep(error)) throw error;
      this.#reset();
      await this.#followTo(last);
    }
  }

  /** The same from the start on, where a reorganisation may have put other steps among those followed. */
  async followAnew(toBlock?: number): Promise<void> {
    this.#reset();
    await this.follow(toBlock);
  }

  /**
   * The step that the contract would take now. Throws `STEP_REFUSED` where the rule takes no step on these
   * inputs, and as `follow` does.
   */
  async next(): Promise<NextStep> {
    await this.follow();
    let stands = await this.#stands();
    if (stands.stateHash !== stateHash(this.#state)) {
      // A reorganisation took a step back and put nothing in its place.
      await this.followAnew();
      stands = await this.#stands();
    }
    const { inputs: newest, activeHash, baseHash, effectiveHash, latest } = stands;
    const { time } = newest;
    if (stands.stateHash !== stateHash(this.#state)) return waits(CHANGED);
    if (time <= this.#state.time) return waits('the feed has taken no inputs since the last step');
    const base = this.#baseOf(activeHash);
    let inputs: DynamicInputs;
    try {
      inputs = await this.#inputsOf(time);
    } catch (error) {
      // It may be in another transaction than before a reorganisation: the next look reads all anew.
      this.#reset();
      throw error;
    }
    if (inputsHash(inputs) !== BigInt(newest.inputsHash)) return waits(CHANGED);
    const rule = this.#rule;
    const step = dynamicStep(rule, this.#state, inputs);
    if (baseHash === activeHash) {
      const earliest = latest.time + this.#minStepSeconds;
      if (time < earliest) return waits(`the next inputs that count are of ${earliest} or later`);
      const isSame = parameterHash(effectiveSet(base, step)) === effectiveHash;
      if (isSame && time < latest.time + this.#keepAliveSeconds) {
        return waits('the set stays as it is');
      }
    }
    return {
      request: { rule, base, state: this.#state, inputs, context: this.#context() },
    };
  }

  /** What contract, feed and parameters say now. */
  async #stands() {
    const [state, inputs, activeHash, baseHash, effectiveHash, latest] = await Promise.all([
      read(this.#contract, 'stateHash', [], uint),
      read(this.#feed, 'marginInputs', [], asObject(inputsSchema)),
      read(this.#parameters, 'activeHash', [], uint),
      read(this.#contract, 'baseHash', [], uint),
      read(this.#contract, 'effectiveHash', [], uint),
      read(this.#contract, 'latest', [], asObject(latestSchema)),
    ]);
    return { stateHash: state, inputs, activeHash, baseHash, effectiveHash, latest };
  }

  #context(): bigint {
    const { chainId, contracts } = this.#document;
    return proofContext(chainId, contracts.marginState!, 'stepMargin', ZeroAddress);
  }

  #reset(): void {
    [this.#state, this.#before] = [this.#start, this.#start];
    this.#accepted.clear();
    this.#nextBlock = undefined;
  }

  /** The height from which on there may be steps and their inputs: of the step that came to the start. */
  async #startBlock(): Promise<number> {
    const { deploymentBlock } = this.#document;
    const hash = stateHash(this.#start);
    if (hash === stateHash(this.#opening)) return deploymentBlock;
    // The contract takes a step on the newest inputs alone: none that came before counts after it.
    const step = await lastLog(
      this.#provider,
      filterOf(this.#contract, 'MarginStepped'),
      deploymentBlock,
      (log) => steppedSchema.parse(valuesOf(this.#contract, log)).stateHash === hash,
    );
    if (step !== undefined) return step.blockNumber;
    throw unknownStep(
      `no step of the chain came to the state of step ${this.#start.sequence} that was given`,
    );
  }

  async #followTo(last: number): Promise<void> {
    const from = (this.#nextBlock ??= await this.#startBlock());
    if (last < from) return;
    const logsOf = async (contract: Contract, name: string): Promise<readonly Log[]> =>
      readLogs(this.#provider, filterOf(contract, name), from, last);
    for (const log of await logsOf(this.#feed, 'SnapshotAccepted')) {
      const { time } = acceptedSchema.parse(valuesOf(this.#feed, log));
      this.#accepted.set(time, log.transactionHash);
    }
    for (const log of await logsOf(this.#contract, 'MarginStepped')) {
      const stepped = steppedSchema.parse(valuesOf(this.#contract, log));
      // In the block of the start is the step that came to it, and there may be earlier ones.
      if ((stepped.logs & SEQUENCE_MASK) > this.#start.sequence) await this.#take(stepped);
    }
    this.#nextBlock = last + 1;
  }

  async #take(stepped: z.infer<typeof steppedSchema>): Promise<void> {
    const time = (stepped.logs >> TIME_SHIFT) & TIME_MASK;
    const base = this.#baseOf(stepped.baseHash);
    const step = dynamicStep(this.#rule, this.#state, await this.#inputsOf(time));
    const set = effectiveSet(base, step);
    if (
      stateHash(step.state) !== stepped.stateHash ||
      parameterHash(set) !== stepped.effectiveHash
    ) {
      throw unknownStep(
        `step ${step.state.sequence} of the chain is not what the rule makes of it`,
      );
    }
    [this.#before, this.#state] = [this.#state, step.state];
    this.#sets.set(stepped.effectiveHash, { ...base, ...set });
    for (const known of this.#accepted.keys()) if (known <= time) this.#accepted.delete(known);
  }

  #baseOf(hash: bigint): ParameterSet {
    const base = this.#bases.get(hash);
    if (base !== undefined) return base;
    throw new PlimsollError(
      'PARAMETERS_UNKNOWN',
      `a margin step is over the base set ${hash}: give its document`,
    );
  }

  async #inputsOf(time: bigint): Promise<DynamicInputs> {
    const transaction = this.#accepted.get(time);
    if (transaction === undefined) throw unknownStep(`no accepted snapshot is of ${time}`);
    const feed = String(this.#feed.target);
    const { document } = await readSubmission(this.#provider, feed, transaction);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(document);
    const { marginInputs } = parseSnapshot(text);
    if (marginInputs !== undefined) return marginInputs;
    throw unknownStep(`the snapshot of ${time} carries no inputs of the margin rule`);
  }
}

const unknownStep = (message: string): PlimsollError => new PlimsollError('STEP_UNKNOWN', message);

/** As a reorganisation may leave it: a step that does not follow or that time forbids, a transaction gone. */
const isUnknownStep = (error: unknown): boolean =>
  error instanceof InvalidInput ||
  (error instanceof PlimsollError && ['STEP_UNKNOWN', 'STEP_REFUSED'].includes(error.code));

const filterOf = (contract: Contract, event: string): LogFilter => ({
  address: String(contract.target),
  topics: [contract.interface.getEvent(event)?.topicHash ?? ''],
});

const valuesOf = (contract: Contract, log: Log): unknown =>
  contract.interface.parseLog(log)?.args.toObject();

/** Takes a proven step, by whoever the venue is bound to. */
export function marginStepCall(
  { addresses, marketFeed }: Venue,
  { proof, publicSignals }: SolidityProof,
): ContractCall {
  const contract = new Contract(
    addresses.marginState!,
    exportedAbi('MarginState'),
    marketFeed.runner,
  );
  return { contract, method: 'step', args: [proof, [...publicSignals]] };
}
