// SPDX-License-Identifier: GPL-3.0-or-later
import { barsCovering, worstExcursions, type PricePath } from '../../prover/forecast/price-path.ts';
import { scaledMargin } from '../../prover/forecast/scaled-margin.ts';
import type { ImpliedSeries } from '../../prover/market/volatility/implied-series.ts';
import { blackPrice } from '../../prover/market/surface/black.ts';
import type { MarketSnapshot, RiskParameters, UnderlyingId } from '../../prover/model/types.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../../prover/model/types.ts';
import { priceMarket } from '../../prover/risk/pricing/market.ts';
import { interpolateTenor } from '../../prover/risk/pricing/tenor.ts';
import { SECONDS_PER_YEAR } from '../../prover/core/year.ts';

const HOUR = 3600;
const DAY = 86_400;

const percent = (value: number, digits = 1): string => (100 * value).toFixed(digits);
export const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const head = (cells: readonly string[]): string[] => [row(cells), row(cells.map(() => '---'))];

function sorted(values: Float64Array, path: PricePath, from: number): Float64Array {
  return values.filter((value, index) => !Number.isNaN(value) && path.times[index]! >= from).sort();
}
const quantile = (values: Float64Array, share: number): number =>
  values[Math.min(values.length - 1, Math.max(0, Math.ceil(share * values.length) - 1))]!;
const shareBeyond = (values: Float64Array, limit: number): number =>
  values.filter((value) => value > limit).length / values.length;

/** Worst excursions by horizon, and the share of the scan range that would have covered them. */
export function moves(
  u: UnderlyingId,
  path: PricePath,
  set: RiskParameters,
  from: number,
): string[] {
  const scan = scaledMargin(set, u, 10_000n);
  const lines = [2, 4, 8, 24].flatMap((hours) => {
    const { falls, rises } = worstExcursions(path, barsCovering(hours * HOUR, path.stepSeconds));
    return (
      [
        ['fall', falls, scan.long(1)],
        ['rise', rises, scan.short(1)],
      ] as const
    ).map(([name, values, range]) => {
      const own = sorted(values, path, from);
      const at = (share: number): string => percent(quantile(own, share));
      const factor = (share: number): string => (quantile(own, share) / range).toFixed(2);
      return row([
        `${UNDERLYING_SYMBOLS[u]} ${name}, ${hours} h`,
        percent(range),
        at(0.99),
        at(0.999),
        at(1),
        factor(0.99),
        factor(0.999),
      ]);
    });
  });
  return [
    ...head(['', 'scan range %', '99 %', '99.9 %', 'worst', 'factor for 99 %', 'for 99.9 %']),
    ...lines,
  ];
}

/** How often a loan at its maintenance margin would have ended below its debt. */
export function haircuts(
  paths: readonly (PricePath | undefined)[],
  set: RiskParameters,
  from: number,
): string[] {
  const lines = set.collateral.flatMap(({ underlying, haircutsBps }, c) => {
    const path = paths[underlying];
    if (path === undefined) return [];
    const haircut = Number(haircutsBps[0]) / 10_000;
    const mm = scaledMargin(set, underlying, set.mmFactorBps).long(1);
    const cushion = 1 - (1 - haircut) * (1 - mm);
    const beyond = (hours: number, limit: number): string => {
      const { falls } = worstExcursions(path, barsCovering(hours * HOUR, path.stepSeconds));
      return percent(shareBeyond(sorted(falls, path, from), limit), 3);
    };
    return [
      row([
        COLLATERAL_SYMBOLS[c] as string,
        percent(haircut),
        beyond(2, haircut),
        beyond(24, haircut),
        percent(cushion),
        beyond(2, cushion),
        beyond(24, cushion),
      ]),
    ];
  });
  return [
    ...head(['', 'haircut %', '2 h beyond it %', '24 h', 'with MM %', '2 h beyond both %', '24 h']),
    ...lines,
  ];
}

/** Relative moves of an implied index (30 days) against the vol shocks of that tenor. */
export function impliedMoves({ times, vols }: ImpliedSeries, set: RiskParameters): string[] {
  const tenor = interpolateTenor(set.tenor, BigInt(30 * DAY));
  const lines = [2, 24].map((hours) => {
    const changes = vols
      .map((vol, index) => {
        const before = times[index - hours];
        return before !== undefined && times[index]! - before === hours * HOUR
          ? vol / vols[index - hours]! - 1
          : NaN;
      })
      .filter((change) => !Number.isNaN(change))
      .sort();
    return row([
      `${hours} h`,
      ...[0, 0.001, 0.01, 0.99, 0.999, 1].map((share) => percent(quantile(changes, share))),
      `+${percent(Number(tenor.volUpQ10) / 1024)} / −${percent(Number(tenor.volDownQ10) / 1024)}`,
    ]);
  });
  return [
    ...head(['', 'least', '0.1 %', '1 %', '99 %', '99.9 %', 'most', 'shock, 30 d']),
    ...lines,
  ];
}

