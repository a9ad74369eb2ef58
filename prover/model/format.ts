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

/** A 160-bit address as 0x and 40 digits in lower case. */
export function formatAddress(address: bigint): string {
  return `0x${address.toString(16).padStart(40, '0')}`;
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

const GAP = 2;

/** Columns after the first, in as many blocks as `width` needs; each keeps the first beside it. */
function blocksOf(widths: readonly number[], width: number): number[][] {
  const [first = 0, ...others] = widths;
  const blocks: number[][] = [[]];
  let used = first;
  for (const [index, own] of others.entries()) {
    const block = blocks.at(-1)!;
    if (block.length > 0 && used + GAP + own > width) {
      blocks.push([index + 1]);
      used = first + GAP + own;
    } else {
      block.push(index + 1);
      used += GAP + own;
    }
  }
  return blocks;
}

/** The first column and another, no wider together than `width` if their words allow that. */
function pairOf(first: number, own: number, words: readonly [number, number], width: number) {
  const narrowed = Math.max(words[1], Math.min(own, width - GAP - first));
  return [Math.max(words[0], Math.min(first, width - GAP - narrowed)), narrowed] as const;
}

/**
 * Columns as wide as their widest cell; the first is aligned left, the rest right. What is wider than
 * `width` characters is set in blocks one below the other, an empty line between, the first column in
 * each; where two columns alone are too wide, their cells take several lines. Nothing is cut.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string[] {
  const lines = [header, ...rows];
  const widest = (column: number, of: (cell: string) => readonly string[]): number =>
    Math.max(...lines.flatMap((line) => of(line[column] ?? '').map((text) => text.length)));
  const widths = header.map((_, column) => widest(column, (cell) => [cell]));
  const wordsOf = (column: number): number => widest(column, (cell) => cell.split(' '));
  return blocksOf(widths, width).flatMap((block, index) => {
    const sizes = [0, ...block].map((column) => widths[column] ?? 0);
    const [first = 0, own] = sizes;
    if (own === undefined) sizes[0] = Math.max(wordsOf(0), Math.min(first, width));
    else if (block.length === 1) {
      sizes.splice(0, 2, ...pairOf(first, own, [wordsOf(0), wordsOf(block[0]!)], width));
    }
    const set = (line: readonly string[]): string[] => {
      const cells = [0, ...block].map((column, at) => wrapText(line[column] ?? '', sizes[at]!));
      const height = Math.max(...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, row) =>
        cells
          .map((texts, at) => {
            const text = texts[row] ?? '';
            return at === 0 ? text.padEnd(sizes[at]!) : text.padStart(sizes[at]!);
          })
          .join(' '.repeat(GAP))
          .trimEnd(),
      );
    };
    return [...(index === 0 ? [] : ['']), ...lines.flatMap(set)];
  });
}

/** Prose in lines of at most `width` characters, where no single word is longer. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
