// SPDX-License-Identifier: GPL-3.0-or-later
import type { SessionRow } from '../../commitments/session/session-row.ts';
import { LIGHT_RATE_SHIFT } from '../../commitments/session/session-row.ts';
import {
  COVERED_TAILS,
  MOVED_IDS,
  DAMPED_IDS,
  PACKED_SCENARIOS,
} from '../../commitments/session/lanes.ts';
import type { StressClaim } from '../../commitments/session/batch-claim.ts';
import { abs, divCeil, divFloor, max, sum } from '../../risk/pricing/fixed-point.ts';
import { UNDERLYINGS, type Pair, type Portfolio, type UnderlyingId } from '../../model/types.ts';
import {
  COIN_UNIT_E6,
  LOSS_BITS,
  type SessionTerms,
} from '../../commitments/session/session-terms.ts';

/** Gross dollar deltas of a light account are at most the whole first band. */
export const WHOLE_BAND_Q40 = 1n << 40n;
/** Widths that a batch gives an account (docs/spec.md §10.5). */
export const LIGHT_SURPLUS_BITS = LOSS_BITS + 36;
export const LIGHT_COIN_BITS = 80;
export const COIN_UNITS_BITS = 44;
/** Bounds what stands in lanes of 62 and 63 bits. */
export const NOTIONAL_BITS = 60;
export const SAFE_SLACK_BITS = LOSS_BITS + 10;

/** An account's position with the row that prices it. */
export interface RowPosition {
  readonly row: SessionRow;
  readonly lots: bigint;
}

/** What an account brings to a session if its gross bound suffices. E6·10⁴ and Q40. */
export interface LightSums {
  readonly surplusE10: bigint;
  readonly bandShareQ40: bigint;
}

export function lightSums(positions: readonly RowPosition[], terms: SessionTerms): LightSums {
  const [firstRateBps] = terms.marginalMmBps;
  let surplusE10 = 0n;
  let bandShareQ40 = 0n;
  for (const { row, lots } of positions) {
    if (row.key === 0n) continue;
    const isLong = lots >= 0n;
    const count = abs(lots);
    const rate = isLong ? row.longRate : row.shortRate;
    const charge = isLong ? row.longChargeE8 : row.shortChargeE8;
    const concentration = firstRateBps * (abs(row.dollarDeltaE4) + 1n);
    const cost = 10_000n * (rate << LIGHT_RATE_SHIFT) + charge + concentration;
    surplusE10 += lots * 10_000n * row.markE4 - count * (10_000n + cost);
    bandShareQ40 += count * row.bandShareQ40;
  }
  return { surplusE10, bandShareQ40 };
}

/** Coins at price without haircut, E12 USD. */
const coinsE12 = ({ collateralE8 }: Pick<Portfolio, 'collateralE8'>, terms: SessionTerms): bigint =>
  sum(collateralE8.map((balance, c) => balance * terms.assets[c]!.priceE4));

/** Room below the cap, and the surplus at gross losses (10⁻¹⁶ USD): both ≥ 0 for a light account. */
export function lightRoom(
  portfolio: Pick<Portfolio, 'quoteE6' | 'collateralE8'>,
  { surplusE10 }: LightSums,
  terms: SessionTerms,
): { readonly capE12: bigint; readonly surplusE16: bigint } {
  const coins = portfolio.collateralE8.map((balance, c) => {
    const { priceE4, lightBps } = terms.assets[c]!;
    return balance * priceE4 * lightBps;
  });
  return {
    capE12: terms.lightCapE12 - coinsE12(portfolio, terms),
    surplusE16: 1_000_000n * (10_000n * portfolio.quoteE6 + surplusE10) + sum(coins),
  };
}

export const inBits = (value: bigint, bits: number): boolean =>
  value >= 0n && value >> BigInt(bits) === 0n;

/** Whether gross losses, coins in the first tier and deltas in the first band show the account covered. */
export function isLight(
  portfolio: Pick<Portfolio, 'quoteE6' | 'collateralE8'>,
  sums: LightSums,
  terms: SessionTerms,
): boolean {
  const { capE12, surplusE16 } = lightRoom(portfolio, sums, terms);
  return (
    inBits(capE12, LIGHT_COIN_BITS) &&
    inBits(surplusE16, LIGHT_SURPLUS_BITS) &&
    sums.bandShareQ40 <= WHOLE_BAND_Q40
  );
}

/** Sums over positions of an account that is margined by scenario. E6 unless named otherwise. */
export interface HeavySums {
  /** Marks less a unit a lot: the exact value is not below it. */
  readonly valueE6: bigint;
  readonly chargeE10: bigint;
  /** BTC up, BTC down, ETH up, ETH down. */
  readonly deltasE6: readonly [bigint, bigint, bigint, bigint];
  readonly notionalE6: bigint;
  /** By underlying, ids 1…32, a unit a lot added; absent where the account holds nothing of it. */
  readonly lossesE6: Pair<readonly bigint[] | undefined>;
}

