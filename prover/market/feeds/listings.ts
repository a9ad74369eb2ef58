// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { Cells } from './cells.ts';
import { isNothing, quantityOf } from './cells.ts';
import { secondsOf } from './clock.ts';
import type { ListedOption } from './feed.ts';
import { requireField } from './feed.ts';
import { NAME_RULE, parseInstrumentName } from './instrument-name.ts';
import { QUANTITY } from './quantities.ts';
import { quoted } from '../../core/quoted.ts';

/** How a venue lists its instruments; shapes as documented at the address. */
interface ListingLayout {
  readonly documentation: string;
  readonly marks: readonly string[];
  readonly name: string;
  /** Milliseconds. */
  readonly expiry: string;
  readonly strike: string;
  readonly kind: string;
  readonly active: (cells: Cells) => boolean;
  /** Coins of one contract; 1 for Deribit, whatever the venue says for the others. */
  readonly contractSize?: string;
}

const LISTINGS: readonly ListingLayout[] = [
  {
    documentation: 'https://docs.deribit.com/api-reference/market-data/public-get_instruments',
    marks: ['instrument_name', 'expiration_timestamp'],
    name: 'instrument_name',
    expiry: 'expiration_timestamp',
    strike: 'strike',
    kind: 'option_type',
    active: (cells) => cells('is_active') !== false,
    contractSize: 'contract_size',
  },
  {
    documentation: 'https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments',
    marks: ['instId', 'expTime', 'stk', 'optType'],
    name: 'instId',
    expiry: 'expTime',
    strike: 'stk',
    kind: 'optType',
    active: (cells) => cells('state') === 'live',
  },
  {
    documentation: 'https://bybit-exchange.github.io/docs/v5/market/instrument',
    marks: ['symbol', 'optionsType', 'deliveryTime'],
    name: 'symbol',
    expiry: 'deliveryTime',
    strike: '',
    kind: 'optionsType',
    active: (cells) => cells('status') === 'Trading',
  },
];

/** Whether a row is one of a list of instruments, by the names of its fields. */
export function listingLayoutOf(names: { has(name: string): boolean }): ListingLayout | undefined {
  return LISTINGS.find(({ marks }) => marks.every((name) => names.has(name)));
}

/** Reads a row of a list of instruments; what is no option of BTC or ETH is `foreign`. */
export function readListing(
  layout: ListingLayout,
  cells: Cells,
  place: string,
): ListedOption | undefined {
  const name = cells(layout.name);
  const named = typeof name === 'string' ? parseInstrumentName(name) : undefined;
  if (named === undefined) throw new InvalidInput(`${place}, ${layout.name}`, NAME_RULE);
  if (named.type !== 'option') return undefined;
  const says = `does not agree with the instrument's name ${quoted(String(name))}`;
  const expiry = secondsOf(cells(layout.expiry), 'ms');
  requireField(expiry === named.expiry, place, layout.expiry, says);
  if (layout.strike !== '') {
    const strike = quantityOf(cells(layout.strike), QUANTITY.usd, place, layout.strike, false);
    requireField(strike === named.strike, place, layout.strike, says);
  }
  const kind = String(cells(layout.kind)).toLowerCase();
  requireField(
    kind === named.kind || kind === named.kind.slice(0, 1),
    place,
    layout.kind,
    isNothing(cells(layout.kind), false) ? 'is required' : says,
  );
  const size = layout.contractSize === undefined ? undefined : cells(layout.contractSize);
  requireField(
    isNothing(size, false) || size === 1,
    place,
    layout.contractSize ?? '',
    'must be 1 coin',
  );
  const { underlying, expiry: seconds, strike } = named;
  const active = layout.active(cells);
  return { place, underlying, kind: named.kind, expiry: seconds, strike, active };
}
