// SPDX-License-Identifier: GPL-3.0-or-later
import { formatUsd } from '../model/format.ts';

/** 1234567890n E6 as "1,234.567890": to the last unit, so that nothing is hidden by rounding. */
export function exactUsd(amountE6: bigint): string {
  return formatUsd(amountE6, 6).replace('-', '−');
}

export function priceUsd(priceE4: bigint): string {
  return exactUsd(priceE4 * 100n).replace(/\d{4}$/, '');
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
