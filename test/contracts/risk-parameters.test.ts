// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, type Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { SCALAR_FIELD_ORDER } from '../../prover/chain/context.ts';
import { send } from '../../prover/chain/refusal.ts';
import { as, deployContract, expectRefusal, startChain, type TestChain } from '../support/chain.ts';

const DELAY = 1_000n;

describe('RiskParameters', () => {
  let chain: TestChain;
  let parameters: Contract;
  let owner: string;

  beforeAll(async () => {
    chain = await startChain();
    owner = await chain.accounts[0]!.getAddress();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    parameters = await deploy(7n, DELAY);
  });

  const deploy = (hash: bigint, delay: bigint): Promise<Contract> =>
    deployContract(chain.accounts[0]!, 'RiskParameters', [hash, delay, owner]);
  const active = (): Promise<unknown> => parameters.getFunction('activeHash').staticCall();
  const pending = (): Promise<unknown> => parameters.getFunction('pending').staticCall();

  it('starts with the set it was deployed with and nothing pending', async () => {
    expect(await active()).toBe(7n);
    expect(await pending()).toEqual([0n, 0n]);
  });

  it('keeps the active set until the timelock has elapsed to the second', async () => {
    await send(parameters, 'propose', [8n]);
    const activatableAt = (await chain.now()) + DELAY;
    expect(await pending()).toEqual([8n, activatableAt]);

    await chain.setNextTime(activatableAt - 1n);
    await expectRefusal(send(parameters, 'activate', []), 'TimelockNotElapsed', [activatableAt]);
    expect(await active()).toBe(7n);

    await chain.setNextTime(activatableAt);
    await send(parameters, 'activate', []);
    expect(await active()).toBe(8n);
    expect(await pending()).toEqual([0n, 0n]);
  });

  it('lets anyone activate a set whose time has come', async () => {
    await send(parameters, 'propose', [8n]);
    await chain.setNextTime((await chain.now()) + DELAY);
    await send(as(parameters, chain.accounts[5]!), 'activate', []);
    expect(await active()).toBe(8n);
  });

  it('refuses to activate a cancelled proposal', async () => {
    await send(parameters, 'propose', [8n]);
    await send(parameters, 'cancel', []);
    await chain.setNextTime((await chain.now()) + DELAY);
    await expectRefusal(send(parameters, 'activate', []), 'NoProposal');
    expect(await active()).toBe(7n);
  });

  it('refuses to cancel when nothing is pending', () =>
    expectRefusal(send(parameters, 'cancel', []), 'NoProposal'));

  it('refuses a second proposal while one is pending, so that no timelock is inherited', async () => {
    await send(parameters, 'propose', [8n]);
    await expectRefusal(send(parameters, 'propose', [9n]), 'ProposalPending', [8n]);
  });

  it('refuses to propose the active set', () =>
    expectRefusal(send(parameters, 'propose', [7n]), 'ParametersAlreadyActive', [7n]));

  it('refuses a parameter hash of zero', () =>
    expectRefusal(send(parameters, 'propose', [0n]), 'ParameterHashIsZero'));

  it('refuses a parameter hash that is not below the scalar field', () =>
    expectRefusal(send(parameters, 'propose', [SCALAR_FIELD_ORDER]), 'ParameterHashNotInField'));

  it('cannot be deployed without a timelock', () => expectRefusal(deploy(7n, 0n), 'DelayIsZero'));

  it('lets only the owner propose and cancel', async () => {
    const stranger = as(parameters, chain.accounts[1]!);
    await expectRefusal(send(stranger, 'propose', [8n]), 'OwnableUnauthorizedAccount');
    await send(parameters, 'propose', [8n]);
    await expectRefusal(send(stranger, 'cancel', []), 'OwnableUnauthorizedAccount');
  });

  it('changes owner only when the new owner accepts', async () => {
    const heir = chain.accounts[1]!;
    await send(parameters, 'transferOwnership', [await heir.getAddress()]);
    expect(await parameters.getFunction('owner').staticCall()).toBe(owner);
    await expectRefusal(
      send(as(parameters, chain.accounts[2]!), 'acceptOwnership', []),
      'OwnableUnauthorizedAccount',
    );
    await send(as(parameters, heir), 'acceptOwnership', []);
    expect(await parameters.getFunction('owner').staticCall()).toBe(await heir.getAddress());
  });

  it('cannot be left without an owner', async () => {
    await expectRefusal(send(parameters, 'renounceOwnership', []), 'OwnershipCannotBeRenounced');
    expect(await parameters.getFunction('owner').staticCall()).not.toBe(ZeroAddress);
  });
});
