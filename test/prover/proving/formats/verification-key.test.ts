// SPDX-License-Identifier: GPL-3.0-or-later
import { groth16 } from 'snarkjs';
import type { SnarkjsProof, SnarkjsVerificationKey } from 'snarkjs';
import { afterAll, describe, expect, it } from 'vitest';

import {
  BASE_FIELD,
  G1_GENERATOR,
  G2_GENERATOR,
  type G1Point,
  type G2Point,
} from '../../../../prover/core/bn254.ts';
import { SCALAR_FIELD } from '../../../../prover/core/scalar-field.ts';
import { loadArtifactManifest, readArtifactFile } from '../../../../prover/proving/artifacts.ts';
import { parseVerificationKey } from '../../../../prover/proving/formats/verification-key.ts';
import { developmentTrapdoor } from '../../../../prover/proving/keys/trapdoor.ts';
import { verifyGroth16 } from '../../../../prover/receipt/groth16.ts';
import { g1Of, g1Text, g2Of, g2Text, proofText, signalSum } from '../../../support/curve-points.ts';

const artifact = loadArtifactManifest().artifacts.find(
  ({ statement }) => statement === 'liquidation',
)!;
const shipped = Buffer.from(readArtifactFile(artifact.files.verificationKey)).toString('utf8');
const original = JSON.parse(shipped) as SnarkjsVerificationKey;
const DEVELOPMENT = { setup: 'insecure-development' } as const;

const altered = (change: (key: SnarkjsVerificationKey) => void): SnarkjsVerificationKey => {
  const key = structuredClone(original);
  change(key);
  return key;
};
const read = (key: SnarkjsVerificationKey) =>
  parseVerificationKey(JSON.stringify(key), DEVELOPMENT);

/** A claim nobody has a witness for. */
const SIGNALS = Array.from({ length: original.nPublic }, (_, index) => BigInt(1000 + index));

/** snarkjs's verifier, which takes a key as it is given. */
const verifies = (key: SnarkjsVerificationKey, proof: SnarkjsProof, signals = SIGNALS) =>
  groth16.verify(key, signals.map(String), proof);

const alpha = g1Of(original.vk_alpha_1);
const beta = g2Of(original.vk_beta_2);
const gamma = g2Of(original.vk_gamma_2);
const sum = signalSum(original, SIGNALS);
const trapdoor = developmentTrapdoor(artifact.files.r1cs.sha256);

const mod = (value: bigint): bigint => ((value % SCALAR_FIELD) + SCALAR_FIELD) % SCALAR_FIELD;
function inverse(value: bigint): bigint {
  let [result, square] = [1n, mod(value)];
  for (let exponent = SCALAR_FIELD - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** What who knows α, β and δ proves: anything. C = (ab − αβ)/δ·G1 − Σ/δ. */
function withTrapdoor(claim: G1Point): SnarkjsProof {
  const [a, b] = [3n, 5n];
  const inverseDelta = inverse(trapdoor.delta);
  const c = G1_GENERATOR.multiply(mod((a * b - trapdoor.alpha * trapdoor.beta) * inverseDelta)).add(
    claim.multiply(inverseDelta).negate(),
  );
  return proofText(G1_GENERATOR.multiply(a), G2_GENERATOR.multiply(b), c);
}

const plusField = (value: string): string => String(BigInt(value) + BASE_FIELD);
const spelledTwice = (point: readonly (readonly string[])[]): string[][] =>
  point.map((pair, index) => (index < 2 ? pair.map(plusField) : [...pair]));

afterAll(async () => {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } }).curve_bn128?.terminate();
});

