// SPDX-License-Identifier: GPL-3.0-or-later
import type { DynamicInputs } from './dynamic.ts';

/**
 * What the risk model reads, as plain values. Units are in the names (see docs/fixed-point.md),
 * widths and rules in docs/spec.md §1–2. Parsing, packing and hashing live with the documents in
 * prover/documents and prover/commitments: the model takes every value here as already checked.
 */

/** 0 = BTC, 1 = ETH. */
export type UnderlyingId = 0 | 1;

export const UNDERLYINGS: readonly UnderlyingId[] = [0, 1];
export const UNDERLYING_SYMBOLS = ['BTC', 'ETH'] as const;

/** Collateral assets beside the quote asset, in the order of every tuple over them. */
export const COLLATERAL_SYMBOLS = ['BTC', 'ETH', 'stETH'] as const;

export type Pair<T> = readonly [T, T];
export type Triple<T> = readonly [T, T, T];

export type InstrumentKind = 'perpetual' | 'future' | 'call' | 'put';

/** Canonical: a perpetual has expiry 0 and strike 0, a future strike 0. */
export interface Instrument {
  readonly underlying: UnderlyingId;
  readonly kind: InstrumentKind;
  /** Unix seconds. */
  readonly expiry: bigint;
  readonly strikeE4: bigint;
}

export interface Position {
  readonly instrument: Instrument;
  /** Signed, 1/100 contract. */
  readonly lots: bigint;
}

/** What an account holds; owner and settlement nonce are the ledger's. */
export interface Portfolio {
  /** Signed: the only balance that may be negative. */
  readonly quoteE6: bigint;
  /** BTC, ETH, stETH; never negative. */
  readonly collateralE8: Triple<bigint>;
  /** In strictly increasing instrument order; at most 64. */
  readonly positions: readonly Position[];
}

/** Expiries that a snapshot lists per underlying. */
export const MAX_SLICES = 12;

/** Raw SVI of total variance as of the snapshot's time, c = b·ρ. */
export interface LiveSlice {
  readonly state: 'live';
  readonly expiry: bigint;
  readonly forwardRatioQ30: bigint;
  readonly aQ44: bigint;
  readonly bQ30: bigint;
  readonly cQ30: bigint;
  readonly mQ24: bigint;
  readonly sigmaQ24: bigint;
  readonly kMinQ10: bigint;
  readonly kMaxQ10: bigint;
  readonly confidenceQ10: bigint;
}

/** A slice whose expiry is not after the snapshot's time. */
export interface ExpiredSlice {
  readonly state: 'expired';
  readonly expiry: bigint;
  readonly forwardRatioQ30: bigint;
  /** 0: expired but not settled yet. */
  readonly settlementPriceE4: bigint;
  readonly confidenceQ10: bigint;
}

export type Slice = LiveSlice | ExpiredSlice;

export interface UnderlyingMarket {
  readonly indexE4: bigint;
  readonly perpetualMarkE4: bigint;
  readonly confidenceQ10: bigint;
  /** Order-book depth in whole USD. */
  readonly depthQuote: bigint;
  readonly realisedVolQ20: bigint;
  readonly forecastVolQ20: bigint;
  /** The used ones only, at most 12, expiries strictly increasing. */
  readonly slices: readonly Slice[];
}

export interface CollateralMarket {
  readonly marketPriceE4: bigint;
  readonly redemptionRateQ30: bigint;
}

export interface MarketSnapshot {
  readonly time: bigint;
  readonly indexTime: bigint;
  readonly perpetualTime: bigint;
  readonly forwardTime: bigint;
  readonly surfaceTime: bigint;
  readonly collateralTime: bigint;
  /** Unix seconds: the ledger has settled and removed every position that expired no later. */
  readonly bookedThrough: bigint;
  readonly underlyings: Pair<UnderlyingMarket>;
  readonly collateral: Triple<CollateralMarket>;
  /** Of this very time, for the rule by which margin moves; no part of what margins are computed from. */
  readonly marginInputs?: DynamicInputs;
}

/** In the order of their codes 0…6 in a scenario lane. */
export const VOL_SHOCKS = [
  'unchanged',
  'up',
  'down',
  'skewLinear+',
  'skewLinear-',
  'skewAbs+',
  'skewAbs-',
] as const;
export type VolShock = (typeof VOL_SHOCKS)[number];

/** In the order of their codes 0…2 in a scenario lane. */
export const ROLLS = ['none', 'up', 'down'] as const;
export type Roll = (typeof ROLLS)[number];

export interface Scenario {
  readonly multiplierQ24: bigint;
  readonly logMoveQ10: bigint;
  readonly dampingQ16: bigint;
  readonly vol: VolShock;
  readonly roll: Roll;
}

export interface TenorKnot {
  readonly tauSeconds: bigint;
  readonly volUpQ10: bigint;
  readonly volDownQ10: bigint;
  readonly skewCapQ10: bigint;
  readonly skewSlopeQ10: bigint;
  readonly rollLogQ10: bigint;
}

export interface MarginBps {
  readonly mmBps: bigint;
  readonly imBps: bigint;
}

export interface UnderlyingParameters {
  readonly contractSizeE8: bigint;
  readonly lotsPerContract: bigint;
  readonly volFloorUpBps: bigint;
  /** ⌊2⁶⁴·volFloorUpBps²/(10⁸·31,536,000)⌋: variance per second at the floor. */
  readonly floorVarianceRateQ64: bigint;
  /** Ids 1…32 in order; id 0 is the mark and not listed. */
  readonly scenarios: readonly Scenario[];
}

export interface CollateralParameters {
  readonly underlying: UnderlyingId;
  /** Where tiers 1, 2, 3 begin, in whole USD. */
  readonly tierThresholds: Triple<bigint>;
  /** Of the four tiers, non-decreasing. */
  readonly haircutsBps: readonly [bigint, bigint, bigint, bigint];
  readonly imExtraBps: bigint;
}

export interface ConcentrationParameters {
  /** Where bands 1, 2, 3 begin, as a share of depth. */
  readonly bandsQ10: Triple<bigint>;
  readonly marginalMmBps: readonly [bigint, bigint, bigint, bigint];
  readonly marginalImBps: readonly [bigint, bigint, bigint, bigint];
}

export interface RiskParameters {
  readonly version: bigint;
  readonly mmFactorBps: bigint;
  readonly imFactorBps: bigint;
  readonly cureBufferBps: bigint;
  readonly shortOption: MarginBps;
  readonly perpetual: MarginBps;
  readonly future: MarginBps;
  readonly confidence: { readonly imBps: bigint; readonly thresholdQ10: bigint };
  readonly latency: { readonly imBpsPerSecondX10: bigint; readonly maxImBps: bigint };
  readonly concentration: ConcentrationParameters;
  readonly collateral: Triple<CollateralParameters>;
  readonly underlyings: Pair<UnderlyingParameters>;
  /** 14 knots, tauSeconds strictly increasing. */
  readonly tenor: readonly TenorKnot[];
}