/** Between two real surfaces: volatility at the money and forward ratio of every expiry, and shocks. */
export function surfaceMoves(
  [before, after]: readonly [MarketSnapshot, MarketSnapshot],
  set: RiskParameters,
): string[] {
  const markets = [priceMarket(before, set), priceMarket(after, set)] as const;
  const lines = ([0, 1] as const).flatMap((underlying) =>
    before.underlyings[underlying].slices.flatMap((slice) => {
      const later = after.underlyings[underlying].slices.find((own) => own.expiry === slice.expiry);
      if (slice.state !== 'live' || later?.state !== 'live') return [];
      const vols = markets.map((market) => {
        const at = { underlying, kind: 'call', expiry: slice.expiry, strikeE4: 1n } as const;
        const { forwardE4, tau } = market.expiry(at);
        const deviation = Number(market.value({ ...at, strikeE4: forwardE4 }).stdDevQ32) / 2 ** 32;
        return deviation / Math.sqrt(Number(tau) / SECONDS_PER_YEAR);
      });
      const tau = slice.expiry - before.time;
      const tenor = interpolateTenor(set.tenor, tau);
      const roll = 1024 * Math.log(Number(later.forwardRatioQ30) / Number(slice.forwardRatioQ30));
      return [
        row([
          `${UNDERLYING_SYMBOLS[underlying]} ${(Number(tau) / DAY).toFixed(1)} d`,
          `${percent(vols[0]!)} → ${percent(vols[1]!)}`,
          percent(vols[1]! / vols[0]! - 1),
          percent(Number(tenor.volUpQ10) / 1024),
          roll.toFixed(1),
          Number(tenor.rollLogQ10),
        ]),
      ];
    }),
  );
  return [...head(['', 'vol %', 'change %', 'shock %', 'roll (2⁻¹⁰)', 'shock']), ...lines];
}

/** Short 7-day options far from the money: what decides their margin, and the worst 2 h they lost. */
export function tails(
  u: UnderlyingId,
  path: PricePath,
  set: RiskParameters,
  from: number,
): string[] {
  const vol = 0.6;
  const years = (7 * DAY) / SECONDS_PER_YEAR;
  const tenor = interpolateTenor(set.tenor, BigInt(7 * DAY));
  const [up, down] = [1 + Number(tenor.volUpQ10) / 1024, 1 - Number(tenor.volDownQ10) / 1024];
  const { falls, rises } = worstExcursions(path, barsCovering(2 * HOUR, path.stepSeconds));
  const lines = (
    [
      ['call', 1.15],
      ['call', 1.3],
      ['call', 1.5],
      ['put', 0.87],
      ['put', 0.75],
      ['put', 0.6],
    ] as const
  ).map(([kind, strike]) => {
    const price = (index: number, factor: number): number =>
      blackPrice(kind, index, strike, vol * factor * Math.sqrt(years));
    const losses = set.underlyings[u].scenarios.map(({ multiplierQ24, dampingQ16, vol: shock }) => {
      const factor = shock === 'up' ? up : shock === 'down' ? down : 1;
      return {
        tail: dampingQ16 !== 65_536n,
        loss:
          (Number(dampingQ16) / 65_536) *
          (price(Number(multiplierQ24) / 2 ** 24, factor) - price(1, 1)),
      };
    });
    const most = (tail: boolean): number =>
      Math.max(0, ...losses.filter((own) => own.tail === tail).map(({ loss }) => loss));
    const mm =
      (Number(set.mmFactorBps) / 10_000) * Math.max(most(true), most(false)) +
      Number(set.shortOption.mmBps) / 10_000;
    const own = sorted(kind === 'call' ? rises : falls, path, from);
    const sign = kind === 'call' ? 1 : -1;
    // Volatility up by the 99.9 % of two hours of the index, with the price.
    const lost = (share: number): number =>
      price(1 + sign * quantile(own, share), 1.15) - price(1, 1);
    return row([
      `${UNDERLYING_SYMBOLS[u]} ${kind} ${strike}`,
      percent(most(false), 2),
      percent(most(true), 2),
      percent(mm, 2),
      percent(lost(0.999), 2),
      percent(lost(1), 2),
    ]);
  });
  return [
    ...head(['short, 7 d', 'scan % of index', 'tails, damped', 'MM', '99.9 % of 2 h', 'worst']),
    ...lines,
  ];
}
