// SPDX-License-Identifier: GPL-3.0-or-later
import type { ValuedPosition } from '../margin/contingencies.ts';
import { volSlopes } from './greeks-smile.ts';
import type { MarketSnapshot, Pair, UnderlyingId } from '../../model/types.ts';
import { UNDERLYINGS } from '../../model/types.ts';

/**
 * Sensitivities of a whole position for people to read: doubles, never an input of margin.
 * Undiscounted Black-76 on the expiry's forward (Haug 2007, ch. 2).
 */
export interface Greeks {
  /** Contracts of underlying: ∂V/∂F. */
  readonly delta: number;
  /** Change of delta per USD of forward. */
  readonly gamma: number;
  /** USD per volatility point (0.01), the whole surface shifted. */
  readonly vega: number;
  /** USD per calendar day, the strike keeping its volatility. */
  readonly theta: number;
  /** Change of delta per volatility point, which is also vega's change per USD of forward. */
  readonly vanna: number;
  /** Change of vega per volatility point. */
  readonly volga: number;
}

/**
 * What the surface does when the forward moves. *Sticky strike*: every strike keeps its volatility,
 * as in the margin's scenarios. *Sticky delta* (sticky moneyness): the smile moves along, so that a
 * strike's volatility changes by −σ′(k) per unit of ln F; that is what the engine's own mark does
 * when the index moves under an unchanged surface.
 */
export interface SurfaceGreeks {
  readonly stickyStrike: Greeks;
  readonly stickyDelta: Greeks;
}

const SECONDS_PER_DAY = 86_400;
const DAYS_PER_YEAR = 365;
const POINT = 0.01;

/** Per contract; vega, vanna and volga per unit of volatility. */
interface Sensitivities {
  readonly forward: number;
  readonly years: number;
  readonly vol: number;
  readonly gamma: number;
  readonly vega: number;
  readonly vanna: number;
  readonly volga: number;
}

/** Undefined for what has no curvature and no time value: delta one, settled, intrinsic. */
function sensitivitiesOf({ instrument, valuation }: ValuedPosition): Sensitivities | undefined {
  const stdDev = Number(valuation.stdDevQ32) / 2 ** 32;
  if (stdDev === 0) return undefined;
  const forward = Number(valuation.referenceE4) / 1e4;
  const strike = Number(instrument.strikeE4) / 1e4;
  const years = Number(valuation.tau) / (SECONDS_PER_DAY * DAYS_PER_YEAR);
  const vol = stdDev / Math.sqrt(years);
  const d1 = Math.log(forward / strike) / stdDev + stdDev / 2;
  const d2 = d1 - stdDev;
  const density = Math.exp(-d1 * d1 * 0.5) / Math.sqrt(2 * Math.PI);
  const vega = forward * density * Math.sqrt(years);
  return {
    forward,
    years,
    vol,
    gamma: density / (forward * stdDev),
    vega,
    vanna: (-density * d2) / vol,
    volga: (vega * d1 * d2) / vol,
  };
}

function deltaOf({ lots, valuation }: ValuedPosition): number {
  return (Number(lots) / 100) * (Number(valuation.deltaQ128) / 2 ** 128);
}

/** Under sticky strike; delta is the kernel's own. */
export function positionGreeks(position: ValuedPosition): Greeks {
  const delta = deltaOf(position);
  const unit = sensitivitiesOf(position);
  if (unit === undefined) return { delta, gamma: 0, vega: 0, theta: 0, vanna: 0, volga: 0 };
  const contracts = Number(position.lots) / 100;
  return {
    delta,
    gamma: contracts * unit.gamma,
    vega: contracts * unit.vega * POINT,
    theta: (-contracts * unit.vega * unit.vol) / (2 * unit.years * DAYS_PER_YEAR),
    vanna: contracts * unit.vanna * POINT,
    volga: contracts * unit.volga * POINT * POINT,
  };
}

