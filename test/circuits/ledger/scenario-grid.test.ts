// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parameterWords, scenarioDigests } from '../../../prover/commitments/parameters-words.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { expectRefusedOnlyBy, openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

const SET = loadDefaultParameters();
const WORDS = parameterWords(SET);
const IDS = Array.from({ length: 32 }, (_, i) => i + 1);
const LANE = 61n;
/** First bit of each field of a lane. */
const FIELD_BIT = { multiplier: 0n, logMove: 27n, damping: 39n, vol: 56n, roll: 59n } as const;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('ledger/scenario-grid', 'ScenarioGrid');
});

/** The words with 2^bit added to the lane of one id of one underlying. */
function tampered(u: number, id: number, bit: bigint, amount = 1n): bigint[][] {
  const words = WORDS.scenarioWords.map((own) => [...own]);
  const word = (id - 1) >> 2;
  words[u]![word]! += amount << (LANE * BigInt((id - 1) & 3) + bit);
  return words;
}

const isMoved = (id: number): boolean => id >= 3 && id <= 26;
const isDamped = (id: number): boolean => id >= 21 && id <= 26;

describe('the whole grid', () => {
  test('is opened under its digests', () => {
    const names = [0, 1].flatMap((u) => [
      `scenarioDigest[${u}]`,
      ...IDS.flatMap((id) =>
        ['multiplierQ24', 'logMoveQ10', 'dampingQ16'].map((name) => `${name}[${u}][${id - 1}]`),
      ),
    ]);
    const read = circuit.signals({ scenarioWord: WORDS.scenarioWords }, names);
    const digests = scenarioDigests(WORDS);
    for (const u of [0, 1] as const) {
      expect(read[`scenarioDigest[${u}]`]).toBe(digests[u]);
      for (const id of IDS) {
        const { multiplierQ24, logMoveQ10, dampingQ16 } =
          SET.parameters.underlyings[u].scenarios[id - 1]!;
        expect([
          read[`multiplierQ24[${u}][${id - 1}]`],
          signed(read[`logMoveQ10[${u}][${id - 1}]`]!),
          read[`dampingQ16[${u}][${id - 1}]`],
        ]).toEqual([multiplierQ24, logMoveQ10, dampingQ16]);
      }
    }
    // As a circuit of its own it has one more for each output that the layout fixes.
    expect(circuit.constraints).toBe(2_904 + 2 * (8 + 8 + 26));
  });

  test('may move and damp where the layout lets it', () => {
    for (const id of IDS.filter(isMoved)) {
      expect(() =>
        circuit.witness({ scenarioWord: tampered(0, id, FIELD_BIT.multiplier) }),
      ).not.toThrow();
      expect(() =>
        circuit.witness({ scenarioWord: tampered(1, id, FIELD_BIT.logMove) }),
      ).not.toThrow();
    }
    for (const id of IDS.filter(isDamped)) {
      expect(() =>
        circuit.witness({ scenarioWord: tampered(0, id, FIELD_BIT.damping) }),
      ).not.toThrow();
    }
  });

  test('has no witness with any other field of any lane changed', () => {
    for (const u of [0, 1]) {
      for (const id of IDS) {
        const fixed = (Object.keys(FIELD_BIT) as (keyof typeof FIELD_BIT)[]).filter(
          (field) =>
            field === 'vol' || field === 'roll' || !(field === 'damping' ? isDamped : isMoved)(id),
        );
        for (const field of fixed) {
          const scenarioWord = tampered(u, id, FIELD_BIT[field]);
          expect(() => circuit.witness({ scenarioWord }), `${field} of id ${id}`).toThrow(
            UnsatisfiedCircuit,
          );
        }
      }
    }
  });

  test('takes no bits beyond its four lanes', () => {
    const scenarioWord = tampered(0, 4, LANE);
    expect(() => circuit.witness({ scenarioWord })).toThrow(UnsatisfiedCircuit);
  });

  // The words are wired to the hash, so a witness of other fields is one of another digest.
  test.each([
    ['a milder move', 'move[0][4]', (move: bigint) => move + 1n],
    ['less damping', 'damping[1][20]', (damping: bigint) => damping - 1n],
  ])('refuses %s than the words say', (_, signal, lie) => {
    const forgery = circuit.forge({
      inputs: { scenarioWord: WORDS.scenarioWords },
      overrides: { [signal]: lie },
    });
    expectRefusedOnlyBy(forgery, /permutation/);
  });

  test.each([
    ['a move that carries into the damping', 'moveBits[0][20].out[38]', 2n, 'damping[0][20]'],
    [
      'a damping that carries into the next lane',
      'damping[0][20]',
      1n << 22n,
      'moveBits[0][21].out[0]',
    ],
  ])('refuses %s, where the words stay the same', (_, from, amount, to) => {
    const forgery = circuit.forge({
      inputs: { scenarioWord: WORDS.scenarioWords },
      overrides: { [from]: (bit) => bit + amount, [to]: (bit) => bit - 1n },
    });
    expectRefusedOnlyBy(forgery, /multiplierQ24|logMoveQ10|dampingQ16|moveBits|dampingRange/);
    expect(forgery.reasons.filter((reason) => reason.includes('permutation'))).toEqual([]);
  });
});
