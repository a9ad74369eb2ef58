// SPDX-License-Identifier: GPL-3.0-or-later

/** A number of a feed: the bounds outside which it is a fault or in another unit. */
export interface Quantity {
  readonly min: number;
  readonly max: number;
  readonly rule: string;
}

/** 2³⁷ · 10⁻⁴: what the snapshot's index can hold. */
const MAX_USD = 13_743_895;

const usd: Quantity = {
  min: 0.0001,
  max: MAX_USD,
  rule: `must be a price in USD, 0.0001 … ${MAX_USD}`,
};

export const QUANTITY = {
  usd,
  percent: {
    min: 2,
    max: 1000,
    rule: 'must be a volatility in percent, 2 … 1000 (65 is 65 %)',
  },
  fraction: {
    min: 0.02,
    max: 10,
    rule: 'must be a volatility as a fraction, 0.02 … 10 (0.65 is 65 %)',
  },
  /** A put is worth at most K/F coins, and chains list strikes of a few forwards. */
  coin: { min: 0, max: 100, rule: 'must be a price in coin, 0 … 100 (not in USD)' },
  optionUsd: { min: 0, max: MAX_USD, rule: `must be an option's price in USD, 0 … ${MAX_USD}` },
  amount: { min: 0, max: 1e12, rule: 'must be at least 0' },
  delta: { min: -1.5, max: 1.5, rule: 'must be a delta, -1 … 1' },
} as const satisfies Record<string, Quantity>;
