// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimal, flag, shape, text, whole } from '../../core/json-output.ts';

const rates = { mmBps: decimal, imBps: decimal };
const part = { position: whole, priceE4: decimal, chargedLots: decimal, notionalE6: decimal };

const positionLine = shape({
  position: whole,
  underlying: text,
  kind: text,
  expiry: whole,
  strikeE4: decimal,
  lots: decimal,
  settled: flag,
  referenceE4: decimal,
  secondsToExpiry: decimal,
  confidenceQ10: decimal,
  deltaQ128: decimal,
  markE4Q128: decimal,
  markValueE6Q128: decimal,
  option: shape({
    forwardE4: decimal,
    logMoneynessQ30: decimal,
    clampedLogMoneynessQ30: decimal.optional(),
    totalVarianceQ64: decimal.optional(),
    stdDevQ32: decimal,
    scenarios: z.array(shape({ forwardE4Q24: decimal, volFactorQ10: decimal, stdDevQ42: decimal })),
  }).optional(),
});

const equityLines = shape({
  quoteE6: decimal,
  positionsE6Q128: decimal,
  positionsE6: decimal,
  collateral: z.array(
    shape({
      asset: text,
      balanceE8: decimal,
      marketPriceE4: decimal,
      indexE4: decimal,
      redemptionRateQ30: decimal,
      priceE4: decimal,
      valueE6: decimal,
      tiers: z.array(
        shape({ fromUsd: decimal, haircutBps: decimal, amountE6: decimal, keptE10: decimal }),
      ),
      haircutValueE6: decimal,
    }),
  ),
  equityE6: decimal,
  grossEquityE6: decimal,
  deficitE6: decimal,
});

const underlyingLines = shape({
  underlying: text,
  indexE4: decimal,
  scenarios: z.array(
    shape({
      id: whole,
      multiplierQ24: decimal,
      logMoveQ10: decimal,
      vol: text,
      roll: text,
      dampingQ16: decimal,
      positions: z.array(shape({ position: whole, valueE4Q152: decimal, pnlE6Q152: decimal })),
      collateral: z.array(shape({ asset: text, haircutValueE6: decimal, pnlE6Q152: decimal })),
      pnlSumE6Q152: decimal,
      lossE6: decimal,
      dampedLossE6Q16: decimal,
    }),
  ),
  scanE6Q16: decimal,
  worstScenario: whole,
});

const initialOnly = shape({
  oracleConfidence: shape({
    parts: z.array(shape({ ...part, confidenceQ10: decimal, doubtQ10: decimal })),
    baseE6Q10: decimal,
    imBps: decimal,
    thresholdQ10: decimal,
    imE6: decimal,
  }),
  oracleLatency: shape({
    indexAgeSeconds: decimal,
    dollarDeltaE6: decimal,
    rateE5: decimal,
    imE6: decimal,
  }),
  collateral: shape({
    parts: z.array(shape({ asset: text, haircutValueE6: decimal, imExtraBps: decimal })),
    imE6: decimal,
  }),
});

const requirementLines = shape({
  mmFactorBps: decimal,
  imFactorBps: decimal,
  scanSumE6Q16: decimal,
  scanMmE6: decimal,
  scanImE6: decimal,
  notional: z.array(
    shape({
      name: text,
      ...rates,
      parts: z.array(shape(part)),
      baseE6: decimal,
      mmE10: decimal,
      imE10: decimal,
    }),
  ),
  concentration: z.array(
    shape({
      underlying: text,
      parts: z.array(shape({ position: whole, lots: decimal, deltaQ128: decimal })),
      deltaLotsQ128: decimal,
      indexE4: decimal,
      dollarDeltaE6: decimal,
      depthUsd: decimal,
      bands: z.array(shape({ fromE6Q10: decimal, amountE6Q10: decimal, ...rates })),
      mmE10Q10: decimal,
      imE10Q10: decimal,
    }),
  ),
  contingenciesMmE6: decimal,
  contingenciesImE6: decimal,
  initialOnly,
  mmE6: decimal,
  imE6: decimal,
});

/** Of `--explain`: every number between the snapshot and the totals (docs/risk-analysis.md). */
export const derivationOutput = shape({
  format: text,
  version: whole,
  positions: z.array(positionLine),
  equity: equityLines,
  underlyings: z.array(underlyingLines),
  requirement: requirementLines,
  roundings: z.array(
    shape({
      value: text,
      formula: text,
      direction: z.enum(['up', 'down', 'either']),
      section: text,
    }),
  ),
});
