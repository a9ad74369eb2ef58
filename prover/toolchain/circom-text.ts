// SPDX-License-Identifier: GPL-3.0-or-later

/** Places in a circom source, for the lint and the prover of gadgets. */

/** The source with comments and strings blanked out, so that offsets and lines stay. */
export function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"[^"\n]*"/g, (match) =>
    match.replace(/[^\n]/g, ' '),
  );
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Where the bracket opened at `open` closes; the end of the text where it does not. */
export function closing(code: string, open: number, opener: string, closer: string): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === opener) depth++;
    if (code[at] === closer && --depth === 0) return at;
  }
  return code.length;
}

export const closingBrace = (code: string, open: number): number => closing(code, open, '{', '}');
