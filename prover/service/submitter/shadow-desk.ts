// SPDX-License-Identifier: GPL-3.0-or-later
import type { Liquidation } from '../chain/chain-view.ts';
import type { Due } from '../proving/proving-desk.ts';

const keyOf = (account: number | bigint, nonce: bigint): string => `${account}/${nonce}`;

/**
 * Decides as a service would, sends nothing, and holds what others opened against it. Nothing of it
 * outlives a restart: what was open at the first look is nobody's to judge.
 */
export class ShadowDesk {
  readonly #log: (what: string, about: object) => void;
  /** By account and nonce: the tick at which it would have been opened, and the shortfall then (E6). */
  readonly #decided = new Map<string, { readonly tick: bigint; readonly shortfallE6: bigint }>();
  readonly #judged = new Set<string>();
  #hasLooked = false;
  #counts = { decided: 0, agreed: 0, onlyTheirs: 0 };

  constructor(log: (what: string, about: object) => void) {
    this.#log = log;
  }

  /** `onlyTheirs`: opened by others though no tick seen here said so. */
  get counts(): Readonly<Record<'decided' | 'agreed' | 'onlyTheirs', number>> {
    return this.#counts;
  }

  /**
   * @param tick the newest, with the accounts that fall short at it, also those that are open already
   * @param liquidations all that the followed branch has
   */
  look(
    tick: { readonly number: bigint; readonly short: readonly Due[] },
    liquidations: readonly Liquidation[],
  ): void {
    if (!this.#hasLooked) {
      for (const { accountIndex, settlementNonce } of liquidations) {
        this.#judged.add(keyOf(accountIndex, settlementNonce));
      }
      this.#hasLooked = true;
    }
    for (const due of tick.short) this.#decide(tick.number, due);
    for (const liquidation of liquidations) this.#judge(liquidation);
  }

  #decide(tick: bigint, { account, nonce, shortfallE6 }: Due): void {
    const key = keyOf(account, nonce);
    if (this.#decided.has(key) || this.#judged.has(key)) return;
    this.#decided.set(key, { tick, shortfallE6 });
    this.#counts = { ...this.#counts, decided: this.#counts.decided + 1 };
    this.#log('would open', {
      account,
      nonce: nonce.toString(),
      tick: tick.toString(),
      shortfallE6: shortfallE6.toString(),
    });
  }

  #judge({ accountIndex, settlementNonce, opening }: Liquidation): void {
    const key = keyOf(accountIndex, settlementNonce);
    if (opening === undefined || this.#judged.has(key)) return;
    this.#judged.add(key);
    const mine = this.#decided.get(key);
    const what = mine === undefined ? 'onlyTheirs' : 'agreed';
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + 1 };
    const { tick, equityE6, requirementE6, beneficiary } = opening;
    this.#log(mine === undefined ? 'opened by others alone' : 'opened by others too', {
      account: accountIndex.toString(),
      nonce: settlementNonce.toString(),
      beneficiary,
      tick: tick.toString(),
      shortfallE6: (requirementE6 - equityE6).toString(),
      ...(mine === undefined
        ? {}
        : { tickHere: mine.tick.toString(), shortfallHereE6: mine.shortfallE6.toString() }),
    });
  }
}
