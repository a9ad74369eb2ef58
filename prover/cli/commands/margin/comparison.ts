// SPDX-License-Identifier: GPL-3.0-or-later
import type { Standing } from '../../../analysis/standing.ts';
import type { Greeks } from '../../../risk/greeks/greeks.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { formatUsd } from '../../../model/format.ts';
import { printRows, type Output } from '../../table.ts';
import { contingencyLines, statusOf } from '../../../analysis/figures/report.ts';

/** Name and decimals of the Greeks shown, in order. */
export const GREEKS: readonly (readonly [keyof Greeks, digits: number])[] = [
  ['delta', 4],
  ['gamma', 6],
  ['vega', 2],
  ['theta', 2],
];

type Row = readonly [name: string, now: string, after: string, change: string];

/** 2⁻¹⁶ of E6, rounded up as the requirement is. */
const scanE6 = (scanQ16: bigint): bigint => -(-scanQ16 >> 16n);

function amountRow(name: string, now: bigint, after: bigint): Row {
  return [name, formatUsd(now), formatUsd(after), formatUsd(after - now)];
}

function greekRows(now: Standing, after: Standing): Row[] {
  return UNDERLYINGS.flatMap((u) =>
    GREEKS.map(([name, digits]): Row => {
      const [before, later] = [now.greeks[u][name], after.greeks[u][name]];
      return [
        `${UNDERLYING_SYMBOLS[u]} ${name}`,
        before.toFixed(digits),
        later.toFixed(digits),
        (later - before).toFixed(digits),
      ];
    }).filter(([, before, later]) => Number(before) !== 0 || Number(later) !== 0),
  );
}

function contingencyRows(now: Standing, after: Standing): Row[] {
  const later = contingencyLines(after.margin, after.market);
  return contingencyLines(now.margin, now.market).flatMap((line, i): Row[] => {
    const other = later[i];
    if (other === undefined || (line.baseE6 === 0n && other.baseE6 === 0n)) return [];
    return [
      amountRow(`  ${line.name}, MM`, line.mmE6, other.mmE6),
      amountRow(`  ${line.name}, IM`, line.imE6, other.imE6),
    ].filter(([, mm, im]) => mm !== '0.00' || im !== '0.00');
  });
}

/** The table now / after / change. */
export function printComparison(output: Output, now: Standing, after: Standing): void {
  const [a, b] = [now.margin, after.margin];
  const rows: Row[] = [
    ['status', statusOf(a), statusOf(b), ''],
    amountRow('equity', a.equityE6, b.equityE6),
    amountRow('maintenance margin', a.mmE6, b.mmE6),
    amountRow('initial margin', a.imE6, b.imE6),
    amountRow('equity above MM', now.excessMmE6, after.excessMmE6),
    amountRow('equity above IM', now.excessImE6, after.excessImE6),
    ...UNDERLYINGS.flatMap((u): Row[] => {
      const [x, y] = [a.underlyings[u], b.underlyings[u]];
      if (x.scanQ16 === 0n && y.scanQ16 === 0n) return [];
      const symbol = UNDERLYING_SYMBOLS[u];
      return [
        amountRow(`${symbol} scan range`, scanE6(x.scanQ16), scanE6(y.scanQ16)),
        [`${symbol} worst scenario`, String(x.worstScenario), String(y.worstScenario), ''],
      ];
    }),
    ['contingencies', '', '', ''],
    ...contingencyRows(now, after),
    ...greekRows(now, after),
  ];
  printRows(output, ['', 'now', 'after', 'change'], rows);
}
