// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { parseJson, parseValue, requireRule } from '../../core/schema.ts';

const coordinate = z.string().regex(/^(0|[1-9][0-9]*)$/);
const g1 = z.tuple([coordinate, coordinate, z.literal('1')]);
const fq2 = z.tuple([coordinate, coordinate]);
const g2 = z.tuple([fq2, fq2, z.tuple([z.literal('1'), z.literal('0')])]);

const schema = z.object({
  verificationKey: z.looseObject({
    protocol: z.literal('groth16'),
    curve: z.literal('bn128'),
    nPublic: z.int().positive(),
    vk_alpha_1: g1,
    vk_beta_2: g2,
    vk_gamma_2: g2,
    vk_delta_2: g2,
    IC: z.array(g1),
  }),
});

/** The generator of G2 (EIP-197), as snarkjs writes it. */
const G2_GENERATOR = [
  [
    '10857046999023057135944570762232829481370756359578518086990519993285655852781',
    '11559732032986387107991004021392285783925812861821192530917403151452391805634',
  ],
  [
    '8495653923123431417604973247489272438418190587263600148770280649306958101930',
    '4082367875863433681332203403145435568316851327593401208105741076214120093531',
  ],
  ['1', '0'],
];

const same = (a: readonly (readonly string[])[], b: readonly (readonly string[])[]): boolean =>
  a.every((pair, i) => pair.every((value, j) => value === b[i]?.[j]));

/**
 * Reads a Groth16 verifying key as snarkjs writes it and refuses one whose phase 2 was never done:
 * with δ = γ, or δ the generator, anybody can forge proofs (two protocols lost their funds so).
 */
export function parseVerificationKey(text: string): SnarkjsVerificationKey {
  const { verificationKey: key } = parseValue(
    schema,
    { verificationKey: parseJson(text, 'verificationKey') },
    'verificationKey',
  );
  requireRule(
    key.IC.length === key.nPublic + 1,
    'verificationKey.IC',
    `must have ${key.nPublic + 1} points`,
  );
  if (same(key.vk_delta_2, key.vk_gamma_2) || same(key.vk_delta_2, G2_GENERATOR)) {
    throw new PlimsollError(
      'UNFINISHED_SETUP',
      'verifying key: delta equals gamma or the generator, so its phase 2 was never done',
    );
  }
  return key;
}
