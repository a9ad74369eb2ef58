// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';

import type { JsonRpc } from '../receipt/chain-check.ts';
import type { OptionSpec } from './command.ts';

export const GATE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'address',
  describe: "the venue's HealthGate contract, which names its verifiers",
};

/** A provider as the receipt's verifier, which knows of no library, wants it. */
export function jsonRpcOf(provider: JsonRpcProvider): JsonRpc {
  return (method, params) => provider.send(method, [...params]) as Promise<unknown>;
}
