// SPDX-License-Identifier: GPL-3.0-or-later
import { FetchRequest, JsonRpcProvider } from 'ethers';

/** A node that says nothing for so long is one that does not answer; ethers would wait five minutes. */
const ANSWER_MS = 30_000;

/** A node that is asked; nothing is answered from memory. */
export function nodeAt(url: string, chainId: bigint): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = ANSWER_MS;
  const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 };
  return new JsonRpcProvider(request, chainId, options);
}
