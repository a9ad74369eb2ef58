// SPDX-License-Identifier: GPL-3.0-or-later
import { Result } from 'ethers';
import { z } from 'zod';
import { addressText as address } from '../core/schema.ts';

const amount = z.bigint().nonnegative();

/** `ILiquidationEngine.Terms`: the chain keeps their hash, and whoever closes shows them again. */
export const termsSchema = z.preprocess(
  (value) => (value instanceof Result ? value.toObject() : value),
  z.object({
    accountIndex: amount,
    settlementNonce: amount,
    messageIndex: amount,
    newOwner: address,
    payer: address,
    formerOwner: address,
    keeper: address,
    creditE6: amount,
    rewardE6: amount,
    penaltyE6: amount,
    proceedsE6: amount,
    changeE6: amount,
    payerPaidE6: amount,
    fundPaidE6: amount,
  }),
);
export type Terms = z.infer<typeof termsSchema>;
