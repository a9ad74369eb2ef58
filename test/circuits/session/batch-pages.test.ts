// SPDX-License-Identifier: GPL-3.0-or-later
// What tells the pages of an account apart, in the shipped template: each attack with what it would meet without
// the rule that refuses it.
import { beforeAll, describe, expect, test } from 'vitest';

import { fieldInverse, fieldPowers, residue } from '../../../prover/core/field.ts';
import type { ReadSignal } from '../../../prover/proving/witness.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';

const SLOTS = [16, 6] as const;
const SESSION = 2n ** 200n + 12_345n;
const ALPHA = 2n ** 190n + 77n;
const START = 2n ** 180n + 5n;
const LAMBDA = 2n ** 170n + 3n;
/** By row; the empty row has the key 0. */
const KEYS = [0n, 2n ** 70n + 1n, 2n ** 71n + 2n, 2n ** 72n + 3n] as const;

interface Slot {
  readonly row: number;
  readonly key: bigint;
  readonly lots: bigint;
}
const EMPTY: Slot = { row: 0, key: 0n, lots: 0n };
const held = (row: number, lots: bigint): Slot => ({ row, key: KEYS[row]!, lots });

/** A unit of 16 slots and one of 6, at pages of the second account of a batch. */
interface Units {
  readonly pages: readonly [number, number];
  readonly slots: readonly [readonly Slot[], readonly Slot[]];
}
const HONEST: Units = {
  pages: [0, 1],
  slots: [
    [held(1, 10n), held(2, -3n)],
    [held(3, 4n), held(1, 5n)],
  ],
};
const filled = (slots: readonly Slot[], count: number): readonly Slot[] =>
  Array.from({ length: count }, (_, place) => slots[place] ?? EMPTY);
const wordsOf = (slots: readonly Slot[]): readonly bigint[] =>
  slots.flatMap(({ key }, place) =>
    place % 2 === 0 ? [key + slots[place + 1]!.key * 2n ** 106n] : [],
  );

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await compileHarness({
    name: 'batch-pages-1-1',
    file: 'circuits/session/batch-pages.circom',
    template: 'BatchPages',
    parameters: [1, 1],
  });
}, 300_000);

function run({ pages, slots }: Units, lambda = LAMBDA): ReadSignal {
  const [full, small] = SLOTS.map((count, unit) => filled(slots[unit]!, count));
  const { violated, read } = circuit.forge({
    inputs: {
      place: [1n, 1n],
      pageNumber: pages.map(BigInt),
      isUsed: [1n, 1n],
      isHeavy: [0n, 0n],
      lots: [full!.map(({ lots }) => residue(lots))],
      row: [full!.map(({ row }) => BigInt(row))],
      keyWord: [wordsOf(full!)],
      smallLots: [small!.map(({ lots }) => residue(lots))],
      smallRow: [small!.map(({ row }) => BigInt(row))],
      smallKeyWord: [wordsOf(small!)],
      session: SESSION,
      start: START,
      power: [0, 1, 2, 3, 4, 5].map((k) => fieldPowers(ALPHA, 2 ** k + 1)[2 ** k]!),
      links: fieldPowers(lambda, 40),
    },
  });
  expect(violated).toEqual([]);
  return read;
}

const WEIGHT = residue(START * ALPHA);

/** The rows' side of the keys: what every row is weighed by, where the slots say that they are. */
function rowsSide({ pages, slots }: Units, lambda = LAMBDA) {
  const powers = fieldPowers(lambda, 40);
  const nets = KEYS.map(() => 0n);
  slots.forEach((own, unit) =>
    filled(own, SLOTS[unit]!).forEach(({ row }, place) => {
      const word = powers[pages[unit]! + 4 * Math.floor(place / 2)]!;
      nets[row]! += WEIGHT * word * (place % 2 === 0 ? 1n : 2n ** 106n);
    }),
  );
  return {
    pole: residue(
      nets.reduce((sum, net, row) => sum + net * fieldInverse(residue(SESSION - BigInt(row))), 0n),
    ),
    keys: residue(nets.reduce((sum, net, row) => sum + net * KEYS[row]!, 0n)),
  };
}

const outcome = (units: Units, lambda = LAMBDA) => {
  const read = run(units, lambda);
  const rows = rowsSide(units, lambda);
  // Where a slot says that it is, it is: rows and batch agree on the poles whatever the keys.
  expect(read('pole[4]')).toBe(rows.pole);
  return read('keys') === rows.keys ? 'agrees' : 'keys';
};

const withRow = (units: Units, unit: 0 | 1, slot: number, row: number): Units => {
  const slots = [...units.slots] as [readonly Slot[], readonly Slot[]];
  slots[unit] = slots[unit].with(slot, { ...slots[unit][slot]!, row });
  return { ...units, slots };
};

describe('keys of positions', () => {
  test('agree with the rows that slots name', () => {
    expect(outcome(HONEST)).toBe('agrees');
  });

  test.each([
    ['between the pages of an account', 1, 0],
    ['between the words of a page', 0, 1],
  ] as const)('are not exchanged %s', (_, unit, slot) => {
    const row = HONEST.slots[unit][slot]!.row;
    const exchanged = withRow(withRow(HONEST, 0, 0, row), unit, slot, 1);
    expect(outcome(exchanged)).toBe('keys');
  });

  test('would be, with one weight for all pages of an account', () => {
    const exchanged = withRow(withRow(HONEST, 0, 0, 3), 1, 0, 1);
    expect(outcome(exchanged, 1n)).toBe('agrees');
  });
});

describe('a page', () => {
  test('is opened by one unit: of two at its place the count tells, and the sum of their hashes does not', () => {
    const once = run(HONEST);
    const powers = fieldPowers(LAMBDA, 2);
    expect(once('countLink')).toBe(residue(WEIGHT * (1n + powers[1]!)));

    const twice = run({ ...HONEST, pages: [0, 0] });
    const [hash, other] = [twice('full[0].hash'), twice('small[0].hash')];
    // An account whose page has the sum of two hashes, found among many units as a birthday is.
    expect(twice('pageLink')).toBe(residue(WEIGHT * (hash + other)));
    expect(twice('countLink')).toBe(residue(WEIGHT * 2n));
    expect(twice('countLink')).not.toBe(WEIGHT);
  });
});
