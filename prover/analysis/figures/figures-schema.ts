// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { address, decimal, flag, real, shape, text, whole } from '../../core/json-output.ts';
import { accountOutput, documentOf } from '../../documents/document-shapes.ts';
import { derivationOutput } from './derivation-schema.ts';
import { STATUSES } from './report.ts';

export const staleOutput = z
  .array(shape({ component: text, time: decimal, ageSeconds: decimal, allowedSeconds: decimal }))
  .describe('components of the snapshot older than the parameter set allows');

const need = shape({ mmE6: decimal, imE6: decimal });
const greeks = shape({
  delta: real,
  gamma: real,
  vega: real,
  theta: real,
  vanna: real,
  volga: real,
});
const surfaceGreeks = { stickyStrike: greeks, stickyDelta: greeks };
export const greeksOutput = shape({
  positions: z.array(shape(surfaceGreeks)),
  underlyings: z.array(shape({ symbol: text, ...surfaceGreeks })),
  accountUsd: shape(surfaceGreeks),
});
const status = z.enum(STATUSES);
const contingencies = z.array(shape({ name: text, baseE6: decimal, mmE6: decimal, imE6: decimal }));

const level = (unit: 'E4' | 'Ppm') => {
  const one = shape({
    healthyNow: flag,
    [`lastBefore${unit}`]: decimal.nullable(),
    [`level${unit}`]: decimal.nullable(),
    [`searchedTo${unit}`]: decimal,
  });
  const pair = shape({ mm: one, im: one });
  return { [`now${unit}`]: decimal, down: pair, up: pair };
};
export const levelsOutput = shape({
  index: z.array(shape({ symbol: text, ...level('E4') })),
  vol: shape(level('Ppm')).nullable(),
});

const history = shape({
  horizonSeconds: whole,
  windows: whole,
  firstStart: whole,
  lastStart: whole,
  independentWindows: whole,
  tails: z.array(
    shape({
      levelBps: decimal,
      varE6: decimal,
      esE6: decimal,
      tailE4: decimal,
      varLowE6: decimal.optional(),
      varHighE6: decimal.optional(),
    }),
  ),
  worst: shape({
    start: whole,
    moves: z.array(shape({ symbol: text, fromE8: decimal.nullable(), toE8: decimal.nullable() })),
    lossE6: decimal,
  }),
  exceedances: z.array(shape({ name: text, amountE6: decimal, windows: whole })),
});

const position = shape({
  underlying: text,
  kind: text,
  expiry: whole,
  strikeE4: decimal,
  lots: decimal,
  markE4: decimal,
  valueE6: decimal,
  greeks,
  isolated: need,
});

const scenario = shape({
  id: whole,
  moveBps: decimal,
  vol: text,
  roll: text,
  dampingQ16: decimal,
  lossE6: decimal,
  dampedLossE6: decimal,
  worst: flag,
});

/** Of `plimsoll margin`: exact, as a proof would have it, and the commitments it would name. */
export const marginOutput = shape({
  account: whole,
  owner: address,
  settlementNonce: decimal,
  margin: z.literal('exact'),
  status,
  ledgerRoot: decimal,
  snapshotHash: decimal,
  parameterHash: decimal,
  equityE6: decimal,
  grossEquityE6: decimal,
  deficitE6: decimal,
  mmE6: decimal,
  imE6: decimal,
  excessMmE6: decimal,
  excessImE6: decimal,
  ratioBps: decimal.nullable(),
  depositToImE6: decimal,
  scanMmE6: decimal,
  scanImE6: decimal,
  contingencies,
  collateral: z.array(
    shape({
      asset: text,
      balanceE8: decimal,
      priceE4: decimal,
      valueE6: decimal,
      haircutValueE6: decimal,
    }),
  ),
  positions: z.array(position),
  underlyings: z.array(shape({ symbol: text, worstScenario: whole, scenarios: z.array(scenario) })),
  greeks: greeksOutput,
  isolated: shape({ collateral: need, total: need }),
  stale: staleOutput,
  derivation: derivationOutput.optional(),
  levels: levelsOutput.optional(),
  history: history.optional(),
});

const standing = shape({
  status,
  equityE6: decimal,
  grossEquityE6: decimal,
  mmE6: decimal,
  imE6: decimal,
  excessMmE6: decimal,
  excessImE6: decimal,
  scanMmE6: decimal,
  scanImE6: decimal,
  underlyings: z.array(
    shape({
      symbol: text,
      indexE4: decimal,
      scanE6Q16: decimal,
      worstScenario: whole,
      greeks,
    }),
  ),
  contingencies,
});

/** Of `plimsoll what-if`: the account and market as they are, and after the change. */
export const whatIfOutput = shape({
  account: whole,
  margin: z.literal('exact'),
  applied: z.array(text),
  now: standing,
  after: standing,
  accountAfter: accountOutput,
  snapshotAfter: documentOf('plimsoll.snapshot'),
  stale: staleOutput,
  levels: levelsOutput.optional(),
  out: text.optional(),
  outSnapshot: text.optional(),
  limits: z.array(
    shape({ underlying: text, expiry: decimal, limit: z.enum(['wings', 'variance', 'range']) }),
  ),
});
