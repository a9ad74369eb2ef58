// SPDX-License-Identifier: GPL-3.0-or-later
import type { DynamicInputs } from '../model/dynamic.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type LiveSlice,
  type MarketSnapshot,
  type Slice,
} from '../model/types.ts';
import { SnapshotRefused } from './admission.ts';
import { distance, exceeds } from './breaker.ts';

/** Volatilities are read off thin books: two honest readings differ by more than two of a price. */
const VOLATILITY_SHARE = 10;
const VARIANCE_SHARE = 2n * BigInt(VOLATILITY_SHARE);

/** At the money, as of the snapshot's time. A measure of distance, so floating point will do. */
function totalVariance({ aQ44, bQ30, cQ30, mQ24, sigmaQ24 }: LiveSlice): number {
  const [m, sigma] = [Number(mQ24) / 2 ** 24, Number(sigmaQ24) / 2 ** 24];
  const wing = (Number(bQ30) / 2 ** 30) * Math.hypot(m, sigma);
  return Number(aQ44) / 2 ** 44 - (Number(cQ30) / 2 ** 30) * m + wing;
}

function requireThat(holds: boolean, what: string, theirs: unknown, ours: unknown): void {
  if (holds) return;
  throw new SnapshotRefused(
    'DISAGREEMENT',
    `${what}: the proposal has ${String(theirs)}, this signer reads ${String(ours)}`,
  );
}

function requireSlice(theirs: Slice, ours: Slice, toleranceBps: bigint, name: string): void {
  if (theirs.state !== ours.state) {
    requireThat(false, name, theirs.state, ours.state);
  } else if (theirs.state === 'expired' && ours.state === 'expired') {
    const [theirPrice, ourPrice] = [theirs.settlementPriceE4, ours.settlementPriceE4];
    // Who has not read it yet cannot contradict it.
    const agrees = ourPrice === 0n || theirPrice === 0n || ourPrice === theirPrice;
    requireThat(agrees, `settlement price of ${name}`, theirPrice, ourPrice);
  } else if (theirs.state === 'live' && ours.state === 'live') {
    const [theirRatio, ourRatio] = [theirs.forwardRatioQ30, ours.forwardRatioQ30];
    const isNear = !exceeds(theirRatio, ourRatio, toleranceBps);
    requireThat(isNear, `forward of ${name}, as a ratio`, theirRatio, ourRatio);
    const [theirVol, ourVol] = [theirs, ours].map((slice) => Math.sqrt(totalVariance(slice)));
    const share = (Number(toleranceBps) * VOLATILITY_SHARE) / 10_000;
    requireThat(
      Math.abs(theirVol! / ourVol! - 1) <= share,
      `volatility of ${name} at the money, to expiry`,
      theirVol,
      ourVol,
    );
  }
}

/** Of inputs of the margin rule: what both counted since the last that the feed took, and the rates beside. */
function requireMarginInputs(
  theirs: DynamicInputs,
  ours: DynamicInputs | undefined,
  last: DynamicInputs | undefined,
  toleranceBps: bigint,
): void {
  if (ours === undefined) {
    throw new SnapshotRefused('DISAGREEMENT', 'margin inputs: this signer reads none at this time');
  }
  const shareBps = toleranceBps * VARIANCE_SHARE;
  // Of nothing there is no share; and of funding, one unit is the least that it can differ by.
  const near = (what: string, proposed: bigint, read: bigint, unit = 0n): void => {
    const apart = distance(proposed, read);
    requireThat(apart <= unit || apart * 10_000n <= shareBps * read, what, proposed, read);
  };
  for (const u of UNDERLYINGS) {
    const symbol = UNDERLYING_SYMBOLS[u];
    const [proposed, read] = [theirs.underlyings[u], ours.underlyings[u]];
    const start = last?.underlyings[u].counterQ48 ?? 0n;
    near(`variance of ${symbol}`, proposed.counterQ48 - start, read.counterQ48 - start);
    near(`implied variance of ${symbol}`, proposed.impliedRateQ64, read.impliedRateQ64);
    near(`funding of ${symbol}`, proposed.fundingBps, read.fundingBps, 1n);
  }
}

/**
 * That a proposal is the market this signer reads itself, number by number, within `toleranceBps`:
 * index, perpetual, collateral and redemption rates, forwards, volatilities at the money (ten times as
 * wide) and settlement prices (exactly) of the expiries both list; variances of the margin rule (twenty
 * times as wide) since `last`. A proposal may lack inputs of the rule: it then takes silence for risk.
 * Throws `SnapshotRefused`.
 */
export function requireAgreement(
  theirs: MarketSnapshot,
  ours: MarketSnapshot,
  toleranceBps: bigint,
  last?: DynamicInputs,
): void {
  const near = (what: string, proposed: bigint, read: bigint): void =>
    requireThat(!exceeds(proposed, read, toleranceBps), what, proposed, read);
  for (const u of [0, 1] as const) {
    const symbol = UNDERLYING_SYMBOLS[u];
    const [proposed, read] = [theirs.underlyings[u], ours.underlyings[u]];
    near(`index of ${symbol}`, proposed.indexE4, read.indexE4);
    near(`perpetual mark of ${symbol}`, proposed.perpetualMarkE4, read.perpetualMarkE4);
    for (const slice of proposed.slices) {
      const own = read.slices.find(({ expiry }) => expiry === slice.expiry);
      if (own !== undefined) {
        requireSlice(slice, own, toleranceBps, `${symbol} ${slice.expiry}`);
      }
    }
  }
  for (const c of [0, 1, 2] as const) {
    const [proposed, read] = [theirs.collateral[c], ours.collateral[c]];
    const symbol = COLLATERAL_SYMBOLS[c];
    near(`collateral price of ${symbol}`, proposed.marketPriceE4, read.marketPriceE4);
    near(`redemption rate of ${symbol}`, proposed.redemptionRateQ30, read.redemptionRateQ30);
  }
  if (theirs.marginInputs !== undefined) {
    requireMarginInputs(theirs.marginInputs, ours.marginInputs, last, toleranceBps);
  }
}
