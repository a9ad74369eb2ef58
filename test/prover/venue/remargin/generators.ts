// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import { instrumentKey } from '../../../../prover/commitments/instrument.ts';
import { priceMarket, type PricedMarket } from '../../../../prover/risk/pricing/market.ts';
import type {
  Instrument,
  InstrumentKind,
  Portfolio,
  UnderlyingId,
} from '../../../../prover/model/types.ts';

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

/**
 * Parameters that no venue would choose: every damping, bands that start between two units and are
 * crossed by everybody, doubt about every price, rates near one.
 */
export function stressed({ snapshot, parameters }: PricedMarket): PricedMarket {
  const dampings = [65_536n, 32_768n, 65_535n, 21_845n, 1n, 0n];
  const tied = new Map([
    [5_702_589n, 32_768n],
    [11_241_712n, 65_536n],
  ]);
  const { confidence, concentration } = parameters;
  const [btc, eth] = parameters.underlyings;
  const scenarios = (u: typeof btc): typeof btc => ({
    ...u,
    scenarios: u.scenarios.map((scenario, place) => ({
      ...scenario,
      // Ids 21 and 22 fall by 66 % and 33 %: half of the one often equals the other.
      dampingQ16: tied.get(scenario.multiplierQ24) ?? dampings[place % dampings.length]!,
    })),
  });
  const [btcMarket, ethMarket] = snapshot.underlyings;
  return priceMarket(
    {
      ...snapshot,
      indexTime: snapshot.time - 13n,
      underlyings: [
        { ...btcMarket, depthQuote: 1237n },
        { ...ethMarket, depthQuote: 7n },
      ],
    },
    {
      ...parameters,
      mmFactorBps: 7_777n,
      imFactorBps: 9_999n,
      confidence: { ...confidence, thresholdQ10: 1023n },
      concentration: {
        ...concentration,
        bandsQ10: [3n, 701n, 5_021n],
        marginalMmBps: [7n, 133n, 1_999n, 8_999n],
        marginalImBps: [11n, 137n, 2_011n, 9_973n],
      },
      underlyings: [scenarios(btc), scenarios(eth)],
    },
  );
}

/** Portfolios that mostly fit one double, and as often barely as barely not. */
export function narrowPortfolios(market: PricedMarket): fc.Arbitrary<Portfolio> {
  const held = fc.nat(20).chain((bits) =>
    fc.record({
      instrument: instrument(market),
      lots: fc.bigInt(-(2n ** BigInt(bits)), 2n ** BigInt(bits) - 1n).filter((lots) => lots !== 0n),
    }),
  );
  // A few units of collateral and nothing else: damped losses of different scenarios tie.
  const balance = fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n ** 11n), fc.bigInt(0n, 9n));
  return fc.record({
    quoteE6: fc.bigInt(-(2n ** 50n), 2n ** 50n),
    collateralE8: fc.tuple(balance, balance, balance),
    positions: fc
      .uniqueArray(held, { maxLength: 20, selector: (one) => instrumentKey(one.instrument) })
      .map((list) =>
        list.sort((a, b) => (instrumentKey(a.instrument) < instrumentKey(b.instrument) ? -1 : 1)),
      ),
  });
}

/** Portfolios as a ledger may hold them, up to the ends of every range. */
export function portfolios(market: PricedMarket): fc.Arbitrary<Portfolio> {
  const lots = fc
    .oneof(
      { weight: 3, arbitrary: fc.bigInt(-3000n, 3000n) },
      // Every magnitude, so that sums fall on both sides of what one double holds.
      {
        weight: 3,
        arbitrary: fc
          .nat(26)
          .chain((bits) => fc.bigInt(-(2n ** BigInt(bits)), 2n ** BigInt(bits) - 1n)),
      },
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
