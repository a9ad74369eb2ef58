// SPDX-License-Identifier: GPL-3.0-or-later
// A venue in the crash with a real sequencer, whose transitions are judged, and real proofs of whatever
// its ledger says. Chain, ledger and clock go on only where a test says so.
import { Contract, computeAddress, type ContractTransactionReceipt, type Signer } from 'ethers';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import { proofContext, type Action } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { laneHash, laneSeed } from '../../prover/chain/inbox-lane.ts';
import { applyMessage, type MessageWords } from '../../prover/chain/ledger-update.ts';
import type { MessageRun } from '../../prover/chain/message-run.ts';
import { outcomePath, type StatedOutcome } from '../../prover/chain/outcomes.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  bidForAccount,
  closeLiquidation,
  cureLiquidation,
  expireLiquidation,
  openLiquidation,
  takeGuarantee,
  type CitedProof,
} from '../../prover/chain/submit.ts';
import { termsSchema, type Terms } from '../../prover/chain/terms.ts';
import type { ConsumedMessage } from '../../prover/chain/vault.ts';
import { connectVenue } from '../../prover/chain/venue.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type { AccountChange } from '../../prover/commitments/account-change.ts';
import {
  packMessage,
  type InboxMessage,
  type LeafMessage,
} from '../../prover/commitments/inbox-message.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import type { Withdrawable } from '../../prover/sequencer/apply-messages.ts';
import type { Proposal, ProposalOptions, VenueState } from '../../prover/sequencer/propose.ts';
import { Sequencer, attesting } from '../../prover/sequencer/sequencer.ts';
import { aboveInitialMargin } from '../../prover/sequencer/withdrawable.ts';
import { MarketTick } from '../../prover/statements/market-tick.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import {
  ARTIFACTS,
  deployContract,
  deployVenue,
  startChain,
  type TestChain,
  type VenueOptions,
} from './chain.ts';
import { ATTESTER } from './inbox-venue.ts';
import {
  CRASH_AT,
  accountMarginProof,
  accountNamed,
  liquidationProof,
  postNextSnapshot,
  type GatedProof,
} from './proofs.ts';
import { proveTakeover } from './takeover-proofs.ts';

const sample = loadSample();
const parameterSet = loadDefaultParameters();
const { snapshot: crash } = sample.snapshots.crash;
/** Those of the sample that are there for something; none has more positions than the venue allows. */
const ACCOUNTS = 52;
const FUND_E6 = 150_000_000_000n;
const POCKET_E6 = 100_000_000_000_000n;

/** Who acts in a life; the chain's funded accounts. */
export const PEOPLE = ['deployer', 'keeper', 'bidder', 'owner', 'stranger', 'depositor'] as const;
export type Person = (typeof PEOPLE)[number];

/** What a life goes back to. */
interface Saved {
  readonly chain: unknown;
  readonly state: VenueState;
  readonly proposals: readonly Proposal[];
  readonly ticks: readonly Ledger[];
}

/** Who takes proofs of margin. */
type Judge = 'liquidationEngine' | 'vault' | 'coinVault' | 'marginGuarantee';

export interface LifeOptions {
  readonly config?: VenueConfig;
  readonly chainId?: number;
  /** What its contracts take proofs of, where that is not 16 positions at most. */
  readonly profiles?: VenueOptions['profiles'];
  /** Accounts of the sample that `owner` owns. */
  readonly owned?: readonly string[];
  readonly change?: (accounts: readonly Account[]) => readonly Account[];
  /** The coins that its coin vault holds; without, it has none. */
  readonly coins?: (deployer: Signer) => Promise<VenueOptions['coins']>;
}

/** Terms as a bid's or an expiry's event has them. */
export function termsIn(venue: LocalVenue, receipt: ContractTransactionReceipt): Terms {
  for (const log of receipt.logs) {
    const parsed = venue.liquidationEngine.interface.parseLog(log);
    if (parsed?.name === 'BidEscrowed' || parsed?.name === 'Backstopped') {
      return termsSchema.parse(parsed.args['terms']);
    }
  }
  throw new Error('the transaction escrowed nothing');
}

export class Life {
  readonly chain: TestChain;
  readonly venue: LocalVenue;
  readonly asset: Contract;
  readonly addresses: Readonly<Record<Person, string>>;
  readonly maxPositions: bigint;
  sequencer: Sequencer;
  /** By sequence number less one; a forced ledger has none. */
  proposals: (Proposal | undefined)[] = [];
  /** The ledger of each tick. */
  ticks: Ledger[] = [];

