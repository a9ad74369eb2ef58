// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { UnderlyingMarket } from '../model/types.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../model/types.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  oneOf,
  parseDocument,
  parseValue,
  text,
} from '../core/schema.ts';

export const MARKET_INPUTS_FORMAT = 'plimsoll.market-inputs';

/** Fields of a snapshot that an option chain does not carry; absent means: not in this document. */
export interface UnderlyingInputs {
  readonly symbol: (typeof UNDERLYING_SYMBOLS)[number];
  readonly indexE4?: bigint;
  readonly perpetualMarkE4?: bigint;
  /** Whole USD. */
  readonly depthQuote?: bigint;
  readonly realisedVolQ20?: bigint;
  readonly forecastVolQ20?: bigint;
}

export interface CollateralInputs {
  readonly asset: (typeof COLLATERAL_SYMBOLS)[number];
  readonly marketPriceE4?: bigint;
  readonly redemptionRateQ30?: bigint;
}

/** The price at which an expiry was settled. */
export interface SettlementInput {
  readonly symbol: (typeof UNDERLYING_SYMBOLS)[number];
  /** Unix seconds. */
  readonly expiry: number;
  readonly priceE4: bigint;
  /** How it came about, for people. */
  readonly source?: string;
}

export const FUNDING_VENUES = ['deribit', 'binance', 'okx', 'bybit'] as const;

/** What a perpetual of a venue paid, or is to pay, at one moment; positive: longs pay. */
export interface FundingInput {
  readonly symbol: (typeof UNDERLYING_SYMBOLS)[number];
  readonly venue: (typeof FUNDING_VENUES)[number];
  /** Unix seconds. */
  readonly paymentTime: number;
  /** The time it is paid for, where it is known. */
  readonly intervalSeconds?: number;
  /** Share of the position's value, over that interval. */
  readonly rateE12: bigint;
}

export interface MarketInputs {
  /** Unix seconds of what the document says. */
  readonly time: number;
  readonly underlyings: readonly UnderlyingInputs[];
  readonly collateral: readonly CollateralInputs[];
  readonly settlements?: readonly SettlementInput[];
  readonly funding?: readonly FundingInput[];
}

type NumberField = keyof Omit<UnderlyingInputs, 'symbol'> & keyof UnderlyingMarket;

// Widths as in the snapshot (docs/spec.md §2.4), into which each field goes as it is.
const priceE4 = decimalBigint(1n, 2n ** 40n - 1n);
const volQ20 = integer(0, 2 ** 24 - 1).transform(BigInt);

/** A year of funding every hour, of both underlyings and four venues. */
const MAX_ENTRIES = 100_000;

const schema = z.strictObject({
  format: constant(MARKET_INPUTS_FORMAT),
  version: constant(1),
  time: integer(0, 2 ** 32 - 1),
  underlyings: list(
    z.strictObject({
      symbol: oneOf(UNDERLYING_SYMBOLS),
      indexE4: decimalBigint(1n, 2n ** 37n).optional(),
      perpetualMarkE4: priceE4.optional(),
      depthQuote: decimalBigint(0n, 2n ** 40n - 1n).optional(),
      realisedVolQ20: volQ20.optional(),
      forecastVolQ20: volQ20.optional(),
    }),
    MAX_ENTRIES,
  ).default([]),
  collateral: list(
    z.strictObject({
      asset: oneOf(COLLATERAL_SYMBOLS),
      marketPriceE4: priceE4.optional(),
      redemptionRateQ30: decimalBigint(1n, 2n ** 32n - 1n).optional(),
    }),
    MAX_ENTRIES,
  ).default([]),
  settlements: list(
    z.strictObject({
      symbol: oneOf(UNDERLYING_SYMBOLS),
      expiry: integer(1, 2 ** 32 - 1),
      priceE4,
      source: text().optional(),
    }),
    MAX_ENTRIES,
  ).optional(),
  funding: list(
    z.strictObject({
      symbol: oneOf(UNDERLYING_SYMBOLS),
      venue: oneOf(FUNDING_VENUES),
      paymentTime: integer(0, 2 ** 32 - 1),
      intervalSeconds: integer(1, 30 * 86_400).optional(),
      // A tenth of the position's value: beyond, it is in another unit.
      rateE12: decimalBigint(-(10n ** 11n), 10n ** 11n),
    }),
    MAX_ENTRIES,
  ).optional(),
});

function inputsOf({ format: _format, version: _version, ...rest }: z.infer<typeof schema>) {
  return rest as MarketInputs;
}

/** Reads a document of market inputs; throws `InvalidInput` naming field and rule. */
export function parseMarketInputs(source: string): MarketInputs {
  return inputsOf(parseDocument(schema, source, 'market inputs'));
}

/** The document as plain JSON values; what `parseMarketInputs` reads back. */
export function marketInputsDocument({
  time,
  underlyings,
  collateral,
  settlements = [],
  funding = [],
}: MarketInputs): unknown {
  const volatility = (vol: bigint | undefined) => (vol === undefined ? undefined : Number(vol));
  const amount = (value: bigint | undefined) => value?.toString();
  const document = {
    format: MARKET_INPUTS_FORMAT,
    version: 1,
    time,
    underlyings: underlyings.map((inputs) => ({
      symbol: inputs.symbol,
      ...defined({
        indexE4: amount(inputs.indexE4),
        perpetualMarkE4: amount(inputs.perpetualMarkE4),
        depthQuote: amount(inputs.depthQuote),
        realisedVolQ20: volatility(inputs.realisedVolQ20),
        forecastVolQ20: volatility(inputs.forecastVolQ20),
      } satisfies Record<NumberField, unknown>),
    })),
    collateral: collateral.map(({ asset, marketPriceE4, redemptionRateQ30 }) => ({
      asset,
      ...defined({
        marketPriceE4: amount(marketPriceE4),
        redemptionRateQ30: amount(redemptionRateQ30),
      }),
    })),
    ...listed({
      settlements: settlements.map(({ priceE4: price, ...rest }) => ({
        ...rest,
        priceE4: price.toString(),
      })),
      funding: funding.map(({ rateE12, ...rest }) => ({ ...rest, rateE12: rateE12.toString() })),
    }),
  };
  parseValue(schema, document, 'market inputs');
  return document;
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Lists that say nothing are left out, as they were before there were such. */
function listed(fields: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, list]) => list.length > 0));
}

export function formatMarketInputs(inputs: MarketInputs): string {
  return `${JSON.stringify(marketInputsDocument(inputs), null, 1)}\n`;
}
