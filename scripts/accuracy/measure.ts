// SPDX-License-Identifier: GPL-3.0-or-later
import { compileHarnessCircuit, OpenCircuit } from '../../prover/toolchain/circuits/open.ts';
import { isInDomain, type PricePoint } from './points.ts';
import { black76Call, Real, sviStdDev } from './reference.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';

/** One value of the compiled circuit beside the exact one. Prices in units of 10⁻⁴ USD. */
export interface Measurement {
  readonly where: 'mark' | 'shocked';
  readonly forwardE4: number;
  /** ln(K/F). */
  readonly logMoneyness: number;
  readonly stdDev: number;
  readonly inDomain: boolean;
  readonly errorE4: number;
  readonly errorOfForward: number;
  /** |error| / (2·10⁻⁸·F + 1 unit). */
  readonly shareOfBound: number;
}

/** What the harness computes from a point, as its witness. */
export interface CircuitPrices {
  readonly xQ20: bigint;
  readonly stdDevQ32: bigint;
  readonly shockedQ32: bigint;
  readonly markE4Q128: bigint;
  readonly deltaQ128: bigint;
  readonly valueE4Q152: bigint;
}

const signed = (residue: bigint): bigint =>
  residue > SCALAR_FIELD / 2n ? residue - SCALAR_FIELD : residue;

export const openHarness = async (): Promise<OpenCircuit> =>
  new OpenCircuit(await compileHarnessCircuit('option-price'));

/** Outputs are the first wires after the constant one, in the order of their declaration. */
export function circuitPrices(circuit: OpenCircuit, point: PricePoint): CircuitPrices {
  const [, ...outputs] = circuit.witness({ ...point });
  const [xQ20, stdDevQ32, shockedQ32, markE4Q128, deltaQ128, valueE4Q152] = outputs
    .slice(0, 6)
    .map(signed) as [bigint, bigint, bigint, bigint, bigint, bigint];
  return { xQ20, stdDevQ32, shockedQ32, markE4Q128, deltaQ128, valueE4Q152 };
}

const real = (value: bigint, fractionBits = 0): Real =>
  new Real(String(value)).div(new Real(2).pow(fractionBits));

/** The exact standard deviation of the point's strike, by its surface as committed. */
function exactStdDev(point: PricePoint): Real {
  const k = Real.ln(real(point.strikeE4).div(real(point.forwardE4)));
  const clamped = Real.min(Real.max(k, real(point.kMinQ10, 10)), real(point.kMaxQ10, 10));
  return sviStdDev(clamped, {
    a: real(point.aQ44, 44),
    b: real(point.bQ30, 30),
    c: real(point.cQ30, 30),
    m: real(point.mQ24, 24),
    sigma: real(point.sigmaQ24, 24),
  });
}

function compare(
  where: Measurement['where'],
  tau: bigint,
  forward: Real,
  strike: Real,
  stdDev: Real,
  value: Real,
): Measurement {
  const error = value.sub(black76Call(forward, strike, stdDev)).toNumber();
  const forwardE4 = forward.toNumber();
  return {
    where,
    forwardE4,
    logMoneyness: Real.ln(strike.div(forward)).toNumber(),
    stdDev: stdDev.toNumber(),
    inDomain: isInDomain(forwardE4, strike.toNumber(), stdDev.toNumber(), tau),
    errorE4: error,
    errorOfForward: Math.abs(error) / forwardE4,
    shareOfBound: Math.abs(error) / (2e-8 * forwardE4 + 1),
  };
}

/**
 * The whole chain, logarithm and surface included, at the mark and under the point's shock. A put
 * differs from its call by F − K exactly, in the circuit as in the reference: its error is the same.
 */
export function measure(circuit: OpenCircuit, point: PricePoint): Measurement[] {
  const prices = circuitPrices(circuit, point);
  const { tau } = point;
  const forward = real(point.forwardE4);
  const strike = real(point.strikeE4);
  const stdDev = exactStdDev(point);
  const shockedForward = forward.mul(real(point.multiplierQ24, 24));
  const floor = Real.sqrt(real(point.floorVarianceRateQ64, 64).mul(real(tau)));
  const shocked = Real.max(stdDev.mul(real(point.factorQ10, 10)), floor);
  return [
    compare('mark', tau, forward, strike, stdDev, real(prices.markE4Q128, 128)),
    compare('shocked', tau, shockedForward, strike, shocked, real(prices.valueE4Q152, 152)),
  ];
}
