// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainSpec, SyntheticOption } from '../../prover/market/synthetic.ts';
import { BTC, ETH, expiryName, syntheticChain } from '../../prover/market/synthetic.ts';

/*
 * What public files and bug reports showed to go wrong, as kinds: each takes a sound chain and a
 * source of numbers in [0, 1) and gives a chain with that fault, somewhere and of some size.
 */

export type Random = () => number;

/** mulberry32: small, seeded, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const between = (random: Random, least: number, most: number): number =>
  least + (most - least) * random();
export const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)]!;

/** Few strikes fit fast; the wings still reach two standard deviations. */
const SMALL = { days: [1, 4, 25], strikes: 11 } as const;

/** A sound pair of chains whose level, surface and carry differ from case to case. */
export function soundChains(random: Random) {
  const level = between(random, 0.6, 1.6);
  const surface = {
    rho: between(random, -0.5, 0.1),
    eta: between(random, 0.6, 1.1),
    frontVol: between(random, 0.5, 0.9),
    backVol: between(random, 0.45, 0.6),
  };
  const spec = (base: ChainSpec): ChainSpec => ({
    ...base,
    ...SMALL,
    surface,
    index: Math.round(base.index * level * 100) / 100,
    carry: between(random, 0.01, 0.12),
    tick: base.underlying === 0 ? 1e-4 : 1e-4,
    halfSpread: between(random, 0.005, 0.02),
  });
  const [btc, eth] = [spec(BTC), spec(ETH)];
  return { btc: syntheticChain(btc), eth: syntheticChain(eth), ethSpec: eth };
}

export const mapExpiry = (
  options: readonly SyntheticOption[],
  expiry: number,
  change: (option: SyntheticOption) => Partial<SyntheticOption>,
): SyntheticOption[] =>
  options.map((option) => (option.expiry === expiry ? { ...option, ...change(option) } : option));

export const expiriesOf = (options: readonly SyntheticOption[]): number[] => [
  ...new Set(options.map(({ expiry }) => expiry)),
];

export const dayOf = (expiry: number): string => new Date(expiry * 1000).toISOString().slice(0, 10);

/** OpenBB-finance/OpenBB#7611: one row hours after the rest. */
export function oneRowAhead(options: readonly SyntheticOption[], random: Random) {
  const at = Math.floor(random() * options.length);
  const seconds = Math.round(between(random, 1800, 40 * 86_400));
  return {
    options: options.map((option, index) =>
      index === at ? { ...option, time: option.time + seconds } : option,
    ),
    // The header is row 1.
    row: at + 2,
  };
}

/** bottama/Deribit-Option-Data: a forward of another expiry, or of another moment. */
export function wrongForward(options: readonly SyntheticOption[], random: Random) {
  const expiry = pick(random, expiriesOf(options));
  const sign = random() < 0.5 ? -1 : 1;
  const factor = 1 + sign * between(random, 0.02, 0.045);
  return {
    options: mapExpiry(options, expiry, ({ forward }) => ({
      forward: Math.round(forward! * factor * 100) / 100,
    })),
    expiry,
  };
}

/** An index of another moment or another market. */
export function wrongIndex(options: readonly SyntheticOption[], random: Random) {
  const sign = random() < 0.5 ? -1 : 1;
  const factor = 1 + sign * between(random, 0.02, 0.6);
  return options.map((option) => ({ ...option, index: Math.round(option.index * factor) }));
}

/** yfinance#95: local time read as UTC. The nearest expiry must stay in the future. */
export function wrongClock(options: readonly SyntheticOption[], random: Random) {
  const hours = pick(random, [-12, -9, -8, -7, -5, -4, -3, -2, 2, 3, 5, 7, 8, 9, 12]);
  return { options: options.map((each) => ({ ...each, time: each.time + 3600 * hours })), hours };
}

export const swappedSides = (options: readonly SyntheticOption[]): SyntheticOption[] =>
  options.map((option) => ({ ...option, bid: option.ask, ask: option.bid }));

/** The same chain as it stood some hours before, at another level: right in itself. */
export function older(spec: ChainSpec, random: Random): SyntheticOption[] {
  const seconds = Math.round(between(random, 400, 20 * 3600));
  const index = Math.round(spec.index * between(random, 0.9, 1.1));
  const days = spec.days.map((day) => day + Math.ceil(seconds / 86_400));
  return syntheticChain({ ...spec, index, days, time: spec.time - seconds });
}

/** A mark volatility of a wrong day count or of another unit of 10 %. */
export function wrongVols(options: readonly SyntheticOption[], random: Random) {
  const factor = pick(random, [0.8, 0.9, 365 / 252, 1.1, 1.2, 1.3]);
  return options.map((option) => ({ ...option, markVol: option.markVol * factor }));
}

/** An expiry hour that is not the venue's: 16:00 in place of 08:00 shows in the marks alone. */
export function wrongExpiry(options: readonly SyntheticOption[], random: Random) {
  const expiry = pick(random, expiriesOf(options));
  const wrong = expiry + 86_400;
  return {
    options: options.map((option) =>
      option.expiry === expiry
        ? {
            ...option,
            expiry: wrong,
            instrument: option.instrument.replace(expiryName(expiry), expiryName(wrong)),
          }
        : option,
    ),
    expiry: wrong,
  };
}
