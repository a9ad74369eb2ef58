// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';

/**
 * Characters of one document of market data. A chain of a thousand options has half a million, minute
 * bars of a year thirty; what is longer is refused before it is parsed, and so at once.
 */
const MAX_LENGTH = 32_000_000;
/** Looked at for what no text has. */
const HEAD = 4096;

/** Throws `InvalidInput` unless this could be a document of market data: text, some, not too much. */
export function requireMarketText(source: string, file: string): void {
  const head = source.slice(0, HEAD);
  if (head.startsWith('\u001F\uFFFD') || head.startsWith('PK\u0003')) {
    throw new InvalidInput(file, 'is compressed: unpack it');
  }
  if (head.includes('\u0000')) {
    throw new InvalidInput(file, 'is not text in UTF-8: convert it from UTF-16, or it is binary');
  }
  if (source.length > MAX_LENGTH) {
    throw new InvalidInput(
      file,
      `has ${(source.length / 1e6).toFixed(0)} million characters, at most ${MAX_LENGTH / 1e6} ` +
        'are read: cut it to the rows of the time that is wanted',
    );
  }
  if (!/\S/.test(source)) throw new InvalidInput(file, 'is empty');
}
