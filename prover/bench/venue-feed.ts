// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { instrumentKey } from '../commitments/instrument.ts';
import { Ledger } from '../commitments/ledger.ts';
import type { RowHasher } from '../commitments/row-hasher.ts';
import { accountDocument, formatLedger } from '../documents/ledger-document.ts';
import { snapshotDocument } from '../documents/snapshot-document.ts';
import { ageSnapshot } from '../market/snapshot/age-slice.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { listInstruments, seeded } from './venue.ts';

const INSTRUMENTS = 800;
const TICK_SECONDS = 60n;

/** Accounts of up to 16 positions each, the same at every call. */
export function venueAccounts(snapshot: MarketSnapshot, count: number): Account[] {
  const random = seeded(20_260_205);
  const below = (n: number): number => Math.floor(random() * n);
  const instruments = listInstruments(snapshot, INSTRUMENTS).sort((a, b) =>
    instrumentKey(a) < instrumentKey(b) ? -1 : 1,
  );
  return Array.from({ length: count }, (_, index) => {
    const places = new Set(Array.from({ length: 1 + below(16) }, () => below(instruments.length)));
    return {
      owner: BigInt(index + 1),
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
      quoteE6: BigInt(below(2e10)),
      collateralE8: [BigInt(below(1e9)), 0n, 0n],
      positions: [...places]
        .sort((a, b) => a - b)
        .map((place) => ({
          instrument: instruments[place]!,
          lots: BigInt((random() < 0.5 ? -1 : 1) * (1 + below(1_000))),
        })),
    };
  });
}

/** What a synthetic venue sends its service: a ledger, what changes in it, and a market a minute later each time. */
export class VenueFeed {
  readonly #snapshots: readonly MarketSnapshot[];
  readonly #hasher: RowHasher;
  readonly #ledger: Ledger;
  readonly #random = seeded(11);
  #sequence = 0;
  #ticks = 0;
  #time: bigint;

  private constructor(snapshots: readonly MarketSnapshot[], ledger: Ledger, hasher: RowHasher) {
    this.#snapshots = snapshots;
    this.#ledger = ledger;
    this.#hasher = hasher;
    this.#time = snapshots.reduce((most, { time }) => (time > most ? time : most), 0n);
  }

  static async start(
    snapshots: readonly MarketSnapshot[],
    accounts: readonly Account[],
    hasher: RowHasher,
  ): Promise<VenueFeed> {
    return new VenueFeed(snapshots, await Ledger.build(accounts, hasher), hasher);
  }

  /** The body of `PUT /ledger`. */
  wholeLedger(): string {
    this.#sequence += 1;
    const { accounts, root } = this.#ledger;
    return `{"sequence":${this.#sequence},"root":"${root}","ledger":${formatLedger(accounts)}}`;
  }

  /** The body of `POST /ledger/updates`: so many accounts, at random, have a dollar more. */
  async update(changed: number): Promise<string> {
    const { length } = this.#ledger.accounts;
    const indices = new Set(
      Array.from({ length: changed }, () => Math.floor(this.#random() * length)),
    );
    const changes = [...indices].map((index) => {
      const account = this.#ledger.account(index);
      return { index, account: { ...account, quoteE6: account.quoteE6 + 1_000_000n } };
    });
    await this.#ledger.apply(changes, this.#hasher);
    this.#sequence += 1;
    return JSON.stringify({
      sequence: this.#sequence,
      root: this.#ledger.root.toString(),
      changes: changes.map(({ index, account }) => ({ index, account: accountDocument(account) })),
    });
  }

  /** The body of `PUT /snapshot`: the markets in turn. */
  snapshot(): string {
    const market = this.#snapshots[this.#ticks % this.#snapshots.length]!;
    this.#ticks += 1;
    this.#time += TICK_SECONDS;
    return JSON.stringify(snapshotDocument(ageSnapshot(market, this.#time, 'time')));
  }
}
