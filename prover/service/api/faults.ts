// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { LedgerRefused, type LedgerState } from '../ledger/ledger-keeper.ts';
import type { TickState } from '../ticks.ts';
import type * as schemas from './schemas.ts';

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NO_SUCH_ACCOUNT: 404,
  NO_SUCH_ARTIFACT: 404,
  LEDGER_REPEAT: 409,
  LEDGER_GAP: 409,
  LEDGER_ROOT: 409,
  TICK_OLD: 409,
  TICKS_FROM_CHAIN: 409,
  LEDGERS_FROM_CHAIN: 409,
  LEDGER_FULL: 409,
  NO_TICK: 404,
  NO_CHAIN: 404,
  NO_SOURCES: 404,
  NODE_FAILED: 503,
  NO_PROOF: 404,
  ARTIFACT_MISSING: 404,
  NO_ADMISSION: 404,
  NOT_ADMITTED: 409,
  REPEATED_ACCOUNT: 400,
  BUSY: 429,
  TOO_LONG: 422,
};

export const ledgerReply = ({ sequence, root, accounts }: LedgerState) => ({
  sequence,
  root: root.toString(),
  accounts,
});

export const tickReply = ({ name, snapshotTime, publishedAt, publishMs }: TickState) => ({
  name,
  snapshotTime: snapshotTime.toString(),
  publishedAt: new Date(publishedAt).toISOString(),
  publishMs,
});

/** A refusal as HTTP has it. */
export interface Fault {
  readonly status: number;
  readonly body: z.infer<typeof schemas.errorReply>;
}

/** What a client is told: the rule it broke, and nothing of ours. */
export function faultOf(error: unknown): Fault {
  if (error instanceof LedgerRefused) {
    const { code, message, state } = error;
    return { status: STATUS[code]!, body: { code, message, held: ledgerReply(state) } };
  }
  if (error instanceof InvalidInput) {
    const { code, message, field } = error;
    return { status: 400, body: { code, message, field } };
  }
  const { statusCode } = error as { readonly statusCode?: number };
  if (error instanceof PlimsollError && (statusCode ?? STATUS[error.code]) !== undefined) {
    const { code, message } = error;
    return { status: statusCode ?? STATUS[code]!, body: { code, message } };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, body: { code: 'REQUEST', message: (error as Error).message } };
  }
  return {
    status: 500,
    body: { code: 'INTERNAL', message: 'the request failed; the log says why' },
  };
}

/** What a client did wrong, as it is told; undefined where the fault is ours. */
export function refusalOf(error: unknown): Fault['body'] | undefined {
  const { status, body } = faultOf(error);
  return status < 500 ? body : undefined;
}
