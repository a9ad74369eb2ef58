// SPDX-License-Identifier: GPL-3.0-or-later
import * as poseidonLite from 'poseidon-lite';

import type { Account } from '../../../prover/commitments/account.ts';
import type { Position } from '../../../prover/model/types.ts';

/**
 * The commitments of docs/spec.md §2 written a second time, from the text, with another Poseidon
 * and with multiplications in place of shifts.
 */

const poseidons = poseidonLite as unknown as Record<string, (inputs: bigint[]) => bigint>;

export function referencePoseidon(inputs: readonly bigint[]): bigint {
  const poseidon = poseidons[`poseidon${inputs.length}`];
  if (poseidon === undefined) throw new Error(`no Poseidon of ${inputs.length} inputs`);
  return poseidon([...inputs]);
}

export function referenceHashWords(tag: number, words: readonly bigint[]): bigint {
  let state = BigInt(tag) * 4_294_967_296n + BigInt(words.length);
  let rest = [...words];
  while (rest.length > 0) {
    state = referencePoseidon([state, ...rest.slice(0, 15)]);
    rest = rest.slice(15);
  }
  return state;
}

const KIND: Record<string, bigint> = { perpetual: 1n, future: 3n, call: 5n, put: 7n };

export function referenceSlot(position: Position | undefined): bigint {
  if (position === undefined) return 2n ** 26n * 2n ** 79n;
  const { underlying, kind, expiry, strikeE4 } = position.instrument;
  return (
    strikeE4 +
    2n ** 40n * (expiry + 2n ** 32n * ((KIND[kind] ?? 0n) + 8n * BigInt(underlying))) +
    2n ** 79n * (position.lots + 2n ** 26n)
  );
}

export function referenceLeaf(account: Account): bigint {
  const pages = [0, 16, 32, 48].map((start) => {
    const page = Array.from({ length: 16 }, (_, slot) => account.positions[start + slot]);
    if (page.every((position) => position === undefined)) return 0n;
    const words = Array.from(
      { length: 8 },
      (_, j) => referenceSlot(page[2 * j]) + 2n ** 106n * referenceSlot(page[2 * j + 1]),
    );
    return referenceHashWords(2, words);
  });
  const [btc, eth, stEth] = account.collateralE8;
  const balances =
    account.quoteE6 + 2n ** 63n + 2n ** 64n * (btc + 2n ** 56n * (eth + 2n ** 56n * stEth));
  return referenceHashWords(1, [
    account.owner +
      2n ** 160n * account.settlementNonce +
      (account.frozen ? 2n ** 192n : 0n) +
      (account.riskReducingOnly ? 2n ** 193n : 0n),
    balances,
    ...pages,
  ]);
}

export function referenceTreeRoot(leaves: readonly bigint[]): bigint {
  let nodes = [...leaves];
  let empty = 0n;
  for (let level = 0; level < 12; level += 1) {
    const next: bigint[] = [];
    for (let index = 0; index < nodes.length; index += 4) {
      const children = [0, 1, 2, 3].map((child) => nodes[index + child] ?? empty);
      next.push(referenceHashWords(3, children));
    }
    empty = referenceHashWords(3, [empty, empty, empty, empty]);
    nodes = next;
  }
  return nodes[0] ?? empty;
}
