// SPDX-License-Identifier: GPL-3.0-or-later
import type { LevelSearch, MarginLevel, MarginLevels } from '../../../analysis/levels.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { levelText, moveText, type LevelFormat } from '../../../analysis/figures/levels-text.ts';
import type { Output } from '../../table.ts';
import { printTable } from './sections.ts';

const DIRECTIONS = ['down', 'up'] as const;

function cell(
  { level, second, searchedTo, healthyNow }: MarginLevel,
  now: bigint,
  format: LevelFormat,
): string {
  if (level === undefined) return `none up to ${format(searchedTo)}`;
  const back = second === undefined ? '' : `, back at ${format(second)}`;
  return `${healthyNow ? '' : 'restored at '}${format(level)} (${moveText(level, now)})${back}`;
}

function rowsOf(name: string, search: LevelSearch, format: LevelFormat): string[][] {
  return DIRECTIONS.map((direction) => [
    `${name} ${format(search.now)}, ${direction}`,
    cell(search[direction].mm, search.now, format),
    cell(search[direction].im, search.now, format),
  ]);
}

/** The level table for people. */
export function printLevels(output: Output, { index, vol }: MarginLevels): void {
  const rows = index.flatMap(({ underlying, ...search }) =>
    rowsOf(`${UNDERLYING_SYMBOLS[underlying]} index`, search, levelText.index),
  );
  if (vol !== undefined) {
    rows.push(...rowsOf('all volatilities x', vol, levelText.vol));
  }
  printTable(
    output,
    'Margin-call levels (one thing moves: forwards by ratio, strikes keep their volatility)',
    ['level now', 'equity crosses MM', 'equity crosses IM'],
    rows.length === 0 ? [['nothing held moves with the market']] : rows,
  );
}
