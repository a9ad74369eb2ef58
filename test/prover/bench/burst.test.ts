// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a node, a service in a process of its own, and proofs.
import { Wallet, ZeroAddress } from 'ethers';
import { expect, it } from 'vitest';

import { benchmarkBurst, citedTick } from '../../../prover/bench/burst.ts';
import { developmentKey } from '../../support/deployments.ts';
import { emptyOpenings } from '../../support/openings.ts';

it('accounts that fall short in one tick are opened and counted, each once', async () => {
  const measured = await benchmarkBurst(3, () => undefined);
  expect(measured).toMatchObject({ accounts: 3, opened: 3, failedTransactions: 0 });
  expect(measured.ticks.reduce((sum, { opened }) => sum + opened, 0)).toBe(3);
  expect(measured.ticks[0]?.toFirstSentMs).toBeGreaterThan(0);
  expect(measured.proofs).toBeGreaterThanOrEqual(3);
  expect(measured.gasPerOpening).toBeGreaterThan(50_000);
}, 300_000);

it.each([1, 2])(
  'the tick of a transaction with %d proofs is read from what a node is given',
  async (count) => {
    const data = emptyOpenings(41n, count);
    const raw = await new Wallet(developmentKey(9)).signTransaction({
      chainId: 1,
      nonce: 0,
      to: ZeroAddress,
      data,
      gasLimit: 1n,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
    });
    const question = { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] };
    expect(citedTick(JSON.stringify(question))).toBe(41n);
  },
);
