// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { buildBn128 } from 'ffjavascript';
import { groth16, zKey } from 'snarkjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  BASE_FIELD,
  equalUpToSign,
  g1Point,
  G1_GENERATOR,
  G2_GENERATOR,
  type G1Point,
} from '../../../../prover/core/bn254.ts';
import { readSections } from '../../../../prover/proving/formats/binfile.ts';
import { sha256 } from '../../../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import {
  bigintFromLittleEndian,
  readR1cs,
  SCALAR_FIELD,
} from '../../../../prover/proving/formats/r1cs.ts';
import { parseVerificationKey } from '../../../../prover/proving/formats/verification-key.ts';
import {
  DEVELOPMENT_ALPHA_1,
  DEVELOPMENT_BETA_2,
} from '../../../../prover/proving/keys/development-points.ts';
import { evaluateQap } from '../../../../prover/proving/keys/qap.ts';
import { curveCode, WasmCurve } from '../../../../prover/proving/keys/wasm-curve.ts';
import { createDevelopmentKey } from '../../../../prover/proving/keys/development-key.ts';
import { developmentTrapdoor } from '../../../../prover/proving/keys/trapdoor.ts';
import { writeWitness } from '../../../../prover/proving/formats/witness-file.ts';
import { WitnessCalculator } from '../../../../prover/proving/witness.ts';
import { compiledFile } from '../../../../prover/toolchain/circuits/compile.ts';
import { compileHarness } from '../../../support/circuit.ts';
import { g2Of, proofText } from '../../../support/curve-points.ts';
import { powersOfTau } from '../../../support/powers-of-tau.ts';

const SECTION_C = 8;
const POINT_BYTES = 64;
const memory = (data: Uint8Array): { type: 'mem'; data: Uint8Array } => ({ type: 'mem', data });

let r1cs: Uint8Array;
let wasm: Uint8Array;
let key: Uint8Array;

beforeAll(async () => {
  const { compiled } = await compileHarness('pipeline');
  r1cs = readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'r1cs'));
  wasm = readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'wasm'));
  key = await createDevelopmentKey(r1cs);
});

afterAll(async () => {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } }).curve_bn128?.terminate();
});

describe('a development key of a tiny circuit', () => {
  let ptau: Uint8Array;

  beforeAll(async () => {
    const curve = await buildBn128(true);
    ptau = await powersOfTau(curve, developmentTrapdoor(sha256(r1cs)), 9);
  });

  test('passes the whole of snarkjs zkey verify against powers of tau of the same trapdoor', async () => {
    expect(await zKey.verifyFromR1cs(memory(r1cs), memory(ptau), memory(key))).toBe(true);
  });

  test('fails zkey verify once a single point is another', async () => {
    const spoilt = key.slice();
    const points = readSections(spoilt, 'zkey').get(SECTION_C)!;
    points.copyWithin(0, 64, 128);
    expect(await zKey.verifyFromR1cs(memory(r1cs), memory(ptau), memory(spoilt))).toBe(false);
  });

  test('has the sections that snarkjs makes itself, apart from the contribution', async () => {
    const fresh = memory(new Uint8Array());
    await zKey.newZKey(memory(r1cs), memory(ptau), fresh);
    const own = readSections(key, 'zkey');
    const theirs = readSections(fresh.data, 'zkey');
    for (const section of [1, 3, 4, 5, 6, 7]) {
      expect(Buffer.compare(own.get(section)!, theirs.get(section)!), `section ${section}`).toBe(0);
    }
    const circuitHash = (file: Map<number, Uint8Array>): string =>
      sha256(file.get(10)!.subarray(0, 64));
    expect(circuitHash(own)).toBe(circuitHash(theirs));
  });
});

test('the same circuit always gets the same key, on any number of threads', async () => {
  expect(sha256(await createDevelopmentKey(r1cs, { threads: 1 }))).toBe(sha256(key));
});

test('gamma, delta and the generators are three different points', async () => {
  const verifying = await zKey.exportVerificationKey(memory(key));
  expect(verifying.vk_gamma_2).not.toEqual(verifying.vk_delta_2);
  const curve = await buildBn128(true);
  const delta1 = readSections(key, 'zkey')
    .get(2)!
    .slice(4 + 32 + 4 + 32 + 12 + 64 * 2 + 128 * 2)
    .slice(0, 64);
  const generator = new Uint8Array(64);
  curve.G1.toRprLEM(generator, 0, curve.G1.g);
  expect(Buffer.compare(delta1, generator)).not.toBe(0);
});

