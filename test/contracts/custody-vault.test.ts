// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { read, send } from '../../prover/chain/refusal.ts';
import { as, deployContract, expectRefusal, startChain, type TestChain } from '../support/chain.ts';

describe('CustodyVault', () => {
  let chain: TestChain;
  let token: Contract;
  let vault: Contract;
  let user: string;

  beforeAll(async () => {
    chain = await startChain();
    user = await chain.accounts[1]!.getAddress();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    const owner = await chain.accounts[0]!.getAddress();
    token = await deployContract(chain.accounts[0]!, 'TestDollar');
    vault = await deployContract(chain.accounts[0]!, 'CustodyVault', [token.target, owner]);
    await send(token, 'mint', [user, 1_000n]);
    await send(as(token, chain.accounts[1]!), 'approve', [vault.target, 1_000n]);
  });

  const held = (): Promise<bigint> => read(vault, 'heldE6', [], z.bigint());
  const balance = (owner: unknown): Promise<bigint> =>
    read(token, 'balanceOf', [owner], z.bigint());

  it('accounts what anyone deposits and moves exactly that', async () => {
    await send(as(vault, chain.accounts[1]!), 'deposit', [400n]);
    expect(await held()).toBe(400n);
    expect(await balance(vault.target)).toBe(400n);
    expect(await balance(user)).toBe(600n);
  });

  it('does not count a transfer past deposit', async () => {
    await send(as(token, chain.accounts[1]!), 'transfer', [vault.target, 400n]);
    expect(await held()).toBe(0n);
  });

  it('releases to the named receiver, up to its accounted holdings', async () => {
    await send(as(vault, chain.accounts[1]!), 'deposit', [400n]);
    await send(as(token, chain.accounts[1]!), 'transfer', [vault.target, 100n]);
    await expectRefusal(send(vault, 'release', [user, 401n]), 'ReleaseAboveHoldings', [401n, 400n]);
    await send(vault, 'release', [user, 400n]);
    expect(await held()).toBe(0n);
    expect(await balance(user)).toBe(900n);
  });

  it('releases for its owner alone', async () => {
    await send(as(vault, chain.accounts[1]!), 'deposit', [400n]);
    await expectRefusal(
      send(as(vault, chain.accounts[1]!), 'release', [user, 1n]),
      'OwnableUnauthorizedAccount',
    );
  });
});
