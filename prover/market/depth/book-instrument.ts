// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { parseInstrumentName } from '../feeds/instrument-name.ts';
import { quoted } from '../../core/quoted.ts';

export type Symbol = (typeof UNDERLYING_SYMBOLS)[number];
export type BookVenue = 'Deribit' | 'Binance' | 'OKX' | 'Bybit';

/** A venue that states nothing answers for markets that trade. */
export const isOpen = (state: unknown): boolean => state === undefined || state === 'open';

/** What a book is of, and what a size in it is worth. */
export interface BookInstrument {
  readonly name: string;
  readonly symbol: Symbol;
  /** USD of a size at a price. */
  readonly sizeUsd: (price: number, size: number) => number;
}

const coins =
  (perContract: number) =>
  (price: number, size: number): number =>
    price * size * perContract;
const dollars =
  (perContract: number) =>
  (_price: number, size: number): number =>
    size * perContract;

/** Contracts of Binance's coin-margined futures and of OKX's inverse ones are of so many dollars. */
const INVERSE_USD: Readonly<Record<Symbol, number>> = { BTC: 100, ETH: 10 };
/** Contracts of OKX's futures and swaps in USDT are of so many coins (`ctVal` of its instruments). */
const OKX_COINS: Readonly<Record<Symbol, number>> = { BTC: 0.01, ETH: 0.1 };

const DOLLAR = '(USDT|USDC|FDUSD|TUSD|BUSD|USD)';
const DATE = '(\\d{6}|\\d{1,2}[A-Z]{3}\\d{2})';

interface Form {
  readonly venue: BookVenue;
  readonly form: RegExp;
  readonly sizeUsd: (symbol: Symbol) => BookInstrument['sizeUsd'];
}

/** Forms as the venues name what they trade; the first group is the coin. */
const FORMS: readonly Form[] = [
  // docs.deribit.com: inverse contracts are sized in USD, linear ones and spot in coin.
  {
    venue: 'Deribit',
    form: new RegExp(`^([A-Z]+)-(PERPETUAL|${DATE})$`),
    sizeUsd: () => dollars(1),
  },
  {
    venue: 'Deribit',
    form: new RegExp(`^([A-Z]+)_(USDC|USDT|USD)(-(PERPETUAL|${DATE}))?$`),
    sizeUsd: () => coins(1),
  },
  // developers.binance.com: coin-margined futures count contracts, the others coins.
  {
    venue: 'Binance',
    form: /^([A-Z]+?)USD_(PERP|\d{6})$/,
    sizeUsd: (symbol) => dollars(INVERSE_USD[symbol]),
  },
  {
    venue: 'Binance',
    form: new RegExp(`^([A-Z]+?)${DOLLAR}(_\\d{6})?$`),
    sizeUsd: () => coins(1),
  },
  // okx.com/docs-v5: spot counts coins, derivatives contracts.
  {
    venue: 'OKX',
    form: /^([A-Z]+)-USD-(SWAP|\d{6})$/,
    sizeUsd: (symbol) => dollars(INVERSE_USD[symbol]),
  },
  {
    venue: 'OKX',
    form: /^([A-Z]+)-USDT-(SWAP|\d{6})$/,
    sizeUsd: (symbol) => coins(OKX_COINS[symbol]),
  },
  { venue: 'OKX', form: /^([A-Z]+)-(USDT|USDC|USD)$/, sizeUsd: () => coins(1) },
  // bybit-exchange.github.io/docs: inverse contracts are of one dollar, the others of one coin.
  { venue: 'Bybit', form: /^([A-Z]+?)USD([HMUZ]\d{2})?$/, sizeUsd: () => dollars(1) },
  {
    venue: 'Bybit',
    form: new RegExp(`^([A-Z]+?)(USDT|USDC|PERP)(-${DATE})?$`),
    sizeUsd: () => coins(1),
  },
  { venue: 'Bybit', form: new RegExp(`^([A-Z]+)-${DATE}$`), sizeUsd: () => coins(1) },
];

/**
 * What a name of the venue means. Throws `InvalidInput` naming `field` for an option, for another
 * asset, and for a contract whose size is not known; what else speaks against the book, its state,
 * is said with it.
 */
export function bookInstrument(
  venue: BookVenue,
  name: string,
  field: string,
  state: unknown,
): BookInstrument {
  if (parseInstrumentName(name)?.type === 'option') {
    const shut = isOpen(state) ? '' : `; its state is ${quoted(String(state))} besides`;
    throw new InvalidInput(
      field,
      `${quoted(name)} is an option: depth is that of a future, perpetual or spot market${shut}`,
    );
  }
  for (const { form, sizeUsd, venue: of } of FORMS) {
    const coin = of === venue ? form.exec(name)?.[1] : undefined;
    const symbol = UNDERLYING_SYMBOLS.find((candidate) => candidate === coin);
    if (symbol !== undefined) return { name, symbol, sizeUsd: sizeUsd(symbol) };
  }
  throw new InvalidInput(
    field,
    `${quoted(name)} is no future, perpetual or spot market of BTC or ETH on ${venue} whose ` +
      'contract size is known',
  );
}
