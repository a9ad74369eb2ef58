// SPDX-License-Identifier: GPL-3.0-or-later
import { makeError, toBeHex } from 'ethers';
import { expect, it } from 'vitest';

import {
  formatExport,
  parseExport,
  recording,
  replaying,
  type Answers,
} from '../../../../prover/audit/evidence.ts';
import { readHistory } from '../../../../prover/audit/replay/history.ts';
import { exportedAbi } from '../../../../prover/chain/abi.ts';
import type { VenueDocument } from '../../../../prover/chain/venue-document.ts';
import type { JsonRpc } from '../../../../prover/receipt/json-rpc.ts';

const address = (index: number): string => toBeHex(0x1000 + index, 20);
const venue = {
  deploymentBlock: 10,
  contracts: {
    ledgerRegistry: address(1),
    riskParameters: address(2),
    marketFeed: address(3),
    liquidationEngine: address(4),
    marginGuarantee: address(5),
    vault: address(6),
  },
} as unknown as VenueDocument;

/** A node that grants seven blocks at a time, in each of which the market is halted once. */
const limited: JsonRpc = (method, params) => {
  const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
  if (method !== 'eth_getLogs' || Number(toBlock) - Number(fromBlock) >= 7) {
    return Promise.reject(makeError('could not coalesce error', 'UNKNOWN_ERROR'));
  }
  const blocks = Array.from(
    { length: Number(toBlock) - Number(fromBlock) + 1 },
    (_, index) => Number(fromBlock) + index,
  );
  const log = (block: number) => ({
    address: venue.contracts.marketFeed,
    ...exportedAbi('MarketFeed').encodeEventLog('Halted', [block]),
    blockNumber: toBeHex(block),
    logIndex: '0x0',
    transactionHash: toBeHex(block, 32),
  });
  return Promise.resolve(blocks.map(log));
};

it('is read from a node that grants few blocks, and from its export alike', async () => {
  const answers: Answers = new Map();
  const range = { venue, fromBlock: 10, toBlock: 200 };
  const live = await readHistory({ ...range, rpc: recording(limited, answers) });
  expect(live.map(({ block }) => block)).toEqual(Array.from({ length: 191 }, (_, i) => 10 + i));

  const text = formatExport({ fromBlock: 10, toBlock: 200, venue: '{}', answers });
  const exported = parseExport(text, 'export.json').answers;
  expect(await readHistory({ ...range, rpc: replaying(exported) })).toEqual(live);

  const [first] = exported.keys();
  const without = new Map([...exported].filter(([question]) => question !== first));
  await expect(readHistory({ ...range, rpc: replaying(without) })).rejects.toThrow(
    /not in the exported data/,
  );
});
