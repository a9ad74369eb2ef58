// SPDX-License-Identifier: GPL-3.0-or-later
import type { LiveSlice, MarketSnapshot, UnderlyingMarket } from '../model/types.ts';
import { requireRule } from '../core/errors.ts';

const COMPONENT_TIMES = [
  'indexTime',
  'perpetualTime',
  'forwardTime',
  'surfaceTime',
  'collateralTime',
] as const;

type Surface = Omit<LiveSlice, 'state' | 'expiry' | 'forwardRatioQ30' | 'confidenceQ10'>;

/** b(1 + |ρ|) ≤ 2: beyond it the wings of total variance imply arbitrage (Lee 2004). */
const LEE_BOUND_Q30 = 2n ** 31n;

/** min over k of a + cy + b√(y² + σ²) is a + σ√(b² − c²); compared exactly, in squares at Q54. */
function minimumVarianceIsNegative({ aQ44, bQ30, cQ30, sigmaQ24 }: Surface): boolean {
  if (aQ44 >= 0n) return false;
  const shortfallQ54 = -aQ44 * 2n ** 10n;
  const spreadQ60 = bQ30 * bQ30 - cQ30 * cQ30;
  return sigmaQ24 * sigmaQ24 * spreadQ60 < shortfallQ54 * shortfallQ54;
}

/** The rules of a surface's fields among themselves; throws `InvalidInput`. */
export function checkSurface(slice: Surface, field: string): void {
  const absC = slice.cQ30 < 0n ? -slice.cQ30 : slice.cQ30;
  requireRule(absC <= slice.bQ30, `${field}.cQ30`, 'must be between -bQ30 and bQ30');
  requireRule(
    slice.bQ30 + absC <= LEE_BOUND_Q30,
    `${field}.bQ30`,
    `bQ30 + |cQ30| must be at most ${LEE_BOUND_Q30} (Lee's bound on the wings)`,
  );
  requireRule(
    !minimumVarianceIsNegative(slice),
    `${field}.aQ44`,
    'the minimum total variance a + sigma*sqrt(b^2 - c^2) must not be negative',
  );
  requireRule(slice.kMinQ10 < 0n, `${field}.kMinQ10`, 'must be below 0');
  requireRule(slice.kMaxQ10 > 0n, `${field}.kMaxQ10`, 'must be above 0');
}

function checkUnderlying(market: UnderlyingMarket, bookedThrough: bigint, field: string): void {
  let previous = 0n;
  for (const [index, slice] of market.slices.entries()) {
    const at = `${field}.slices[${index}]`;
    requireRule(slice.expiry > previous, `${at}.expiry`, 'must be after the expiry before it');
    requireRule(
      slice.expiry > bookedThrough,
      `${at}.expiry`,
      'must be after bookedThrough: what the ledger has booked is no longer listed',
    );
    previous = slice.expiry;
    if (slice.state === 'live') checkSurface(slice, `${at}.surface`);
  }
}

/** The rules of docs/spec.md §2.4 that join several fields; throws `InvalidInput`. */
export function checkSnapshot(snapshot: MarketSnapshot): void {
  for (const component of COMPONENT_TIMES) {
    requireRule(
      snapshot[component] <= snapshot.time,
      component,
      'must not be after the snapshot time',
    );
  }
  requireRule(
    snapshot.bookedThrough <= snapshot.time,
    'bookedThrough',
    'must not be after the snapshot time',
  );
  requireRule(
    snapshot.marginInputs === undefined || snapshot.marginInputs.time === snapshot.time,
    'marginInputs.time',
    'must be the snapshot time',
  );
  snapshot.underlyings.forEach((market, index) =>
    checkUnderlying(market, snapshot.bookedThrough, `underlyings[${index}]`),
  );
}
