// SPDX-License-Identifier: GPL-3.0-or-later
import type { Instrument } from './types.ts';
import { UNDERLYING_SYMBOLS } from './types.ts';

/** For people: figures shortened to `digits` are cut towards −∞, never rounded in a claim's favour. */
export function formatFixed(value: bigint, scale: number, digits: number = scale): string {
  const cut = 10n ** BigInt(scale - digits);
  const shortened = value >= 0n ? value / cut : -((-value + cut - 1n) / cut);
  const magnitude = (shortened < 0n ? -shortened : shortened).toString().padStart(digits + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - digits);
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits === 0 ? '' : `.${magnitude.slice(-digits)}`;
  return `${shortened < 0n ? '-' : ''}${grouped}${fraction}`;
}

export function formatUsd(amountE6: bigint, digits = 2): string {
  return formatFixed(amountE6, 6, digits);
}

export function formatUtc(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

/** `BTC 2026-03-27 08:00 70,000.00 call`. */
export function instrumentName(instrument: Instrument): string {
  const { underlying, kind, expiry, strikeE4 } = instrument;
  return [
    UNDERLYING_SYMBOLS[underlying],
    ...(expiry === 0n ? [] : [formatUtc(expiry)]),
    ...(strikeE4 === 0n ? [] : [formatFixed(strikeE4, 4, strikeE4 % 100n === 0n ? 2 : 4)]),
    kind,
  ].join(' ');
}

/** Columns as wide as their widest cell; the first is aligned left, the rest right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