export function heavySums(positions: readonly RowPosition[]): HeavySums {
  const of = (u: UnderlyingId): readonly RowPosition[] =>
    positions.filter(({ row }) => row.key !== 0n && row.underlying === u);
  const own: Pair<readonly RowPosition[]> = [of(0), of(1)];
  const all = [...own[0], ...own[1]];
  const gross = (some: readonly RowPosition[]): bigint => sum(some.map(({ lots }) => abs(lots)));
  const delta = (u: UnderlyingId): bigint =>
    sum(own[u].map(({ row, lots }) => lots * row.dollarDeltaE4));
  const losses = (u: UnderlyingId): readonly bigint[] | undefined => {
    if (own[u].length === 0) return undefined;
    const rounding = gross(own[u]);
    return Array.from(
      { length: PACKED_SCENARIOS },
      (_, place) => rounding + sum(own[u].map(({ row, lots }) => lots * row.lossesE4[place]!)),
    );
  };
  const charge = ({ row, lots }: RowPosition): bigint =>
    abs(lots) * (lots < 0n ? row.shortChargeE8 : row.longChargeE8);
  return {
    valueE6: sum(all.map(({ row, lots }) => lots * row.markE4)) - gross(all),
    chargeE10: sum(all.map(charge)),
    deltasE6: [
      gross(own[0]) + delta(0),
      gross(own[0]) - delta(0),
      gross(own[1]) + delta(1),
      gross(own[1]) - delta(1),
    ],
    notionalE6: sum(all.map(({ row, lots }) => abs(lots) * row.notionalE4)),
    lossesE6: [losses(0), losses(1)],
  };
}

/** Coins of an account in units of 2¹⁶ E6, rounded down, by underlying. */
export interface CoinUnits {
  readonly haircut: Pair<bigint>;
  readonly gross: Pair<bigint>;
}

/** Haircut value of one asset, E16 USD: exact but for tiers that begin a fraction of a coin early. */
export function haircutE16(balanceE8: bigint, asset: SessionTerms['assets'][number]): bigint {
  const [whole, ...steps] = asset.ratesE8;
  return steps.reduce(
    (value, rate, tier) => value - rate * max(0n, balanceE8 - asset.edgesE8[tier]!),
    whole * balanceE8,
  );
}

export function coinUnits(collateralE8: Portfolio['collateralE8'], terms: SessionTerms): CoinUnits {
  const total = (u: UnderlyingId, of: (place: number) => bigint): bigint =>
    sum(terms.assets.map((asset, place) => (asset.underlying === u ? of(place) : 0n)));
  const haircut = (u: UnderlyingId): bigint =>
    divFloor(
      total(u, (place) => haircutE16(collateralE8[place]!, terms.assets[place]!)),
      COIN_UNIT_E6 * 10n ** 10n,
    );
  const gross = (u: UnderlyingId): bigint =>
    divFloor(
      total(u, (place) => collateralE8[place]! * terms.assets[place]!.priceE4),
      COIN_UNIT_E6 * 10n ** 6n,
    );
  return { haircut: [haircut(0), haircut(1)], gross: [gross(0), gross(1)] };
}

/** The largest damped loss of positions and coins of one underlying, E6, rounded up; at least 0. */
export function maximumLoss(
  losses: readonly bigint[],
  units: bigint,
  { lossesQ24, dampingsQ16 }: SessionTerms['underlyings'][number],
): bigint {
  let largest = 0n;
  losses.forEach((loss, place) => {
    const id = place + 1;
    const moved = MOVED_IDS.indexOf(id);
    if (moved < 0) {
      largest = max(largest, loss);
      return;
    }
    const lossQ8 = 256n * loss + units * lossesQ24[moved]!;
    const damped = DAMPED_IDS.indexOf(id);
    const dampingQ16 = damped < 0 ? 1n << 16n : dampingsQ16[damped]!;
    largest = max(largest, divCeil(dampingQ16 * lossQ8, 1n << 24n));
  });
  return largest;
}

/**
 * The largest loss after any covered scenario, no tail damped, and at least the damped one: what an
 * account must be able to bear in each underlying at once for no joint scenario to leave it short.
 */
export function wholeLoss(
  maximumE6: bigint,
  losses: readonly bigint[],
  units: bigint,
  { lossesQ24 }: SessionTerms['underlyings'][number],
): bigint {
  return COVERED_TAILS.reduce((largest, id) => {
    const coinQ8 = units * lossesQ24[MOVED_IDS.indexOf(id)]!;
    return max(largest, divCeil(256n * losses[id - 1]! + coinQ8, 256n));
  }, maximumE6);
}

