// SPDX-License-Identifier: GPL-3.0-or-later
import { priceCollateral } from '../margin/collateral.ts';
import { priceExpiry, type PricedExpiry } from './expiry.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Instrument, MarketSnapshot, RiskParameters, Triple } from '../../model/types.ts';
import { valueDated, valuePerpetual, type InstrumentValuation } from './valuation.ts';

/**
 * One snapshot under one parameter set. Instruments are valued when first asked for and kept: the
 * accounts of a venue share most of them.
 */
export interface PricedMarket {
  readonly snapshot: MarketSnapshot;
  readonly parameters: RiskParameters;
  readonly collateralPricesE4: Triple<bigint>;
  readonly expiry: (instrument: Instrument) => PricedExpiry;
  readonly value: (instrument: Instrument) => InstrumentValuation;
}

function memoise<K, V>(key: (input: K) => string, compute: (input: K) => V): (input: K) => V {
  const known = new Map<string, V>();
  return (input) => {
    const id = key(input);
    const found = known.get(id);
    if (found !== undefined) return found;
    const value = compute(input);
    known.set(id, value);
    return value;
  };
}

export function priceMarket(snapshot: MarketSnapshot, parameters: RiskParameters): PricedMarket {
  const expiry = memoise(
    ({ underlying, expiry: at }: Instrument) => `${underlying}:${at}`,
    ({ underlying, expiry: at }) =>
      priceExpiry(
        at,
        snapshot.time,
        snapshot.underlyings[underlying],
        parameters.underlyings[underlying],
        parameters.tenor,
      ),
  );
  const value = memoise(instrumentId, (instrument: Instrument) => {
    const own = parameters.underlyings[instrument.underlying];
    return instrument.kind === 'perpetual'
      ? valuePerpetual(snapshot.underlyings[instrument.underlying], own)
      : valueDated(instrument, expiry(instrument), own);
  });
  const collateralPricesE4 = priceCollateral(snapshot, parameters);
  return { snapshot, parameters, collateralPricesE4, expiry, value };
}

/** A market in which only marks can be asked for: no scenario is valued. */
export function markMarket(snapshot: MarketSnapshot, parameters: RiskParameters): PricedMarket {
  const [btc, eth] = parameters.underlyings;
  return priceMarket(snapshot, {
    ...parameters,
    underlyings: [
      { ...btc, scenarios: [] },
      { ...eth, scenarios: [] },
    ],
  });
}
