// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { haircutValueFloor, priceCollateral } from '../../../../prover/risk/margin/collateral.ts';
import { concentrationQ10 } from '../../../../prover/risk/margin/contingencies.ts';
import { rollMoveQ10, rollMultiplierQ24 } from '../../../../prover/risk/pricing/roll.ts';
import {
  clampLogMoneynessQ30,
  totalStdDevQ32,
  totalVarianceQ64,
} from '../../../../prover/risk/pricing/svi.ts';
import { interpolateTenor } from '../../../../prover/risk/pricing/tenor.ts';
import type { LiveSlice, TenorKnot } from '../../../../prover/model/types.ts';
import { shockedStdDevQ42, volFactorQ10 } from '../../../../prover/risk/pricing/vol-shock.ts';
import { SEED } from '../../../support/arbitraries.ts';
import { goldenMarket } from '../../../support/golden.ts';

const { parameters } = loadDefaultParameters();
const knots = parameters.tenor;
const knot = (index: number): TenorKnot => {
  const found = knots.at(index);
  if (found === undefined) throw new Error(`no knot ${index}`);
  return found;
};
const COLUMNS = ['volUpQ10', 'volDownQ10', 'skewCapQ10', 'skewSlopeQ10', 'rollLogQ10'] as const;

describe('shock table', () => {
  it('gives every knot its own values, and flat ones outside', () => {
    for (const { tauSeconds, ...values } of knots) {
      expect(interpolateTenor(knots, tauSeconds)).toMatchObject(values);
    }
    for (const tau of [-1n, 0n, 1n, knot(0).tauSeconds - 1n]) {
      expect(interpolateTenor(knots, tau).volUpQ10).toBe(knot(0).volUpQ10);
    }
    expect(interpolateTenor(knots, 2n ** 32n).rollLogQ10).toBe(knot(-1).rollLogQ10);
  });

  it('moves by at most one step of its grid a second, across knots too', () => {
    const near = knots.flatMap(({ tauSeconds }) => [-2n, -1n, 0n, 1n].map((d) => tauSeconds + d));
    const anywhere = fc.sample(fc.bigInt(0n, 10n ** 8n), { seed: SEED, numRuns: 500 });
    for (const tau of [...near, ...anywhere]) {
      const now = interpolateTenor(knots, tau);
      const next = interpolateTenor(knots, tau + 1n);
      for (const column of COLUMNS) {
        const step = next[column] - now[column];
        expect(step * step, `${column} at ${tau}`).toBeLessThanOrEqual(1n);
      }
    }
  });

  it('rounds what falls with time up and what rises with time down', () => {
    const [left, right] = [knot(0), knot(1)];
    const tau = left.tauSeconds + 1n;
    const between = interpolateTenor(
      [
        { ...left, volUpQ10: 10n, rollLogQ10: 3n },
        { ...right, volUpQ10: 9n, rollLogQ10: 4n },
      ],
      tau,
    );
    expect(between).toMatchObject({ volUpQ10: 10n, rollLogQ10: 3n });
  });
});

describe('vol shock', () => {
  const tenor = {
    volUpQ10: 500n,
    volDownQ10: 300n,
    skewCapQ10: 100n,
    skewSlopeQ10: 400n,
    rollLogQ10: 5n,
  };
  const k = (tenths: bigint): bigint => ((1n << 30n) * tenths) / 10n;

  it('moves the standard deviation up, down and with the strike', () => {
    expect(volFactorQ10('unchanged', tenor, k(3n))).toBe(1024n);
    expect(volFactorQ10('up', tenor, k(3n))).toBe(1524n);
    expect(volFactorQ10('down', tenor, k(3n))).toBe(724n);
    // 400·0.1 = 40 on either side, floored: towards 39 above and 41 below.
    expect(volFactorQ10('skewLinear+', tenor, k(1n))).toBe(1024n + 39n);
    expect(volFactorQ10('skewLinear+', tenor, k(-1n))).toBe(1024n - 41n);
    expect(volFactorQ10('skewLinear-', tenor, k(1n))).toBe(1024n - 39n);
    expect(volFactorQ10('skewAbs+', tenor, k(-1n))).toBe(1024n + 40n);
    expect(volFactorQ10('skewAbs-', tenor, k(-1n))).toBe(1024n - 40n);
  });

  it('caps the skew on both sides', () => {
    expect(volFactorQ10('skewLinear+', tenor, k(30n))).toBe(1124n);
    expect(volFactorQ10('skewLinear+', tenor, k(-30n))).toBe(924n);
    expect(volFactorQ10('skewAbs-', tenor, k(30n))).toBe(924n);
  });

  it('applies the floor to upward shocks only', () => {
    expect(shockedStdDevQ42('up', 100n, 1524n, 1000n)).toBe(1000n << 10n);
    expect(shockedStdDevQ42('up', 1000n, 1524n, 100n)).toBe(1_524_000n);
    expect(shockedStdDevQ42('down', 100n, 724n, 1000n)).toBe(72_400n);
    expect(shockedStdDevQ42('skewAbs+', 100n, 1100n, 1000n)).toBe(110_000n);
  });
});

