// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { market, parameters } from './attacks.ts';
import { GRID_ACCOUNT, gridInputsOf } from './grid-account.ts';

const PUBLIC = ['ledgerRoot', 'snapshotHash', 'parameterHash', 'account', 'equityE6', 'change'];
const UNDERLYINGS = [0, 1] as const;
const margin = marginPortfolio(GRID_ACCOUNT, market);
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openStatement('account-margin', '4');
}, 900_000);

interface Ranked {
  readonly id: number;
  readonly scanQ16: bigint;
}

/** Damped losses of one underlying, the largest first, the lowest id of a tie first. */
function ranking(u: 0 | 1): Ranked[] {
  const { scenarios } = parameters.parameters.underlyings[u];
  return margin.underlyings[u].lossesE6
    .map((loss, id) => ({
      id,
      scanQ16: id === 0 ? 0n : scenarios[id - 1]!.dampingQ16 * loss,
    }))
    .sort((a, b) => (a.scanQ16 === b.scanQ16 ? a.id - b.id : a.scanQ16 < b.scanQ16 ? 1 : -1));
}

const claim = (u: number, { id, scanQ16 }: Ranked): Overrides => ({
  [`margin.scan.worst[${u}].maximum`]: scanQ16,
  ...Object.fromEntries(
    Array.from({ length: 33 }, (_, i) => [
      `margin.scan.worst[${u}].isWorst[${i}]`,
      i === id ? 1n : 0n,
    ]),
  ),
});

const maintenanceOf = (read: (name: string) => bigint): bigint =>
  BigInt.asUintN(96, read('margins'));

/**
 * Under the commitments of the real tick and of this account the forgery states other margins, and
 * satisfies the whole shipped R1CS but for the constraints that `stoppedBy` names: without those it
 * would be accepted, which is the negative control.
 */
function expectStopped(
  overrides: Overrides,
  stoppedBy: RegExp,
  states: (mm: bigint) => boolean,
): void {
  const inputs = gridInputsOf();
  const honest = circuit.signals(inputs, [...PUBLIC, 'margins']);
  const forgery = circuit.forge({ inputs, overrides });
  for (const name of PUBLIC) expect(forgery.read(name), name).toBe(honest[name]);
  expect(forgery.read('margins')).not.toBe(honest['margins']);
  expect(states(maintenanceOf(forgery.read))).toBe(true);
  expect(forgery.reasons).not.toEqual([]);
  expect(forgery.reasons.filter((reason) => !stoppedBy.test(reason))).toEqual([]);
}

const isLower = (mm: bigint): boolean => mm < margin.mmE6;
const isSame = (mm: bigint): boolean => mm === margin.mmE6;

describe.each(UNDERLYINGS)('the margin of an account, forged on underlying %d', (u) => {
  const [worst, next, ...others] = ranking(u) as [Ranked, Ranked, ...Ranked[]];
  const OWN = new RegExp(`margin\\.scan\\.worst\\[${u}\\]\\.`);

  test('is proven as TypeScript has it', () => {
    const { margins } = circuit.signals(gridInputsOf(), ['margins']) as { margins: bigint };
    expect(BigInt.asUintN(96, margins)).toBe(margin.mmE6);
    expect(BigInt.asUintN(96, margins >> 96n)).toBe(margin.imE6);
    expect(BigInt.asUintN(6, margins >> (u === 0 ? 192n : 198n))).toBe(BigInt(worst.id));
  });

  test('is refused with an understated maximum', () => {
    for (const lesser of [next, others[10]!, { id: 0, scanQ16: 0n }]) {
      expectStopped(claim(u, lesser), OWN, isLower);
    }
  });

  test('is refused with the worst scenario skipped: only its own check objects', () => {
    const isDamped = worst.id >= 21 && worst.id <= 26;
    const check = isDamped
      ? `margin.scan.worst[${u}].excess[${worst.id - 21}].bits`
      : `margin.scan.worst[${u}].room[${worst.id <= 20 ? worst.id - 1 : worst.id - 7}]`;
    const width = isDamped ? 100 : 233;
    const zeros = Object.fromEntries(
      Array.from({ length: width }, (_, bit) => [`${check}.out[${bit}]`, 0n]),
    );
    const own = new RegExp(check.replace(/[[\].]/g, '\\$&'));
    expectStopped({ ...claim(u, next), ...zeros }, own, isLower);
  });

  test('is refused with a loss rounded the other way', () => {
    const { dampingQ16 } = parameters.parameters.underlyings[u].scenarios[worst.id - 1]!;
    for (const unit of [-1n, 1n]) {
      const swapped = { id: worst.id, scanQ16: worst.scanQ16 + unit * dampingQ16 };
      expectStopped(claim(u, swapped), OWN, (mm) => mm !== margin.mmE6);
    }
  });

  test('is refused with any other worst scenario', () => {
    for (const id of [0, 1, next.id, 24, 32].filter((other) => other !== worst.id)) {
      expectStopped(claim(u, { id, scanQ16: worst.scanQ16 }), OWN, isSame);
    }
  });
});

test('a grid of another layout has no witness', () => {
  const inputs = gridInputsOf();
  const words = (inputs['scenarioWord'] as bigint[][]).map((own) => [...own]);
  // Vol code of id 8: unchanged to up.
  words[0]![1]! += 1n << (61n * 3n + 56n);
  expect(() => circuit.witness({ ...inputs, scenarioWord: words })).toThrow(UnsatisfiedCircuit);
});
