// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import { inputsOf, POOR, slotOf } from './attacks.ts';
import { GRID_CALL, gridInputsOf } from './grid-account.ts';

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const HINT = /(\w+)(?:\[[^\]]*\])*\s*<--/g;
/** Of circomlib: bits of a decomposition, and the inverse by which a zero is told. */
const LIBRARY_HINT =
  /(?:\.inv|(?:[bB]its|digit|folded|n2b|Num2Bits_\d+_\d+)(?:\[\d+\])?\.out\[\d+\])$/;

function hintsOfSources(): string[] {
  const root = join(REPOSITORY_ROOT, 'circuits');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const names = files
    .filter((file) => file.endsWith('.circom'))
    .flatMap((file) => [
      ...readFileSync(join(root, file), 'utf8').replace(COMMENT, '').matchAll(HINT),
    ])
    .map(([, name]) => name!);
  return [...new Set(names)];
}

/** One hint of every place in the circuit: in the priced call where the place is per position. */
function hintsOf(circuit: CircuitUnderTest, call: number): string[] {
  const own = new RegExp(`\\.(?:${hintsOfSources().join('|')})(?:\\[\\d+\\])*$`);
  // Of the library's bits, one that simplification did not express by the others.
  const library = circuit.symbols
    .matching(LIBRARY_HINT)
    .filter((name) => circuit.symbols.get(name).wire >= 0);
  const places = new Map<string, string[]>();
  for (const name of [...circuit.symbols.matching(own), ...library]) {
    const place = name.replace(/\[\d+\]/g, '[]');
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  const ofCall = new RegExp(`(?:position|slot)\\[${call}\\]`);
  return [...places.values()].map(
    (names) => names.find((name) => ofCall.test(name)) ?? names[names.length >> 1]!,
  );
}

const wrong = (value: bigint): bigint => (value <= 1n ? 1n - value : value + 1n);

/** An inverse is free where the number is 0, because it is multiplied by that 0; nothing else is. */
const isInverseOfZero = (
  circuit: CircuitUnderTest,
  inputs: CircuitInputs,
  name: string,
): boolean => {
  const number = name.replace(/\.inv$/, '.in');
  return name.endsWith('.inv') && circuit.signals(inputs, [number])[number] === 0n;
};

/** Places that no other statement has. */
const OF_GRID =
  /^(?:opened|margin\.scan|margin\.terms\.grid|margin\.requirements)\.|\.position\.(?:tenor|stdDevs|kernel)\b/;
/** A flag of D1Cell that both ranges admit: then only it and what it is made up by may change. */
const EITHER_TOP = /\.d1\.(?:top|upper|rest\.out\[\d+\])$/;

describe.each([
  {
    statement: 'liquidation',
    profile: '7',
    call: slotOf('call'),
    inputs: inputsOf(POOR),
    of: /./,
    least: 140,
  },
  {
    statement: 'account-margin',
    profile: '4',
    call: GRID_CALL,
    inputs: gridInputsOf(),
    of: OF_GRID,
    least: 90,
  },
])('the shipped $statement', ({ statement, profile, call, inputs, of, least }) => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openStatement(statement, profile);
  }, 900_000);

  test('refuses every hint of it, forged and followed through', () => {
    const hints = hintsOf(circuit, call).filter((name) => of.test(name));
    expect(hints.length).toBeGreaterThan(least);
    const honest = circuit.witness(inputs);
    const accepted = hints.filter((name) => {
      const { witness, violated } = circuit.forge({ inputs, overrides: { [name]: wrong } });
      if (violated.length > 0 || isInverseOfZero(circuit, inputs, name)) return false;
      const changed = witness.flatMap((value, wire) => (value === honest[wire] ? [] : [wire]));
      return !changed.every((wire) => EITHER_TOP.test(circuit.symbols.nameOfWire(wire)));
    });
    expect(accepted).toEqual([]);
  }, 600_000);
});
