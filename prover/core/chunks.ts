// SPDX-License-Identifier: GPL-3.0-or-later

/** A list in chunks of one size, of which the last may be smaller. */
export const chunksOf = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, chunk) =>
    list.slice(chunk * size, (chunk + 1) * size),
  );
