// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from 'ethers';

import { SCALAR_FIELD_ORDER } from '../../prover/chain/context.ts';
import { send } from '../../prover/chain/refusal.ts';
import { as, deployContract, expectRefusal, startChain, type TestChain } from '../support/chain.ts';

const MAX_ACCOUNTS = 1n << 24n;

describe('LedgerRegistry', () => {
  let chain: TestChain;
  let registry: Contract;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    const verifier = await deployContract(chain.accounts[0]!, 'InsecureTransitionVerifier');
    registry = await deployContract(chain.accounts[0]!, 'LedgerRegistry', [verifier.target]);
  });

  const submit = (root: bigint, accounts: bigint, contract = registry): Promise<unknown> =>
    send(contract, 'submitRoot', [root, accounts, '0x']);

  it('holds no root before the first transition', async () => {
    expect(await registry.getFunction('latest').staticCall()).toEqual([0n, 0n, 0n]);
  });

  it('numbers accepted roots from one and keeps the account count of the latest', async () => {
    await submit(11n, 5n);
    await submit(12n, MAX_ACCOUNTS);
    expect(await registry.getFunction('latest').staticCall()).toEqual([2n, MAX_ACCOUNTS, 12n]);
  });

  it('accepts a root from anyone, for the transition verifier is the only judge', async () => {
    await submit(11n, 5n, as(registry, chain.accounts[3]!));
    expect(await registry.getFunction('latest').staticCall()).toEqual([1n, 5n, 11n]);
  });

  it('refuses a root that the transition verifier does not accept', async () => {
    const refusing = await deployContract(chain.accounts[0]!, 'RefusingTransitionVerifier');
    const strict = await deployContract(chain.accounts[0]!, 'LedgerRegistry', [refusing.target]);
    await expectRefusal(submit(11n, 5n, strict), 'TransitionRejected', [0n, 11n]);
    expect(await strict.getFunction('latest').staticCall()).toEqual([0n, 0n, 0n]);
  });

  it('refuses a root of zero', () => expectRefusal(submit(0n, 5n), 'RootIsZero'));

  it('refuses a root that is not below the scalar field', async () => {
    await submit(SCALAR_FIELD_ORDER - 1n, 5n);
    await expectRefusal(submit(SCALAR_FIELD_ORDER, 5n), 'RootNotInField');
  });

  it('refuses the root it already holds', async () => {
    await submit(11n, 5n);
    await expectRefusal(submit(11n, 6n), 'RootUnchanged', [11n]);
  });

  it('refuses more accounts than the tree has leaves', () =>
    expectRefusal(submit(11n, MAX_ACCOUNTS + 1n), 'TooManyAccounts', [
      MAX_ACCOUNTS + 1n,
      MAX_ACCOUNTS,
    ]));
});
