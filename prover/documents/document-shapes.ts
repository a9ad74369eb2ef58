// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { address, decimal, flag, shape, text, whole } from '../core/json-output.ts';

/** A document of ours inside an output; docs/formats.md has its fields. */
export function documentOf(format: string): z.ZodType {
  return z
    .looseObject({ format: z.literal(format), version: z.int() })
    .describe(`a ${format} document: docs/formats.md`);
}

/** Since when a tick stands, and what it serves now, by the name of the field. */
export const tickStanding = {
  from: decimal,
  until: decimal.optional(),
  latestTick: decimal,
  asOf: decimal,
  isAdmissible: flag,
  isHalted: flag,
} as const;

/** One account as a ledger document holds it (docs/formats.md). */
export const accountOutput = shape({
  owner: address,
  settlementNonce: whole,
  frozen: flag,
  riskReducingOnly: flag,
  balances: z.record(text, decimal),
  positions: z.array(z.looseObject({})),
});
