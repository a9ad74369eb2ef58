// SPDX-License-Identifier: GPL-3.0-or-later
import type { R1cs } from '../formats/r1cs.ts';
import { MultiplierPool } from './pool.ts';
import type { Points } from './pool.ts';
import { evaluateQap } from './qap.ts';
import type { QapScalars } from './qap.ts';
import type { Trapdoor } from './trapdoor.ts';
import { WasmCurve } from './wasm-curve.ts';
import type { CurveCode } from './wasm-curve.ts';

/** Everything of a key that costs time: its points in the form of the file, and its matrices. */
export interface KeyPoints {
  readonly a: Points;
  readonly b1: Points;
  readonly b2: Points;
  readonly k: Points;
  readonly kDelta: Points;
  readonly hDelta: Points;
  readonly powersOfTau: Pick<Points, 'hashed'>;
  /** Payload of the coefficient section. */
  readonly coefficients: Uint8Array;
}

export interface KeyPointsOptions {
  readonly report: (fraction: number) => void;
  readonly threads: number | undefined;
}

/** What a point in G2 costs, one in G1 being 1. */
const WEIGHT = { g1: 1, g2: 5 };

async function multiplyAll(
  pool: MultiplierPool,
  scalars: QapScalars,
  report: (fraction: number) => void,
): Promise<Omit<KeyPoints, 'coefficients'>> {
  const works = [
    ['g2', scalars.b, true],
    ['g1', scalars.a, true],
    ['g1', scalars.b, true],
    ['g1', scalars.k, true],
    ['g1', scalars.kDelta, false],
    ['g1', scalars.hDelta, false],
    ['g1', scalars.powersOfTau, true],
  ] as const;
  const total = works.reduce(
    (sum, [group, list]) => sum + (WEIGHT[group] * list.byteLength) / 32,
    0,
  );
  let done = 0;
  const results = await Promise.all(
    works.map(([group, list, hashed]) =>
      pool.multiply(group, list, {
        hashed,
        report: (points) => report((done += WEIGHT[group] * points) / total),
      }),
    ),
  );
  const [b2, a, b1, k, kDelta, hDelta, powersOfTau] = results as [
    Points,
    Points,
    Points,
    Points,
    Points,
    Points,
    Points,
  ];
  return { a, b1, b2, k, kDelta, hDelta, powersOfTau };
}

/** The points of a key by ffjavascript's WebAssembly, one thread per core. */
export async function computeKeyPoints(
  code: CurveCode,
  rootsOfUnity: readonly Uint8Array[],
  r1cs: R1cs,
  trapdoor: Trapdoor,
  options: KeyPointsOptions,
): Promise<KeyPoints> {
  const { scalars, coefficients } = evaluateQap(new WasmCurve(code), r1cs, trapdoor, rootsOfUnity);
  const pool = new MultiplierPool(code, options.threads);
  try {
    return { ...(await multiplyAll(pool, scalars, options.report)), coefficients };
  } finally {
    await pool.close();
  }
}
