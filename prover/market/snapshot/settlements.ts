// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { MarketSnapshot, UnderlyingId } from '../../model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { DeliveryPrice } from '../feeds/deliveries.ts';
import type { ImportRequest } from './import-market.ts';
import type { Settlement } from './settle.ts';

/** BTC and ETH are tens of times apart: half an index tells them, and lets a day of any market pass. */
const NEAR = 0.5;

/** Whose delivery prices a response holds that does not say so: of the one index they are near. */
function underlyingOf(
  deliveries: readonly DeliveryPrice[],
  base: MarketSnapshot,
  indicesE4: readonly (bigint | undefined)[],
): UnderlyingId {
  const [newest] = [...deliveries].sort((left, right) => right.expiry - left.expiry);
  const { price, place } = newest!;
  const near = UNDERLYINGS.filter((u) =>
    [indicesE4[u], base.underlyings[u].indexE4].some((indexE4) => {
      const index = Number(indexE4 ?? 0n) / 1e4;
      return index > 0 && Math.abs(price / index - 1) <= NEAR;
    }),
  );
  if (near.length === 1) return near[0]!;
  const indices = UNDERLYINGS.map((u) => {
    const index = Number(indicesE4[u] ?? base.underlyings[u].indexE4) / 1e4;
    return `${UNDERLYING_SYMBOLS[u]} ${index}`;
  });
  throw new InvalidInput(
    `${place}, delivery_price`,
    `is ${price}, within ${100 * NEAR} % of ${near.length === 0 ? 'neither' : 'either'} index ` +
      `(${indices.join(', ')}): give the prices one by one, as settlements`,
  );
}

/** By file, as one response is of one index. */
function deliverySettlements(
  deliveries: readonly DeliveryPrice[],
  base: MarketSnapshot,
  indicesE4: readonly (bigint | undefined)[],
): Settlement[] {
  const files = new Map<string, DeliveryPrice[]>();
  for (const delivery of deliveries) {
    const file = delivery.place.replace(/: row \d+$/, '');
    files.set(file, [...(files.get(file) ?? []), delivery]);
  }
  return [...files.values()].flatMap((rows) => {
    const unnamed = rows.filter(({ underlying }) => underlying === undefined);
    const told = unnamed.length === 0 ? undefined : underlyingOf(unnamed, base, indicesE4);
    return rows.map(({ underlying, expiry, price, place }) => ({
      underlying: underlying ?? told!,
      expiry: BigInt(expiry),
      priceE4: BigInt(Math.round(price * 1e4)),
      source: place,
      isNamed: false,
    }));
  });
}

/** All settlement prices there are, in order of precedence: named ones, documents, deliveries. */
export function settlementsOf(
  { settlements = [], deliveries = [], inputs }: ImportRequest,
  base: MarketSnapshot,
  indicesE4: readonly (bigint | undefined)[],
): readonly Settlement[] {
  const documents = inputs.flatMap(({ settlements: given = [], file = 'market inputs' }) =>
    given.map(({ symbol, expiry, priceE4 }, index) => ({
      underlying: UNDERLYING_SYMBOLS.indexOf(symbol) as UnderlyingId,
      expiry: BigInt(expiry),
      priceE4,
      source: `${file}: settlements[${index}]`,
      isNamed: false,
    })),
  );
  return [...settlements, ...documents, ...deliverySettlements(deliveries, base, indicesE4)];
}

/** What the ledger has booked: as given, and never less than the base says. */
export function bookedThroughOf({ bookedThrough, base }: ImportRequest, time: bigint): bigint {
  const before = base?.bookedThrough ?? 0n;
  if (bookedThrough === undefined) return before;
  if (bookedThrough < before) {
    throw new InvalidInput('bookedThrough', `is ${bookedThrough}, before the base's ${before}`);
  }
  if (bookedThrough > time) {
    throw new InvalidInput(
      'bookedThrough',
      `is ${bookedThrough}, after the snapshot's time ${time}`,
    );
  }
  return bookedThrough;
}
