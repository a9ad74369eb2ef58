// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';

import { connectVenue, type Venue } from '../../chain/venue.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readFund, type FundStatus } from '../../keeper/venue-status.ts';
import type { Place } from '../../receipt/document.ts';
import { findPlace, type Roots } from '../../receipt/place.ts';
import { jsonRpcOf } from '../../receipt/provider-rpc.ts';
import type { ChainConfig } from '../config/chain-settings.ts';
import { nodeAt } from './node-at.ts';

/** So long an answer stands: whoever asks more often asks no node. */
const STANDS_MS = 5000;

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<T>;
}

/** What the venue's contracts say when somebody asks the API; nothing is followed here. */
export class VenueDesk {
  readonly #provider: JsonRpcProvider;
  readonly #venue: Venue;
  readonly #config: ChainConfig;
  readonly #now: () => number;
  #fund: Kept<FundStatus> | undefined;

  constructor(config: ChainConfig, now: () => number = Date.now) {
    const { contracts, chainId } = config.venue;
    this.#config = config;
    this.#now = now;
    this.#provider = nodeAt(config.rpc[0]!, chainId);
    this.#venue = connectVenue(contracts, this.#provider);
  }

  /** Throws `NODE_FAILED` where the node does not answer. */
  async fund(): Promise<FundStatus> {
    if (this.#fund === undefined || this.#now() - this.#fund.at > STANDS_MS) {
      const answer = asked(() => readFund(this.#venue));
      answer.catch(() => (this.#fund = undefined));
      this.#fund = { at: this.#now(), answer };
    }
    return await this.#fund.answer;
  }

  /** The newest margin tick that binds these roots; throws `NO_TICK` where there is none. */
  async placeOf(roots: Roots): Promise<Place> {
    const { chainId, contracts } = this.#config.venue;
    const { marketFeed, healthGate } = contracts;
    const rpc = jsonRpcOf(this.#provider);
    return await asked(() => findPlace(rpc, { chainId, marketFeed, healthGate }, roots));
  }

  close(): void {
    this.#provider.destroy();
  }
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'NO_TICK') throw error;
    throw new PlimsollError('NODE_FAILED', 'the node does not answer, or not as a venue does', {
      cause: error,
    });
  }
}