test('its proofs pass groth16 verify, and fail for another public signal', async () => {
  const verifying = await zKey.exportVerificationKey(memory(key));
  const witness = new WitnessCalculator(wasm).calculateBytes({ secret: 5n, context: 7n });
  const { proof, publicSignals } = await groth16.prove(memory(key), memory(writeWitness(witness)));
  expect(await groth16.verify(verifying, publicSignals, proof)).toBe(true);
  const other = [...publicSignals.slice(0, -1), '8'];
  expect(await groth16.verify(verifying, other, proof)).toBe(false);
});

test('alpha and beta of every development key are the numbers by which loaders know them', () => {
  const { alpha, beta } = developmentTrapdoor(sha256(r1cs));
  expect(G1_GENERATOR.multiply(alpha).equals(DEVELOPMENT_ALPHA_1)).toBe(true);
  expect(G2_GENERATOR.multiply(beta).equals(DEVELOPMENT_BETA_2)).toBe(true);
});

describe('a phase-2 contribution on top of a development key', () => {
  let contributed: Uint8Array;

  beforeAll(async () => {
    const out: { type: 'mem'; data?: Uint8Array } = { type: 'mem' };
    await zKey.contribute(memory(key), out, 'a stranger', 'entropy that nobody else knows');
    contributed = out.data!;
  });

  /** Little-endian Montgomery form, R = 2²⁵⁶, as a .zkey file has coordinates. */
  function coordinate(bytes: Uint8Array, offset: number): bigint {
    let value = bigintFromLittleEndian(bytes, offset);
    for (let bit = 0; bit < 256; bit += 1) {
      value = (value + (value % 2n === 0n ? 0n : BASE_FIELD)) / 2n;
    }
    return value;
  }

  test('repairs nothing: with tau, alpha and beta known, proofs are forged without its delta', async () => {
    const curve = await buildBn128(true);
    const verifying = await zKey.exportVerificationKey(memory(contributed));
    const secrets = developmentTrapdoor(sha256(r1cs));
    expect(g2Of(verifying.vk_delta_2).equals(G2_GENERATOR.multiply(secrets.delta))).toBe(false);

    // The exponents of every point before the division by delta.
    const circuit = readR1cs(r1cs);
    const { scalars } = evaluateQap(new WasmCurve(curveCode(curve)), circuit, secrets, curve.Fr.w);
    const k = (wire: number): bigint =>
      bigintFromLittleEndian(new Uint8Array(scalars.k), 32 * wire);
    // A point of the key that holds k/δ for a private wire cancels the unknown δ by itself.
    const privateWire = 0;
    const c: G1Point = g1Point(
      ...([0, 32].map((offset) =>
        coordinate(
          readSections(contributed, 'zkey').get(SECTION_C)!,
          privateWire * POINT_BYTES + offset,
        ),
      ) as [bigint, bigint]),
    );
    const signals = Array.from({ length: verifying.nPublic }, (_, index) => BigInt(42 + index));
    const claim = signals.reduce((sum, signal, index) => sum + signal * k(index + 1), k(0));
    const b = secrets.alpha * secrets.beta + claim + k(verifying.nPublic + 1 + privateWire);
    const proof = proofText(G1_GENERATOR, G2_GENERATOR.multiply(b % SCALAR_FIELD), c);
    expect(await groth16.verify(verifying, signals.map(String), proof)).toBe(true);
  });

  test('is no ceremony to a loader, which knows alpha and beta again', async () => {
    const verifying = await zKey.exportVerificationKey(memory(contributed));
    const text = JSON.stringify(verifying);
    expect(equalUpToSign(g2Of(verifying.vk_beta_2), DEVELOPMENT_BETA_2)).toBe(true);
    expect(() => parseVerificationKey(text, { setup: 'ceremony' })).toThrow(
      'is a development key, whose secrets are public; a contribution on top of one repairs nothing',
    );
    expect(() => parseVerificationKey(text, { setup: 'insecure-development' })).not.toThrow();
  });
});
