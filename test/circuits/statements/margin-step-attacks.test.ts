// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { marginStepInputs } from '../../../prover/statements/margin-step.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { EVERYTHING, validStep } from '../dynamic/steps.ts';

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('margin-step', 'any');
}, 900_000);

const inputs = marginStepInputs(validStep({ rule: EVERYTHING, elapsed: 5000n }));

describe('a forged step is refused by the shipped constraints', () => {
  const honest = (name: string): bigint => circuit.signals(inputs, [name])[name]!;

  test.each([
    // The rule's numbers.
    ['a lower rate of variance', 'own[0].rate.rateQ64', -1n],
    ['a lower fast average', 'own[0].fastQ64', -1n],
    ['a lower long average, for months to come', 'own[1].longQ64', -1n],
    ['a lower target', 'own[0].targetLogQ40', -1n],
    ['a target beyond the cap', 'own[0].targetLogQ40', 1n << 40n],
    ['a further fall than the limit', 'own[0].logQ40', -(1n << 30n)],
    ['a fall applied that is held', 'own[0].appliedLogQ40', -1n],
    ['a lead that is not there', 'own[1].ahead.out', 1n],
    // What all share.
    ['more elapsed time, and with it more fall', 'elapsed.elapsed', 1n],
    ['a slower decay', 'keepFastQ48', 1n],
    ['a faster decay', 'keepLongQ48', -1n],
    ['no surcharge for silence', 'surchargeQ40', -1n],
    ['a larger allowance to fall', 'fallQ40', 1n],
    ['a smaller allowance to rise', 'riseQ40', -1n],
    // The effective set.
    ['a lower multiplier', 'grid.multiplierQ20[0]', -1n],
    ['a smaller move', 'grid.scaled[0][20].scaledQ10', 1n],
    ['another multiplier of a move', 'grid.scaled[1][19].multiplierQ24', -1n],
    ['a lighter tail', 'grid.damping[0][1].scaledQ16', -1n],
    ['a lower initial factor', 'general.factor', -1n],
    ['less funding', 'general.maintenance', -1n],
    // The state's own story.
    ['a step that is not counted', 'sequence', -1n],
    ['a fold of the wrong sign', 'grid.scaled[0][20].folded.negative', -1n],
    ['a counted variance called clipped', 'own[0].rate.excess.out', 1n],
  ] as const)('%s', (_, name, shift) => {
    const before = honest(name);
    const overrides: Overrides = { [name]: before + shift };
    const forgery = circuit.forge({ inputs, overrides });
    // It took effect, and the constraints are what refuses it.
    expect(forgery.witness).not.toEqual(circuit.witness(inputs));
    expect(forgery.violated.length).toBeGreaterThan(0);
  });

  test('another rule, state, inputs or base set changes what is published: none hides behind a hash', () => {
    const published = (of: typeof inputs): readonly bigint[] => circuit.witness(of).slice(1, 7);
    const first = published(inputs);
    const changed = (name: string, value: unknown): readonly boolean[] => {
      const other = published({ ...inputs, [name]: value } as typeof inputs);
      return other.map((signal, index) => signal !== first[index]);
    };
    const bigint = (name: string): bigint => inputs[name] as bigint;
    // base, inputs, previous, next, effective, step
    expect(changed('documentWord', 5n)).toEqual([true, false, false, false, true, false]);
    expect(changed('tenorDigest', 5n)).toEqual([true, false, false, false, true, false]);
    expect(changed('concentrationWord', 5n)).toEqual([true, false, false, false, true, false]);
    expect(changed('eventsWord', bigint('eventsWord') + 1n)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(changed('timeWord', bigint('timeWord') + 1n).slice(0, 4)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(changed('stateStepWord', bigint('stateStepWord') + 1n).slice(0, 4)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('the context is bound', () => {
    const forgery = circuit.forge({ inputs: { ...inputs, context: 8n } });
    const witness = [...forgery.witness];
    witness[7] = 9n;
    expect(circuit.check(witness).length).toBeGreaterThan(0);
  });
});
