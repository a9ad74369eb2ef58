// SPDX-License-Identifier: GPL-3.0-or-later
import { formatFixed } from '../../model/format.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { LevelSearch, MarginLevel, MarginLevels } from '../levels.ts';

export type LevelFormat = (level: bigint) => string;

/** How levels of an index and of volatilities are written. */
export const levelText = {
  index: (level: bigint): string => formatFixed(level, 4),
  vol: (level: bigint): string => formatFixed(level, 6),
} as const;

/** Move from now in hundredths of a percent, to the nearest. */
export function moveText(level: bigint, now: bigint): string {
  const bps = Math.round((Number(level - now) / Number(now)) * 10_000);
  return `${bps < 0 ? '' : '+'}${(bps / 100).toFixed(2)} %`;
}

function searchFigures({ now, up, down }: LevelSearch, unit: 'E4' | 'Ppm') {
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
export function levelsFigures({ index, vol }: MarginLevels): object {
  return {
    index: index.map(({ underlying, ...search }) => ({
      symbol: UNDERLYING_SYMBOLS[underlying],
      ...searchFigures(search, 'E4'),
    })),
    vol: vol === undefined ? null : searchFigures(vol, 'Ppm'),
  };
}
