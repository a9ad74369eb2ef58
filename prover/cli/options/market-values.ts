// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { CollateralInputs, UnderlyingInputs } from '../../documents/market-inputs-document.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** Flags that supply what an option chain does not carry, each as `BTC=…,ETH=…`. */
export const MARKET_VALUE_OPTIONS = {
  index: { type: 'string', placeholder: 'BTC=usd,…', describe: 'index, in place of the feed’s' },
  perpetual: {
    type: 'string',
    placeholder: 'BTC=usd,…',
    describe: 'mark of the perpetual (default: the index)',
  },
  depth: {
    type: 'string',
    placeholder: 'BTC=usd,…',
    describe: 'order-book depth in whole USD (default: 0)',
  },
  'realised-vol': {
    type: 'string',
    placeholder: 'BTC=percent,…',
    describe: 'realised volatility (default: 30-day at the money)',
  },
  'forecast-vol': {
    type: 'string',
    placeholder: 'BTC=percent,…',
    describe: 'forecast volatility (default: 30-day at the money)',
  },
  collateral: {
    type: 'string',
    placeholder: 'stETH=usd,…',
    describe: 'market price of collateral (default: the index)',
  },
  redemption: {
    type: 'string',
    placeholder: 'stETH=eth,…',
    describe: 'redemption rate of collateral (default: 1)',
  },
} as const satisfies Record<string, OptionSpec>;

type Flag = keyof typeof MARKET_VALUE_OPTIONS;

/** A decimal as an integer of 10⁻ᵈ, exactly. */
function scaled(text: string, decimals: number, field: string): bigint {
  const match = /^([0-9]{1,15})(?:\.([0-9]+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > decimals) {
    const digits = decimals === 0 ? 'whole' : 'decimal';
    const limit = decimals === 0 ? '' : ` of at most ${decimals} decimals`;
    throw new InvalidInput(field, `must be a ${digits} number${limit}, got "${text}"`);
  }
  return BigInt(match[1]! + fraction.padEnd(decimals, '0'));
}

function valuesOf<S extends string>(
  context: CommandContext,
  flag: Flag,
  symbols: readonly S[],
): Map<S, string> {
  const values = new Map<S, string>();
  const given = stringOption(context, flag);
  for (const part of given?.split(',') ?? []) {
    const [name = '', value = ''] = part.split('=');
    const symbol = symbols.find((candidate) => candidate === name.trim());
    if (symbol === undefined || values.has(symbol)) {
      throw new InvalidInput(
        `--${flag}`,
        `must be <symbol>=<number>,… with each of ${symbols.join(', ')} at most once, got "${part}"`,
      );
    }
    values.set(symbol, value.trim());
  }
  return values;
}

/** `undefined` stays so; the rest goes through `read`. */
function readEach<S extends string>(
  context: CommandContext,
  flag: Flag,
  symbols: readonly S[],
  read: (text: string, field: string) => bigint,
): (symbol: S) => bigint | undefined {
  const values = valuesOf(context, flag, symbols);
  const parsed = new Map([...values].map(([symbol, text]) => [symbol, read(text, `--${flag}`)]));
  return (symbol) => parsed.get(symbol);
}

const priceE4 = (text: string, field: string): bigint => scaled(text, 4, field);
const wholeUsd = (text: string, field: string): bigint => scaled(text, 0, field);
const percentQ20 = (text: string, field: string): bigint =>
  (scaled(text, 6, field) * 2n ** 20n + 50_000_000n) / 100_000_000n;
const rateQ30 = (text: string, field: string): bigint =>
  (scaled(text, 9, field) << 30n) / 1_000_000_000n;

function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** What the flags say, in the fields of market inputs; widths are checked with the snapshot. */
export function marketValues(context: CommandContext): {
  readonly underlyings: readonly UnderlyingInputs[];
  readonly collateral: readonly CollateralInputs[];
} {
  const underlying = (flag: Flag, read: typeof priceE4) =>
    readEach(context, flag, UNDERLYING_SYMBOLS, read);
  const asset = (flag: Flag, read: typeof priceE4) =>
    readEach(context, flag, COLLATERAL_SYMBOLS, read);
  const index = underlying('index', priceE4);
  const perpetual = underlying('perpetual', priceE4);
  const depth = underlying('depth', wholeUsd);
  const realised = underlying('realised-vol', percentQ20);
  const forecast = underlying('forecast-vol', percentQ20);
  const market = asset('collateral', priceE4);
  const redemption = asset('redemption', rateQ30);
  const underlyings = UNDERLYING_SYMBOLS.map((symbol) => ({
    symbol,
    indexE4: index(symbol),
    perpetualMarkE4: perpetual(symbol),
    depthQuote: depth(symbol),
    realisedVolQ20: realised(symbol),
    forecastVolQ20: forecast(symbol),
  }));
  const collateral = COLLATERAL_SYMBOLS.map((symbol) => ({
    asset: symbol,
    marketPriceE4: market(symbol),
    redemptionRateQ30: redemption(symbol),
  }));
  return {
    underlyings: underlyings.map(present) as UnderlyingInputs[],
    // Collateral that no flag names is not given, and must not date the snapshot's.
    collateral: (collateral.map(present) as CollateralInputs[]).filter(
      (entry) => Object.keys(entry).length > 1,
    ),
  };
}
