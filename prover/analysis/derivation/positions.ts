// SPDX-License-Identifier: GPL-3.0-or-later
import type { ValuedPosition } from '../../risk/margin/contingencies.ts';
import type { PricedExpiry } from '../../risk/pricing/expiry.ts';
import { isOption, isPerpetual } from '../../model/instrument.ts';
import { logarithmQ72, logMoneynessQ30 } from '../../risk/pricing/logarithm.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import { clampLogMoneynessQ30, totalVarianceQ64 } from '../../risk/pricing/svi.ts';
import { UNDERLYING_SYMBOLS, type Instrument, type RiskParameters } from '../../model/types.ts';
import { shockedStdDevQ42, volFactorQ10 } from '../../risk/pricing/vol-shock.ts';

/** What Black-76 was given in one scenario: enough to price the option with any other tool. */
export interface ScenarioInputs {
  /** F·M: forward E4 times multiplier Q24, exact. */
  readonly forwardE4Q24: bigint;
  readonly volFactorQ10: bigint;
  /** Shocked σ√τ before the kernel's own floor of 2⁻¹⁴. */
  readonly stdDevQ42: bigint;
}

/** How an option that is not settled came to its values. */
export interface OptionInputs {
  readonly forwardE4: bigint;
  /** ⌊ln(K/F)⌋. */
  readonly logMoneynessQ30: bigint;
  /** The same held in the fitted range of the slice; absent without a slice. */
  readonly clampedLogMoneynessQ30: bigint | undefined;
  /** Raw SVI there; absent without a slice. */
  readonly totalVarianceQ64: bigint | undefined;
  /** ⌊√w⌋, 0 without a slice or where w ≤ 0. */
  readonly stdDevQ32: bigint;
  /** By scenario id 0…32. */
  readonly scenarios: readonly ScenarioInputs[];
}

/** One position of the derivation; `position` is its place in the account, from 0. */
export interface PositionLine {
  readonly position: number;
  readonly underlying: string;
  readonly kind: Instrument['kind'];
  readonly expiry: number;
  readonly strikeE4: bigint;
  readonly lots: bigint;
  readonly settled: boolean;
  /** Perpetual mark or forward. */
  readonly referenceE4: bigint;
  readonly secondsToExpiry: bigint;
  readonly confidenceQ10: bigint;
  readonly deltaQ128: bigint;
  readonly markE4Q128: bigint;
  /** lots·mark, unfloored. */
  readonly markValueE6Q128: bigint;
  readonly option: OptionInputs | undefined;
}

function optionInputs(
  { underlying, strikeE4 }: Instrument,
  expiry: PricedExpiry,
  stdDevQ32: bigint,
  parameters: RiskParameters,
): OptionInputs {
  const { forwardE4, lnForwardQ72, surface, tenor, floorStdDevQ32, moves } = expiry;
  const kQ30 = logMoneynessQ30(logarithmQ72(strikeE4), lnForwardQ72);
  const clamped = surface === undefined ? undefined : clampLogMoneynessQ30(kQ30, surface);
  const scenarios = Array.from({ length: SCENARIO_COUNT }, (_, id): ScenarioInputs => {
    const { vol } = scenarioAt(parameters.underlyings[underlying], id);
    const factorQ10 = volFactorQ10(vol, tenor, clamped ?? 0n);
    return {
      forwardE4Q24: forwardE4 * (moves[id]?.multiplierQ24 as bigint),
      volFactorQ10: factorQ10,
      stdDevQ42: shockedStdDevQ42(vol, stdDevQ32, factorQ10, floorStdDevQ32),
    };
  });
  return {
    forwardE4,
    logMoneynessQ30: kQ30,
    clampedLogMoneynessQ30: clamped,
    totalVarianceQ64:
      surface === undefined || clamped === undefined
        ? undefined
        : totalVarianceQ64(surface, clamped),
    stdDevQ32,
    scenarios,
  };
}

export function positionLine(
  { instrument, lots, valuation }: ValuedPosition,
  position: number,
  market: PricedMarket,
): PositionLine {
  const priced = isOption(instrument) && !valuation.settled;
  return {
    position,
    underlying: UNDERLYING_SYMBOLS[instrument.underlying],
    kind: instrument.kind,
    expiry: Number(instrument.expiry),
    strikeE4: instrument.strikeE4,
    lots,
    settled: valuation.settled,
    referenceE4: valuation.referenceE4,
    secondsToExpiry: isPerpetual(instrument) ? 0n : valuation.tau,
    confidenceQ10: valuation.confidenceQ10,
    deltaQ128: valuation.deltaQ128,
    markE4Q128: valuation.markQ128,
    markValueE6Q128: lots * valuation.markQ128,
    option: priced
      ? optionInputs(instrument, market.expiry(instrument), valuation.stdDevQ32, market.parameters)
      : undefined,
  };
}
