// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, it } from 'vitest';

import { black76Call, splitStdDev } from '../../../../prover/risk/pricing/black76.ts';
import {
  coarseLogMoneynessQ20,
  logarithmQ72,
  logMoneynessQ30,
} from '../../../../prover/risk/pricing/logarithm.ts';
import { clampLogMoneynessQ30, totalStdDevQ32 } from '../../../../prover/risk/pricing/svi.ts';
import { floorStdDevQ32, shockedStdDevQ42 } from '../../../../prover/risk/pricing/vol-shock.ts';
import {
  circuitPrices,
  measure,
  openHarness,
  type CircuitPrices,
} from '../../../../scripts/accuracy/measure.ts';
import { pricePoint, uniform, type PricePoint } from '../../../../scripts/accuracy/points.ts';
import type { OpenCircuit } from '../../../../prover/toolchain/circuits/open.ts';
import { SEED } from '../../../support/arbitraries.ts';

/** The report takes 20,000; these guard it between runs. */
const POINTS = 400;

function modelPrices(point: PricePoint): CircuitPrices {
  const { forwardE4, strikeE4 } = point;
  const kQ30 = logMoneynessQ30(logarithmQ72(strikeE4), logarithmQ72(forwardE4));
  const xQ20 = coarseLogMoneynessQ20(kQ30);
  const clamped = clampLogMoneynessQ30(kQ30, point);
  const stdDevQ32 = totalStdDevQ32(
    { ...point, state: 'live', expiry: 1n, forwardRatioQ30: 1n, confidenceQ10: 0n },
    clamped,
  );
  const floor = floorStdDevQ32(point.floorVarianceRateQ64, point.tau);
  // 'up' is the only shock with a floor; a rate of 0 makes it a plain factor.
  const shockedQ42 = shockedStdDevQ42('up', stdDevQ32, point.factorQ10, floor);
  const mark = black76Call(forwardE4, strikeE4, xQ20, splitStdDev(stdDevQ32, 0n));
  const shocked = black76Call(
    forwardE4 * point.multiplierQ24,
    strikeE4 << 24n,
    xQ20 + (point.logMoveQ10 << 10n),
    splitStdDev(shockedQ42, 10n),
  );
  return {
    xQ20,
    stdDevQ32,
    shockedQ32: shockedQ42 >> 10n,
    markE4Q128: mark.valueQ128,
    deltaQ128: mark.deltaQ128,
    valueE4Q152: shocked.valueQ128,
  };
}

describe('the compiled kernel', () => {
  let circuit: OpenCircuit;
  beforeAll(async () => {
    circuit = await openHarness();
  });

  it('stays within 2e-8 of the forward plus one unit of the 50-digit reference', () => {
    const random = uniform(SEED);
    let inside = 0;
    for (let n = 0; n < POINTS; n += 1) {
      for (const measured of measure(circuit, pricePoint(random))) {
        if (!measured.inDomain) continue;
        inside += 1;
        if (measured.shareOfBound > 1) expect.fail(JSON.stringify(measured));
      }
    }
    expect(inside).toBeGreaterThan(1.5 * POINTS);
  });

  it('agrees with the model bit for bit', () => {
    const random = uniform(SEED + 1);
    for (let n = 0; n < POINTS; n += 1) {
      const point = pricePoint(random);
      expect(circuitPrices(circuit, point)).toEqual(modelPrices(point));
    }
  });
});