  constructor(
    chain: TestChain,
    venue: LocalVenue,
    asset: Contract,
    sequencer: Sequencer,
    addresses: Readonly<Record<Person, string>>,
    maxPositions: bigint,
  ) {
    this.chain = chain;
    this.venue = venue;
    this.asset = asset;
    this.sequencer = sequencer;
    this.addresses = addresses;
    this.maxPositions = maxPositions;
  }

  signer(person: Person): Signer {
    return this.chain.accounts[PEOPLE.indexOf(person)]!;
  }

  /** The venue, bound to somebody. */
  by(person: Person): LocalVenue {
    const { venue } = this;
    return { ...venue, ...connectVenue(venue.addresses, this.signer(person)) };
  }

  get ledger(): Ledger {
    return this.sequencer.ledger;
  }

  get tick(): bigint {
    return BigInt(this.ticks.length);
  }

  get sequence(): bigint {
    return BigInt(this.proposals.length);
  }

  // Time

  /** The next block comes so many seconds after the last one. */
  async after(seconds = 1n): Promise<void> {
    await this.chain.setNextTime((await this.chain.now()) + seconds);
  }

  async save(): Promise<Saved> {
    const { sequencer, proposals, ticks } = this;
    return {
      chain: await this.chain.save(),
      state: sequencer.state,
      proposals: [...proposals] as Proposal[],
      ticks: [...ticks],
    };
  }

  async restore(saved: Saved): Promise<Saved> {
    const chain = await this.chain.restore(saved.chain);
    this.sequencer = this.#sequencerAt(saved.state);
    this.proposals = [...saved.proposals];
    this.ticks = [...saved.ticks];
    return { ...saved, chain };
  }

