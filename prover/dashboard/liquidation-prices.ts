// SPDX-License-Identifier: GPL-3.0-or-later
import { VOL_UNCHANGED, repriceMarket, shockSnapshot } from '../analysis/shock.ts';
import type { Portfolio } from '../model/types.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { abs } from '../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';

/** Moves of both indices together, in 10⁻⁴. */
export const PRICE_MOVES_BPS = [
  -5_000n,
  -3_000n,
  -2_000n,
  -1_000n,
  -500n,
  0n,
  500n,
  1_000n,
  2_000n,
  3_000n,
  5_000n,
] as const;
/** The stress beside it: every implied volatility times this over 10⁶. */
export const STRESS_VOL_PPM = 1_500_000n;

/** Who is below maintenance in a market, and what they hold at the indices of now, E6 USD. */
export interface Below {
  readonly accounts: number;
  /** Σ|lots| × index of every position of theirs. */
  readonly notionalE6: bigint;
}

/** Below maintenance at a move of the indices, with volatilities as they are and stressed. */
export interface PriceRung {
  readonly moveBps: bigint;
  readonly now: Below;
  readonly stressed: Below;
}

const BPS = 10_000n;

/** The market after such a move; prices follow as docs/risk-analysis.md says of a shock. */
export function marketAt(market: PricedMarket, moveBps: bigint, volPpm: bigint): PricedMarket {
  const { snapshot, parameters } = market;
  const [btc, eth] = snapshot.underlyings.map(({ indexE4 }) => (indexE4 * (BPS + moveBps)) / BPS);
  const shock = {
    indexE4: [btc!, eth!] as const,
    volPpm: [volPpm, volPpm] as const,
    seconds: 0n,
  };
  return repriceMarket(market, shockSnapshot(snapshot, shock, parameters).snapshot);
}

/** At the indices of a market, E6 USD. */
export const notionalE6 = (
  { positions }: Pick<Portfolio, 'positions'>,
  { snapshot }: Pick<PricedMarket, 'snapshot'>,
): bigint =>
  positions.reduce(
    (sum, { instrument, lots }) =>
      sum + abs(lots) * snapshot.underlyings[instrument.underlying].indexE4,
    0n,
  );

/** @param elsewhere the market in which they may fall short, where their notional is of `market` */
export function belowIn(
  portfolios: readonly Portfolio[],
  market: PricedMarket,
  elsewhere: PricedMarket,
): Below {
  const below = portfolios.filter(
    (portfolio) => marginPortfolio(portfolio, elsewhere).liquidatable,
  );
  return {
    accounts: below.length,
    notionalE6: below.reduce((sum, portfolio) => sum + notionalE6(portfolio, market), 0n),
  };
}

/** All rungs, one after the other: whoever asks may do something else in between. */
export async function priceRungs(
  below: (moveBps: bigint, volPpm: bigint) => Promise<Below>,
): Promise<readonly PriceRung[]> {
  const rungs: PriceRung[] = [];
  for (const moveBps of PRICE_MOVES_BPS) {
    const now = await below(moveBps, VOL_UNCHANGED);
    rungs.push({ moveBps, now, stressed: await below(moveBps, STRESS_VOL_PPM) });
  }
  return rungs;
}
