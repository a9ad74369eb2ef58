// SPDX-License-Identifier: GPL-3.0-or-later
import type { Feed } from '../../../prover/market/feeds/feed.ts';
import { readMarketFile } from '../../../prover/market/feeds/read-file.ts';

/** The one feed a file holds. */
export function readFeed(source: string, file: string): Feed {
  const read = readMarketFile(source, file);
  if (read.type !== 'feeds' || read.feeds.length !== 1) throw new Error(`${file}: not one feed`);
  return read.feeds[0]!;
}
