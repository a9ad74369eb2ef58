// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import type { JsonRpcProvider } from 'ethers';

import { confirmVenue } from '../../chain/deployment/confirm-venue.ts';
import { readSubmission } from '../../chain/snapshot.ts';
import { connectVenue, type Venue } from '../../chain/venue.ts';
import type { Account } from '../../commitments/account.ts';
import type { Ledger } from '../../commitments/ledger.ts';
import { InvalidInput, PlimsollError, reasonOf } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { formatLedger, parseLedger } from '../../documents/ledger-document.ts';
import { followLedger } from '../../keeper/follow-ledger.ts';
import { MarginSteps } from '../../keeper/margin-steps.ts';
import { marketClock } from '../../keeper/auctions.ts';
import { guaranteeInWords } from '../../keeper/guarantees.ts';
import type { ChainConfig } from '../config/chain-settings.ts';
import type { AccountState } from '../margin/account-state.ts';
import type { StoredProof } from '../proving/proving-desk.ts';
import type { HeldOff, LedgerStage } from '../due-accounts.ts';
import type { Service } from '../service.ts';
import type { ChainTick } from '../ticks.ts';
import { ChainView, type AcceptedTick, type LiquidationStage } from './chain-view.ts';
import { ChainFollower, agreeing, type BlockSource, type FollowedBlock } from './follower.ts';
import { nodeAt } from './node-at.ts';
import { rpcSource } from './rpc-source.ts';

const DEPTH = 64;
const POLL_MS = 1000;
/** The feed takes the newest tick and the one before it. */
const ADMISSIBLE = 2;

const STATES: Readonly<Record<LiquidationStage, AccountState>> = {
  open: 'inLiquidation',
  cured: 'cured',
  sold: 'takenOver',
  backstopped: 'takenOver',
  bankrupt: 'bankrupt',
  closed: 'takenOver',
};

export interface ChainLinkHooks {
  /** Called after each look, once the service has taken what the branch says. */
  readonly looked: () => Promise<void>;
  /** Told what keeps it from following or from `looked`, once however long it lasts. */
  readonly fault: (error: unknown) => void;
}

/** What has been, in place of what a node says now. */
export interface ThePast {
  readonly source: BlockSource;
  /** The market's clock then. */
  readonly clock: () => Promise<bigint>;
}

/** Keeps a service on the venue's contracts: its ticks, and the liquidations of its accounts. */
export class ChainLink {
  readonly view = new ChainView();
  readonly venue: Venue;
  readonly provider: JsonRpcProvider;
  readonly #others: readonly JsonRpcProvider[];
  readonly #follower: ChainFollower;
  readonly #config: ChainConfig;
  readonly #service: Service;
  readonly #ended = new AbortController();
  readonly #clock: () => Promise<bigint>;
  /** Of a venue whose margin moves. */
  readonly #steps: MarginSteps | undefined;
  readonly #documents = new Map<string, string>();
  #unknownSet: bigint | undefined;
  #loop: Promise<void> | undefined;
  #told: string | undefined;
  #fault: unknown;

