// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';
import { z } from 'zod';

import {
  equalUpToSign,
  g1Point,
  g2Point,
  G1_GENERATOR,
  G2_GENERATOR,
  NotAPoint,
  type G1Point,
  type G2Point,
} from '../../core/bn254.ts';
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { constant, list, oneOf, parseJson, parseValue, pattern } from '../../core/schema.ts';
import { isDevelopmentKey } from '../keys/development-points.ts';

/** How the secrets behind a key were made: known to everybody, or to nobody if one told the truth. */
export const KEY_SETUPS = ['insecure-development', 'ceremony'] as const;
export type KeySetup = (typeof KEY_SETUPS)[number];
export const keySetup = oneOf(KEY_SETUPS);

/** Up to 80 digits, more than the field has: reading a number takes longer than its text. */
const coordinate = pattern(
  /^(0|[1-9][0-9]{0,79})$/,
  'must be a decimal number without leading zeros',
);
const one = z.literal('1', { error: 'must be "1": the point is infinity, or not affine' });
const zero = z.literal('0', { error: 'must be "0": the point is infinity, or not affine' });
const g1 = z.tuple([coordinate, coordinate, one]);
const fq2 = z.tuple([coordinate, coordinate]);
const g2 = z.tuple([fq2, fq2, z.tuple([one, zero])]);

/** Several times what a statement has. */
const MAX_SIGNALS = 100;

/** What else snarkjs writes (a pairing of two of the points) is left out: nobody may read it unchecked. */
const schema = z.object({
  protocol: constant('groth16'),
  curve: constant('bn128'),
  nPublic: z.int().positive(),
  vk_alpha_1: g1,
  vk_beta_2: g2,
  vk_gamma_2: g2,
  vk_delta_2: g2,
  IC: list(g1, MAX_SIGNALS + 1),
});

export interface KeyReading {
  /** What the key is called where it lies; a development key must not be called anything better. */
  readonly setup: KeySetup;
  /** Where it lies, for messages. */
  readonly field?: string;
}

function asPoint<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotAPoint) throw new InvalidInput(field, error.message, { cause: error });
    throw error;
  }
}

function pointOfG1([x, y]: z.infer<typeof g1>, field: string): G1Point {
  return asPoint(field, () => g1Point(BigInt(x), BigInt(y)));
}

function pointOfG2([x, y]: z.infer<typeof g2>, field: string): G2Point {
  const pair = ([real, imaginary]: readonly [string, string]) =>
    [BigInt(real), BigInt(imaginary)] as const;
  return asPoint(field, () => g2Point(pair(x), pair(y)));
}

/** With one of these known, or two of them related, anybody can solve the equation for a proof. */
function requireSecrets(
  alpha: G1Point,
  [beta, gamma, delta]: readonly [G2Point, G2Point, G2Point],
  field: string,
): void {
  requireRule(
    gamma.equals(G2_GENERATOR),
    `${field}.vk_gamma_2`,
    'must be the generator of G2, as every key of snarkjs has it',
  );
  const unlike = (point: G2Point, name: string): void =>
    requireRule(
      !equalUpToSign(delta, point),
      `${field}.vk_delta_2`,
      `must not be ${name} or its negative: phase 2 was never done, and anybody can forge proofs`,
    );
  // γ is the generator: what is said of one is said of both.
  unlike(gamma, 'gamma, the generator,');
  unlike(beta, 'beta');
  requireRule(
    !equalUpToSign(alpha, G1_GENERATOR),
    `${field}.vk_alpha_1`,
    'must not be the generator or its negative: its secret is no secret',
  );
  requireRule(
    !equalUpToSign(beta, G2_GENERATOR),
    `${field}.vk_beta_2`,
    'must not be the generator or its negative: its secret is no secret',
  );
}

/** With two alike, one signal can be raised by what the other is lowered by. */
function requireDifferent(points: readonly G1Point[], field: string): void {
  const seen = new Map<bigint, number>();
  points.forEach((point, index) => {
    // A point and its negative have one abscissa, and no third point has it.
    const earlier = seen.get(point.x);
    requireRule(
      earlier === undefined,
      `${field}.IC[${index}]`,
      `must not be IC[${earlier}] or its negative: two public signals would stand for each other`,
    );
    seen.set(point.x, index);
  });
}

/**
 * Reads a Groth16 verifying key as snarkjs writes it; throws `InvalidInput` for one under which proofs
 * could be forged by construction. That nobody knows the secrets of one that passes is the word of its
 * ceremony: no key shows it.
 */
export function parseVerificationKey(
  text: string,
  { setup, field = 'verificationKey' }: KeyReading,
): SnarkjsVerificationKey {
  // Under its own name in a wrapper, so that messages have the whole path.
  const wrapper = z.object({ [field]: schema });
  const key = parseValue(wrapper, { [field]: parseJson(text, field) }, field)[field]!;
  requireRule(
    key.IC.length === key.nPublic + 1,
    `${field}.IC`,
    `must have ${key.nPublic + 1} points`,
  );
  const alpha = pointOfG1(key.vk_alpha_1, `${field}.vk_alpha_1`);
  const beta = pointOfG2(key.vk_beta_2, `${field}.vk_beta_2`);
  const gamma = pointOfG2(key.vk_gamma_2, `${field}.vk_gamma_2`);
  const delta = pointOfG2(key.vk_delta_2, `${field}.vk_delta_2`);
  requireSecrets(alpha, [beta, gamma, delta], field);
  requireDifferent(
    key.IC.map((point, index) => pointOfG1(point, `${field}.IC[${index}]`)),
    field,
  );
  requireRule(
    setup === 'insecure-development' || !isDevelopmentKey(alpha, beta),
    field,
    `is called "${setup}", but is a development key, whose secrets are public; a contribution on top ` +
      'of one repairs nothing',
  );
  return key;
}
