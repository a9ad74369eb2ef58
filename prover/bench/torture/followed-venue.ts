// SPDX-License-Identifier: GPL-3.0-or-later
import { eventsNamed, readEvents } from '../../chain/events.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import type { Venue } from '../../chain/venue.ts';
import type { Account } from '../../commitments/account.ts';
import { parameterHash } from '../../commitments/parameters-words.ts';
import { DEMO_CONFIG, deployVenue } from '../../demo/deployment.ts';
import { serveLocalChain, type ServedChain } from '../../demo/local-chain.ts';
import { later, publishSnapshot } from '../../demo/ticks.ts';
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import type { PublishedSnapshot } from '../../sample/sample.ts';
import type { VenueIdentity, VenueState } from '../../sequencer/propose.ts';
import { Sequencer, provingNothing } from '../../sequencer/sequencer.ts';

const MINUTE = 60n;
/** The time of a deployment on a loaded machine, before the first root. */
const HEAD_START_SECONDS = 600n;

export interface VenueMark {
  readonly chain: unknown;
  readonly state: VenueState;
}

/** A venue on a local chain whose ledger and market go on when they are told to, for a service to follow. */
export class FollowedVenue {
  readonly chain: ServedChain;
  readonly venue: Venue;
  readonly document: VenueDocument;
  readonly #identity: VenueIdentity;
  readonly #market: PublishedSnapshot;
  #sequencer: Sequencer;

  private constructor(
    chain: ServedChain,
    venue: Venue,
    document: VenueDocument,
    market: PublishedSnapshot,
  ) {
    this.chain = chain;
    this.venue = venue;
    this.document = document;
    this.#market = market;
    this.#identity = {
      chainId: chain.chainId,
      registry: venue.addresses.ledgerRegistry,
      maxPositions: BigInt(DEMO_CONFIG.registry.maxPositions),
    };
    this.#sequencer = new Sequencer(venue.ledgerRegistry, this.#identity, provingNothing);
  }

  get sequencer(): Sequencer {
    return this.#sequencer;
  }

  /** With its first root posted, and no tick yet. */
  static async start(
    accounts: readonly Account[],
    market: PublishedSnapshot,
  ): Promise<FollowedVenue> {
    const { time, bookedThrough } = market.snapshot;
    const chain = await serveLocalChain(time - HEAD_START_SECONDS);
    const { venue, document } = await deployVenue(chain, parameterHash(loadDefaultParameters()));
    const followed = new FollowedVenue(chain, venue, document, market);
    const now = await chain.now();
    await chain.setNextTime(now > time - MINUTE ? now + 1n : time - MINUTE);
    await followed.sequencer.postGenesis(accounts, bookedThrough);
    return followed;
  }

  /** The market as it was, published in the next minute. */
  async nextTick(): Promise<MarketSnapshot> {
    const { time } = this.#market.snapshot;
    const next = ((await this.chain.now()) / MINUTE + 1n) * MINUTE;
    const published = later(this.#market, next > time ? next : time);
    await publishSnapshot(this.chain, this.venue, published);
    return published.snapshot;
  }

  /** Where the chain and its sequencer stand, to go back to once. */
  async mark(): Promise<VenueMark> {
    return { chain: await this.chain.rpc('evm_snapshot', []), state: this.#sequencer.state };
  }

  /** Takes back every block since, and puts others in their place. */
  async reorganise({ chain, state }: VenueMark): Promise<void> {
    await this.chain.rpc('evm_revert', [chain]);
    this.#sequencer = new Sequencer(
      this.venue.ledgerRegistry,
      this.#identity,
      provingNothing,
      state,
    );
    await this.chain.setNextTime((await this.chain.now()) + 2n);
    await this.mine();
  }

  async mine(blocks = 1): Promise<void> {
    for (let mined = 0; mined < blocks; mined += 1) await this.chain.rpc('evm_mine', []);
  }

  /** The openings that the branch has, oldest first. */
  async openings() {
    return eventsNamed(await readEvents(this.venue, this.chain.provider), 'LiquidationOpened');
  }
}