describe('a verifying key', () => {
  it('is read with the points it was built with, and nothing beside them', () => {
    const { vk_alphabeta_12: _unchecked, ...rest } = original;
    expect(read(original)).toEqual(rest);
  });

  // Each of these keys would let anybody prove anything: the proof is made of points of the key.
  const DELTA = 'verificationKey.vk_delta_2: must not be';
  it.each<[string, (key: SnarkjsVerificationKey) => void, G1Point, G2Point, G1Point, string]>([
    [
      'delta = gamma',
      (key) => (key.vk_delta_2 = key.vk_gamma_2),
      ...([alpha, beta, sum.negate()] as const),
      `${DELTA} gamma, the generator, or its negative: phase 2 was never done`,
    ],
    [
      'delta = -gamma',
      (key) => (key.vk_delta_2 = g2Text(gamma.negate())),
      ...([alpha, beta, sum] as const),
      `${DELTA} gamma, the generator, or its negative: phase 2 was never done`,
    ],
    [
      'delta = gamma spelled a second time, each coordinate plus q',
      (key) => (key.vk_delta_2 = spelledTwice(key.vk_gamma_2)),
      ...([alpha, beta, sum.negate()] as const),
      'verificationKey.vk_delta_2: has a coordinate that is not below the order of the base field',
    ],
    [
      'delta = beta',
      (key) => (key.vk_delta_2 = key.vk_beta_2),
      ...([sum, gamma, alpha.negate()] as const),
      `${DELTA} beta or its negative`,
    ],
    [
      'delta = -beta',
      (key) => (key.vk_delta_2 = g2Text(beta.negate())),
      ...([sum, gamma, alpha] as const),
      `${DELTA} beta or its negative`,
    ],
    [
      'delta the generator and gamma its double',
      (key) => {
        key.vk_delta_2 = key.vk_gamma_2;
        key.vk_gamma_2 = g2Text(gamma.double());
      },
      ...([alpha, beta, sum.double().negate()] as const),
      'verificationKey.vk_gamma_2: must be the generator of G2',
    ],
    [
      'beta the generator',
      (key) => (key.vk_beta_2 = g2Text(G2_GENERATOR)),
      // With δ·G1, which is in every proving key: e(δG1, G2) = e(G1, δG2).
      ...([
        alpha.add(sum).add(G1_GENERATOR.multiply(trapdoor.delta)),
        gamma,
        G1_GENERATOR,
      ] as const),
      'verificationKey.vk_beta_2: must not be the generator or its negative',
    ],
    [
      'beta the negative generator',
      (key) => (key.vk_beta_2 = g2Text(G2_GENERATOR.negate())),
      ...([
        sum.add(alpha.negate()).add(G1_GENERATOR.multiply(trapdoor.delta)),
        gamma,
        G1_GENERATOR,
      ] as const),
      'verificationKey.vk_beta_2: must not be the generator or its negative',
    ],
  ])('with %s accepts a forged proof, and is refused', async (_, change, a, b, c, message) => {
    const key = altered(change);
    expect(await verifies(key, proofText(a, b, c))).toBe(true);
    expect(() => read(key)).toThrow(message);
  });

  it('with a point of IC at infinity proves every value of its signal, and is refused', async () => {
    const changed = SIGNALS.with(1, 5n);
    const proof = withTrapdoor(signalSum(original, SIGNALS.with(1, 0n)));
    for (const [spelling, message] of [
      [['0', '1', '0'], 'verificationKey.IC[2][2]: must be "1": the point is infinity'],
      [['0', '0', '1'], 'verificationKey.IC[2]: must not be the point at infinity'],
    ] as const) {
      const key = altered(({ IC }) => (IC[2] = [...spelling]));
      expect(await verifies(key, proof)).toBe(true);
      expect(await verifies(key, proof, changed)).toBe(true);
      expect(() => read(key)).toThrow(message);
    }
  });

  it('with two points of IC alike proves what was shifted between them, and is refused', async () => {
    const shifted = SIGNALS.with(0, SIGNALS[0]! + 7n).with(1, SIGNALS[1]! - 7n);
    const alike = altered(({ IC }) => (IC[2] = IC[1]!));
    const proof = withTrapdoor(signalSum(alike, SIGNALS));
    expect(await verifies(alike, proof)).toBe(true);
    expect(await verifies(alike, proof, shifted)).toBe(true);
    expect(() => read(alike)).toThrow(
      'verificationKey.IC[2]: must not be IC[1] or its negative: two public signals',
    );
    const opposite = altered(({ IC }) => (IC[2] = g1Text(g1Of(IC[1]!).negate())));
    expect(() => read(opposite)).toThrow('verificationKey.IC[2]: must not be IC[1]');
  });

  it.each([
    ['the generator', G1_GENERATOR],
    ['its negative', G1_GENERATOR.negate()],
  ])('with alpha %s is refused: the equation falls apart by rows', (_, point) => {
    expect(() => read(altered((key) => (key.vk_alpha_1 = g1Text(point))))).toThrow(
      'verificationKey.vk_alpha_1: must not be the generator or its negative',
    );
  });
});

