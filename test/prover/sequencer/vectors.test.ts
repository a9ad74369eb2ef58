// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { concat, id, keccak256, toBeHex, zeroPadValue } from 'ethers';
import { describe, expect, it } from 'vitest';

import { unpackMessage } from '../../../prover/commitments/inbox-message.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { accountsAfter, parseBatch } from '../../../prover/documents/batch-document.ts';
import { parseLedgerValue } from '../../../prover/documents/ledger-document.ts';
import { messageVectors, VECTORS_PATH } from '../../support/message-vectors.ts';

interface Vectors {
  readonly chainId: string;
  readonly inbox: string;
  readonly seeds: Readonly<Record<string, string>>;
  readonly previousLedger: unknown;
  readonly previousLedgerRoot: string;
  readonly messages: readonly {
    readonly lane: string;
    readonly w0: string;
    readonly w1: string;
    readonly laneHash: string;
    readonly kind: string;
    readonly coin?: number;
    readonly amount: string;
    readonly isApplied: boolean;
    readonly applied: string;
    readonly ledgerRoot: string;
  }[];
  readonly outcomes: readonly {
    readonly index: string;
    readonly applied: string;
    readonly path: readonly string[];
  }[];
  readonly outcomesRoot: string;
  readonly nextLedgerRoot: string;
  readonly releasedE6: string;
  readonly releasedE8: readonly string[];
  readonly data: string;
  readonly dataHash: string;
}

const vectors = JSON.parse(readFileSync(VECTORS_PATH, 'utf8')) as Vectors;

// The hashes are taken here byte by byte, not by the code that wrote the file.
const word = (value: string | bigint): string =>
  typeof value === 'bigint' ? toBeHex(value, 32) : zeroPadValue(value, 32);

describe('the vectors of docs/integration.md', () => {
  it('are what the code computes', () => {
    expect(messageVectors()).toEqual(vectors);
  });

  it('seed and chain the lanes as abi.encode lays them out', () => {
    const name = concat([
      `0x${Buffer.from('plimsoll.inbox').toString('hex')}`,
      `0x${'00'.repeat(18)}`,
    ]);
    for (const [lane, number] of [
      ['engine', 0n],
      ['user', 1n],
    ] as const) {
      const head = [word(128n), word(BigInt(vectors.chainId)), word(vectors.inbox), word(number)];
      let hash = keccak256(concat([...head, word(14n), name]));
      expect(hash).toBe(vectors.seeds[lane]);
      for (const { w0, w1, laneHash } of vectors.messages.filter((one) => one.lane === lane)) {
        hash = keccak256(concat([hash, w0, w1]));
        expect(hash).toBe(laneHash);
      }
    }
  });

  it('prove each outcome under the root by its path, and no other amount', () => {
    const rootBy = (index: string, amount: bigint, path: readonly string[]): string =>
      path.reduce(
        (node, sibling) => keccak256(concat([node, sibling].sort())),
        keccak256(keccak256(concat([word(BigInt(index)), word(amount)]))),
      );
    expect(vectors.outcomes.map(({ applied }) => applied)).toEqual(
      vectors.messages.filter(({ lane }) => lane === 'user').map(({ applied }) => applied),
    );
    for (const { index, applied, path } of vectors.outcomes) {
      expect(rootBy(index, BigInt(applied), path)).toBe(vectors.outcomesRoot);
      expect(rootBy(index, BigInt(applied) + 1n, path)).not.toBe(vectors.outcomesRoot);
    }
  });

  it('release what withdrawals took off and deposits did not credit', () => {
    const released = (of: number | undefined): bigint =>
      vectors.messages
        .filter(({ lane, coin }) => lane === 'user' && coin === of)
        .map(({ kind, amount, applied }) =>
          /withdrawal/i.test(kind) ? BigInt(applied) : BigInt(amount) - BigInt(applied),
        )
        .reduce((total, amount) => total + amount, 0n);
    const sums = [undefined, 0, 1, 2].map(released);
    for (const sum of sums) expect(sum).toBeGreaterThan(0n);
    expect([vectors.releasedE6, ...vectors.releasedE8]).toEqual(sums.map(String));
  });

  it('end in the ledger that the published data rebuilds', () => {
    const previous = parseLedgerValue(vectors.previousLedger);
    expect(new Ledger(previous).root).toBe(BigInt(vectors.previousLedgerRoot));
    const next = new Ledger(accountsAfter(previous, parseBatch(vectors.data)));
    expect(next.root).toBe(BigInt(vectors.nextLedgerRoot));
    expect(vectors.messages.at(-1)!.ledgerRoot).toBe(vectors.nextLedgerRoot);
    expect(id(vectors.data)).toBe(vectors.dataHash);
  });

  it('cover every kind, applied and not', () => {
    const seen = new Set(vectors.messages.map(({ kind, isApplied }) => `${kind} ${isApplied}`));
    for (const kind of [
      'freeze',
      'takeover',
      'deposit',
      'withdrawal',
      'coinDeposit',
      'coinWithdrawal',
    ]) {
      expect([seen.has(`${kind} true`), seen.has(`${kind} false`)]).toEqual([true, true]);
    }
    expect(seen.has('unfreeze true')).toBe(true);
  });

  it('read back word for word, and words that are no message are refused', () => {
    for (const { w0, w1, kind } of vectors.messages) {
      expect(unpackMessage(BigInt(w0), BigInt(w1)).kind).toBe(kind);
    }
    const word0 = BigInt(vectors.messages[0]!.w0);
    expect(() => unpackMessage(word0 + 4n, 0n)).toThrow(/no message/);
    expect(() => unpackMessage(word0 + (1n << 128n), 0n)).toThrow(/no message/);
    expect(() => unpackMessage(word0, 1n << 160n)).toThrow(/no message/);
  });
});
