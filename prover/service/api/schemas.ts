// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { ACCOUNT_STATES } from '../margin/account-state.ts';

/** Amounts and field elements travel as decimal strings. */
const amount = z.string().regex(/^(0|-?[1-9][0-9]*)$/);
const state = z.enum(ACCOUNT_STATES);

export const errorReply = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
  held: z
    .object({ sequence: z.int(), root: amount, accounts: z.int() })
    .optional()
    .describe('the ledger that is held, where an update was refused'),
});

export const ledgerReply = z.object({ sequence: z.int(), root: amount, accounts: z.int() });

export const tickReply = z.object({
  name: z.string().describe('the snapshot hash'),
  snapshotTime: amount,
  publishedAt: z.iso.datetime(),
  publishMs: z.number(),
});

export const accountReply = z.object({
  account: z.int(),
  state,
  ledgerSequence: z.int(),
  tick: z.string().nullable(),
  margin: z
    .object({
      equityE6: amount,
      mmE6: amount,
      imE6: amount,
      roundingE6: amount.describe('how far the equity of the arrays may be from the exact one'),
      slackE6: amount.describe('how far the maintenance margin may be'),
      verdict: z.enum(['healthy', 'liquidatable', 'band']),
    })
    .nullable(),
});

export const historyReply = z.object({
  transitions: z.array(
    z.object({
      sequence: z.int(),
      tick: z.string(),
      from: state,
      to: state,
      equityE6: amount,
      mmE6: amount,
      imE6: amount,
    }),
  ),
});

export const totalsReply = z.object({
  accounts: z.int(),
  states: z.partialRecord(state, z.int()),
  remarginMs: z.number(),
});

export const proofReply = z.object({
  account: z.int(),
  settlementNonce: amount,
  tick: z.string(),
  proof: z.string().describe('the text of the proof file, as plimsoll verify takes it'),
});

export const liquidatableReply = z.object({ accounts: z.array(z.int()) });

export const healthReply = z.object({ status: z.literal('ok') });
export const readyReply = z.object({ ready: z.boolean(), reason: z.string().optional() });

export const challengeBody = z.strictObject({ owner: z.string().regex(/^0x[0-9a-f]{40}$/) });
export const challengeReply = z.object({ challenge: z.string(), text: z.string() });
export const sessionBody = z.strictObject({
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(/^0x[0-9a-fA-F]{130}$/),
});
export const sessionReply = z.object({ token: z.string() });

export const ledgerBody = z.strictObject({
  sequence: z.int().min(1),
  root: amount,
  ledger: z.looseObject({}).describe('a plimsoll.ledger document'),
});
export const updateBody = z.strictObject({
  sequence: z.int().min(1),
  root: amount.describe('the root of the ledger that results'),
  changes: z
    .array(z.strictObject({ index: z.int().min(0), account: z.looseObject({}) }))
    .min(1)
    .describe('accounts as a ledger document has them'),
});
export const snapshotBody = z.looseObject({}).describe('a plimsoll.snapshot document');

export const accountParams = z.object({
  account: z.string().regex(/^(0|[1-9][0-9]{0,7})$/),
});
