// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { element, expectRefusedOnlyBy, openTemplate } from '../arithmetic/template.ts';
import type { CircuitUnderTest, Forgery } from '../../support/circuit.ts';

const ONE = 1n << 152n;
const isDamped = (id: number): boolean => id >= 21 && id <= 26;
const DAMPING = Array.from({ length: 32 }, (_, i) =>
  isDamped(i + 1) ? 4_000n + BigInt(i) : 65_536n,
);
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('test/circuits/templates/worst-loss', 'WorstLoss');
});

const inputs = (lossE6Q152: readonly bigint[], dampingQ16: readonly bigint[] = DAMPING) => ({
  lossE6Q152: lossE6Q152.map(element),
  dampingQ16,
});

/** The scan as docs/spec.md §5 defines it. */
function scanOf(losses: readonly bigint[], damping: readonly bigint[]): [bigint, bigint] {
  let [scan, worst] = [0n, 0n];
  losses.forEach((loss, i) => {
    const damped = damping[i]! * (loss >> 152n);
    if (damped > scan) [scan, worst] = [damped, BigInt(i + 1)];
  });
  return [scan, worst];
}

function check(losses: readonly bigint[], damping: readonly bigint[] = DAMPING): void {
  const { scanQ16, worstId } = circuit.signals(inputs(losses, damping), ['scanQ16', 'worstId']);
  expect([scanQ16, worstId]).toEqual(scanOf(losses, damping));
}

const lossesOf = (by: (id: number) => bigint): bigint[] =>
  Array.from({ length: 32 }, (_, i) => by(i + 1));

describe('the worst scenario', () => {
  test('is the one of the risk model for random losses, with many ties', () => {
    const loss = fc.oneof(
      fc.bigInt(-4n, 4n).map((n) => n * ONE),
      fc.bigInt(-5n * ONE, 5n * ONE),
      fc.bigInt(-(1n << 231n), 1n << 231n),
    );
    const damping = fc
      .array(fc.oneof(fc.constantFrom(0n, 1n, 32_768n, 65_536n), fc.bigInt(0n, 65_536n)), {
        minLength: 6,
        maxLength: 6,
      })
      .map((free) => DAMPING.map((own, i) => (isDamped(i + 1) ? free[i - 20]! : own)));
    fc.assert(fc.property(fc.array(loss, { minLength: 32, maxLength: 32 }), damping, check), {
      numRuns: 150,
    });
  });

  test('is the lowest id of a tie, and each id once', () => {
    for (let id = 1; id <= 32; id += 1) {
      check(lossesOf((own) => (own === id ? 70_000n * ONE : own < id ? 0n : 3n * ONE)));
      check(
        lossesOf((own) => (own >= id ? 7n * ONE + BigInt(own) : -ONE)),
        DAMPING.map(() => 65_536n),
      );
    }
    // A damped tie with an undamped one, on either side of it.
    const half = DAMPING.map((own, i) => (i + 1 === 23 ? 32_768n : own));
    check(
      lossesOf((id) => (id === 23 ? 20n * ONE : id === 9 ? 10n * ONE : 0n)),
      half,
    );
    check(
      lossesOf((id) => (id === 23 ? 20n * ONE : id === 30 ? 10n * ONE : 0n)),
      half,
    );
    // Floors tie where the losses do not.
    check(lossesOf((id) => (id === 2 ? 5n * ONE : 5n * ONE + BigInt(id))));
  });

  test('is none where nothing loses', () => {
    check(lossesOf(() => 0n));
    check(lossesOf(() => ONE - 1n));
    check(lossesOf((id) => -BigInt(id)));
    check(lossesOf(() => -(1n << 232n)));
    // Only damped to nothing.
    check(
      lossesOf((id) => (isDamped(id) ? ONE : 0n)),
      DAMPING.map((own, i) => (isDamped(i + 1) ? 0n : own)),
    );
  });

  test('reaches the widths of its ranges and no further', () => {
    const most = (1n << 232n) - 1n;
    check(lossesOf((id) => (id === 17 ? most : -most)));
    check(
      lossesOf((id) => (id === 22 ? most : -most)),
      DAMPING.map(() => 65_536n),
    );
    const apart = lossesOf((id) => (id === 17 ? 1n << 232n : id === 3 ? -(1n << 232n) - ONE : 0n));
    expect(() => circuit.witness(inputs(apart))).toThrow(UnsatisfiedCircuit);
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(8_261 + 32 * 17);
  });
});

/** Undamped maximum at id 12, tied by id 18 and, damped, by no one. */
const TIED = lossesOf((id) => (id === 12 || id === 18 ? 9n * ONE + 5n : BigInt(id % 7) * ONE));
/** Damped maximum at id 24. */
const DAMPED = lossesOf((id) => (id === 24 ? 3_000n * ONE + 7n : BigInt(id % 7) * ONE));