/** Concentration charge of a dollar delta, E6·10⁴. */
export function concentrationE10(
  deltaE6: bigint,
  u: UnderlyingId,
  { marginalMmBps, underlyings }: SessionTerms,
): bigint {
  return underlyings[u].bandEdgesE6.reduce(
    (total, edge, band) =>
      total + (marginalMmBps[band + 1]! - marginalMmBps[band]!) * max(0n, deltaE6 - edge),
    marginalMmBps[0] * deltaE6,
  );
}

/** What both underlyings lose at most, 2⁻⁸ E6: what is held of one, or where nothing is what coins alone can lose. */
const bothLossesQ8 = (
  maximaE6: Pair<bigint | undefined>,
  units: Pair<bigint>,
  terms: SessionTerms,
): bigint =>
  sum(
    UNDERLYINGS.map((u) => {
      const maximum = maximaE6[u];
      return maximum === undefined
        ? units[u] * terms.underlyings[u].largestLossQ24
        : 256n * maximum;
    }),
  );

/** What shows that no pair of covered scenarios leaves a heavy account short: ≥ 0 if so. E6·2⁸. */
export const safeSlack = (
  equityE6: bigint,
  wholeE6: Pair<bigint | undefined>,
  units: Pair<bigint>,
  terms: SessionTerms,
): bigint => 256n * equityE6 - bothLossesQ8(wholeE6, units, terms);

/** What decides whether a heavy account is covered: ≥ 0 if so. E6·10⁴·2⁸. */
export function coverSlack(
  equityE6: bigint,
  sums: Pick<HeavySums, 'chargeE10'>,
  deltasE6: Pair<bigint>,
  maximaE6: Pair<bigint | undefined>,
  units: Pair<bigint>,
  terms: SessionTerms,
): bigint {
  const concentration = sum(UNDERLYINGS.map((u) => concentrationE10(deltasE6[u], u, terms)));
  const scanQ8 = bothLossesQ8(maximaE6, units, terms);
  return 256n * (10_000n * equityE6 - sums.chargeE10 - concentration) - terms.mmFactorBps * scanQ8;
}

/**
 * What an account is at least left with after any pair of covered ids that are no tails, of which each may stand
 * still: units of 2⁻⁸ E6, undamped and without haircut. A maximum bounds what is lost with coins after haircut, and
 * what the haircut took off loses no more of its worth than the largest loss.
 */
export function regularEquityQ8(
  grossEquityE6: bigint,
  maximaE6: Pair<bigint | undefined>,
  haircutUnits: Pair<bigint>,
  grossUnits: Pair<bigint>,
  terms: SessionTerms,
): bigint {
  const haircuts = UNDERLYINGS.map(
    (u) => (grossUnits[u] - haircutUnits[u]) * terms.underlyings[u].largestLossQ24,
  );
  return 256n * grossEquityE6 - bothLossesQ8(maximaE6, haircutUnits, terms) - sum(haircuts);
}

/** What an account loses in BTC alone after each of `COVERED_TAILS`, units of 2⁻⁸ E6. */
export function btcTailLossesQ8(
  [losses]: Pair<readonly bigint[] | undefined>,
  [units]: Pair<bigint>,
  { underlyings: [btc] }: SessionTerms,
): Pair<bigint> {
  const loss = (id: number): bigint =>
    256n * (losses?.[id - 1] ?? 0n) + units * btc.lossesQ24[MOVED_IDS.indexOf(id)]!;
  const [fall, rise] = COVERED_TAILS;
  return [loss(fall), loss(rise)];
}

/** What a stress slot counts as short after pairs, in the order of a state's totals: equities, units of 2⁻⁸ E6. */
export function pairEquitiesQ8({
  markE6,
  equitiesQ8,
  btcTailLossesQ8: [fall, rise],
  regularEquityQ8: regular,
}: StressClaim): readonly bigint[] {
  const [afterFall, afterRise] = COVERED_TAILS.map((id) => equitiesQ8[id - 1]!) as [bigint, bigint];
  const mark = 256n * markE6;
  return [
    afterRise + rise - fall,
    afterFall + fall - rise,
    mark - fall,
    afterFall + fall,
    mark - rise,
    afterRise + rise,
    regular,
  ];
}

/** Equities after scenario 1…32 in both underlyings, undamped and without haircut, units of 2⁻⁸ E6. */
export function stressedEquitiesQ8(
  grossEquityE6: bigint,
  lossesE6: Pair<readonly bigint[] | undefined>,
  grossUnits: Pair<bigint>,
  terms: SessionTerms,
): readonly bigint[] {
  return Array.from({ length: PACKED_SCENARIOS }, (_, place) => {
    const moved = MOVED_IDS.indexOf(place + 1);
    const lost = UNDERLYINGS.map((u) => {
      const coins = moved < 0 ? 0n : grossUnits[u] * terms.underlyings[u].lossesQ24[moved]!;
      return 256n * (lossesE6[u]?.[place] ?? 0n) + coins;
    });
    return 256n * grossEquityE6 - sum(lost);
  });
}
