// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import { instrumentKey } from '../../prover/ledger/instrument.ts';
import type { PricedMarket } from '../../prover/risk/market.ts';
import type {
  Instrument,
  InstrumentKind,
  Portfolio,
  UnderlyingId,
} from '../../prover/risk/types.ts';

const KINDS: readonly InstrumentKind[] = ['perpetual', 'future', 'call', 'put'];

const extremes = (low: bigint, high: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt(low, high),
    fc.bigInt(low / 2n ** 20n, high / 2n ** 20n),
    fc.constantFrom(low, high, low + 1n, high - 1n, 0n),
  );

/** Listed expiries, one that is not, and one that has passed unlisted. */
function instrument(market: PricedMarket): fc.Arbitrary<Instrument> {
  const { time, underlyings } = market.snapshot;
  return fc
    .record({
      underlying: fc.constantFrom<UnderlyingId>(0, 1),
      kind: fc.constantFrom(...KINDS),
      slice: fc.nat(20),
      moneynessPercent: fc.bigInt(5n, 400n),
      wild: fc.option(fc.bigInt(1n, 2n ** 40n - 1n), { freq: 5 }),
    })
    .map(({ underlying, kind, slice, moneynessPercent, wild }) => {
      if (kind === 'perpetual') return { underlying, kind, expiry: 0n, strikeE4: 0n };
      const { slices, indexE4 } = underlyings[underlying];
      const expiry = slices[slice]?.expiry ?? (slice % 2 === 0 ? time + 86_400n : time - 1n);
      if (kind === 'future') return { underlying, kind, expiry, strikeE4: 0n };
      const near = (indexE4 * moneynessPercent) / 100n;
      return { underlying, kind, expiry, strikeE4: wild ?? (near === 0n ? 1n : near) };
    });
}

/** Portfolios as a ledger may hold them, up to the ends of every range. */
export function portfolios(market: PricedMarket): fc.Arbitrary<Portfolio> {
  const lots = fc
    .oneof(
      { weight: 3, arbitrary: fc.bigInt(-3000n, 3000n) },
      { weight: 1, arbitrary: extremes(-(2n ** 26n), 2n ** 26n - 1n) },
      { weight: 1, arbitrary: fc.constantFrom(-(2n ** 26n), 2n ** 26n - 1n) },
    )
    .filter((held) => held !== 0n);
  const positions = fc
    .uniqueArray(fc.record({ instrument: instrument(market), lots }), {
      maxLength: 64,
      selector: (position) => instrumentKey(position.instrument),
      size: 'max',
    })
    .map((list) =>
      list.sort((a, b) => (instrumentKey(a.instrument) < instrumentKey(b.instrument) ? -1 : 1)),
    );
  const balance = fc.oneof(
    { weight: 2, arbitrary: fc.constant(0n) },
    { weight: 2, arbitrary: fc.bigInt(0n, 10n ** 10n) },
    { weight: 1, arbitrary: extremes(0n, 2n ** 56n - 1n) },
  );
  const quote = fc.oneof(
    fc.bigInt(-(10n ** 13n), 10n ** 13n),
    extremes(-(2n ** 63n), 2n ** 63n - 1n),
  );
  return fc.record({
    quoteE6: quote,
    collateralE8: fc.tuple(balance, balance, balance),
    positions: fc.oneof(
      positions.map((list) => list.slice(0, 12)),
      positions,
    ),
  });
}
