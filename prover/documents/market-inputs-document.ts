// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { UnderlyingMarket } from '../model/types.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../model/types.ts';
import {
  constant,
  decimalBigint,
  integer,
  oneOf,
  parseDocument,
  parseValue,
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

export interface MarketInputs {
  /** Unix seconds of what the document says. */
  readonly time: number;
  readonly underlyings: readonly UnderlyingInputs[];
  readonly collateral: readonly CollateralInputs[];
}

type NumberField = keyof Omit<UnderlyingInputs, 'symbol'> & keyof UnderlyingMarket;

// Widths as in the snapshot (docs/spec.md §2.4), into which each field goes as it is.
const priceE4 = decimalBigint(1n, 2n ** 40n - 1n);
const volQ20 = integer(0, 2 ** 24 - 1).transform(BigInt);

const schema = z.strictObject({
  format: constant(MARKET_INPUTS_FORMAT),
  version: constant(1),
  time: integer(0, 2 ** 32 - 1),
  underlyings: z
    .array(
      z.strictObject({
        symbol: oneOf(UNDERLYING_SYMBOLS),
        indexE4: decimalBigint(1n, 2n ** 37n).optional(),
        perpetualMarkE4: priceE4.optional(),
        depthQuote: decimalBigint(0n, 2n ** 40n - 1n).optional(),
        realisedVolQ20: volQ20.optional(),
        forecastVolQ20: volQ20.optional(),
      }),
    )
    .default([]),
  collateral: z
    .array(
      z.strictObject({
        asset: oneOf(COLLATERAL_SYMBOLS),
        marketPriceE4: priceE4.optional(),
        redemptionRateQ30: decimalBigint(1n, 2n ** 32n - 1n).optional(),
      }),
    )
    .default([]),
});

function inputsOf({ time, underlyings, collateral }: z.infer<typeof schema>): MarketInputs {
  return { time, underlyings, collateral } as MarketInputs;
}

/** Reads a document of market inputs; throws `InvalidInput` naming field and rule. */
export function parseMarketInputs(source: string): MarketInputs {
  return inputsOf(parseDocument(schema, source, 'market inputs'));
}

/** The document as plain JSON values; what `parseMarketInputs` reads back. */
export function marketInputsDocument({ time, underlyings, collateral }: MarketInputs): unknown {
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
  };
  parseValue(schema, document, 'market inputs');
  return document;
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function formatMarketInputs(inputs: MarketInputs): string {
  return `${JSON.stringify(marketInputsDocument(inputs), null, 1)}\n`;
}
