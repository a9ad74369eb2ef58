// SPDX-License-Identifier: GPL-3.0-or-later
// Random calls on a real venue, each followed in the model of the money. The statements handed to the
// contracts are true of the model; that a false one finds no proof is what every other test shows.
import { AbiCoder, Interface, ZeroHash, concat, id, keccak256, type Contract } from 'ethers';

import { proofContext, type Action } from '../../../prover/chain/context.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { biased } from '../../../prover/commitments/pack.ts';
import type { VenueConfig } from '../../../prover/chain/config.ts';
import { chainedWords, laneSeed } from '../../../prover/chain/inbox-lane.ts';
import { SAMPLE_VENUE_CONFIG } from '../../../prover/chain/config.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { asRefusal } from '../../../prover/chain/refusal.ts';
import { signaturesOf, type FeedSnapshot } from '../../../prover/chain/snapshot.ts';
import { DOCUMENT, ORACLES, snapshotAt, type TestChain } from '../chain.ts';
import {
  EDGES,
  KIND,
  applied,
  bidTerms,
  freeToLeave,
  max,
  min,
  type ModelLedger,
  type ModelMargin,
  type ModelMessage,
  type ModelRecord,
  type ModelSize,
  type ModelStatus,
  type ModelTick,
  type Terms,
} from './model.ts';
import { Redemptions, type LeavingRule, type Standing } from './redemptions.ts';

/** What the buffer guarantees to an account at a nonce. */
export interface ModelGuarantee {
  readonly owner: string;
  readonly amountE6: bigint;
  readonly dueAt: bigint;
  /** Whether an opening has called on it. */
  readonly isCalled: boolean;
}

export const MONEY_CONFIG: VenueConfig = {
  ...SAMPLE_VENUE_CONFIG,
  jumpBps: 10_000,
  registry: {
    deadline: 240,
    heartbeat: 600,
    batchInterval: 60,
    provingTime: 60,
    l1Slack: 60,
    forcedRound: 120,
    deadAfter: 86_400,
    maxMessages: 8,
    maxPositions: 16,
  },
  engine: {
    ...SAMPLE_VENUE_CONFIG.engine,
    horizonSeconds: 1_200,
    auctionSeconds: 300,
    rampSeconds: 300,
  },
  fund: {
    batchSeconds: 120,
    cooldown: 240,
    calmSeconds: 300,
    maxWait: 1_200,
    windowSeconds: 900,
    coverPerWindowE6: 3_000_000_000n,
    bufferTargetE6: 1_200_000_000n,
    incomeBps: 10_000,
  },
  guarantee: {
    floorBps: 6_000,
    termSeconds: 240,
    windowSeconds: 900,
    feeBps: 100,
    minFeeE6: 1_000_000n,
    perOwnerE6: 4_000_000_000n,
    totalE6: 6_000_000_000n,
  },
};

export const GUARANTEE = MONEY_CONFIG.guarantee;
const CURE_BUFFER_BPS = 1_000n;
export const PARAMETERS = 77n;
const BIAS = 1n << 105n;
export const PROOF = {
  a: [0n, 0n],
  b: [
    [0n, 0n],
    [0n, 0n],
  ],
  c: [0n, 0n],
};
export const MAX_BID = 2n ** 127n;
const { fund: LEAVES } = MONEY_CONFIG;
const YEAR = 365n * 86_400n;
const LEAVING: LeavingRule = {
  batchSeconds: BigInt(LEAVES.batchSeconds),
  cooldown: BigInt(LEAVES.cooldown),
  calmSeconds: BigInt(LEAVES.calmSeconds),
  maxWait: BigInt(LEAVES.maxWait),
};
const coder = AbiCoder.defaultAbiCoder();
const TERMS_TYPE =
  'tuple(uint32,uint32,uint64,address,address,address,address,uint256,uint256,uint256,uint256,' +
  'uint256,uint256,uint256)';

/** Numbers that a seed fixes. */
export class Dice {
  #state: bigint;

  constructor(seed: bigint) {
    // Hashed, for neighbouring seeds would give one sequence, shifted.
    this.#state = BigInt.asUintN(64, BigInt(keccak256(coder.encode(['uint256'], [seed]))));
  }

