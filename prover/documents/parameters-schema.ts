// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { VOL_SHOCKS } from '../model/types.ts';
import { constant, decimalBigint, integer, list, oneOf, requiredOr, text } from '../core/schema.ts';

export const SCENARIO_COUNT = 32;
export const KNOT_COUNT = 14;

// Widths are those of docs/spec.md §2.5: what the schema accepts always fits its packed word.
const unsigned = (bits: number): z.ZodType<number> => integer(0, 2 ** bits - 1);
const bps16 = unsigned(16);
const haircutBps = integer(0, 10_000);
const remark = text().optional();
const scenarioIds = list(integer(1, SCENARIO_COUNT), SCENARIO_COUNT);

const scenario = z.strictObject({
  id: integer(1, SCENARIO_COUNT),
  kind: oneOf(['scan', 'beyond', 'tail', 'skew', 'roll']),
  logMoveQ10: integer(-2047, 2047),
  multiplierQ24: unsigned(27),
  vol: oneOf(VOL_SHOCKS),
  dampingQ16: integer(0, 65_536),
  forwardRoll: integer(-1, 1),
});

function underlying(id: number, symbol: string) {
  return z.strictObject({
    id: constant(id),
    symbol: constant(symbol),
    contractSizeE8: integer(1, 2 ** 40 - 1),
    lotsPerContract: constant(100),
    volFloorUpBps: bps16,
    depthQuoteForSample: unsigned(40),
    scenarios: list(scenario, SCENARIO_COUNT, SCENARIO_COUNT),
  });
}

const knot = z.strictObject({
  tauSeconds: integer(1, 2 ** 32 - 1),
  volUpQ10: unsigned(12),
  volDownQ10: unsigned(10),
  skewCapQ10: unsigned(10),
  skewSlopeQ10: unsigned(13),
  rollLogQ10: unsigned(7),
});

const contingency = z.strictObject({ base: remark, mmBps: bps16, imBps: bps16 });

const contingencies = z.strictObject({
  shortOption: contingency,
  perpetual: contingency,
  future: contingency,
  oracleConfidence: z.strictObject({
    base: remark,
    formula: remark,
    mmBps: constant(0),
    imBps: bps16,
    thresholdQ10: integer(1, 1024),
  }),
  oracleLatency: z.strictObject({
    base: remark,
    formula: remark,
    mmBps: constant(0),
    imBpsPerSecondX10: bps16,
    maxImBps: bps16,
  }),
  concentration: z.strictObject({
    base: remark,
    bandsOfDepthQ10: list(bps16, 3, 3),
    marginalMmBps: list(bps16, 4, 4),
    marginalImBps: list(bps16, 4, 4),
  }),
});

const quoteAsset = z.strictObject({
  asset: constant('USDC'),
  quote: constant(true),
  underlying: constant(null),
  decimalsScaled: constant(6),
  tiers: z.tuple([z.strictObject({ upToQuote: constant(null), haircutBps: constant(0) })]),
  imExtraBps: constant(0),
});

function collateralAsset(asset: string) {
  const closedTier = z.strictObject({ upToQuote: integer(1, 2 ** 40 - 1), haircutBps });
  const openTier = z.strictObject({ upToQuote: constant(null), haircutBps });
  return z.strictObject({
    asset: constant(asset),
    quote: constant(false),
    underlying: integer(0, 1),
    price: remark,
    tiers: z.tuple([closedTier, closedTier, closedTier, openTier]),
    imExtraBps: unsigned(14),
  });
}

/** Version 1 prices undiscounted: the field exists and must be 1. */
const ONE_Q30 = 2 ** 30;

export const PARAMETERS_VERSION = 2;
const VERSION_RULE =
  `must be ${PARAMETERS_VERSION}: a set of version 1 charges short options otherwise, and is moved by ` +
  'hand (docs/spec.md, "From version 1")';

/** The shape of a parameter set; the rules that join fields are in parameters-rules.ts. */
export const parametersSchema = z.strictObject({
  name: text(),
  version: z.literal(PARAMETERS_VERSION, { error: requiredOr(VERSION_RULE) }),
  conventions: z.strictObject({
    numeraire: remark,
    yearSeconds: constant(31_536_000),
    rates: remark,
    rounding: remark,
    tau: remark,
    interpolation: remark,
    limits: z.strictObject({
      minForwardE4AtListing: integer(1, Number.MAX_SAFE_INTEGER),
      maxPriceE4Exclusive: decimalBigint(2n ** 37n, 2n ** 37n),
      maxAbsLogMoveQ10: constant(2047),
      note: remark,
    }),
  }),
  underlyings: z.tuple([underlying(0, 'BTC'), underlying(1, 'ETH')]),
  tenorTable: list(knot, KNOT_COUNT, KNOT_COUNT),
  factors: z.strictObject({ mmFactorBps: bps16, imFactorBps: bps16, cureBufferBpsOfMM: bps16 }),
  contingencies,
  collateral: z.tuple([
    quoteAsset,
    collateralAsset('BTC'),
    collateralAsset('ETH'),
    collateralAsset('stETH'),
  ]),
  collateralRule: remark,
  settlement: z.strictObject({ twapSeconds: constant(0), rule: remark }),
  discount: z.strictObject({
    allowedDiscountQ30: z.tuple([constant(ONE_Q30), constant(ONE_Q30)]),
    note: remark,
  }),
  stress: z.strictObject({
    coverScenarioIds: scenarioIds,
    disclosedOnlyIds: scenarioIds,
    damped: constant(false),
    collateralHaircut: constant(false),
  }),
  dynamicReserved: z.strictObject({
    k: unsigned(16),
    horizonSeconds: unsigned(32),
    floorLambdaQ10: unsigned(16),
    capLambdaQ10: unsigned(16),
    maxDecreasePerDayBps: bps16,
    rule: remark,
  }),
  heartbeatsSeconds: z.strictObject({
    index: integer(1, 2 ** 32 - 1),
    perpetualMark: integer(1, 2 ** 32 - 1),
    surface: integer(1, 2 ** 32 - 1),
    forwardRatio: integer(1, 2 ** 32 - 1),
    collateralRate: integer(1, 2 ** 32 - 1),
  }),
});

export type ParametersDocument = z.infer<typeof parametersSchema>;
