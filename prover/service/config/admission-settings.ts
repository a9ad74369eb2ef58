// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { requireRule } from '../../core/errors.ts';
import { decimalBigint, integer, oneOf } from '../../core/schema.ts';
import type { ChainConfig } from './chain-settings.ts';

/** What becomes of an update that breaks a rule and that nobody had admitted. */
export const UNADMITTED = ['show', 'refuse'] as const;

/** Judges actions before they happen; without it nobody is asked. */
export const admissionSchema = z.strictObject({
  /** E6 USD; without it what the venue's fund has free. */
  fundE6: decimalBigint(0n, 2n ** 128n).optional(),
  /** Of an account's own part of the worst covered shortfall, added to its initial margin. */
  addOnBps: integer(0, 100_000).optional(),
  unadmitted: oneOf(UNADMITTED).optional(),
});

export interface AdmissionConfig {
  readonly fundE6: bigint | undefined;
  readonly addOnBps: bigint;
  readonly unadmitted: (typeof UNADMITTED)[number];
  /** Whether a register of sessions says if the venue is covered: until it does, it is not. */
  readonly isCoverFollowed: boolean;
}

const ADD_ON_BPS = 10_000;

export function admissionConfig(
  given: z.infer<typeof admissionSchema> | undefined,
  chain: ChainConfig | undefined,
): AdmissionConfig | undefined {
  if (given === undefined) return undefined;
  requireRule(
    given.fundE6 !== undefined || chain !== undefined,
    'admission.fundE6',
    'is required without a chain, whose fund would say it',
  );
  requireRule(
    chain?.ledger === undefined,
    'admission',
    'needs ledgers that are sent to the service: those of chain.ledger are accepted already',
  );
  return {
    fundE6: given.fundE6,
    addOnBps: BigInt(given.addOnBps ?? ADD_ON_BPS),
    unadmitted: given.unadmitted ?? 'show',
    isCoverFollowed: chain?.venue.contracts.solvencyRegister !== undefined,
  };
}
