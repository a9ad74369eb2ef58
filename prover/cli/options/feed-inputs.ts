// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile } from '../../core/files.ts';
import { parseValue, decimalBigint, pattern } from '../../core/schema.ts';
import type { FeedState, KnownToSigners } from '../../oracle/feed-state.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** The flags by which the oracle commands find the feed and its rules. */
export const FEED_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'address',
  describe: 'the MarketFeed contract',
};
export const FROM_BLOCK_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'number',
  describe: 'block to search for events from, where a node limits that (default: 0)',
};
export const MAX_MOVE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'bps',
  describe:
    'refuse a headline price further than this from the last accepted one, in 1/100 of 1 % ' +
    "(default, and at most: the feed's breaker)",
};

export const LAST_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe:
    'the document that the feed accepted last, where it came through another contract and so ' +
    'cannot be read back',
};

/** What `--from-block` and `--last` say. */
export function knownToSigners(context: CommandContext): KnownToSigners {
  const path = stringOption(context, 'last');
  return {
    fromBlock: fromBlock(context),
    lastDocument: path === undefined ? undefined : readTextFile(path, '--last'),
  };
}

function fromBlock(context: CommandContext): number {
  const text = stringOption(context, 'from-block') ?? '0';
  const rule = 'must be the number of a block';
  return Number(parseValue(pattern(/^(0|[1-9][0-9]{0,14})$/, rule), text, '--from-block'));
}

export function maxMoveBps(context: CommandContext, { breaker: { indexBps } }: FeedState): bigint {
  const text = stringOption(context, 'max-move');
  return text === undefined
    ? indexBps
    : parseValue(decimalBigint(1n, indexBps), text, '--max-move');
}