  next(): bigint {
    let x = (this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n));
    x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
    x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
    return x ^ (x >> 31n);
  }

  below(count: number): number {
    return Number(this.next() % BigInt(count));
  }

  amount(low: bigint, high: bigint): bigint {
    return low + (this.next() % (high - low + 1n));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const usd = (dollars: number): bigint => BigInt(dollars) * 1_000_000n;

export const SIZES: readonly ModelSize[] = [
  { haircutE6: 0n, maintenanceE6: usd(1_000), initialE6: usd(1_500) },
  { haircutE6: usd(100), maintenanceE6: usd(2_000), initialE6: usd(2_600) },
  { haircutE6: usd(20), maintenanceE6: usd(50), initialE6: usd(70) },
  { haircutE6: 0n, maintenanceE6: usd(8_000), initialE6: usd(11_000) },
  { haircutE6: 1n, maintenanceE6: 1_000n, initialE6: 1_500n },
];

/** What a venue is compared with after every call; `MoneyLens.read`. */
interface Money {
  readonly vaultBalanceE6: bigint;
  readonly heldE6: bigint;
  readonly escrowedE6: bigint;
  readonly claimableE6: bigint;
  readonly receivedE6: bigint;
  /** By the latest ledger. */
  readonly releasedE6: bigint;
  readonly fundBalanceE6: bigint;
  readonly bufferE6: bigint;
  readonly depositedE6: bigint;
  readonly reservedE6: bigint;
  readonly queuedE6: bigint;
  readonly uncoveredE6: bigint;
  readonly owedE6: bigint;
  readonly guaranteedE6: bigint;
  readonly supply: bigint;
  readonly epoch: bigint;
  readonly settledThrough: bigint;
  readonly incomeFrom: bigint;
  readonly assetsE6: bigint;
  readonly engineWei: bigint;
  readonly clock: bigint;
  readonly mode: bigint;
  /** Of the block that it was read in. */
  readonly time: bigint;
}

export interface Deployed {
  readonly chain: TestChain;
  readonly venue: LocalVenue;
  readonly register: Contract;
  readonly lens: string;
  /** Deployer, then whoever acts. */
  readonly actors: readonly string[];
}

/** Of a record: an account at a nonce. */
export const key = (account: number | bigint, nonce: bigint): string => `${account}/${nonce}`;

export class MoneyRun {
  readonly #deployed: Deployed;
  readonly #interfaces: Interface;
  /** Transactions sent, refused ones too, and how many of them `money` has seen. */
  #sent = 0;
  #seenThrough = -1;
  readonly dice: Dice;
  readonly actors: readonly string[];

  now: bigint;
  marksE6: bigint[] = SIZES.map(() => 0n);
  readonly lanes: { engine: ModelMessage[]; user: ModelMessage[] } = { engine: [], user: [] };
  readonly ledgers: ModelLedger[] = [];
  readonly ticks: ModelTick[] = [];
  readonly records = new Map<string, ModelRecord>();
  readonly claimable = new Map<string, bigint>();
  readonly etherOwed = new Map<string, bigint>();
  readonly refunded = new Set<number>();
  /** Counts of the engine lane whose hashes the inbox keeps. */
  readonly kept = new Set([0]);
  readonly #hashes: string[];
  readonly refundedDeposits = new Set<number>();
  readonly pending = new Map<string, number>();
  readonly redemptions = new Redemptions(LEAVING);
  readonly guarantees = new Map<string, ModelGuarantee>();
  lastTickAt = 0n;
  /** All that came to the fund, and all that left it. */
  readonly flowed = { inE6: 0n, outE6: 0n };
  heldE6 = 0n;
  escrowedE6 = 0n;
  strayE6 = 0n;
  fund = { bufferE6: 0n, depositedE6: 0n, strayE6: 0n };
  /** Until when the depositors' income is booked, and what there was before the last call. */
  incomeFrom = 0n;
  #before: Standing = { ...this.fund, reservedE6: 0n, queuedE6: 0n };
  uncoveredE6 = 0n;
  queue: { account: number; nonce: bigint; amountE6: bigint }[] = [];
  paidByFundE6 = 0n;
  provenDeficitsE6 = 0n;
  incentivesE6 = 0n;
  money!: Money;
  readonly reached = new Set<string>();
  readonly counts = new Map<
    string,
    { tried: number; done: number; refusals: Map<string, number> }
  >();

  constructor(deployed: Deployed, seed: bigint, start: bigint) {
    this.#deployed = deployed;
    this.#interfaces = errorsOf(deployed);
    this.dice = new Dice(seed);
    this.actors = deployed.actors;
    this.now = start;
    const { chain, venue } = deployed;
    this.#hashes = [laneSeed(chain.chainId, venue.addresses.ledgerRegistry, 'engine')];
  }

  // The chain

  async call(
    from: string,
    contract:
      | 'vault'
      | 'ledgerRegistry'
      | 'marketFeed'
      | 'liquidationEngine'
      | 'insuranceFund'
      | 'marginGuarantee'
      | 'backstop',
    method: string,
    args: readonly unknown[],
    value = 0n,
  ): Promise<void> {
    const { venue } = this.#deployed;
    this.#before = this.standing;
    await this.send(
      from,
      venue.addresses[contract],
      venue[contract].interface.encodeFunctionData(method, args),
      value,
    );
  }

  async send(from: string, to: string, data: string, value = 0n): Promise<void> {
    const { chain } = this.#deployed;
    this.#sent += 1;
    await chain.setNextTime(this.now);
    const transaction = { from, to, data, value: `0x${value.toString(16)}`, gas: '0xe00000' };
    try {
      await chain.rpc('eth_sendTransaction', [transaction]);
    } catch (error) {
      throw asRefusal(this.#interfaces, error);
    }
  }

  async look(): Promise<Money> {
    const { chain, lens, venue } = this.#deployed;
    const data = READ + venue.addresses.liquidationEngine.slice(2).toLowerCase().padStart(64, '0');
    return moneyIn((await chain.rpc('eth_call', [{ to: lens, data }, 'latest'])) as string);
  }

  /** What the venue says now, with the market's clock of the last call's block. */
  async refresh(): Promise<Money> {
    if (this.#seenThrough === this.#sent) return this.money;
    this.money = await this.look();
    this.#seenThrough = this.#sent;
    this.#bookIncome();
    if (this.money.settledThrough > BigInt(this.redemptions.settledThrough)) {
      const leftE6 = this.redemptions.settle(this.now, this.lastTickAt, this.standing);
      this.fund.depositedE6 -= leftE6;
    }
    return this.money;
  }

  /** What the depositors have earned by `until` and was not booked yet, of a fund that stood so since then. */
  incomeE6(until: bigint, fund: Standing): bigint {
    const { bufferE6, depositedE6, reservedE6, queuedE6 } = fund;
    const spareE6 = bufferE6 - LEAVES.bufferTargetE6 - reservedE6 - queuedE6;
    const earned = depositedE6 * BigInt(LEAVES.incomeBps) * (until - this.incomeFrom);
    return max(0n, min(spareE6, earned / (10_000n * YEAR)));
  }

  #bookIncome(): void {
    const flowedE6 = this.incomeE6(this.money.incomeFrom, this.#before);
    this.incomeFrom = this.money.incomeFrom;
    if (flowedE6 === 0n) return;
    this.fund.bufferE6 -= flowedE6;
    this.fund.depositedE6 += flowedE6;
    this.reached.add('income earned');
  }

  get standing(): Standing {
    const queuedE6 = this.queue.reduce((sum, { amountE6 }) => sum + amountE6, 0n);
    return { ...this.fund, reservedE6: this.reservedE6, queuedE6 };
  }

  // What is true

  get sequence(): number {
    return this.ledgers.length;
  }

  get ledger(): ModelLedger {
    return this.ledgers.at(-1)!;
  }

  get tick(): ModelTick {
    return this.ticks.at(-1)!;
  }

  marginAt(tick: ModelTick, index: number): ModelMargin {
    const account = this.ledgers[tick.sequence - 1]!.accounts[index]!;
    const size = SIZES[index]!;
    const grossE6 = account.quoteE6 + tick.marksE6[index]!;
    return { ...account, ...size, index, grossE6, equityE6: grossE6 - size.haircutE6 };
  }

  context(contract: string, action: Action, beneficiary: string): bigint {
    const { chainId } = this.#deployed.chain;
    const use = [chainId, contract, action, beneficiary].join();
    const known = CONTEXTS.get(use);
    if (known !== undefined) return known;
    const context = proofContext(chainId, contract, action, beneficiary);
    CONTEXTS.set(use, context);
    return context;
  }

  get engine(): string {
    return this.#deployed.venue.addresses.liquidationEngine;
  }

  get addresses() {
    return this.#deployed.venue.addresses;
  }

  #head(tick: ModelTick, margin: ModelMargin): readonly bigint[] {
    const account =
      BigInt(margin.index) |
      (margin.nonce << 24n) |
      (BigInt(margin.owner) << 56n) |
      ((margin.frozen ? 1n : 0n) << 216n) |
      ((margin.restricted ? 1n : 0n) << 217n);
    return [this.ledgers[tick.sequence - 1]!.root, tick.snapshotHash, PARAMETERS, account];
  }

  liquidationSignals(tick: ModelTick, margin: ModelMargin, beneficiary: string): readonly bigint[] {
    const context = this.context(this.engine, 'openLiquidation', beneficiary);
    const amounts = biased(margin.equityE6, 80) | (margin.maintenanceE6 << 80n);
    return [...this.#head(tick, margin), amounts, context];
  }

  marginProof(
    tick: ModelTick,
    margin: ModelMargin,
    contract: string,
    action: Action,
    beneficiary: string,
    creditE6 = 0n,
  ) {
    const margins = margin.maintenanceE6 | (margin.initialE6 << 96n) | (CURE_BUFFER_BPS << 204n);
    const change = creditE6 === 0n ? BIAS : BIAS | (creditE6 << 106n) | (1n << 171n);
    return {
      tick: tick.number,
      profile: 16,
      proof: PROOF,
      publicSignals: [
        ...this.#head(tick, margin),
        field(margin.equityE6 + creditE6),
        margins,
        change | (margin.haircutE6 << 172n),
        this.context(contract, action, beneficiary),
      ],
    };
  }

  // Changes of the model

  owe(to: string, amountE6: bigint): void {
    if (amountE6 !== 0n) this.claimable.set(to, (this.claimable.get(to) ?? 0n) + amountE6);
  }

  oweEther(to: string): void {
    this.etherOwed.set(to, (this.etherOwed.get(to) ?? 0n) + MONEY_CONFIG.engine.prepaidWei);
  }

  append(lane: 'engine' | 'user', message: Omit<ModelMessage, 'postedAt'>): number {
    const count = this.lanes[lane].push({ ...message, postedAt: this.now });
    if (lane === 'engine') this.kept.add(count);
    return count - 1;
  }

  /** What was appended since came in one run, of which the last hash alone is kept. */
  appendedInOneRun(before: number): void {
    for (let count = before + 1; count < this.lanes.engine.length; count += 1) {
      this.kept.delete(count);
    }
  }

  /** The first count from there on whose hash is kept. */
  keptFrom(count: number): number {
    let next = count;
    while (!this.kept.has(next)) next += 1;
    return next;
  }

  /** The hash of the engine lane after so many messages. */
  engineHash(count: number): string {
    while (this.#hashes.length <= count) {
      const { w0, w1 } = this.words(this.lanes.engine[this.#hashes.length - 1]!);
      this.#hashes.push(chainedWords(this.#hashes.at(-1)!, w0, w1));
    }
    return this.#hashes[count]!;
  }

  /** The hash of the user lane after so many messages. */
  userHash(count: number): string {
    const { chain, venue } = this.#deployed;
    const seed = laneSeed(chain.chainId, venue.addresses.ledgerRegistry, 'user');
    return this.lanes.user.slice(0, count).reduce((hash, message) => {
      const { w0, w1 } = this.words(message);
      return chainedWords(hash, w0, w1);
    }, seed);
  }

  /** Has a hash within a run kept, where a ledger is to end. */
  async keepHash(count: number): Promise<void> {
    const end = this.keptFrom(count);
    if (end === count) return;
    const following = this.lanes.engine.slice(count, end).map((message) => this.words(message));
    const args = [0n, count, this.engineHash(count), following, 1n];
    await this.call(this.actors[0]!, 'ledgerRegistry', 'keepHashes', args);
    this.kept.add(count);
    this.reached.add('hash kept within a run');
    this.now += 1n;
  }

  setRecord(id_: string, record: ModelRecord): void {
    const before: ModelStatus | 'none' = this.records.get(id_)?.status ?? 'none';
    if (before !== record.status && !EDGES[before].includes(record.status)) {
      throw new Error(`a record went from ${before} to ${record.status}`);
    }
    this.reached.add(record.status);
    this.records.set(id_, record);
  }

  get freeE6(): bigint {
    const queued = this.queue.reduce((sum, { amountE6 }) => sum + amountE6, 0n);
    const free = this.fund.bufferE6 + this.fund.depositedE6 - this.reservedE6 - queued;
    return free < 0n ? 0n : free;
  }

  get reservedE6(): bigint {
    const opened = [...this.records.values()].reduce((sum, { reservedE6 }) => sum + reservedE6, 0n);
    return opened + this.guaranteedE6;
  }

  /** What the buffer guarantees to accounts that were not opened since. */
  get guaranteedE6(): bigint {
    return [...this.guarantees.values()].reduce(
      (sum, { amountE6, isCalled }) => sum + (isCalled ? 0n : amountE6),
      0n,
    );
  }

  spend(amountE6: bigint): void {
    this.flowed.outE6 += amountE6;
    const spendable = this.fund.bufferE6 - this.guaranteedE6;
    const fromBuffer = amountE6 < spendable ? amountE6 : spendable;
    this.fund.bufferE6 -= fromBuffer;
    this.fund.depositedE6 -= amountE6 - fromBuffer;
  }

  /** A root that consumed so much, applied in the order of the rule. */
  consume(engine: number, user: number): ModelLedger {
    const before = this.ledger;
    const accounts = [...before.accounts];
    const apply = (message: ModelMessage): bigint => {
      const account = accounts[message.account];
      if (account === undefined) return 0n;
      const size = SIZES[message.account]!;
      const free = () =>
        freeToLeave(accounts[message.account]!, size, this.marksE6[message.account]!);
      const { account: after, outcomeE6 } = applied(account, message, free);
      accounts[message.account] = after;
      return outcomeE6;
    };
    this.lanes.engine.slice(before.engineCount, before.engineCount + engine).forEach(apply);
    const consumed = this.lanes.user.slice(before.userCount, before.userCount + user);
    const outcomes = consumed.map(apply);
    const releasedE6 = consumed.reduce(
      (sum, { kind, amountE6 }, place) =>
        sum + (kind === KIND.withdrawal ? outcomes[place]! : amountE6 - outcomes[place]!),
      before.releasedE6,
    );
    return {
      root: 1_000_000n + BigInt(this.sequence),
      accounts,
      engineCount: before.engineCount + engine,
      userCount: before.userCount + user,
      clock: 0n,
      forced: false,
      outcomes,
      releasedE6,
    };
  }

  words({ kind, account, nonce, amountE6, named }: ModelMessage) {
    const w0 = kind | (BigInt(account) << 8n) | (nonce << 32n) | (amountE6 << 64n);
    return { w0, w1: BigInt(named) };
  }

  /** Credits that a ledger has and no close has moved out of escrow. */
  get unclosedE6(): bigint {
    const { engineCount } = this.ledger;
    return [...this.records.values()].reduce((sum, { terms, closed }) => {
      const isAhead = terms !== undefined && !closed && engineCount > Number(terms.messageIndex);
      return sum + (isAhead ? terms.creditE6 : 0n);
    }, 0n);
  }

  /** Pins the current tick with every message that its ledger lacks, and tells what backs that ledger. */
  async pinTick(): Promise<bigint> {
    const { register } = this.#deployed;
    const { engineCount, userCount } = this.ledgers[this.tick.sequence - 1]!;
    const lanes = [
      [this.engineHash(engineCount), this.lanes.engine.slice(engineCount)],
      [this.userHash(userCount), this.lanes.user.slice(userCount)],
    ] as const;
    const args = lanes.map(([hashBefore, messages]) => ({
      hashBefore,
      messages: messages.map((message) => this.words(message)),
    }));
    const data = register.interface.encodeFunctionData('pinTick', args);
    await this.send(this.actors[0]!, String(register.target), data);
    const pin: bigint = await register.getFunction('latestPin').staticCall();
    const { backingE6 }: { readonly backingE6: bigint } = await register
      .getFunction('pinAt')
      .staticCall(pin);
    return backingE6;
  }

  /** Which ledger consumed a message; undefined if none has. */
  consumedAt(lane: 'engine' | 'user', index: number): number | undefined {
    const count = lane === 'engine' ? 'engineCount' : 'userCount';
    const place = this.ledgers.findIndex((ledger) => ledger[count] > index);
    return place < 0 ? undefined : place + 1;
  }

  /** What came of a user message; undefined while no ledger has consumed it. */
  outcomeE6(index: number): bigint | undefined {
    const sequence = this.consumedAt('user', index);
    if (sequence === undefined) return undefined;
    const first = this.ledgers[sequence - 2]?.userCount ?? 0;
    return this.ledgers[sequence - 1]!.outcomes[index - first]!;
  }

  /** The same as a contract takes it, with its path. */
  outcome(index: number) {
    const sequence = this.consumedAt('user', index)!;
    const first = this.ledgers[sequence - 2]?.userCount ?? 0;
    const { outcomes } = this.ledgers[sequence - 1]!;
    return {
      index: BigInt(index),
      message: this.words(this.lanes.user[index]!),
      amountE6: outcomes[index - first]!,
      sequence: BigInt(sequence),
      path: path(leaves(first, outcomes), index - first),
    };
  }

  outcomesRoot(first: number, outcomes: readonly bigint[]): string {
    return root(leaves(first, outcomes));
  }

  /** The market moves: one loses what another wins, up to three times its initial margin. */
  shock(): void {
    const from = this.dice.below(SIZES.length);
    const to = (from + 1 + this.dice.below(SIZES.length - 1)) % SIZES.length;
    const size = this.dice.amount(0n, 3n * SIZES[from]!.initialE6);
    this.marksE6[from]! -= size;
    this.marksE6[to]! += size;
  }

  async postTick(): Promise<void> {
    const time = ((this.now + 59n) / 60n) * 60n;
    const { chain, venue } = this.#deployed;
    this.now = time + 1n;
    const snapshot = snapshotAt(time);
    const feed = venue.addresses.marketFeed;
    const signatures = await signed(snapshot, chain.chainId, feed);
    await this.call(this.actors[0]!, 'marketFeed', 'submitSnapshot', [
      snapshot,
      DOCUMENT,
      signatures,
    ]);
    this.lastTickAt = time;
    const sequence = this.ledgerTimes.findLastIndex((at) => at <= time) + 1;
    this.ticks.push({
      number: BigInt(this.ticks.length + 1),
      snapshotHash: snapshot.snapshotHash,
      sequence,
      marksE6: [...this.marksE6],
    });
  }

  readonly ledgerTimes: bigint[] = [];

  async postRoot(next: ModelLedger): Promise<void> {
    await this.keepHash(next.engineCount);
    const before = this.ledgers.at(-1);
    const outcomes = next.outcomes.length;
    await this.call(this.actors[0]!, 'ledgerRegistry', 'submitRoot', [
      {
        root: next.root,
        accountCount: BigInt(next.accounts.length),
        engineCount: BigInt(next.engineCount),
        userCount: BigInt(next.userCount),
        bookedThrough: 0n,
        outcomesRoot:
          outcomes === 0 ? ZeroHash : this.outcomesRoot(before?.userCount ?? 0, next.outcomes),
        releasedE6: next.releasedE6,
        releasedE8: [0n, 0n, 0n],
      },
      '0x01',
      '0x',
    ]);
    await this.accept(next);
  }

  async accept(next: ModelLedger): Promise<void> {
    const { clock } = await this.refresh();
    this.ledgers.push({ ...next, clock });
    this.ledgerTimes.push(this.now);
  }

  bid(margin: ModelMargin, elapsed: bigint, reservedE6: bigint) {
    return bidTerms(priceRule(), margin, elapsed, this.freeE6 + reservedE6);
  }

  count(name: string, refusal?: string): void {
    const entry = this.counts.get(name) ?? {
      tried: 0,
      done: 0,
      refusals: new Map<string, number>(),
    };
    entry.tried += 1;
    if (refusal === undefined) entry.done += 1;
    else entry.refusals.set(refusal, (entry.refusals.get(refusal) ?? 0) + 1);
    this.counts.set(name, entry);
  }
}

const CONTEXTS = new Map<string, bigint>();
const SIGNED = new Map<string, readonly string[]>();

/** Runs begin at one time, so that most minutes have been signed before. */
async function signed(snapshot: FeedSnapshot, chainId: bigint, feed: string) {
  const known = SIGNED.get(`${feed}/${snapshot.time}`);
  if (known !== undefined) return known;
  const signatures = await signaturesOf(ORACLES.slice(0, 2), snapshot, chainId, feed);
  SIGNED.set(`${feed}/${snapshot.time}`, signatures);
  return signatures;
}

const ERRORS = new WeakMap<Deployed, Interface>();

/** Every error of the venue's contracts, made once: ten thousand runs ask for it. */
function errorsOf(deployed: Deployed): Interface {
  const known = ERRORS.get(deployed);
  if (known !== undefined) return known;
  const { venue } = deployed;
  const contracts = [
    venue.vault,
    venue.ledgerRegistry,
    venue.marketFeed,
    venue.liquidationEngine,
    venue.insuranceFund,
    venue.marginGuarantee,
    deployed.register,
  ];
  const texts = contracts.flatMap(({ interface: abi }) =>
    abi.fragments.filter(({ type }) => type === 'error').map((fragment) => fragment.format('full')),
  );
  const errors = new Interface([...new Set(texts)]);
  ERRORS.set(deployed, errors);
  return errors;
}

const MONEY = [
  'vaultBalanceE6',
  'heldE6',
  'escrowedE6',
  'claimableE6',
  'receivedE6',
  'releasedE6',
  'fundBalanceE6',
  'bufferE6',
  'depositedE6',
  'reservedE6',
  'queuedE6',
  'uncoveredE6',
  'owedE6',
  'guaranteedE6',
  'supply',
  'epoch',
  'settledThrough',
  'incomeFrom',
  'assetsE6',
  'engineWei',
  'clock',
  'mode',
  'time',
] as const satisfies readonly (keyof Money)[];

const READ = id('read(address)').slice(0, 10);

/** The words of `MoneyLens.read`, in their order. */
function moneyIn(answer: string): Money {
  if (answer.length !== 2 + 64 * MONEY.length) throw new Error(`not a Money: ${answer}`);
  const entries = MONEY.map((name, word) => {
    const at = 2 + 64 * word;
    return [name, BigInt(`0x${answer.slice(at, at + 64)}`)];
  });
  return Object.fromEntries(entries) as Record<keyof Money, bigint>;
}

export function priceRule() {
  const { rampSeconds, incentiveBps, rewardBps, penaltyBps, rewardCapE6 } = MONEY_CONFIG.engine;
  return {
    rampSeconds: BigInt(rampSeconds),
    incentiveBps: BigInt(incentiveBps),
    rewardBps: BigInt(rewardBps),
    penaltyBps: BigInt(penaltyBps),
    rewardCapE6,
  };
}

export const CURE_BPS = 10_000n + CURE_BUFFER_BPS;

const field = (amount: bigint): bigint => (amount < 0n ? SCALAR_FIELD + amount : amount);

export function termsTuple(terms: Terms): readonly unknown[] {
  return Object.values(terms);
}

export function termsHash(terms: Terms): string {
  return keccak256(coder.encode([TERMS_TYPE], [termsTuple(terms)]));
}

// Outcomes, hashed as `Outcomes` says

const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;

function leaves(first: number, outcomes: readonly bigint[]): readonly string[] {
  return outcomes.map((amount, place) =>
    keccak256(keccak256(word(BigInt(first + place)) + word(amount).slice(2))),
  );
}

const node = (left: string, right: string): string =>
  keccak256(concat(BigInt(left) < BigInt(right) ? [left, right] : [right, left]));

function up(level: readonly string[]): readonly string[] {
  const above: string[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const right = level[at + 1];
    above.push(right === undefined ? level[at]! : node(level[at]!, right));
  }
  return above;
}

function root(level: readonly string[]): string {
  return level.length === 1 ? level[0]! : root(up(level));
}

function path(level: readonly string[], place: number): readonly string[] {
  if (level.length === 1) return [];
  const sibling = level[place ^ 1];
  return [...(sibling === undefined ? [] : [sibling]), ...path(up(level), place >> 1)];
}
