// SPDX-License-Identifier: GPL-3.0-or-later
// Apart from the rules of these parts (parts-rules.ts), which hash: every command reads venues.
import { z } from 'zod';

import { addressText, integer, list } from '../../core/schema.ts';
import { marginInputsSchema } from '../../documents/margin-inputs-document.ts';
import { COLLATERAL_SYMBOLS } from '../../model/types.ts';
import { namedSourcesSchema, priceSourceDocument } from '../../documents/price-sources-schema.ts';

const seconds = integer(1, 2 ** 32 - 1);

/** What margin is to move by, and from where: rule and first inputs fix the state that is deployed. */
const movingMarginSchema = z.strictObject({
  /** A margin rule, as it is written. */
  rule: z.unknown(),
  /** The inputs of the opening: every counter is counted from theirs. */
  inputs: marginInputsSchema,
  minStepSeconds: seconds,
  keepAliveSeconds: seconds,
});
export type MovingMargin = z.infer<typeof movingMarginSchema>;

/** What sessions of solvency are proven by. */
export const SESSION_STATEMENTS = ['risk-arrays', 'solvency-batch', 'solvency-close'] as const;

/** A coin that nobody holds on chain: none of it may be owed. */
const NOWHERE = '0x0000000000000000000000000000000000000000';
const anyAddress = z.union([z.literal(NOWHERE), addressText]);
const coinCustodySchema = z.strictObject({
  token: anyAddress,
  holder: anyAddress,
  /** Whether shares are read in place of balances, of a token that rebases. */
  byShares: z.boolean(),
  decimals: integer(0, 36),
});
/** Where the register of solvency reads coins, and what it makes of a session. */
const solvencySchema = z.strictObject({
  coins: list(coinCustodySchema, COLLATERAL_SYMBOLS.length, COLLATERAL_SYMBOLS.length),
  pinSeconds: seconds,
  maxAge: seconds,
  confirmSeconds: integer(0, 2 ** 32 - 1),
  minCoverageBps: integer(1, 2 ** 32 - 1),
});
export type SolvencyTerms = z.infer<typeof solvencySchema>;

const noCoin = { token: NOWHERE, holder: NOWHERE, byShares: false, decimals: 0 };
/** An hour to close a session, which then speaks for four; the fund must hold the worst shortfall. */
export const DEFAULT_SOLVENCY: SolvencyTerms = {
  coins: COLLATERAL_SYMBOLS.map(() => noCoin),
  pinSeconds: 3_600,
  maxAge: 14_400,
  confirmSeconds: 1_800,
  minCoverageBps: 10_000,
};

/** What a venue may have and need not, in its plan as in its document. */
export const optionalPartsSchema = z.object({
  /** Whose reports the headline numbers are proven medians of; without, the quorum is believed. */
  medianSources: namedSourcesSchema.optional(),
  movingMargin: movingMarginSchema.optional(),
  /** Of a venue whose solvency sessions are accepted on chain. */
  solvency: solvencySchema.optional(),
});
export type OptionalParts = z.infer<typeof optionalPartsSchema>;

/** As JSON values where they differ from what they are read to. */
export const optionalPartsDocument = ({
  medianSources,
  movingMargin,
  solvency,
}: OptionalParts) => ({
  ...(medianSources === undefined ? {} : { medianSources: medianSources.map(priceSourceDocument) }),
  ...(movingMargin === undefined ? {} : { movingMargin }),
  ...(solvency === undefined ? {} : { solvency }),
});
