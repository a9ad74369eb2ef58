// SPDX-License-Identifier: GPL-3.0-or-later
import { isError, type ErrorCode } from 'ethers';
import { z } from 'zod';

/** Of a node that cannot be reached, does not answer, or answers what is no answer. */
const OF_ETHERS: readonly ErrorCode[] = [
  'NETWORK_ERROR',
  'SERVER_ERROR',
  'TIMEOUT',
  'UNKNOWN_ERROR',
  'BAD_DATA',
];
const OF_SOCKETS: readonly unknown[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

const ofJsonRpc = z.object({ code: z.int(), message: z.string() });
const wrapped = z.object({ error: z.unknown().optional(), info: z.unknown().optional() });

/** What a node that answered said in place of a result (JSON-RPC's `error.message`), if it was that. */
export function answerInstead(error: unknown, depth = 0): string | undefined {
  const { data: around } = wrapped.safeParse(error);
  if (around === undefined || depth > 2) return undefined;
  const said = ofJsonRpc.safeParse(around.error);
  return said.success ? said.data.message : answerInstead(around.info, depth + 1);
}

/** Whether it was the node that failed, which the next moment may mend, and no rule that was broken. */
export function isNodeFailure(error: unknown): error is Error {
  if (OF_ETHERS.some((code) => isError(error, code))) return true;
  return error instanceof Error && 'code' in error && OF_SOCKETS.includes(error.code);
}
