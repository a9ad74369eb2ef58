// SPDX-License-Identifier: GPL-3.0-or-later
import {
  hashParameterWords,
  parameterWords,
  type ParameterWords,
} from '../commitments/parameters-words.ts';
import {
  hashSnapshotWords,
  snapshotWords,
  type SnapshotWords,
} from '../commitments/snapshot-words.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { priceMarket, type PricedMarket } from '../risk/pricing/market.ts';

/**
 * The market of a margin tick: a snapshot under a parameter set, with everything that its accounts
 * share. Words, hashes and the priced market are made when first asked for, and once.
 */
export class MarketTick {
  readonly snapshot: MarketSnapshot;
  readonly parameters: ParameterSet;
  #market: PricedMarket | undefined;
  #snapshotWords: SnapshotWords | undefined;
  #parameterWords: ParameterWords | undefined;
  #snapshotHash: bigint | undefined;
  #parameterHash: bigint | undefined;

  /** @param hash of the snapshot, where it is known already */
  constructor(snapshot: MarketSnapshot, parameters: ParameterSet, hash?: bigint) {
    this.snapshot = snapshot;
    this.parameters = parameters;
    this.#snapshotHash = hash;
  }

  /** Grows with every expiry and strike that an account asks for. */
  get market(): PricedMarket {
    return (this.#market ??= priceMarket(this.snapshot, this.parameters.parameters));
  }

  get snapshotWords(): SnapshotWords {
    return (this.#snapshotWords ??= snapshotWords(this.snapshot));
  }

  get parameterWords(): ParameterWords {
    return (this.#parameterWords ??= parameterWords(this.parameters));
  }

  get snapshotHash(): bigint {
    return (this.#snapshotHash ??= hashSnapshotWords(this.snapshotWords));
  }

  get parameterHash(): bigint {
    return (this.#parameterHash ??= hashParameterWords(this.parameterWords));
  }
}
