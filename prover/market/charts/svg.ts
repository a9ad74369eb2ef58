// SPDX-License-Identifier: GPL-3.0-or-later

const INK = '#1b2733';
export const MUTED = '#5d6b78';

/** Coordinates to a tenth of a pixel: the same picture, byte for byte, from the same snapshot. */
export const at = (value: number): string => (Math.round(value * 10) / 10).toString();

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  readonly bold?: boolean;
}

export function label(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 11, anchor = 'start', colour = INK, bold = false } = style;
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${weight}>${escaped(text)}</text>`;
}

export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  colour: string,
  width = 1,
): string {
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${colour}" stroke-width="${width}"/>`;
}

/** Round steps, about `count` of them, that cover the range. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from(
    { length: Math.max(last - first + 1, 0) },
    (_, index) => (first + index) * step,
  );
}