  private constructor(
    config: ChainConfig,
    service: Service,
    providers: readonly [JsonRpcProvider, ...JsonRpcProvider[]],
    past: ThePast | undefined,
  ) {
    const [provider, ...others] = providers;
    this.provider = provider;
    this.#others = others;
    this.#config = config;
    this.#service = service;
    const { contracts, deploymentBlock } = config.venue;
    this.venue = connectVenue(contracts, provider);
    const [first, second] = providers.map((node) => rpcSource(node, connectVenue(contracts, node)));
    const present = second === undefined ? first! : agreeing(first!, second);
    this.#clock = past?.clock ?? (async () => marketClock(this.venue.marketFeed));
    this.#follower = new ChainFollower(past?.source ?? present, {
      fromBlock: deploymentBlock,
      depth: config.depth ?? DEPTH,
    });
    this.#steps = MarginSteps.of(config.venue, provider, service.parameterSets, config.marginState);
    this.#follower.onBlock = this.view.apply;
    this.#follower.onUndone = this.view.undo;
  }

  /** Throws where a node is of another chain, or has not these contracts. */
  static async open(config: ChainConfig, service: Service, past?: ThePast): Promise<ChainLink> {
    const [first, second] = config.rpc.map((url) => nodeAt(url, config.venue.chainId));
    const providers = [first!, ...(second === undefined ? [] : [second])] as const;
    try {
      for (const provider of providers) {
        const said = BigInt((await provider.send('eth_chainId', [])) as string);
        if (said !== config.venue.chainId) {
          throw new PlimsollError(
            'ANOTHER_CHAIN',
            `chain.rpc: the node is on chain ${said}, the venue on ${config.venue.chainId}`,
          );
        }
        await confirmVenue(config.venue, provider);
      }
      return new ChainLink(config, service, providers, past);
    } catch (error) {
      for (const provider of providers) provider.destroy();
      throw error;
    }
  }

  get head(): FollowedBlock | undefined {
    return this.#follower.head;
  }

  /** What kept the last look from ending well. */
  get fault(): unknown {
    return this.#fault;
  }

  /** Follows until it is stopped. */
  start({ looked, fault }: ChainLinkHooks): void {
    const { pollMs = POLL_MS } = this.#config;
    const { signal } = this.#ended;
    this.#loop = (async () => {
      while (!signal.aborted) {
        try {
          await this.poll();
          await looked();
          this.#fault = undefined;
        } catch (error) {
          if (reasonOf(this.#fault) !== reasonOf(error) && !signal.aborted) fault(error);
          this.#fault = error;
        }
        await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      }
    })();
  }

  /** One look: the branch to the node's head, and what it says to the service. */
  async poll(): Promise<void> {
    await this.#follower.poll();
    const { head } = this.#follower;
    if (head === undefined || head.hash === this.#told) return;
    const newest = await this.#newestTick();
    if (newest !== undefined) {
      await this.#learnSet(newest.chain.parameterHash, head.number);
      await this.#takePublished(newest.chain.ledgerRoot);
    }
    await this.#service.followChain(newest, this.#stages(), await this.#guaranteed());
    const depth = this.#config.depth ?? DEPTH;
    const settled = this.view.tickAsOf(head.number - depth);
    if (settled !== undefined) await this.#service.settleLedger(settled.values.ledgerRoot);
    this.#told = head.hash;
  }

  /** The number under which the branch has a tick of this snapshot and ledger, while proofs may cite it. */
  admissibleTick({
    tick,
    ledgerRoot,
  }: Pick<StoredProof, 'tick' | 'ledgerRoot'>): bigint | undefined {
    return this.view
      .newest(ADMISSIBLE)
      .find(
        ({ values }) =>
          values.snapshotHash === BigInt(tick) && values.ledgerRoot.toString() === ledgerRoot,
      )?.values.number;
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
    for (const provider of [this.provider, ...this.#others]) provider.destroy();
  }

  async #newestTick(): Promise<{ document: string; chain: ChainTick } | undefined> {
    const { tick } = this.view;
    if (tick === undefined) return undefined;
    const { number, ledgerRoot, parameterHash } = tick.values;
    return { document: await this.#documentOf(tick), chain: { number, ledgerRoot, parameterHash } };
  }

  /** The very text that the quorum signed, from the transaction that submitted it. */
  async #documentOf({ values, snapshotIn }: AcceptedTick): Promise<string> {
    const name = values.snapshotHash.toString();
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    if (snapshotIn === undefined) {
      throw new PlimsollError('NO_SNAPSHOT', `tick ${values.number}: no snapshot came with it`);
    }
    const feed = this.#config.venue.contracts.marketFeed;
    const { document } = await readSubmission(this.provider, feed, snapshotIn);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(document);
    this.#documents.clear();
    this.#documents.set(name, text);
    return text;
  }

  /** How far its rule has moved the venue's margin, as of the newest step followed; of a tick whose set a step made. */
  get movingMargin(): Pick<MarginSteps, 'rule' | 'state'> | undefined {
    const hash = this.#service.tick?.chain?.parameterHash;
    return hash === undefined || this.#steps?.setOf(hash) === undefined ? undefined : this.#steps;
  }

  /** Works out a set that nobody gave from the margin steps that led to it. */
  async #learnSet(hash: bigint, height: number): Promise<void> {
    if (this.#steps === undefined || this.#service.knowsParameters(hash)) return;
    await this.#steps.follow(height);
    if (this.#steps.setOf(hash) === undefined && hash !== this.#unknownSet) {
      // Another branch may have had other steps below that height; asked once, for a year of them takes long.
      this.#unknownSet = hash;
      await this.#steps.followAnew(height);
    }
    const set = this.#steps.setOf(hash);
    if (set !== undefined) this.#service.learnParameters(set);
  }

  /** What holds openings off at the market's clock. */
  async #guaranteed(): Promise<readonly HeldOff[]> {
    const guarantees = this.view.guarantees();
    if (guarantees.length === 0) return [];
    const clock = await this.#clock();
    return guarantees
      .filter(({ dueAt }) => clock <= dueAt)
      .map((guarantee) => ({
        account: Number(guarantee.accountIndex),
        nonce: guarantee.settlementNonce,
        upToE6: guarantee.amountE6,
        reason: guaranteeInWords(guarantee, clock),
      }));
  }

  /** Makes the ledger of a root from an earlier one as it was published and what the chain has seen since. */
  async #takePublished(root: bigint): Promise<void> {
    const path = this.#config.ledger;
    const { ledger } = this.#service;
    if (path === undefined || (await ledger.at(root)) !== undefined) return;
    const { sequence } = ledger.state;
    // What is held may be of a branch that is gone; what was published first is not.
    const starts = [
      ...(sequence === 0 ? [] : [() => ledger.ledger.accounts]),
      () => parseLedger(readTextFile(path, 'chain.ledger')),
    ];
    const followed = await this.#fromOneOf(starts, root);
    await this.#service.takeLedger({
      sequence: sequence + 1,
      root: root.toString(),
      ledger: JSON.parse(formatLedger(followed.accounts)) as unknown,
    });
  }

  async #fromOneOf(
    [start, ...others]: readonly (() => readonly Account[])[],
    root: bigint,
  ): Promise<Ledger> {
    const { deploymentBlock } = this.#config.venue;
    try {
      return await followLedger(this.venue, this.provider, start!(), root, deploymentBlock);
    } catch (error) {
      if (!(error instanceof InvalidInput) || others.length === 0) throw error;
      return await this.#fromOneOf(others, root);
    }
  }

  #stages(): readonly LedgerStage[] {
    return this.view.liquidations().map(({ accountIndex, settlementNonce, stage }) => ({
      account: Number(accountIndex),
      nonce: settlementNonce,
      state: STATES[stage],
    }));
  }
}
