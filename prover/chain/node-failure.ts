// SPDX-License-Identifier: GPL-3.0-or-later
import { isError, type ErrorCode } from 'ethers';

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

/** Whether it was the node that failed, which the next moment may mend, and no rule that was broken. */
export function isNodeFailure(error: unknown): error is Error {
  if (OF_ETHERS.some((code) => isError(error, code))) return true;
  return error instanceof Error && 'code' in error && OF_SOCKETS.includes(error.code);
}
