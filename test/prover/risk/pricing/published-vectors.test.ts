// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { black76Call, splitStdDev } from '../../../../prover/risk/pricing/black76.ts';
import {
  coarseLogMoneynessQ20,
  logarithmQ72,
  logMoneynessQ30,
} from '../../../../prover/risk/pricing/logarithm.ts';
import { goldenPath } from '../../../support/golden.ts';

interface PublishedPrice {
  readonly id: string;
  readonly type: 'call' | 'put';
  readonly forward: string;
  readonly strike: string;
  readonly years: string;
  readonly volatility: string;
  readonly discount: string;
  readonly published: string;
  /** Of the published test, or half a unit of the last digit printed. */
  readonly tolerance: string;
  readonly source: string;
}

const published = JSON.parse(
  readFileSync(goldenPath('black76-published'), 'utf8'),
) as readonly PublishedPrice[];

/** Fine enough that rounding a forward to an integer is far below the kernel's own error. */
const SCALE = 1e8;

function kernelPrice({ type, forward, strike, years, volatility }: PublishedPrice): number {
  const f = BigInt(Math.round(Number(forward) * SCALE));
  const k = BigInt(Math.round(Number(strike) * SCALE));
  const stdDev = BigInt(Math.round(Number(volatility) * Math.sqrt(Number(years)) * 2 ** 32));
  const x = coarseLogMoneynessQ20(logMoneynessQ30(logarithmQ72(k), logarithmQ72(f)));
  const call = black76Call(f, k, x, splitStdDev(stdDev, 0n)).valueQ128;
  const value = type === 'call' ? call : call - ((f - k) << 128n);
  return Number(value >> 96n) / 2 ** 32 / SCALE;
}

describe('published option values', () => {
  it.each(published)('$id: $type $forward / $strike, $source', (vector) => {
    const tolerance =
      Number(vector.tolerance) + 2e-8 * Number(vector.forward) * Number(vector.discount);
    const error = kernelPrice(vector) * Number(vector.discount) - Number(vector.published);
    expect(Math.abs(error)).toBeLessThanOrEqual(tolerance);
  });
});
