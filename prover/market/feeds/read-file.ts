// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { SNAPSHOT_FORMAT } from '../../documents/snapshot-document.ts';
import { parseChainCsv } from './csv.ts';
import { parseDeribit } from './deribit.ts';
import type { Feed } from './feed.ts';
import type { MarketInputs } from '../../documents/market-inputs-document.ts';
import { MARKET_INPUTS_FORMAT, parseMarketInputs } from '../../documents/market-inputs-document.ts';

export type MarketFile =
  | { readonly type: 'feed'; readonly feed: Feed }
  | { readonly type: 'inputs'; readonly inputs: MarketInputs };

/** The name a Plimsoll document opens with, wherever its fields are in order of ours. */
const FORMAT = /^\s*\{\s*"format"\s*:\s*"([^"]*)"/;

/**
 * Tells by its content what a file is: a chain in CSV, responses of Deribit's API, or market inputs.
 * Throws `InvalidInput` naming file, row and field.
 */
export function readMarketFile(source: string, file: string): MarketFile {
  const format = FORMAT.exec(source)?.[1];
  if (format === MARKET_INPUTS_FORMAT) return { type: 'inputs', inputs: readInputs(source, file) };
  if (format === SNAPSHOT_FORMAT) {
    throw new InvalidInput(
      file,
      'is a snapshot: give it with --base, or to plimsoll market combine',
    );
  }
  if (source.trim() === '') throw new InvalidInput(file, 'is empty');
  const json = /^[[{]/.test(source.trimStart());
  return { type: 'feed', feed: json ? parseDeribit(source, file) : parseChainCsv(source, file) };
}

function readInputs(source: string, file: string): MarketInputs {
  try {
    return parseMarketInputs(source);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(`${file}: ${error.field}`, error.rule, { cause: error });
  }
}