/** Under sticky delta: the chain rule through σ(ln(K/F)), flat beyond the slice's domain. */
function stickyDeltaGreeks(position: ValuedPosition, snapshot: MarketSnapshot): Greeks {
  const fixed = positionGreeks(position);
  const unit = sensitivitiesOf(position);
  if (unit === undefined) return fixed;
  const { instrument, lots } = position;
  const slice = snapshot.underlyings[instrument.underlying].slices.find(
    ({ expiry }) => expiry === instrument.expiry,
  );
  if (slice?.state !== 'live') return fixed;
  const { forward, years, vol } = unit;
  const k = Math.log(Number(instrument.strikeE4) / 1e4 / forward);
  const { slope, curvature } = volSlopes(slice, k, years, vol);
  const contracts = Number(lots) / 100;
  const volByForward = -slope / forward;
  const volByForwardTwice = (slope + curvature) / (forward * forward);
  return {
    ...fixed,
    delta: fixed.delta + contracts * unit.vega * volByForward,
    gamma:
      contracts *
      (unit.gamma +
        2 * unit.vanna * volByForward +
        unit.volga * volByForward * volByForward +
        unit.vega * volByForwardTwice),
    vanna: contracts * (unit.vanna + unit.volga * volByForward) * POINT,
  };
}

export function surfaceGreeks(position: ValuedPosition, snapshot: MarketSnapshot): SurfaceGreeks {
  return {
    stickyStrike: positionGreeks(position),
    stickyDelta: stickyDeltaGreeks(position, snapshot),
  };
}

/** Of positions in one underlying: contracts of different ones do not add up. */
export function sumGreeks(parts: readonly Greeks[]): Greeks {
  const total = (name: keyof Greeks): number => parts.reduce((sum, part) => sum + part[name], 0);
  return {
    delta: total('delta'),
    gamma: total('gamma'),
    vega: total('vega'),
    theta: total('theta'),
    vanna: total('vanna'),
    volga: total('volga'),
  };
}

/**
 * In USD, so that underlyings add up: delta and vanna times the forward, gamma as the change of
 * that dollar delta per 1 % of forward.
 */
function dollarGreeks({ delta, gamma, vanna, ...rest }: Greeks, forward: number): Greeks {
  return {
    ...rest,
    delta: delta * forward,
    gamma: (gamma * forward * forward) / 100,
    vanna: vanna * forward,
  };
}

export interface AccountGreeks {
  /** In contracts of each underlying. */
  readonly underlyings: Pair<SurfaceGreeks>;
  /** In USD over both. */
  readonly account: SurfaceGreeks;
}

function sumSurfaces(parts: readonly SurfaceGreeks[]): SurfaceGreeks {
  return {
    stickyStrike: sumGreeks(parts.map(({ stickyStrike }) => stickyStrike)),
    stickyDelta: sumGreeks(parts.map(({ stickyDelta }) => stickyDelta)),
  };
}

export function accountGreeks(
  positions: readonly ValuedPosition[],
  snapshot: MarketSnapshot,
): AccountGreeks {
  const parts = positions.map((position) => {
    const greeks = surfaceGreeks(position, snapshot);
    const forward = Number(position.valuation.referenceE4) / 1e4;
    return {
      underlying: position.instrument.underlying,
      greeks,
      dollars: {
        stickyStrike: dollarGreeks(greeks.stickyStrike, forward),
        stickyDelta: dollarGreeks(greeks.stickyDelta, forward),
      },
    };
  });
  const of = (u: UnderlyingId): SurfaceGreeks =>
    sumSurfaces(parts.filter(({ underlying }) => underlying === u).map(({ greeks }) => greeks));
  const [btc, eth] = UNDERLYINGS.map(of) as [SurfaceGreeks, SurfaceGreeks];
  return { underlyings: [btc, eth], account: sumSurfaces(parts.map(({ dollars }) => dollars)) };
}
