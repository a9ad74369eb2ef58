// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts a local chain.
import { expect, it, onTestFinished } from 'vitest';

import { minedReceipt } from '../../../prover/chain/refusal.ts';
import { startLocalChain } from '../../../prover/demo/local-chain.ts';

it('waits for a transaction so long and no longer, and says which one may still be mined', async () => {
  const chain = await startLocalChain(1_770_000_000n);
  onTestFinished(() => chain.close());
  await chain.rpc('evm_setAutomine', [false]);
  const to = await chain.bidder.getAddress();
  const sent = await chain.deployer.sendTransaction({ to, value: 1n });
  await expect(minedReceipt(sent, 'pay', 300)).rejects.toMatchObject({
    code: 'TRANSACTION_PENDING',
    message: expect.stringContaining(sent.hash) as string,
  });
  await chain.rpc('evm_mine', []);
  expect((await minedReceipt(sent, 'pay', 10_000))?.status).toBe(1);
}, 60_000);
