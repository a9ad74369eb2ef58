// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarketSnapshot, Portfolio } from '../../model/types.ts';

/**
 * The last expiry of the base up to which the ledger holds no position: what it has booked. Only
 * expiries that the base holds settled count, so that what is said never runs ahead of what was
 * settled; 0 where there is none.
 */
export function bookedBy(
  ledger: readonly Pick<Portfolio, 'positions'>[],
  base: MarketSnapshot,
): bigint {
  const open = ledger.flatMap(({ positions }) =>
    positions.flatMap(({ instrument: { expiry } }) => (expiry === 0n ? [] : [expiry])),
  );
  const first = open.reduce<bigint | undefined>(
    (least, expiry) => (least === undefined || expiry < least ? expiry : least),
    undefined,
  );
  return base.underlyings
    .flatMap(({ slices }) => slices)
    .filter(
      (slice) =>
        slice.state === 'expired' &&
        slice.settlementPriceE4 !== 0n &&
        (first === undefined || slice.expiry < first),
    )
    .reduce((latest, { expiry }) => (expiry > latest ? expiry : latest), base.bookedThrough);
}
