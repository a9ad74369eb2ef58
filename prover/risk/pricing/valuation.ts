// SPDX-License-Identifier: GPL-3.0-or-later
import { black76Call, splitStdDev, type SplitStdDev } from './black76.ts';
import type { PricedExpiry } from './expiry.ts';
import { max } from './fixed-point.ts';
import { coarseLogMoneynessQ20, logarithmQ72, logMoneynessQ30 } from './logarithm.ts';
import { ONE_Q128 } from './normal-distribution.ts';
import { MARK_SCENARIO } from './scenarios.ts';
import { clampLogMoneynessQ30, totalStdDevQ32 } from './svi.ts';
import type {
  Instrument,
  Scenario,
  UnderlyingMarket,
  UnderlyingParameters,
  VolShock,
} from '../../model/types.ts';
import { shockedStdDevQ42, volFactorQ10 } from './vol-shock.ts';

/** One contract of an instrument, at mark and in every scenario (docs/spec.md §4). */
export interface InstrumentValuation {
  /** Paid out, or booked by the ledger, and no longer moving: no shock, no delta, no contingency. */
  readonly settled: boolean;
  /** Perpetual mark or forward: what a unit of delta is worth. */
  readonly referenceE4: bigint;
  readonly confidenceQ10: bigint;
  /** E4·Q128, unfloored. */
  readonly markQ128: bigint;
  /** dV/dF at mark. */
  readonly deltaQ128: bigint;
  /** Total standard deviation at mark; 0 for everything but a priced option. */
  readonly stdDevQ32: bigint;
  /** Seconds to expiry, 0 once passed and for a perpetual. */
  readonly tau: bigint;
  /** E4·Q152 by scenario id 0…32, unfloored. */
  readonly valuesQ152: readonly bigint[];
}

export function valuePerpetual(
  market: UnderlyingMarket,
  parameters: UnderlyingParameters,
): InstrumentValuation {
  const price = market.perpetualMarkE4;
  return {
    settled: false,
    referenceE4: price,
    confidenceQ10: market.confidenceQ10,
    markQ128: price << 128n,
    deltaQ128: ONE_Q128,
    stdDevQ32: 0n,
    tau: 0n,
    valuesQ152: [MARK_SCENARIO, ...parameters.scenarios].map(
      ({ multiplierQ24 }) => (price * multiplierQ24) << 128n,
    ),
  };
}

function payoffE4({ kind, strikeE4 }: Instrument, settlementPriceE4: bigint): bigint {
  if (kind === 'future') return settlementPriceE4;
  const intrinsic = settlementPriceE4 - strikeE4;
  return max(kind === 'call' ? intrinsic : -intrinsic, 0n);
}

/** A future, call or put. */
export function valueDated(
  instrument: Instrument,
  expiry: PricedExpiry,
  parameters: UnderlyingParameters,
): InstrumentValuation {
  const scenarios = [MARK_SCENARIO, ...parameters.scenarios];
  const shared = {
    referenceE4: expiry.forwardE4,
    confidenceQ10: expiry.confidenceQ10,
    tau: expiry.tau,
    stdDevQ32: 0n,
  };
  if (expiry.settlementPriceE4 !== undefined || expiry.booked) {
    const { settlementPriceE4 } = expiry;
    const payoff = settlementPriceE4 === undefined ? 0n : payoffE4(instrument, settlementPriceE4);
    return {
      ...shared,
      settled: true,
      markQ128: payoff << 128n,
      deltaQ128: 0n,
      valuesQ152: scenarios.map(() => payoff << 152n),
    };
  }
  if (instrument.kind === 'future') {
    return {
      ...shared,
      settled: false,
      markQ128: expiry.forwardE4 << 128n,
      deltaQ128: ONE_Q128,
      valuesQ152: expiry.moves.map(
        ({ multiplierQ24 }) => (expiry.forwardE4 * multiplierQ24) << 128n,
      ),
    };
  }
  return { ...shared, settled: false, ...valueOption(instrument, expiry, scenarios) };
}

function valueOption(
  { kind, strikeE4 }: Instrument,
  { forwardE4, lnForwardQ72, surface, tenor, floorStdDevQ32, moves }: PricedExpiry,
  scenarios: readonly Scenario[],
): Pick<InstrumentValuation, 'markQ128' | 'deltaQ128' | 'stdDevQ32' | 'valuesQ152'> {
  const kQ30 = logMoneynessQ30(logarithmQ72(strikeE4), lnForwardQ72);
  const xQ20 = coarseLogMoneynessQ20(kQ30);
  // Without a surface the standard deviation is 0 and no factor can matter.
  const clampedKQ30 = surface === undefined ? 0n : clampLogMoneynessQ30(kQ30, surface);
  const stdDevQ32 = surface === undefined ? 0n : totalStdDevQ32(surface, clampedKQ30);

  // Many scenarios share a vol shock, and with it the split standard deviation.
  const splits = new Map<VolShock, SplitStdDev>();
  const splitFor = (shock: VolShock): SplitStdDev => {
    const known = splits.get(shock);
    if (known !== undefined) return known;
    const factorQ10 = volFactorQ10(shock, tenor, clampedKQ30);
    const split = splitStdDev(shockedStdDevQ42(shock, stdDevQ32, factorQ10, floorStdDevQ32), 10n);
    splits.set(shock, split);
    return split;
  };

  const mark = black76Call(forwardE4, strikeE4, xQ20, splitStdDev(stdDevQ32, 0n));
  const valuesQ152 = scenarios.map(({ vol }, id) => {
    const { multiplierQ24, logMoveQ10 } = moves[id] as PricedExpiry['moves'][number];
    const forwardQ24 = forwardE4 * multiplierQ24;
    const strikeQ24 = strikeE4 << 24n;
    const call = black76Call(forwardQ24, strikeQ24, xQ20 + (logMoveQ10 << 10n), splitFor(vol));
    // Parity, exactly: boxes and conversions carry no scan risk.
    const parity = kind === 'put' ? (forwardQ24 - strikeQ24) << 128n : 0n;
    return call.valueQ128 - parity;
  });
  const isPut = kind === 'put';
  return {
    markQ128: isPut ? mark.valueQ128 - ((forwardE4 - strikeE4) << 128n) : mark.valueQ128,
    deltaQ128: isPut ? mark.deltaQ128 - ONE_Q128 : mark.deltaQ128,
    stdDevQ32,
    valuesQ152,
  };
}
