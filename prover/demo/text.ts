// SPDX-License-Identifier: GPL-3.0-or-later

/** 1234567890n E6 as "1,234.567890": to the last unit, so that nothing is hidden by rounding. */
export function exactUsd(amountE6: bigint): string {
  const magnitude = amountE6 < 0n ? -amountE6 : amountE6;
  const whole = (magnitude / 1_000_000n).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = (magnitude % 1_000_000n).toString().padStart(6, '0');
  return `${amountE6 < 0n ? '−' : ''}${whole}.${fraction}`;
}

export function priceUsd(priceE4: bigint): string {
  return exactUsd(priceE4 * 100n).replace(/\d{4}$/, '');
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Rows under a header; the first column to the left, the others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
