// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/model`: the plain values of the domain. Pure.
 *
 * @module
 */
export { InvalidInput, PlimsollError } from '../core/errors.ts';
export { COLLATERAL_SYMBOLS, MAX_SLICES, UNDERLYINGS, UNDERLYING_SYMBOLS } from '../model/types.ts';
export type {
  CollateralMarket,
  ExpiredSlice,
  Instrument,
  InstrumentKind,
  LiveSlice,
  MarketSnapshot,
  Pair,
  Portfolio,
  Position,
  RiskParameters,
  Slice,
  Triple,
  UnderlyingId,
  UnderlyingMarket,
} from '../model/types.ts';
export { instrumentId, isOption, isPerpetual } from '../model/instrument.ts';
export { formatFixed, formatUsd, formatUtc, instrumentName } from '../model/format.ts';
