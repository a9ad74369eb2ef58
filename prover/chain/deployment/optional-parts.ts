// SPDX-License-Identifier: GPL-3.0-or-later
// Apart from the rules of these parts (parts-rules.ts), which hash: every command reads venues.
import { z } from 'zod';

import { addressText, decimalBigint, integer, list } from '../../core/schema.ts';
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

/** Of a coin that nobody can deposit: none of it may be owed. */
export const NO_TOKEN = '0x0000000000000000000000000000000000000000';
const coinSchema = z.strictObject({
  token: z.union([z.literal(NO_TOKEN), addressText]),
  /** Whether it is moved and counted in shares, of a token that rebases. */
  byShares: z.boolean(),
  /** Least a deposit or a request can be. */
  minDepositE8: decimalBigint(1n, 2n ** 47n - 1n),
});
const coinsSchema = list(coinSchema, COLLATERAL_SYMBOLS.length, COLLATERAL_SYMBOLS.length);
export type CoinTerms = z.infer<typeof coinSchema>;

/** What the register of solvency makes of a session. */
const solvencySchema = z.strictObject({
  pinSeconds: seconds,
  maxAge: seconds,
  confirmSeconds: integer(0, 2 ** 32 - 1),
  minCoverageBps: integer(1, 2 ** 32 - 1),
});
export type SolvencyTerms = z.infer<typeof solvencySchema>;

/** An hour to close a session, which then speaks for four; the fund must hold the worst shortfall. */
export const DEFAULT_SOLVENCY: SolvencyTerms = {
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
  /** The tokens of BTC, ETH and stETH, of a venue that holds coins. */
  coins: coinsSchema.optional(),
  /** Of a venue whose solvency sessions are accepted on chain. */
  solvency: solvencySchema.optional(),
});
export type OptionalParts = z.infer<typeof optionalPartsSchema>;

/** As JSON values where they differ from what they are read to. */
export const optionalPartsDocument = ({
  medianSources,
  movingMargin,
  coins,
  solvency,
}: OptionalParts) => ({
  ...(medianSources === undefined ? {} : { medianSources: medianSources.map(priceSourceDocument) }),
  ...(movingMargin === undefined ? {} : { movingMargin }),
  ...(coins === undefined
    ? {}
    : { coins: coins.map((coin) => ({ ...coin, minDepositE8: String(coin.minDepositE8) })) }),
  ...(solvency === undefined ? {} : { solvency }),
});
