// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, keccak256, type Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const DELAY = 10_000n;
const SHORT_DELAY = 1_000n;
const STEP_BPS = 2_000;
const LIFE = 14n * 86_400n;
const DOCUMENT = '0x7b7d';

// What takes a canary to get further is told with real ones in parameters-canary.test.ts.
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
    parameters = await deploy(7n, DELAY, SHORT_DELAY);
  });

  const deploy = (hash: bigint, delay: bigint, short: bigint): Promise<Contract> =>
    deployContract(chain.accounts[0]!, 'RiskParameters', [hash, delay, short, STEP_BPS, owner]);
  const active = (): Promise<unknown> => parameters.getFunction('activeHash').staticCall();
  const pending = (): Promise<unknown> => parameters.getFunction('pending').staticCall();
  const propose = (hash: bigint, by = parameters): Promise<unknown> =>
    send(by, 'propose', [hash, DOCUMENT]);
  const activate = (by = parameters): Promise<unknown> => send(by, 'activate', []);

  it('starts with the set it was deployed with and nothing pending', async () => {
    expect(await active()).toBe(7n);
    expect(await pending()).toEqual([0n, 0n]);
  });

  it('keeps the active set until the timelock has elapsed to the second, and then without a canary', async () => {
    await propose(8n);
    const activatableAt = (await chain.now()) + DELAY;
    expect(await pending()).toEqual([8n, activatableAt]);
    await chain.setNextTime(activatableAt - 1n);
    await expectRefusal(activate(), 'TimelockNotElapsed', [activatableAt]);
    await chain.setNextTime(activatableAt);
    await expectRefusal(activate(), 'CanaryMissing', [8n]);
    expect(await active()).toBe(7n);
  });

  it('waits less for a set of which governance says that it only tightens', async () => {
    await send(parameters, 'proposeTightening', [8n, DOCUMENT]);
    const activatableAt = (await chain.now()) + SHORT_DELAY;
    expect(await pending()).toEqual([8n, activatableAt]);
    await chain.setNextTime(activatableAt - 1n);
    await expectRefusal(activate(), 'TimelockNotElapsed', [activatableAt]);
    await chain.setNextTime(activatableAt);
    await expectRefusal(activate(), 'CanaryMissing');
  });

  it('publishes the whole document of what is proposed', async () => {
    const receipt = await send(parameters, 'propose', [8n, DOCUMENT]);
    const [log] = receipt.logs;
    expect(parameters.interface.parseLog(log!)?.args.toArray()).toEqual([
      8n,
      keccak256(DOCUMENT),
      false,
      (await chain.now()) + DELAY,
    ]);
  });

  it('refuses to activate a cancelled proposal', async () => {
    await propose(8n);
    await send(parameters, 'cancel', []);
    await chain.setNextTime((await chain.now()) + DELAY);
    await expectRefusal(activate(), 'NoProposal');
    expect(await active()).toBe(7n);
  });

  it('lets a proposal expire, which then stands in nobody’s way', async () => {
    await propose(8n);
    const expiresAt = (await chain.now()) + DELAY + LIFE;
    await chain.setNextTime(expiresAt - 1n);
    await expectRefusal(propose(9n), 'ProposalPending', [8n]);
    await chain.setNextTime(expiresAt);
    await expectRefusal(activate(), 'ProposalExpired', [expiresAt]);
    await propose(9n);
    expect(await pending()).toEqual([9n, (await chain.now()) + DELAY]);
  });

  it('refuses to cancel when nothing is pending', () =>
    expectRefusal(send(parameters, 'cancel', []), 'NoProposal'));

  it('refuses a second proposal while one is pending, so that no timelock is inherited', async () => {
    await propose(8n);
    await expectRefusal(propose(9n), 'ProposalPending', [8n]);
    await expectRefusal(send(parameters, 'proposeTightening', [9n, '0x']), 'ProposalPending', [8n]);
  });

  it('refuses to propose the active set', () =>
    expectRefusal(propose(7n), 'ParametersAlreadyActive', [7n]));

  it('refuses a parameter hash of zero', () => expectRefusal(propose(0n), 'ParameterHashIsZero'));

  it('refuses a parameter hash that is not below the scalar field', () =>
    expectRefusal(propose(SCALAR_FIELD), 'ParameterHashNotInField'));

  it.each([
    [DELAY, 0n],
    [0n, 0n],
    [DELAY, DELAY + 1n],
  ])('cannot be deployed with the timelocks %d and %d', (delay, short) =>
    expectRefusal(deploy(7n, delay, short), 'InvalidParameterDelays', [delay, short]),
  );

  it('lets only the owner propose, cancel and bind', async () => {
    const stranger = as(parameters, chain.accounts[1]!);
    await expectRefusal(propose(8n, stranger), 'OwnableUnauthorizedAccount');
    await expectRefusal(
      send(stranger, 'proposeTightening', [8n, DOCUMENT]),
      'OwnableUnauthorizedAccount',
    );
    await expectRefusal(send(stranger, 'bindGate', [owner]), 'OwnableUnauthorizedAccount');
    await propose(8n);
    await expectRefusal(send(stranger, 'cancel', []), 'OwnableUnauthorizedAccount');
  });

  it('is bound to one gate, of its own venue', async () => {
    const venue = await deployVenue(chain);
    const { liquidationEngine, healthGate } = venue.addresses;
    await expectRefusal(
      send(venue.riskParameters.connect(chain.accounts[0]!) as Contract, 'bindGate', [healthGate]),
      'GateAlreadyBound',
      [liquidationEngine],
    );
    await expectRefusal(send(parameters, 'bindGate', [liquidationEngine]), 'GateOfAnotherVenue', [
      liquidationEngine,
    ]);
  });

  it('takes no canary before it is bound, nor without a proposal', async () => {
    const zeros = {
      a: [0, 0],
      b: [
        [0, 0],
        [0, 0],
      ],
      c: [0, 0],
    };
    const canary = { tick: 1, profile: 0, proof: zeros, publicSignals: [] };
    await expectRefusal(send(parameters, 'proveCanary', [canary]), 'NoProposal');
    await propose(8n);
    await expectRefusal(send(parameters, 'proveCanary', [canary]), 'GateNotBound');
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
