// SPDX-License-Identifier: GPL-3.0-or-later

/** One option under one shock: the inputs of the `option-price` harness. */
export interface PricePoint {
  readonly forwardE4: bigint;
  readonly strikeE4: bigint;
  readonly aQ44: bigint;
  readonly bQ30: bigint;
  readonly cQ30: bigint;
  readonly mQ24: bigint;
  readonly sigmaQ24: bigint;
  readonly kMinQ10: bigint;
  readonly kMaxQ10: bigint;
  readonly multiplierQ24: bigint;
  readonly logMoveQ10: bigint;
  readonly factorQ10: bigint;
  /** 0: no floor. */
  readonly floorVarianceRateQ64: bigint;
  readonly tau: bigint;
}

/** The ranges the error bound is stated for. */
export const DOMAIN = {
  forward: [1, 1e6],
  moneyness: [0.05, 20],
  tau: [600, 3 * 31_536_000],
  volatility: [0.05, 4],
} as const;

const YEAR_SECONDS = 31_536_000;

/** mulberry32: small, well mixed and the same on every machine. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const fixed = (value: number, bits: number): bigint => BigInt(Math.round(value * 2 ** bits));
const within = (value: number, [low, high]: readonly [number, number]): boolean =>
  value >= low && value <= high;

/** Index moves of the grid and of twice its reach, with and without a roll. */
const LOG_MOVES = [-1105, -410, -229, -149, -47, 0, 17, 45, 143, 187, 415, 710, 1125];
const FACTORS = [171, 333, 632, 870, 1024, 1024, 1278, 1536, 1817, 2445];

/**
 * Every second strike is spread evenly over log-moneyness, the others over the standard deviations
 * around the forward: where a short-dated option still has a time value.
 */
export function pricePoint(random: () => number): PricePoint {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const logBetween = ([low, high]: readonly [number, number]): number =>
    Math.exp(between(Math.log(low), Math.log(high)));
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

  const forward = logBetween(DOMAIN.forward);
  const tau = Math.round(logBetween(DOMAIN.tau));
  const volatility = logBetween(DOMAIN.volatility);
  const stdDev = volatility * Math.sqrt(tau / YEAR_SECONDS);
  const edge = Math.log(20);
  const near = Math.max(-edge, Math.min(edge, stdDev * between(-9, 9)));
  const k = random() < 0.5 ? near : between(-edge, edge);
  const forwardE4 = BigInt(Math.round(forward * 1e4));
  const strikeE4 = BigInt(Math.max(1, Math.round(forward * Math.exp(k) * 1e4)));

  // A surface through the wanted variance at this strike: any split between level and wings.
  const rho = between(-0.95, 0.95);
  const m = between(-0.5, 0.5);
  const sigma = logBetween([0.01, 2]);
  const clamped = random() < 0.15;
  const [kMin, kMax] = clamped ? [-between(0.01, 0.5), between(0.01, 0.5)] : [-4, 4];
  const y = Math.max(kMin, Math.min(kMax, k)) - m;
  const shape = rho * y + Math.sqrt(y * y + sigma * sigma);
  const variance = stdDev * stdDev;
  const b = Math.min((random() * variance) / shape, 2 / (1 + Math.abs(rho)) - 1e-6);
  const a = variance - b * shape;

  const logMove = pick(LOG_MOVES);
  const bQ30 = fixed(b, 30);
  return {
    forwardE4,
    strikeE4,
    aQ44: fixed(a, 44),
    bQ30,
    cQ30: fixed(b * rho, 30),
    mQ24: fixed(m, 24),
    sigmaQ24: fixed(sigma, 24),
    kMinQ10: BigInt(Math.floor(kMin * 1024)),
    kMaxQ10: BigInt(Math.ceil(kMax * 1024)),
    multiplierQ24: fixed(Math.exp(logMove / 1024), 24),
    logMoveQ10: BigInt(logMove),
    factorQ10: BigInt(pick(FACTORS)),
    floorVarianceRateQ64: random() < 0.3 ? fixed((0.4 * 0.4) / YEAR_SECONDS, 64) : 0n,
    tau: BigInt(tau),
  };
}

/** Whether forward, moneyness and volatility lie inside the domain, after rounding and shocks. */
export function isInDomain(
  forwardE4: number,
  strikeE4: number,
  stdDev: number,
  tau: bigint,
): boolean {
  const volatility = stdDev / Math.sqrt(Number(tau) / YEAR_SECONDS);
  return (
    within(forwardE4 / 1e4, DOMAIN.forward) &&
    within(strikeE4 / forwardE4, DOMAIN.moneyness) &&
    within(volatility, DOMAIN.volatility)
  );
}
