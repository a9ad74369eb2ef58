// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { MarketInputs } from '../../documents/market-inputs-document.ts';
import { MARKET_INPUTS_FORMAT, parseMarketInputs } from '../../documents/market-inputs-document.ts';
import { SNAPSHOT_FORMAT } from '../../documents/snapshot-document.ts';
import { feedsOf } from './assemble.ts';
import { COLUMN_MAP_FORMAT } from './column-map.ts';
import type { ChainReading } from './csv-chain.ts';
import { readChainCsv } from './csv-chain.ts';
import type { DeliveryPrice } from './deliveries.ts';
import { isDeliveryPrices, parseDeliveryPrices } from './deliveries.ts';
import type { Feed } from './feed.ts';
import { readChainJson } from './json-chain.ts';
import { requireMarketText } from './market-text.ts';

export type MarketFile =
  | { readonly type: 'feeds'; readonly feeds: readonly Feed[] }
  | { readonly type: 'inputs'; readonly inputs: MarketInputs }
  | { readonly type: 'deliveries'; readonly deliveries: readonly DeliveryPrice[] };

/** The name a Plimsoll document opens with, wherever its fields are in order of ours. */
const FORMAT = /^\uFEFF?\s*\{\s*"format"\s*:\s*"([^"]*)"/;
/**
 * Tells by its content what a file is: a chain in CSV or JSON of a venue or collector, delivery
 * prices, or market inputs. Throws `InvalidInput` naming file, row and field.
 */
export function readMarketFile(
  source: string,
  file: string,
  reading: ChainReading = {},
): MarketFile {
  requireMarketText(source, file);
  const format = FORMAT.exec(source)?.[1];
  if (format === MARKET_INPUTS_FORMAT) return { type: 'inputs', inputs: readInputs(source, file) };
  if (format === SNAPSHOT_FORMAT) {
    throw new InvalidInput(
      file,
      'is a snapshot: give it with --base, or to plimsoll market combine',
    );
  }
  if (format === COLUMN_MAP_FORMAT) {
    throw new InvalidInput(file, 'is a column map: give it with --columns');
  }
  const json = /^\uFEFF?\s*[[{]/.test(source);
  if (json && isDeliveryPrices(source)) {
    return { type: 'deliveries', deliveries: parseDeliveryPrices(source, file) };
  }
  const read = json ? readChainJson : readChainCsv;
  return { type: 'feeds', feeds: feedsOf(read(source, file, reading)) };
}

function readInputs(source: string, file: string): MarketInputs {
  try {
    return parseMarketInputs(source);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(`${file}: ${error.field}`, error.rule, {
      cause: error,
      place: error.place,
    });
  }
}