describe('points of a verifying key', () => {
  // On the twist, but not of order r.
  const outside = [
    ['1', '0'],
    [
      '3610091866386166428467545612961983990332663701371483510632385378352395651980',
      '15975588672102553735566230729081043132501226101599136527557730645158523614371',
    ],
    ['1', '0'],
  ];

  it.each<[string, (key: SnarkjsVerificationKey) => void, string]>([
    [
      'a leading zero',
      (key) => (key.vk_alpha_1[0] = `0${key.vk_alpha_1[0]}`),
      'vk_alpha_1[0]: must be a decimal number without leading zeros',
    ],
    [
      'a sign',
      (key) => (key.IC[1]![1] = `-${key.IC[1]![1]}`),
      'IC[1][1]: must be a decimal number without leading zeros',
    ],
    [
      'a number instead of its text',
      (key) => (key.vk_alpha_1[0] = 1 as unknown as string),
      'vk_alpha_1[0]: must be a decimal number without leading zeros',
    ],
    [
      'a coordinate of G1 plus q',
      (key) => (key.vk_alpha_1[0] = plusField(key.vk_alpha_1[0]!)),
      'vk_alpha_1: has a coordinate that is not below the order of the base field',
    ],
    [
      'a coordinate of IC that is q',
      (key) => (key.IC[0]![0] = String(BASE_FIELD)),
      'IC[0]: has a coordinate that is not below the order of the base field',
    ],
    [
      'a coordinate of G2 plus q',
      (key) => (key.vk_beta_2[1]![1] = plusField(key.vk_beta_2[1]![1]!)),
      'vk_beta_2: has a coordinate that is not below the order of the base field',
    ],
    [
      'a point off the curve',
      (key) => (key.vk_alpha_1 = ['1', '3', '1']),
      'vk_alpha_1: is not on the curve',
    ],
    [
      'a point of IC off the curve',
      (key) => (key.IC[3] = ['2', '2', '1']),
      'IC[3]: is not on the curve',
    ],
    [
      'a point off the twist',
      (key) =>
        (key.vk_beta_2 = [
          ['1', '0'],
          ['3', '1'],
          ['1', '0'],
        ]),
      'vk_beta_2: is not on the curve',
    ],
    [
      'a point of the twist outside the subgroup',
      (key) => (key.vk_delta_2 = outside),
      'vk_delta_2: is not in the subgroup of order r',
    ],
    [
      'infinity in G2',
      (key) =>
        (key.vk_delta_2 = [
          ['0', '0'],
          ['0', '0'],
          ['1', '0'],
        ]),
      'vk_delta_2: must not be the point at infinity',
    ],
    [
      'a projective point',
      (key) => (key.vk_beta_2[2] = ['2', '0']),
      'vk_beta_2[2][0]: must be "1": the point is infinity, or not affine',
    ],
  ])('are refused with %s', (_, change, message) => {
    expect(() => read(altered(change))).toThrow(`verificationKey.${message}`);
  });
});

describe('a file that is no verifying key', () => {
  const text = (change: (key: SnarkjsVerificationKey) => void) => JSON.stringify(altered(change));

  it.each([
    ['of another curve', text((key) => (key.curve = 'bls12381')), 'verificationKey.curve'],
    [
      'short of a point',
      text((key) => key.IC.pop()),
      `verificationKey.IC: must have ${original.nPublic + 1} points`,
    ],
    [
      'without delta',
      text((key) => delete (key as { vk_delta_2?: unknown }).vk_delta_2),
      'verificationKey.vk_delta_2: is required',
    ],
  ])('is refused when %s', (_, source, message) => {
    expect(() => parseVerificationKey(source, DEVELOPMENT)).toThrow(message);
  });
});

describe('a development key called a ceremony', () => {
  const CEREMONY = { setup: 'ceremony' } as const;

  it('accepts forged proofs, and is refused under that name', async () => {
    const proof = withTrapdoor(sum);
    expect(await verifies(original, proof)).toBe(true);
    const { pi_a: a, pi_b: b, pi_c: c } = proof;
    const pair = ([x, y]: readonly string[]) => [BigInt(x!), BigInt(y!)] as const;
    const points = { a: pair(a), b: [pair(b[0]!), pair(b[1]!)] as const, c: pair(c) };
    expect(verifyGroth16(read(original), SIGNALS, points as never)).toBe(true);
    expect(() => parseVerificationKey(shipped, CEREMONY)).toThrow(
      'verificationKey: is called "ceremony", but is a development key, whose secrets are public',
    );
  });

  it('is known by alpha or beta alone, of either sign', () => {
    const other = g1Text(G1_GENERATOR.multiply(12345n));
    const refused = (change: (key: SnarkjsVerificationKey) => void) =>
      expect(() => parseVerificationKey(JSON.stringify(altered(change)), CEREMONY));
    const message = 'is called "ceremony", but is a development key';
    refused((key) => (key.vk_alpha_1 = other)).toThrow(message);
    refused((key) => (key.vk_beta_2 = g2Text(G2_GENERATOR.multiply(12345n)))).toThrow(message);
    refused((key) => {
      key.vk_alpha_1 = other;
      key.vk_beta_2 = g2Text(beta.negate());
    }).toThrow(message);
    refused((key) => {
      key.vk_alpha_1 = other;
      key.vk_beta_2 = g2Text(G2_GENERATOR.multiply(12345n));
    }).not.toThrow();
  });
});