describe('forward roll', () => {
  it('is the exponential of its log move within 3e-7, and exactly one for none', () => {
    expect(rollMultiplierQ24(0n)).toBe(1n << 24n);
    for (let rho = -127; rho <= 127; rho += 1) {
      const error = Number(rollMultiplierQ24(BigInt(rho))) / 2 ** 24 - Math.exp(rho / 1024);
      expect(Math.abs(error), String(rho)).toBeLessThan(3e-7);
    }
  });

  it('goes up, down or not at all', () => {
    const tenor = { ...interpolateTenor(knots, 1n), rollLogQ10: 7n };
    expect([
      rollMoveQ10('none', tenor),
      rollMoveQ10('up', tenor),
      rollMoveQ10('down', tenor),
    ]).toEqual([0n, 7n, -7n]);
  });
});

describe('surface', () => {
  const slice: LiveSlice = {
    state: 'live',
    expiry: 1n,
    forwardRatioQ30: 1n << 30n,
    aQ44: 1n << 38n,
    bQ30: 1n << 27n,
    cQ30: -(1n << 26n),
    mQ24: 1n << 20n,
    sigmaQ24: 1n << 21n,
    kMinQ10: -512n,
    kMaxQ10: 256n,
    confidenceQ10: 1024n,
  };

  it('holds k inside the fitted range, both ends included', () => {
    const bound = (q10: bigint): bigint => q10 << 20n;
    const clamp = (kQ30: bigint): bigint => clampLogMoneynessQ30(kQ30, slice);
    expect(clamp(bound(-512n) - 1n)).toBe(bound(-512n));
    expect(clamp(bound(-512n))).toBe(bound(-512n));
    expect(clamp(bound(-512n) + 1n)).toBe(bound(-512n) + 1n);
    expect(clamp(bound(256n) - 1n)).toBe(bound(256n) - 1n);
    expect(clamp(bound(256n))).toBe(bound(256n));
    expect(clamp(bound(256n) + 1n)).toBe(bound(256n));
    expect(clamp(-(2n ** 35n))).toBe(bound(-512n));
    expect(clamp(2n ** 35n - 1n)).toBe(bound(256n));
  });

  it('is raw SVI', () => {
    const w = (k: number): number => {
      const y = k - 1 / 16;
      return 1 / 64 - y / 16 + Math.sqrt(y * y + 1 / 64) / 8;
    };
    for (const k of [-0.5, -0.1, 0, 1 / 16, 0.2]) {
      const stdDev = Number(totalStdDevQ32(slice, BigInt(Math.round(k * 2 ** 30)))) / 2 ** 32;
      expect(Math.abs(stdDev - Math.sqrt(w(k)))).toBeLessThan(1e-8);
    }
  });

  it('has no standard deviation where rounding leaves the variance at zero or below', () => {
    const flat = { ...slice, aQ44: -1n, bQ30: 0n, cQ30: 0n };
    expect(totalVarianceQ64(flat, 0n)).toBeLessThan(0n);
    expect(totalStdDevQ32(flat, 0n)).toBe(0n);
    expect(totalStdDevQ32({ ...flat, aQ44: 0n }, 0n)).toBe(0n);
  });
});

describe('marginal scales', () => {
  const [btc] = parameters.collateral;

  it('cut deeper only above each threshold', () => {
    const usd = 1_000_000n;
    expect(haircutValueFloor(0n, btc)).toBe(0n);
    expect(haircutValueFloor(1_000_000n * usd, btc)).toBe(895_000n * usd);
    expect(haircutValueFloor(5_000_000n * usd, btc)).toBe((895_000n + 3_400_000n) * usd);
    expect(haircutValueFloor(25_000_000n * usd, btc)).toBe((4_295_000n + 14_000_000n) * usd);
    expect(haircutValueFloor(10n ** 18n, btc)).toBe(18_295_000n * usd);
  });

  it('floor the value that remains', () => {
    expect(haircutValueFloor(1n, btc)).toBe(0n);
    expect(haircutValueFloor(10n, btc)).toBe(8n);
  });

  it('never keep less of more', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 14n), fc.bigInt(0n, 10n ** 6n), (value, more) => {
        const kept = haircutValueFloor(value, btc);
        const keptMore = haircutValueFloor(value + more, btc);
        expect(keptMore >= kept && keptMore - kept <= more).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('charge concentration from a quarter, one and four times depth', () => {
    const { bandsQ10, marginalMmBps } = parameters.concentration;
    const charge = (usd: bigint): bigint =>
      concentrationQ10(usd * 1_000_000n, 20_000_000n, marginalMmBps, bandsQ10) / (10_000n << 10n);
    expect(charge(5_000_000n)).toBe(0n);
    expect(charge(20_000_000n)).toBe(150_000n * 1_000_000n);
    expect(charge(80_000_000n)).toBe(1_950_000n * 1_000_000n);
    expect(charge(90_000_000n)).toBe(2_750_000n * 1_000_000n);
  });
});

describe('collateral price', () => {
  const { snapshot } = goldenMarket('crash');
  const stEth = (marketPriceE4: bigint, redemptionRateQ30: bigint): bigint =>
    priceCollateral(
      {
        ...snapshot,
        collateral: [
          snapshot.collateral[0],
          snapshot.collateral[1],
          { marketPriceE4, redemptionRateQ30 },
        ],
      },
      parameters,
    )[2];

  it('is the lower of market and redemption value', () => {
    const { indexE4 } = snapshot.underlyings[1];
    expect(stEth(indexE4 * 2n, 1n << 30n)).toBe(indexE4);
    expect(stEth(indexE4 / 2n, 1n << 30n)).toBe(indexE4 / 2n);
    expect(stEth(indexE4 * 2n, 3n << 29n)).toBe((indexE4 * 3n) / 2n);
    expect(stEth(indexE4 * 2n, 1n)).toBe(0n);
  });
});
