// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What calibration reads and gives back. Everything here is a double for people and optimisers but
 * `QuantisedSvi`, the snapshot's own fields: what the engine prices is exactly those integers.
 */

/** One strike of one expiry, cleaned: the out-of-the-money side, or the average of both. */
export interface VolQuote {
  /** USD. */
  readonly strike: number;
  /** Annualised implied volatility at the expiry's forward and τ; 1 is 100 %. */
  readonly vol: number;
  /** Ask less bid volatility; absent where the quote has not both sides. */
  readonly volSpread?: number;
}

export interface ExpiryQuotes {
  /** Unix seconds. */
  readonly expiry: bigint;
  /** Seconds from the snapshot's time to the expiry, at least 1. */
  readonly tau: bigint;
  /** USD. */
  readonly forward: number;
  /** In any order, at most one per strike. */
  readonly quotes: readonly VolQuote[];
  /** True for a smile that is expected and not quoted: it gives way to those beside it. */
  readonly isSoft?: boolean;
}

/** w(k) = a + c·(k − m) + b·√((k − m)² + σ²), c = b·ρ, k held inside [kMin, kMax]. */
export interface Svi {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly m: number;
  readonly sigma: number;
}

/** Log-moneyness that is priced as it is; beyond it the volatility is that of the bound. */
export interface Domain {
  readonly kMin: number;
  readonly kMax: number;
}

export interface ClampedSvi extends Svi, Domain {}

/** Exactly the surface fields of a live slice (docs/spec.md §2.4). */
export interface QuantisedSvi {
  readonly aQ44: bigint;
  readonly bQ30: bigint;
  readonly cQ30: bigint;
  readonly mQ24: bigint;
  readonly sigmaQ24: bigint;
  readonly kMinQ10: bigint;
  readonly kMaxQ10: bigint;
}

export interface ErrorSummary {
  readonly rms: number;
  readonly median: number;
  readonly max: number;
}

/** Errors of the quantised slice against the quotes it was fitted to. */
export interface SliceErrors {
  readonly quotes: number;
  /** Volatility, 0.01 is one point. */
  readonly vol: ErrorSummary;
  /** Black-76 value of the out-of-the-money option, as a share of the forward. */
  readonly price: ErrorSummary;
}

export interface SliceDiagnostics {
  readonly quoteCount: number;
  /** Quotes whose residual the robust weights cut to less than half. */
  readonly outliers: number;
  readonly whole: SliceErrors;
  /** Within two standard deviations of the money. */
  readonly core: SliceErrors;
  /** Least density factor g(k) over the priced domain; negative is butterfly arbitrage. */
  readonly butterflyMargin: number;
  /** Larger of the price kinks at the bounds of the domain, per unit of k, as a share of the forward. */
  readonly clampKink: number;
  /** Least of w(k)/w_before(k) − 1 over all k, for the first slice Infinity. */
  readonly calendarMargin: number;
  /** Constraints that hold the fit back, by name. */
  readonly binding: readonly string[];
}

export interface FittedSlice {
  readonly state: 'fitted';
  readonly expiry: bigint;
  readonly surface: QuantisedSvi;
  readonly confidenceQ10: bigint;
  /** The quantised slice read as doubles, exactly. */
  readonly svi: ClampedSvi & { readonly rho: number };
  readonly diagnostics: SliceDiagnostics;
}

export type RefusalReason =
  | 'too-few-quotes'
  | 'one-sided'
  | 'error-too-large'
  | 'butterfly-arbitrage'
  | 'calendar-arbitrage'
  | 'out-of-range';

export interface RefusedSlice {
  readonly state: 'refused';
  readonly expiry: bigint;
  readonly reason: RefusalReason;
  /** What was found and what to do about it. */
  readonly message: string;
}

export type SliceCalibration = FittedSlice | RefusedSlice;

export interface SurfaceCalibration {
  /** In the order of the expiries given. */
  readonly slices: readonly SliceCalibration[];
}
