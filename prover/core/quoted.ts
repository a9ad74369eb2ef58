// SPDX-License-Identifier: GPL-3.0-or-later

const MAX_LENGTH = 60;

/**
 * Controls (the escape sequences of terminals begin with one), format characters that turn text
 * around or take no room, separators of lines, halves of pairs, and what is no character at all.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

function escaped(character: string): string {
  // By UTF-16 units, so that in a line of JSON it is the same string as before.
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

/** A text for a terminal: what would not be seen as it stands is escaped, tabs and line ends stay. */
export function escapeUnseen(text: string): string {
  return text.replaceAll(UNSEEN, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/**
 * Text out of a file as a message may show it: control characters escaped, so that none reaches a
 * terminal, and cut to a length that leaves the rule readable.
 */
export function quoted(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return cut.replaceAll(UNSEEN, escaped);
}
