// SPDX-License-Identifier: GPL-3.0-or-later
import { formatFixed, formatUsd } from '../../model/format.ts';
import type { Status } from '../venue-view.ts';

/** To the unit, as the command line has it. */
export const usd = (amountE6: bigint): string => `${formatUsd(amountE6, 6)} USD`;
/** For tables in which a cent is enough: cut towards −∞. */
export const cents = (amountE6: bigint): string => formatUsd(amountE6);

export const ratioText = (ratioBps: bigint | null): string =>
  ratioBps === null ? 'no equity' : `${formatFixed(ratioBps, 2)} %`;

/** Few characters for a cell; its title has the figure. */
export function short(amountE6: bigint): string {
  const dollars = Number(amountE6) / 1e6;
  const size = Math.abs(dollars);
  const [divisor, unit] =
    size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${(dollars / divisor).toFixed(size >= 1e3 ? 1 : 0)}${unit}`;
}

/** A word and a mark beside every colour. */
export const STATUS_MARK: Readonly<Record<Status, string>> = {
  bankrupt: '✕',
  'below maintenance': '▼',
  'below initial margin': '△',
  healthy: '✓',
};

export const STATUS_TONE: Readonly<Record<Status, 'good' | 'warn' | 'bad'>> = {
  bankrupt: 'bad',
  'below maintenance': 'bad',
  'below initial margin': 'warn',
  healthy: 'good',
};

/** UTC; what a reader's own clock says stands in the title. */
export function utc(seconds: bigint): string {
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export const localTime = (seconds: bigint): string =>
  `${new Date(Number(seconds) * 1000).toLocaleString()} here`;

/** Seconds as hours, minutes and seconds, the larger ones where there are any. */
export function lasting(seconds: bigint): string {
  const two = (part: bigint): string => part.toString().padStart(2, '0');
  const [hours, minutes] = [seconds / 3600n, (seconds / 60n) % 60n];
  return hours > 0n
    ? `${hours}:${two(minutes)}:${two(seconds % 60n)} h`
    : `${minutes}:${two(seconds % 60n)} min`;
}
