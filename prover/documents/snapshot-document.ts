// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { LiveSlice, MarketSnapshot, Slice, UnderlyingMarket } from '../model/types.ts';
import { COLLATERAL_SYMBOLS, MAX_SLICES, UNDERLYING_SYMBOLS } from '../model/types.ts';
import { requireRule } from '../core/errors.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  parseJson,
  withPlaces,
  parseValue,
} from '../core/schema.ts';
import {
  marginInputsDocument,
  marginInputsOf,
  marginInputsSchema,
  type MarginInputsDocument,
} from './margin-inputs-document.ts';
import { checkSnapshot } from './snapshot-rules.ts';

export const SNAPSHOT_FORMAT = 'plimsoll.snapshot';
export const SNAPSHOT_VERSION = 2;
/** Without `bookedThrough`: read as one that says of no expiry that the ledger has booked it. */
const FIRST_VERSION = 1;

// Widths are those of docs/spec.md §2.4: what the schema accepts always fits its packed word.
const seconds = integer(0, 2 ** 32 - 1).transform(BigInt);
const priceE4 = decimalBigint(1n, 2n ** 40n - 1n);
const confidenceQ10 = integer(0, 1024).transform(BigInt);
const volQ20 = integer(0, 2 ** 24 - 1).transform(BigInt);

function signedInteger(bits: number): z.ZodType<bigint> {
  return integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1).transform(BigInt);
}

