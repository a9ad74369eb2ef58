// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import { DEFAULT_MARGIN_RULES } from '../../service/config/config.ts';
import {
  MarginBook,
  type MarginJournal,
  type TickTransitions,
  type Transition,
} from '../../service/margin/margin-book.ts';
import { MarketTick } from '../../statements/market-tick.ts';

export type Operation =
  | { readonly kind: 'update'; readonly sequence: number; readonly changes: readonly Change[] }
  | { readonly kind: 'tick'; readonly document: string };
export interface Change {
  readonly index: number;
  readonly account: Account;
}

/** Records in memory: of the service that nobody killed. */
class MemoryJournal implements MarginJournal {
  readonly transitions: Transition[] = [];

  async appendAll(_kind: 'transitions', records: readonly TickTransitions[]): Promise<void> {
    this.transitions.push(...records.flatMap(({ transitions }) => transitions));
  }

  async *read(): AsyncGenerator<never> {}
}

export const keyOf = ({ account, from, to, equityE6, mmE6, imE6 }: Transition): string =>
  [account, from, to, equityE6, mmE6, imE6].join();

/** The transitions of the same operations in a service that nobody kills. */
export class Undisturbed {
  readonly #first: readonly Account[];
  readonly #memory = new MemoryJournal();
  #book: MarginBook | undefined;
  #done = 0;

  constructor(first: readonly Account[]) {
    this.#first = first;
  }

  /** After all of them; those of an earlier call come first. */
  async after(
    operations: readonly Operation[],
  ): Promise<{ transitions: readonly Transition[]; alerts: number }> {
    const book = (this.#book ??= await this.#start());
    const parameters = loadDefaultParameters();
    for (const operation of operations.slice(this.#done)) {
      if (operation.kind === 'tick') {
        const snapshot = parseSnapshot(operation.document);
        book.setTick(snapshotHash(snapshot).toString(), new MarketTick(snapshot, parameters));
      } else {
        book.setChanged(operation.changes);
      }
      await book.remargin(0);
    }
    this.#done = operations.length;
    const { transitions } = this.#memory;
    return { transitions, alerts: transitions.filter(({ to }) => to !== 'healthy').length };
  }

  async close(): Promise<void> {
    await this.#book?.close();
  }

  async #start(): Promise<MarginBook> {
    const book = await MarginBook.restore(this.#memory, {
      distanceBps: DEFAULT_MARGIN_RULES.callDistanceBps,
      releaseBps: DEFAULT_MARGIN_RULES.releaseBps,
    });
    book.setAccounts(this.#first);
    return book;
  }
}

/** How many of one list the other lacks, and has too many; equal entries are counted. */
export function compare(
  expected: readonly string[],
  found: readonly string[],
): { readonly missing: number; readonly surplus: number } {
  const counts = new Map<string, number>();
  for (const key of expected) counts.set(key, (counts.get(key) ?? 0) + 1);
  let surplus = 0;
  for (const key of found) {
    const left = counts.get(key) ?? 0;
    if (left === 0) surplus += 1;
    else counts.set(key, left - 1);
  }
  return { missing: [...counts.values()].reduce((sum, count) => sum + count, 0), surplus };
}
