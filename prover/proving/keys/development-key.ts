// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';

import { buildBn128 } from 'ffjavascript';
import type { Curve } from 'ffjavascript';

import { BASE_FIELD } from '../../core/bn254.ts';
import { PlimsollError } from '../../core/errors.ts';
import { writeSections } from '../formats/binfile.ts';
import { sha256 } from '../../core/hash.ts';
import { bigintToLittleEndian, readR1cs, readR1csHeader, SCALAR_FIELD } from '../formats/r1cs.ts';
import type { R1csHeader } from '../formats/r1cs.ts';
import { contributionSection, hashedBytes, pointBytes, uint32 } from './contribution.ts';
import { affineBytes } from './fixed-base.ts';
import { computeKeyPoints } from './key-points.ts';
import type { KeyPoints } from './key-points.ts';
import { nativeKeyPoints } from './native-points.ts';
import { domainPower } from './qap.ts';
import { developmentTrapdoor } from './trapdoor.ts';
import type { Trapdoor } from './trapdoor.ts';
import { curveCode } from './wasm-curve.ts';

const GROTH16 = 1;
const SECTION = {
  protocol: 1,
  header: 2,
  ic: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
};

export interface DevelopmentKeyOptions {
  readonly report?: (fraction: number) => void;
  /** Of the TypeScript path. */
  readonly threads?: number;
  /** The program of `prover/native`, which makes the same key several times faster. */
  readonly native?: string | undefined;
  /** Told in one line why the program was of no use. */
  readonly note?: (line: string) => void;
}

interface Header {
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
}

function headerPoints(curve: Curve, trapdoor: Trapdoor): Header {
  const { G1, G2, Fr } = curve;
  return {
    alpha1: G1.timesFr(G1.g, Fr.e(trapdoor.alpha)),
    beta1: G1.timesFr(G1.g, Fr.e(trapdoor.beta)),
    beta2: G2.timesFr(G2.g, Fr.e(trapdoor.beta)),
    gamma2: G2.g,
    delta1: G1.timesFr(G1.g, Fr.e(trapdoor.delta)),
    delta2: G2.timesFr(G2.g, Fr.e(trapdoor.delta)),
  };
}

/** Two protocols lost their funds to a key whose phase 2 was never done: γ = δ = the generator. */
function assertFinishedSetup(curve: Curve, header: Header): void {
  if (curve.G2.eq(header.gamma2, header.delta2) || curve.G1.eq(header.delta1, curve.G1.g)) {
    throw new PlimsollError(
      'UNFINISHED_SETUP',
      'development key: delta equals gamma or the generator',
    );
  }
}

function publicSignals(r1cs: R1csHeader): number {
  return r1cs.publicOutputs + r1cs.publicInputs;
}

/** snarkjs's circuit hash: over the key as it was before any contribution, when δ was 1. */
function circuitHash(
  curve: Curve,
  header: Header,
  points: KeyPoints,
  r1cs: R1csHeader,
): Uint8Array {
  const { G1, G2 } = curve;
  const hash = createHash('blake2b512');
  for (const point of [header.alpha1, header.beta1]) hash.update(hashedBytes(G1, point));
  for (const point of [header.beta2, header.gamma2]) hash.update(hashedBytes(G2, point));
  hash.update(hashedBytes(G1, G1.g)).update(hashedBytes(G2, G2.g));
  const publicBytes = (publicSignals(r1cs) + 1) * affineBytes('g1');
  const k = points.k.hashed!;
  const count = (bytes: Uint8Array): Uint8Array => uint32(bytes.length / affineBytes('g1'), false);
  const [ic, c] = [k.subarray(0, publicBytes), k.subarray(publicBytes)];
  hash.update(count(ic)).update(ic);
  hash.update(uint32(2 ** domainPower(r1cs) - 1, false)).update(points.powersOfTau.hashed!);
  hash.update(count(c)).update(c);
  for (const list of [points.a, points.b1]) hash.update(count(list.hashed!)).update(list.hashed!);
  const b2 = points.b2.hashed!;
  return hash
    .update(uint32(b2.length / affineBytes('g2'), false))
    .update(b2)
    .digest();
}

function fieldBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  bigintToLittleEndian(value, bytes);
  return bytes;
}

function writeZkey(
  curve: Curve,
  r1cs: R1csHeader,
  header: Header,
  points: KeyPoints,
  trapdoor: Trapdoor,
): Uint8Array {
  const { G1, G2 } = curve;
  const publicBytes = (publicSignals(r1cs) + 1) * affineBytes('g1');
  const hash = circuitHash(curve, header, points, r1cs);
  return writeSections('zkey', 1, [
    [SECTION.protocol, [uint32(GROTH16, true)]],
    [
      SECTION.header,
      [
        ...[uint32(32, true), fieldBytes(BASE_FIELD), uint32(32, true), fieldBytes(SCALAR_FIELD)],
        ...[
          uint32(r1cs.wires, true),
          uint32(publicSignals(r1cs), true),
          uint32(2 ** domainPower(r1cs), true),
        ],
        ...[
          pointBytes(G1, header.alpha1),
          pointBytes(G1, header.beta1),
          pointBytes(G2, header.beta2),
        ],
        ...[
          pointBytes(G2, header.gamma2),
          pointBytes(G1, header.delta1),
          pointBytes(G2, header.delta2),
        ],
      ],
    ],
    [SECTION.ic, [points.k.affine.subarray(0, publicBytes)]],
    [SECTION.coefficients, [points.coefficients]],
    [SECTION.a, [points.a.affine]],
    [SECTION.b1, [points.b1.affine]],
    [SECTION.b2, [points.b2.affine]],
    [SECTION.c, [points.kDelta.affine]],
    [SECTION.h, [points.hDelta.affine]],
    [SECTION.contributions, [contributionSection(curve, trapdoor, hash)]],
  ]);
}

/** By the program where there is one; by TypeScript without it, and where it fails. */
async function keyPoints(
  curve: Curve,
  r1csFile: Uint8Array,
  trapdoor: Trapdoor,
  options: DevelopmentKeyOptions,
): Promise<KeyPoints> {
  const { native, threads, report = () => undefined } = options;
  if (native !== undefined) {
    try {
      return await nativeKeyPoints(native, r1csFile, readR1csHeader(r1csFile), trapdoor, report);
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'NATIVE_SETUP') throw error;
      options.note?.(`${error.message}; TypeScript makes the key`);
    }
  }
  const r1cs = readR1cs(r1csFile);
  return await computeKeyPoints(curveCode(curve), curve.Fr.w, r1cs, trapdoor, { report, threads });
}

/**
 * A Groth16 key in snarkjs's `.zkey` format from a trapdoor that everybody knows. INSECURE by
 * construction: for development and tests, never for money. Same bytes on every machine, and
 * whichever way its points are computed.
 */
export async function createDevelopmentKey(
  r1csFile: Uint8Array,
  options: DevelopmentKeyOptions = {},
): Promise<Uint8Array> {
  const curve = await buildBn128(true);
  const trapdoor = developmentTrapdoor(sha256(r1csFile));
  const header = headerPoints(curve, trapdoor);
  assertFinishedSetup(curve, header);
  const points = await keyPoints(curve, r1csFile, trapdoor, options);
  return writeZkey(curve, readR1csHeader(r1csFile), header, points, trapdoor);
}