function signedDecimal(bits: bigint): z.ZodType<bigint> {
  return decimalBigint(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
}

const surfaceSchema = z.strictObject({
  aQ44: signedDecimal(48n),
  bQ30: decimalBigint(0n, 2n ** 32n - 1n),
  cQ30: signedDecimal(33n),
  mQ24: signedInteger(28),
  sigmaQ24: integer(0, 2 ** 27 - 1).transform(BigInt),
  kMinQ10: signedInteger(14),
  kMaxQ10: signedInteger(14),
});

const sliceSchema = z.strictObject({
  expiry: integer(1, 2 ** 32 - 1).transform(BigInt),
  forwardRatioQ30: decimalBigint(1n, 2n ** 32n),
  confidenceQ10,
  surface: surfaceSchema.optional(),
  settlementPriceE4: decimalBigint(0n, 2n ** 40n - 1n).optional(),
});

function underlyingSchema(symbol: string) {
  return z.strictObject({
    symbol: constant(symbol),
    indexE4: decimalBigint(1n, 2n ** 37n),
    perpetualMarkE4: priceE4,
    confidenceQ10,
    depthQuote: decimalBigint(0n, 2n ** 40n - 1n),
    realisedVolQ20: volQ20,
    forecastVolQ20: volQ20,
    slices: list(sliceSchema, MAX_SLICES),
  });
}

function collateralSchema(asset: string) {
  return z.strictObject({
    asset: constant(asset),
    marketPriceE4: priceE4,
    redemptionRateQ30: decimalBigint(1n, 2n ** 32n - 1n),
  });
}

const firstSnapshotSchema = z.strictObject({
  format: constant(SNAPSHOT_FORMAT),
  version: constant(FIRST_VERSION),
  time: seconds,
  indexTime: seconds,
  perpetualTime: seconds,
  forwardTime: seconds,
  surfaceTime: seconds,
  collateralTime: seconds,
  underlyings: z.tuple([
    underlyingSchema(UNDERLYING_SYMBOLS[0]),
    underlyingSchema(UNDERLYING_SYMBOLS[1]),
  ]),
  collateral: z.tuple([
    collateralSchema(COLLATERAL_SYMBOLS[0]),
    collateralSchema(COLLATERAL_SYMBOLS[1]),
    collateralSchema(COLLATERAL_SYMBOLS[2]),
  ]),
});

const snapshotSchema = firstSnapshotSchema.extend({
  version: constant(SNAPSHOT_VERSION),
  bookedThrough: seconds,
  /** Of a venue whose margin moves by proven steps: here everybody can take the next one. */
  marginInputs: marginInputsSchema.optional(),
});

/** Of what version it may be. */
export const anySnapshotSchema = z.union([snapshotSchema, firstSnapshotSchema]);

/** What both versions have in common. */
type SnapshotDocument = Omit<z.infer<typeof firstSnapshotSchema>, 'version'>;
type UnderlyingDocument = SnapshotDocument['underlyings'][number];

/** Whether a slice has a surface or a settlement price follows from its expiry, not from choice. */
function sliceOf(document: z.infer<typeof sliceSchema>, time: bigint, field: string): Slice {
  const { expiry, forwardRatioQ30, confidenceQ10: sliceConfidence, surface } = document;
  const { settlementPriceE4 } = document;
  const common = { expiry, forwardRatioQ30, confidenceQ10: sliceConfidence };
  if (expiry <= time) {
    requireRule(
      surface === undefined,
      `${field}.surface`,
      'must be absent: the expiry is not after the snapshot time',
    );
    requireRule(
      settlementPriceE4 !== undefined,
      `${field}.settlementPriceE4`,
      'is required once the expiry is not after the snapshot time ("0" while not settled)',
    );
    return { state: 'expired', ...common, settlementPriceE4: settlementPriceE4 ?? 0n };
  }
  requireRule(
    settlementPriceE4 === undefined,
    `${field}.settlementPriceE4`,
    'must be absent before the expiry',
  );
  requireRule(surface !== undefined, `${field}.surface`, 'is required before the expiry');
  return { state: 'live', ...common, ...(surface as z.infer<typeof surfaceSchema>) };
}

function underlyingOf(document: UnderlyingDocument, time: bigint, field: string): UnderlyingMarket {
  const { symbol: _symbol, slices, ...rest } = document;
  return {
    ...rest,
    slices: slices.map((slice, index) => sliceOf(slice, time, `${field}.slices[${index}]`)),
  };
}

function snapshotOf(
  document: SnapshotDocument,
  bookedThrough: bigint,
  marginInputs?: MarginInputsDocument,
): MarketSnapshot {
  const { indexTime, perpetualTime, forwardTime, surfaceTime, collateralTime } = document;
  const { time, underlyings, collateral } = document;
  const [btc, eth] = underlyings;
  const [collateralBtc, collateralEth, collateralStEth] = collateral;
  const snapshot: MarketSnapshot = {
    time,
    indexTime,
    perpetualTime,
    forwardTime,
    surfaceTime,
    collateralTime,
    bookedThrough,
    underlyings: [
      underlyingOf(btc, time, 'underlyings[0]'),
      underlyingOf(eth, time, 'underlyings[1]'),
    ],
    collateral: [pricesOf(collateralBtc), pricesOf(collateralEth), pricesOf(collateralStEth)],
    ...(marginInputs && { marginInputs: marginInputsOf(marginInputs) }),
  };
  checkSnapshot(snapshot);
  return snapshot;
}

function pricesOf(document: SnapshotDocument['collateral'][number]) {
  return {
    marketPriceE4: document.marketPriceE4,
    redemptionRateQ30: document.redemptionRateQ30,
  };
}

/** Reads a snapshot document; throws `InvalidInput` naming field and rule. */
export function parseSnapshot(source: string): MarketSnapshot {
  const value = parseJson(source, 'snapshot');
  return withPlaces(source, () => parseSnapshotValue(value));
}

/** The same for a document that is already JSON. */
export function parseSnapshotValue(value: unknown): MarketSnapshot {
  const isFirst = (value as { version?: unknown } | null)?.version === FIRST_VERSION;
  if (isFirst) return snapshotOf(parseValue(firstSnapshotSchema, value, 'snapshot'), 0n);
  const { bookedThrough, marginInputs, ...document } = parseValue(
    snapshotSchema,
    value,
    'snapshot',
  );
  return snapshotOf(document, bookedThrough, marginInputs);
}

function surfaceDocument(slice: LiveSlice): unknown {
  return {
    aQ44: slice.aQ44.toString(),
    bQ30: slice.bQ30.toString(),
    cQ30: slice.cQ30.toString(),
    mQ24: Number(slice.mQ24),
    sigmaQ24: Number(slice.sigmaQ24),
    kMinQ10: Number(slice.kMinQ10),
    kMaxQ10: Number(slice.kMaxQ10),
  };
}

function sliceDocument(slice: Slice): unknown {
  return {
    expiry: Number(slice.expiry),
    forwardRatioQ30: slice.forwardRatioQ30.toString(),
    confidenceQ10: Number(slice.confidenceQ10),
    ...(slice.state === 'live'
      ? { surface: surfaceDocument(slice) }
      : { settlementPriceE4: slice.settlementPriceE4.toString() }),
  };
}

/** The document of a snapshot: what the feed's signers sign the digest of, and calldata carries. */
export function snapshotDocument(snapshot: MarketSnapshot): unknown {
  return {
    format: SNAPSHOT_FORMAT,
    version: SNAPSHOT_VERSION,
    time: Number(snapshot.time),
    indexTime: Number(snapshot.indexTime),
    perpetualTime: Number(snapshot.perpetualTime),
    forwardTime: Number(snapshot.forwardTime),
    surfaceTime: Number(snapshot.surfaceTime),
    collateralTime: Number(snapshot.collateralTime),
    bookedThrough: Number(snapshot.bookedThrough),
    underlyings: snapshot.underlyings.map((market, index) => ({
      symbol: UNDERLYING_SYMBOLS[index],
      indexE4: market.indexE4.toString(),
      perpetualMarkE4: market.perpetualMarkE4.toString(),
      confidenceQ10: Number(market.confidenceQ10),
      depthQuote: market.depthQuote.toString(),
      realisedVolQ20: Number(market.realisedVolQ20),
      forecastVolQ20: Number(market.forecastVolQ20),
      slices: market.slices.map(sliceDocument),
    })),
    collateral: snapshot.collateral.map((prices, index) => ({
      asset: COLLATERAL_SYMBOLS[index],
      marketPriceE4: prices.marketPriceE4.toString(),
      redemptionRateQ30: prices.redemptionRateQ30.toString(),
    })),
    ...(snapshot.marginInputs && { marginInputs: marginInputsDocument(snapshot.marginInputs) }),
  };
}
