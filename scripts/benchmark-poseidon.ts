// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon5 } from 'poseidon-lite';

import type { Account } from '../prover/commitments/account.ts';
import { poseidonHash } from '../prover/commitments/hash-words.ts';
import { Ledger } from '../prover/commitments/ledger.ts';

/** The measurement behind the choice of Poseidon: `node scripts/benchmark-poseidon.ts [accounts]`. */

function microsecondsEach(count: number, run: (index: number) => void): number {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) run(index);
  return ((performance.now() - start) * 1000) / count;
}

function account(index: number): Account {
  return {
    owner: BigInt(index),
    settlementNonce: 0n,
    frozen: false,
    riskReducingOnly: false,
    quoteE6: 1_000_000n,
    collateralE8: [1n, 2n, 3n],
    positions: [
      {
        instrument: { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
        lots: 1n + BigInt(index % 1000),
      },
    ],
  };
}

const count = Number(process.argv[2] ?? 5000);
const words = [2n ** 200n, 3n, 5n, 7n];
const bigintUs = microsecondsEach(2000, (index) => poseidon5([BigInt(index), ...words]));
const wasmUs = microsecondsEach(2000, (index) => poseidonHash([BigInt(index), ...words]));
const accounts = Array.from({ length: count }, (_, index) => account(index));
const start = performance.now();
const ledger = new Ledger(accounts);
const seconds = (performance.now() - start) / 1000;
process.stdout.write(
  [
    `Poseidon of 5 inputs: poseidon-lite ${bigintUs.toFixed(0)} us, circomlibjs ${wasmUs.toFixed(0)} us`,
    `${count} accounts of one page, leaves and tree: ${seconds.toFixed(1)} s (root ${ledger.root})`,
    `at that rate a million accounts take ${((seconds / count) * 1e6) / 60} minutes`,
    '',
  ].join('\n'),
);
