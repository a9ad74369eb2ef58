// SPDX-License-Identifier: GPL-3.0-or-later

const MAX_LENGTH = 60;

/**
 * Text out of a file as a message may show it: control characters escaped, so that none reaches a
 * terminal, and cut to a length that leaves the rule readable.
 */
export function quoted(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  // Controls, format characters that turn text around, separators of lines, halves of pairs.
  return cut.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