const flags = (worst: number): Record<string, bigint> =>
  Object.fromEntries(
    Array.from({ length: 33 }, (_, i) => [`worst.isWorst[${i}]`, i === worst ? 1n : 0n]),
  );
const forge = (losses: readonly bigint[], scan: bigint, worst: number): Forgery =>
  circuit.forge({
    inputs: inputs(losses),
    overrides: { 'worst.maximum': scan, ...flags(worst) },
  });
const CHECKS = /worst\.(room|excess|isWorst|nothing|even|scanBits|bound|damped)/;

describe('a forged scan', () => {
  test('is the negative control: the honest one passes the same way', () => {
    expect(forge(TIED, 9n << 16n, 12).violated).toEqual([]);
    expect(forge(DAMPED, 3_000n * DAMPING[23]!, 24).violated).toEqual([]);
  });

  test.each([
    ['understated to the next largest loss', TIED, 6n << 16n, 6],
    ['understated by one', TIED, (9n << 16n) - 1n, 12],
    ['understated to nothing', TIED, 0n, 0],
    ['overstated by one', TIED, (9n << 16n) + 1n, 12],
    ['overstated by a unit', TIED, 10n << 16n, 12],
    ['negative', TIED, -1n, 12],
    ['beyond its width', TIED, 1n << 99n, 12],
    ['that skips the damped scenario', DAMPED, 6n << 16n, 6],
    ['that takes the damped loss undamped', DAMPED, 3_000n << 16n, 24],
    ['that rounds a loss up', TIED, 10n << 16n, 18],
  ])('is refused: %s', (_, losses, scan, worst) => {
    expectRefusedOnlyBy(forge(losses, element(scan), worst), CHECKS);
  });

  test('is refused with any id but the lowest that reaches it, the higher of two tied ones too', () => {
    for (let id = 0; id <= 32; id += 1) {
      if (id !== 12) expectRefusedOnlyBy(forge(TIED, 9n << 16n, id), CHECKS);
      if (id !== 24) expectRefusedOnlyBy(forge(DAMPED, 3_000n * DAMPING[23]!, id), CHECKS);
    }
  });

  test('is refused with another id than none where nothing loses', () => {
    const gains = lossesOf((id) => -BigInt(id) * ONE);
    expect(forge(gains, 0n, 0).violated).toEqual([]);
    for (const id of [1, 12, 24, 32]) expectRefusedOnlyBy(forge(gains, 0n, id), CHECKS);
  });

  test('is refused with two flags, none, or flags that are no bits', () => {
    const attempt = (own: Record<string, bigint>): number =>
      circuit.forge({ inputs: inputs(TIED), overrides: { ...flags(99), ...own } }).violated.length;
    expect(attempt({})).toBeGreaterThan(0);
    expect(attempt({ 'worst.isWorst[12]': 1n, 'worst.isWorst[18]': 1n })).toBeGreaterThan(0);
    expect(
      attempt({ 'worst.isWorst[12]': 1n, 'worst.isWorst[18]': 1n, 'worst.isWorst[1]': -1n }),
    ).toBeGreaterThan(0);
  });

  // Replacing one floor by another: the part that is not whole has its own range.
  test('is refused with a swapped floor of the damped scenario', () => {
    const bits = Object.fromEntries(
      Array.from({ length: 234 }, (_, b) => {
        const value = (1n << 233n) + 6n * ONE + 7n;
        return [`worst.floored[3].bits.out[${b}]`, (value >> BigInt(b)) & 1n];
      }),
    );
    const forgery = circuit.forge({
      inputs: inputs(DAMPED),
      overrides: { ...bits, 'worst.maximum': 6n << 16n, ...flags(6) },
    });
    expectRefusedOnlyBy(forgery, /worst\.floored\[3\]/);
  });

  test('is refused with a swapped floor of an undamped scenario', () => {
    const bits = Object.fromEntries(
      Array.from({ length: 233 }, (_, b) => [
        `worst.room[11].out[${b}]`,
        (((6n + 1n) * ONE - 1n - 6n * ONE) >> BigInt(b)) & 1n,
      ]),
    );
    const losses = lossesOf((id) => (id === 12 ? 9n * ONE + 5n : BigInt(id % 7) * ONE));
    const forgery = circuit.forge({
      inputs: inputs(losses),
      overrides: { ...bits, 'worst.maximum': 6n << 16n, ...flags(6) },
    });
    expectRefusedOnlyBy(forgery, /worst\.room\[11\]/);
  });
});
