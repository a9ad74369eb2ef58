// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { FIELD } from '../arithmetic/template.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import { gridInputsOf } from './grid-account.ts';

type Value = CircuitInputs[string];

/** What a contract compares with the tick and with what it was asked. */
const COMMITMENTS = ['ledgerRoot', 'snapshotHash', 'parameterHash', 'account', 'change', 'context'];
/** One more, one less, and what would carry out of packed fields. */
const DELTAS = [1n, -1n, 1n << 27n, 1n << 64n, 1n << 160n];

/** Places of the numbers within an input. */
function places(value: Value, at: readonly number[] = []): (readonly number[])[] {
  return Array.isArray(value)
    ? value.flatMap((part: Value, index) => places(part, [...at, index]))
    : [at];
}

function shifted(value: Value, [first, ...rest]: readonly number[], delta: bigint): Value {
  if (first === undefined) return ((((value as bigint) + delta) % FIELD) + FIELD) % FIELD;
  const parts = value as Value[];
  return parts.with(first, shifted(parts[first]!, rest, delta)) as Value;
}

describe('every input of account-margin is one that the commitments hold', () => {
  const inputs = gridInputsOf();
  let circuit: CircuitUnderTest;
  let committed: Record<string, bigint>;
  beforeAll(async () => {
    circuit = await openStatement('account-margin', '4');
    committed = circuit.signals(inputs, COMMITMENTS);
  }, 900_000);

  test('another value has no witness, or is of another account, market, rule book or change', () => {
    let accepted = 0;
    for (const [name, value] of Object.entries(inputs)) {
      const all = places(value);
      for (const place of new Set([all[0]!, all.at(-1)!])) {
        for (const delta of place === all[0] ? DELTAS : DELTAS.slice(0, 1)) {
          const changed = { ...inputs, [name]: shifted(value, place, delta) };
          const { violated, read } = circuit.forge({ inputs: changed });
          const isSame = COMMITMENTS.every((signal) => read(signal) === committed[signal]);
          if (violated.length === 0) accepted += 1;
          expect(violated.length > 0 || !isSame, `${name}[${place.join('][')}] + ${delta}`).toBe(
            true,
          );
        }
      }
    }
    // Other words of the snapshot, say: a witness exists, of another market.
    expect(accepted).toBeGreaterThan(0);
  }, 900_000);
});