  #sequencerAt(state?: VenueState): Sequencer {
    return new Sequencer(
      this.venue.ledgerRegistry,
      {
        chainId: this.chain.chainId,
        registry: this.venue.addresses.ledgerRegistry,
        maxPositions: this.maxPositions,
      },
      attesting(ATTESTER),
      state,
    );
  }

  // The rollup and the oracles

  /** The next root, from what waits in the inbox; by default all of it. */
  async root(options: ProposalOptions = {}, seconds = 1n): Promise<Proposal> {
    await this.after(seconds);
    const proposal = await this.sequencer.post({ withdrawable, ...options });
    this.proposals.push(proposal);
    return proposal;
  }

  /** The next tick, in the next minute that is not over: on the crash as it was, or on `moment`. */
  async nextTick(
    overrides: Parameters<typeof postNextSnapshot>[3] = {},
    minutes = 1n,
  ): Promise<bigint> {
    const now = await this.chain.now();
    const time = (now / 60n + minutes) * 60n;
    await postNextSnapshot(this.chain, this.venue, time + 1n, overrides);
    this.ticks.push(await this.#ledgerAt(time));
    return this.tick;
  }

  /** A root with everything, and a tick of it. */
  async advance(options: ProposalOptions = {}): Promise<bigint> {
    await this.root(options);
    return this.nextTick();
  }

  async #ledgerAt(time: bigint): Promise<Ledger> {
    const at = (await this.venue.ledgerRegistry.getFunction('ledgerAt').staticCall(time)) as {
      root: bigint;
    };
    const { ledger } = this;
    if (ledger.root === at.root) return ledger;
    const earlier = this.ticks.find((one) => one.root === at.root);
    if (earlier === undefined)
      throw new Error('the tick is of a ledger that the test did not keep');
    return earlier;
  }

  /** Applies the head of the engine lane by force, with a real `takeover` proof. */
  async force(person: Person = 'stranger'): Promise<ContractTransactionReceipt> {
    const head = await this.sequencer.head();
    const application = await this.application(head!.message, person);
    await this.after();
    const receipt = await applyMessage(this.by(person), application);
    await this.sequencer.follow();
    this.proposals.push(undefined);
    return receipt;
  }

  async application(message: LeafMessage, person: Person) {
    const beneficiary = this.addresses[person];
    const context = this.context('ledgerRegistry', 'applyMessage', beneficiary);
    const proof = await proveTakeover(this.ledger, message, context);
    return { hashBefore: this.sequencer.state.engineHash, ...proof, beneficiary };
  }

  // Proofs of the ledger of a tick, by default the current one

  context(contract: Judge | 'ledgerRegistry', action: Action, beneficiary: string): bigint {
    const { addresses } = this.venue;
    return proofContext(this.chain.chainId, addresses[contract]!, action, beneficiary);
  }

  ledgerOf(tick: bigint): Ledger {
    return this.ticks[Number(tick) - 1]!;
  }

  openingProof(account: number, person: Person = 'keeper', tick = this.tick): Promise<GatedProof> {
    const context = this.context('liquidationEngine', 'openLiquidation', this.addresses[person]);
    return liquidationProof(this.ledgerOf(tick), account, context);
  }

  async marginProof(
    account: number,
    contract: Judge,
    action: Action,
    beneficiary: string,
    options: { readonly tick?: bigint; readonly change?: AccountChange } = {},
  ): Promise<CitedProof & GatedProof> {
    const { tick = this.tick, change } = options;
    const ledger = this.ledgerOf(tick);
    const context = this.context(contract, action, beneficiary);
    const claim = { ledger, account, context, ...(change === undefined ? {} : { change }) };
    return { tick, ...(await accountMarginProof(claim)) };
  }

  ownerOf(account: number, tick = this.tick): string {
    return `0x${this.ledgerOf(tick).account(account).owner.toString(16).padStart(40, '0')}`;
  }

  bidProof(
    account: number,
    person: Person = 'bidder',
    tick = this.tick,
  ): Promise<CitedProof & GatedProof> {
    const { addresses } = this;
    return this.marginProof(account, 'liquidationEngine', 'bidForAccount', addresses[person], {
      tick,
    });
  }

  cureProof(account: number, creditE6 = 0n, tick = this.tick): Promise<CitedProof & GatedProof> {
    const change: AccountChange | undefined =
      creditE6 === 0n
        ? undefined
        : { removedAsset: 'USDC', removedAmount: creditE6, isCredited: true };
    return this.marginProof(
      account,
      'liquidationEngine',
      'cureLiquidation',
      this.ownerOf(account, tick),
      { tick, ...(change === undefined ? {} : { change }) },
    );
  }

  expiryProof(account: number, tick = this.tick): Promise<CitedProof & GatedProof> {
    const { backstop } = this.venue.addresses;
    return this.marginProof(account, 'liquidationEngine', 'expireLiquidation', backstop, { tick });
  }

  claimProof(
    account: number,
    person: Person = 'owner',
    tick = this.tick,
  ): Promise<CitedProof & GatedProof> {
    const beneficiary = this.addresses[person];
    return this.marginProof(account, 'vault', 'claimWithdrawal', beneficiary, { tick });
  }

  // The guarantee

  guaranteeProof(
    account: number,
    action: 'takeGuarantee' | 'releaseGuarantee' = 'takeGuarantee',
    tick = this.tick,
  ): Promise<CitedProof & GatedProof> {
    const owner = this.ownerOf(account, tick);
    return this.marginProof(account, 'marginGuarantee', action, owner, { tick });
  }

  async takeGuarantee(
    account: number,
    person: Person = 'owner',
  ): Promise<ContractTransactionReceipt> {
    const proof = await this.guaranteeProof(account);
    await this.after();
    return takeGuarantee(this.by(person), proof);
  }

  // The engine

  async open(account: number, person: Person = 'keeper'): Promise<ContractTransactionReceipt> {
    const proof = await this.openingProof(account, person);
    await this.after();
    const beneficiary = this.addresses[person];
    return openLiquidation(this.by(person), { tick: this.tick, ...proof, beneficiary });
  }

  async bid(
    account: number,
    freezeSequence: bigint,
    person: Person = 'bidder',
    limitE6 = POCKET_E6,
  ): Promise<ContractTransactionReceipt> {
    const proof = await this.bidProof(account, person);
    await this.after();
    return bidForAccount(this.by(person), proof, freezeSequence, limitE6);
  }

  async cure(
    account: number,
    creditE6 = 0n,
    person: Person = 'owner',
  ): Promise<ContractTransactionReceipt> {
    const proof = await this.cureProof(account, creditE6);
    await this.after();
    return cureLiquidation(this.by(person), proof);
  }

  async expire(account: number, person: Person = 'keeper'): Promise<ContractTransactionReceipt> {
    const proof = await this.expiryProof(account);
    await this.after();
    return expireLiquidation(this.by(person), proof);
  }

  async close(terms: Terms, person: Person = 'stranger'): Promise<ContractTransactionReceipt> {
    await this.after();
    return closeLiquidation(this.by(person), terms);
  }

  /** Ticks every minute until so many seconds have passed on the market's clock. */
  async letPass(seconds: bigint): Promise<void> {
    const until = (await this.clock()) + seconds;
    while ((await this.clock()) < until) {
      if (await this.#isFallingSilent()) await this.root();
      await this.nextTick({}, 2n);
    }
  }

  /** Whether the last root of the sequencer is old: what is judged is the same ledger, but it must not fall silent. */
  async #isFallingSilent(): Promise<boolean> {
    if (this.proposals.at(-1) === undefined) return true;
    const latest = this.venue.ledgerRegistry.getFunction('latest');
    const { acceptedAt } = (await latest.staticCall()) as { readonly acceptedAt: bigint };
    return (await this.chain.now()) - acceptedAt > 1_500n;
  }

  async clock(): Promise<bigint> {
    return (await this.venue.marketFeed.getFunction('marketClock').staticCall()) as bigint;
  }

  // The vault

  /** A consumed user message with its outcome, as the vault takes it. */
  async consumed(index: bigint): Promise<ConsumedMessage> {
    const sequence = this.proposals.findIndex((proposal) =>
      proposal?.outcomes.some((outcome) => outcome.index === index),
    );
    const { outcomes } = this.proposals[sequence]!;
    const place = outcomes.findIndex((outcome: StatedOutcome) => outcome.index === index);
    const [message] = await this.sequencer.messages('user', index);
    return {
      index,
      message: words(message!),
      amountE6: outcomes[place]!.applied,
      sequence: BigInt(sequence + 1),
      path: outcomePath(outcomes, place),
    };
  }

  /** So many messages of the engine lane from an index on, as a refund is asked for them. */
  async engineRun(first: bigint, count = 1): Promise<MessageRun> {
    const { chainId } = this.chain;
    const before = (await this.sequencer.messages('engine', 0n)).slice(0, Number(first));
    const seed = laneSeed(chainId, this.venue.addresses.ledgerRegistry, 'engine');
    const messages = (await this.sequencer.messages('engine', first)).slice(0, count);
    return { first, hashBefore: laneHash(seed, before), messages: messages.map(words) };
  }

  async claimable(person: Person): Promise<bigint> {
    const { addresses } = this;
    return (await this.venue.vault
      .getFunction('claimableE6')
      .staticCall(addresses[person])) as bigint;
  }

  async balance(address: string): Promise<bigint> {
    return (await this.asset.getFunction('balanceOf').staticCall(address)) as bigint;
  }
}

