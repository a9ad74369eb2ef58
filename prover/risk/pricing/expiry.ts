// SPDX-License-Identifier: GPL-3.0-or-later
import { shiftCeil } from './fixed-point.ts';
import { logarithmQ72 } from './logarithm.ts';
import { rollMoveQ10, rollMultiplierQ24 } from './roll.ts';
import { MARK_SCENARIO, ONE_Q24 } from './scenarios.ts';
import { interpolateTenor, type TenorValues } from './tenor.ts';
import type {
  LiveSlice,
  Scenario,
  Slice,
  TenorKnot,
  UnderlyingMarket,
  UnderlyingParameters,
} from '../../model/types.ts';
import { floorStdDevQ32 } from './vol-shock.ts';

const ONE_Q30 = 1n << 30n;

/** A scenario as the dated instruments of one expiry feel it: the index's move and the roll. */
export interface DatedMove {
  readonly multiplierQ24: bigint;
  readonly logMoveQ10: bigint;
}

/** Everything the instruments of one expiry share. */
export interface PricedExpiry {
  /** ≥ 1, however small the index and the ratio. */
  readonly forwardE4: bigint;
  readonly lnForwardQ72: bigint;
  /** Present once the expiry has passed and its settlement price is published. */
  readonly settlementPriceE4: bigint | undefined;
  /**
   * Passed and not in the snapshot: the ledger has booked it, so that what an account may still hold
   * of it is worth nothing and requires nothing.
   */
  readonly booked: boolean;
  /** Present while the expiry is ahead and quoted; otherwise an option is its intrinsic value. */
  readonly surface: LiveSlice | undefined;
  readonly confidenceQ10: bigint;
  /** Seconds to expiry, 0 once passed. */
  readonly tau: bigint;
  readonly tenor: TenorValues;
  readonly floorStdDevQ32: bigint;
  /** Ids 0…32. */
  readonly moves: readonly DatedMove[];
}

function settlementPrice(slice: Slice | undefined): bigint | undefined {
  if (slice?.state !== 'expired' || slice.settlementPriceE4 === 0n) return undefined;
  return slice.settlementPriceE4;
}

export function priceExpiry(
  expiry: bigint,
  time: bigint,
  market: UnderlyingMarket,
  parameters: UnderlyingParameters,
  knots: readonly TenorKnot[],
): PricedExpiry {
  const slice = market.slices.find((candidate) => candidate.expiry === expiry);
  const forwardE4 = shiftCeil(market.indexE4 * (slice?.forwardRatioQ30 ?? ONE_Q30), 30n);
  const tau = expiry > time ? expiry - time : 0n;
  const tenor = interpolateTenor(knots, tau);
  const move = ({ multiplierQ24, logMoveQ10, roll }: Scenario): DatedMove => {
    const rho = rollMoveQ10(roll, tenor);
    return {
      multiplierQ24: multiplierQ24 + rollMultiplierQ24(rho) - ONE_Q24,
      logMoveQ10: logMoveQ10 + rho,
    };
  };
  return {
    forwardE4,
    lnForwardQ72: logarithmQ72(forwardE4),
    settlementPriceE4: settlementPrice(slice),
    booked: slice === undefined && expiry <= time,
    surface: slice?.state === 'live' ? slice : undefined,
    confidenceQ10: slice?.confidenceQ10 ?? market.confidenceQ10,
    tau,
    tenor,
    floorStdDevQ32: floorStdDevQ32(parameters.floorVarianceRateQ64, tau),
    moves: [MARK_SCENARIO, ...parameters.scenarios].map(move),
  };
}
