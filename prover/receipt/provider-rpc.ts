// SPDX-License-Identifier: GPL-3.0-or-later
import { isError, type JsonRpcProvider } from 'ethers';

import { NodeError, type JsonRpc } from './json-rpc.ts';

/** A provider as the receipt's verifier, which knows of no library, wants it. */
export function jsonRpcOf(provider: JsonRpcProvider): JsonRpc {
  return async (method, params) => {
    try {
      return (await provider.send(method, [...params])) as unknown;
    } catch (error) {
      // Whatever a node answers to a call, be it that it is busy, ethers tells as a revert.
      const answer = isError(error, 'CALL_EXCEPTION') ? error.info?.['error'] : undefined;
      throw answer === undefined ? error : new NodeError(answer);
    }
  };
}