export function words(message: InboxMessage): MessageWords {
  const [w0, w1] = packMessage(message);
  return { w0, w1 };
}

/** What leaves initial margin, at the crash. */
export const withdrawable: Withdrawable = aboveInitialMargin(
  new MarketTick(crash, parameterSet).market,
);

/** A venue with its first root and its first tick, a filled fund, and money in everybody's pocket. */
export async function startLife(options: LifeOptions = {}): Promise<Life> {
  const {
    config = DEFAULT_VENUE_CONFIG,
    chainId = 31_337,
    owned = ['ordinary-liquidation'],
  } = options;
  const chain = await startChain({ chainId, startAt: crash.time - 1_000n });
  const [deployer] = chain.accounts as readonly [Signer, ...Signer[]];
  const people = await Promise.all(
    PEOPLE.map(async (person, index) => [person, await chain.accounts[index]!.getAddress()]),
  );
  const addresses = Object.fromEntries(people) as Record<Person, string>;
  const attested = await deployContract(deployer, 'AttestedTransitionVerifier', [
    computeAddress(ATTESTER),
  ]);
  const coins = await options.coins?.(deployer);
  const venue = await deployVenue(chain, {
    ...(coins && { coins }),
    config,
    parameterHash: parameterHash(parameterSet),
    transitionVerifier: String(attested.target),
    ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
  });
  const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
  const asset = new Contract(venue.addresses.asset, abi, deployer);
  for (const [index, person] of PEOPLE.entries()) {
    const mine = new Contract(venue.addresses.asset, abi, chain.accounts[index]!);
    await send(mine, 'mint', [addresses[person], POCKET_E6]);
    await send(mine, 'approve', [venue.addresses.vault, 2n ** 255n]);
    await send(mine, 'approve', [venue.addresses.insuranceFund, 2n ** 255n]);
  }
  const fund = venue.insuranceFund.connect(
    chain.accounts[PEOPLE.indexOf('depositor')]!,
  ) as Contract;
  await send(fund, 'deposit', [FUND_E6, addresses.depositor]);

  const identity = {
    chainId: chain.chainId,
    registry: venue.addresses.ledgerRegistry,
    maxPositions: BigInt(config.registry.maxPositions),
  };
  const sequencer = new Sequencer(venue.ledgerRegistry, identity, attesting(ATTESTER));
  const life = new Life(chain, venue, asset, sequencer, addresses, identity.maxPositions);
  const mine = new Set(owned.map(accountNamed));
  const owner = BigInt(addresses.owner);
  const accounts = sample.ledgers.crash
    .slice(0, ACCOUNTS)
    .map((account, index) => (mine.has(index) ? { ...account, owner } : account));
  await chain.setNextTime(crash.time - 10n);
  const genesis = await sequencer.postGenesis(
    options.change?.(accounts) ?? accounts,
    crash.bookedThrough,
  );
  life.proposals.push(genesis);
  await postNextSnapshot(chain, venue, CRASH_AT);
  life.ticks.push(life.ledger);
  return life;
}
