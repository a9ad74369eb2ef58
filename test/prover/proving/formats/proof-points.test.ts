// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { BASE_FIELD, G1_GENERATOR, G2_GENERATOR } from '../../../../prover/core/bn254.ts';
import {
  proofPoints,
  type ProofCoordinates,
} from '../../../../prover/proving/formats/proof-points.ts';

const { x, y } = G1_GENERATOR.toAffine();
const g2 = G2_GENERATOR.toAffine();
const HONEST: ProofCoordinates = {
  a: [x, y],
  b: [
    [g2.x.c0, g2.x.c1],
    [g2.y.c0, g2.y.c1],
  ],
  c: [x, y],
};

describe('the points of a proof', () => {
  it('are read where all are of their groups', () => {
    const points = proofPoints(HONEST)!;
    expect(points.a.equals(G1_GENERATOR)).toBe(true);
    expect(points.b.equals(G2_GENERATOR)).toBe(true);
  });

  it.each<[string, Partial<ProofCoordinates>]>([
    ['A is off the curve', { a: [x, y + 1n] }],
    ['C is infinity', { c: [0n, 0n] }],
    ['C is spelled a second time', { c: [x + BASE_FIELD, y] }],
    ['B is off the twist', { b: [HONEST.b[1], HONEST.b[0]] }],
    [
      'B is on the twist and outside the subgroup',
      {
        b: [
          [1n, 0n],
          [
            3610091866386166428467545612961983990332663701371483510632385378352395651980n,
            15975588672102553735566230729081043132501226101599136527557730645158523614371n,
          ],
        ],
      },
    ],
  ])('are none where %s', (_, change) => {
    expect(proofPoints({ ...HONEST, ...change })).toBeUndefined();
  });
});
