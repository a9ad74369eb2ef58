// SPDX-License-Identifier: GPL-3.0-or-later
import type { LevelSearch, MarginLevel, MarginLevels } from '../../../analysis/levels.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { formatFixed } from '../../../model/format.ts';
import type { Output } from '../../table.ts';
import { printTable } from './sections.ts';

export type LevelFormat = (level: bigint) => string;

/** How levels of an index and of volatilities are written. */
export const levelText = {
  index: (level: bigint): string => formatFixed(level, 4),
  vol: (level: bigint): string => formatFixed(level, 6),
} as const;

const DIRECTIONS = ['down', 'up'] as const;

/** Move from now in hundredths of a percent, to the nearest. */
export function moveText(level: bigint, now: bigint): string {
  const bps = Math.round((Number(level - now) / Number(now)) * 10_000);
  return `${bps < 0 ? '' : '+'}${(bps / 100).toFixed(2)} %`;
}

function cell(
  { level, searchedTo, healthyNow }: MarginLevel,
  now: bigint,
  format: LevelFormat,
): string {
  if (level === undefined) return `none up to ${format(searchedTo)}`;
  return `${healthyNow ? '' : 'restored at '}${format(level)} (${moveText(level, now)})`;
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

function searchJson({ now, up, down }: LevelSearch, unit: 'E4' | 'Ppm') {
  const level = ({ healthyNow, lastBefore, level: at, searchedTo }: MarginLevel) => ({
    healthyNow,
    [`lastBefore${unit}`]: lastBefore ?? null,
    [`level${unit}`]: at ?? null,
    [`searchedTo${unit}`]: searchedTo,
  });
  return {
    [`now${unit}`]: now,
    down: { mm: level(down.mm), im: level(down.im) },
    up: { mm: level(up.mm), im: level(up.im) },
  };
}

/** The same for programs; a level not found is null. */
export function levelsJson({ index, vol }: MarginLevels): unknown {
  return {
    index: index.map(({ underlying, ...search }) => ({
      symbol: UNDERLYING_SYMBOLS[underlying],
      ...searchJson(search, 'E4'),
    })),
    vol: vol === undefined ? null : searchJson(vol, 'Ppm'),
  };
}
