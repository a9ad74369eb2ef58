// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { instrumentId, isOption, isPerpetual } from '../../model/instrument.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { SCENARIO_COUNT } from '../../risk/pricing/scenarios.ts';
import type { Instrument } from '../../model/types.ts';
import type { InstrumentValuation } from '../../risk/pricing/valuation.ts';

/** Every mark, value and loss of a risk array stays below it: 40-bit prices moved by at most 8. */
export const RISK_ARRAY_LIMIT_E4 = 1n << 43n;

export type ChargeKind = 'settled' | 'option' | 'perpetual' | 'future';

/** One contract of an instrument floored to whole E4, once per tick (docs/array-margin.md). */
export interface RiskArray {
  readonly charge: ChargeKind;
  readonly referenceE4: bigint;
  readonly confidenceQ10: bigint;
  readonly markE4: bigint;
  /** delta·index, floored; 0 when settled. */
  readonly dollarDeltaE4: bigint;
  /** Mark less value by scenario id 0…32, both floored first. */
  readonly lossesE4: readonly bigint[];
}

function chargeKind(instrument: Instrument, settled: boolean): ChargeKind {
  if (settled) return 'settled';
  if (isOption(instrument)) return 'option';
  return isPerpetual(instrument) ? 'perpetual' : 'future';
}

function inRange(valueE4: bigint, instrument: Instrument): bigint {
  if (valueE4 < 0n || valueE4 >= RISK_ARRAY_LIMIT_E4) {
    throw new PlimsollError(
      'OUT_OF_RANGE',
      `riskArray: expected values of ${instrumentId(instrument)} in 0 to 2^43, got ${valueE4}`,
    );
  }
  return valueE4;
}

/** Floors an exact valuation. */
export function riskArrayOf(
  instrument: Instrument,
  valuation: Pick<
    InstrumentValuation,
    'settled' | 'referenceE4' | 'confidenceQ10' | 'markQ128' | 'deltaQ128' | 'valuesQ152'
  >,
  indexE4: bigint,
): RiskArray {
  const markE4 = inRange(valuation.markQ128 >> 128n, instrument);
  return {
    charge: chargeKind(instrument, valuation.settled),
    referenceE4: valuation.referenceE4,
    confidenceQ10: valuation.confidenceQ10,
    markE4,
    dollarDeltaE4: (valuation.deltaQ128 * indexE4) >> 128n,
    lossesE4: valuation.valuesQ152.map((value) => markE4 - inRange(value >> 152n, instrument)),
  };
}

/** The risk array of an instrument, from the exact model's own valuation of it. */
export function riskArray(instrument: Instrument, market: PricedMarket): RiskArray {
  const { indexE4 } = market.snapshot.underlyings[instrument.underlying];
  return riskArrayOf(instrument, market.value(instrument), indexE4);
}

/**
 * The risk arrays of many instruments. A put is taken from the call of its strike by the parity
 * that defines it (docs/spec.md §4), so that each strike runs through the kernel once.
 */
export function riskArrays(instruments: readonly Instrument[], market: PricedMarket): RiskArray[] {
  return instruments.map((instrument) => {
    if (instrument.kind !== 'put') return riskArray(instrument, market);
    const call = market.value({ ...instrument, kind: 'call' });
    if (call.settled) return riskArray(instrument, market);
    const { forwardE4, moves } = market.expiry(instrument);
    const { strikeE4, underlying } = instrument;
    const valuesQ152: bigint[] = [];
    for (let id = 0; id < SCENARIO_COUNT; id += 1) {
      const forwardQ24 = forwardE4 * moves[id]!.multiplierQ24;
      valuesQ152.push(call.valuesQ152[id]! - ((forwardQ24 - (strikeE4 << 24n)) << 128n));
    }
    const put = {
      ...call,
      markQ128: call.markQ128 - ((forwardE4 - strikeE4) << 128n),
      deltaQ128: call.deltaQ128 - (1n << 128n),
      valuesQ152,
    };
    return riskArrayOf(instrument, put, market.snapshot.underlyings[underlying].indexE4);
  });
}
