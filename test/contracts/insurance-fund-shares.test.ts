// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ZeroAddress, type Signer } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { depositTestDollars } from '../../prover/chain/fund.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  ARTIFACTS,
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const MILLION = 1_000_000_000_000n;
const COOLDOWN = BigInt(DEFAULT_VENUE_CONFIG.fund.cooldown);
const WINDOW = BigInt(DEFAULT_VENUE_CONFIG.fund.redeemWindow);
const VIRTUAL_SHARES = 1_000_000n;

describe('InsuranceFund shares', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let token: Contract;
  let alice: Signer;
  let bob: Signer;
  let aliceAddress: string;
  let bobAddress: string;

  beforeAll(async () => {
    chain = await startChain();
    [, alice, bob] = chain.accounts as [Signer, Signer, Signer];
    aliceAddress = await alice.getAddress();
    bobAddress = await bob.getAddress();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    venue = await deployVenue(chain);
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    token = new Contract(venue.addresses.asset, abi, chain.accounts[0]!);
  });

  const deposit = (who: Signer, amountE6: bigint): Promise<unknown> =>
    depositTestDollars(venue, ARTIFACTS, who, amountE6);
  const fund = (who: Signer): Contract => as(venue.insuranceFund, who);
  const view = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    read(venue.insuranceFund, method, args, z.bigint());
  const request = (who: Signer, shares: bigint): Promise<unknown> =>
    send(fund(who), 'requestRedeem', [shares]);
  const redeem = (who: Signer, shares: bigint, owner: string): Promise<unknown> =>
    send(fund(who), 'redeem', [shares, owner, owner]);
  const passTime = async (seconds: bigint): Promise<void> =>
    chain.setNextTime((await chain.now()) + seconds);
  const mineAfter = async (seconds: bigint): Promise<void> => {
    await passTime(seconds);
    await chain.rpc('evm_mine', []);
  };

  const vaultOf = (asset: string): Promise<Contract> =>
    deployContract(chain.accounts[0]!, 'Vault', [
      asset,
      venue.addresses.marketFeed,
      [ZeroAddress, venue.verifiers['account-margin']['16'], ZeroAddress],
      DEFAULT_VENUE_CONFIG.vault,
    ]);

  it('gives shares in proportion to deposits', async () => {
    await deposit(alice, MILLION);
    await deposit(bob, 3n * MILLION);
    expect(await view('balanceOf', aliceAddress)).toBe(MILLION * VIRTUAL_SHARES);
    expect(await view('balanceOf', bobAddress)).toBe(3n * MILLION * VIRTUAL_SHARES);
    expect(await view('totalAssets')).toBe(4n * MILLION);
  });

  it('cannot be left without a request', async () => {
    await deposit(alice, MILLION);
    await expectRefusal(redeem(alice, 1n, aliceAddress), 'ERC4626ExceededMaxRedeem');
    await expectRefusal(
      send(fund(alice), 'withdraw', [1n, aliceAddress, aliceAddress]),
      'ERC4626ExceededMaxWithdraw',
    );
  });

  it('cannot be left before the cooldown has elapsed to the second', async () => {
    await deposit(alice, MILLION);
    const shares = await view('balanceOf', aliceAddress);
    await request(alice, shares);
    const requestedAt = await chain.now();
    await chain.setNextTime(requestedAt + COOLDOWN - 1n);
    await expectRefusal(redeem(alice, shares, aliceAddress), 'ERC4626ExceededMaxRedeem', [
      aliceAddress,
      shares,
      0n,
    ]);
    await chain.setNextTime(requestedAt + COOLDOWN);
    await redeem(alice, shares, aliceAddress);
    expect(await read(token, 'balanceOf', [aliceAddress], z.bigint())).toBe(MILLION);
    expect(await view('totalAssets')).toBe(0n);
    expect(await view('totalSupply')).toBe(0n);
  });

  it('can be left by withdraw for all that has matured', async () => {
    await deposit(alice, MILLION);
    await request(alice, (await view('balanceOf', aliceAddress)) / 4n);
    await mineAfter(COOLDOWN);
    expect(await view('maxWithdraw', aliceAddress)).toBe(MILLION / 4n);
    await send(fund(alice), 'withdraw', [MILLION / 4n, aliceAddress, aliceAddress]);
    expect(await view('maxRedeem', aliceAddress)).toBe(0n);
    expect(await view('totalAssets')).toBe((3n * MILLION) / 4n);
  });

  it('cannot be left once the redeem window has passed', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n);
    await mineAfter(COOLDOWN + WINDOW - 1n);
    expect(await view('maxRedeem', aliceAddress)).toBe(5n);
    await mineAfter(1n);
    expect(await view('maxRedeem', aliceAddress)).toBe(0n);
    await expectRefusal(redeem(alice, 5n, aliceAddress), 'ERC4626ExceededMaxRedeem');
  });

  it('restarts the cooldown when a request is replaced', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n);
    await mineAfter(COOLDOWN);
    expect(await view('maxRedeem', aliceAddress)).toBe(5n);
    await request(alice, 5n);
    expect(await view('maxRedeem', aliceAddress)).toBe(0n);
  });

  it('lets no more leave than was requested', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n);
    await passTime(COOLDOWN);
    await expectRefusal(redeem(alice, 6n, aliceAddress), 'ERC4626ExceededMaxRedeem');
    await redeem(alice, 3n, aliceAddress);
    await expectRefusal(redeem(alice, 3n, aliceAddress), 'ERC4626ExceededMaxRedeem');
    await redeem(alice, 2n, aliceAddress);
  });

  it('lets a request be withdrawn', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n);
    await request(alice, 0n);
    await mineAfter(COOLDOWN);
    expect(await view('maxRedeem', aliceAddress)).toBe(0n);
  });

  it('refuses a request for more shares than are held', async () => {
    await deposit(alice, MILLION);
    const shares = await view('balanceOf', aliceAddress);
    await expectRefusal(request(alice, shares + 1n), 'RequestAboveBalance', [shares + 1n, shares]);
  });

  it('shrinks a request when its shares are sent away, so that later shares must wait', async () => {
    await deposit(alice, MILLION);
    await deposit(bob, MILLION);
    const shares = await view('balanceOf', aliceAddress);
    await request(alice, shares);
    await send(fund(alice), 'transfer', [bobAddress, shares - 10n]);
    await send(fund(bob), 'transfer', [aliceAddress, shares]);
    await mineAfter(COOLDOWN);
    expect(await view('maxRedeem', aliceAddress)).toBe(10n);
    expect(await view('maxRedeem', bobAddress)).toBe(0n);
  });

  it('lets only the owner, or whom the owner allows, redeem', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n);
    await mineAfter(COOLDOWN);
    await expectRefusal(redeem(bob, 5n, aliceAddress), 'ERC20InsufficientAllowance');
    await send(fund(alice), 'approve', [bobAddress, 5n]);
    await redeem(bob, 5n, aliceAddress);
  });

  it('does not count a donation: the share price stays', async () => {
    await deposit(alice, MILLION);
    const before = await view('convertToAssets', VIRTUAL_SHARES);
    await send(token, 'mint', [venue.addresses.insuranceFund, 500n * MILLION]);
    expect(await view('totalAssets')).toBe(MILLION);
    expect(await view('convertToAssets', VIRTUAL_SHARES)).toBe(before);
  });

  it('survives the first-depositor attack: one unit and a donation steal nothing', async () => {
    await deposit(alice, 1n);
    await send(token, 'mint', [venue.addresses.insuranceFund, MILLION]);
    await deposit(bob, MILLION / 2n);
    expect(await view('previewRedeem', await view('balanceOf', bobAddress))).toBe(MILLION / 2n);
  });

  describe('of an asset that calls back', () => {
    let reentrant: Contract;
    let target: Contract;

    beforeEach(async () => {
      reentrant = await deployContract(chain.accounts[0]!, 'ReentrantDollar');
      const vault = await vaultOf(String(reentrant.target));
      target = await deployContract(chain.accounts[0]!, 'InsuranceFund', [
        reentrant.target,
        vault.target,
        DEFAULT_VENUE_CONFIG.fund,
      ]);
      await send(reentrant, 'mint', [aliceAddress, MILLION]);
      await send(as(reentrant, alice), 'approve', [target.target, MILLION]);
    });
    const arm = (): Promise<unknown> => {
      const call = target.interface.encodeFunctionData('deposit', [0n, bobAddress]);
      return send(reentrant, 'arm', [target.target, call]);
    };
    const enter = (method: string, args: readonly unknown[]): Promise<unknown> =>
      send(as(target, alice), method, args);

    it('cannot be entered again in the middle of a deposit', async () => {
      await arm();
      await expectRefusal(
        enter('deposit', [MILLION, aliceAddress]),
        'ReentrancyGuardReentrantCall',
      );
    });

    it('cannot be entered again in the middle of a redemption', async () => {
      await enter('deposit', [MILLION, aliceAddress]);
      await enter('requestRedeem', [VIRTUAL_SHARES]);
      await mineAfter(COOLDOWN);
      await arm();
      await expectRefusal(
        enter('redeem', [VIRTUAL_SHARES, aliceAddress, aliceAddress]),
        'ReentrancyGuardReentrantCall',
      );
    });
  });

  it('cannot be deployed on a vault of another asset', async () => {
    const other = await deployContract(chain.accounts[0]!, 'TestDollar');
    const deployment = deployContract(chain.accounts[0]!, 'InsuranceFund', [
      other.target,
      venue.addresses.vault,
      DEFAULT_VENUE_CONFIG.fund,
    ]);
    await expectRefusal(deployment, 'AssetMismatch', [other.target, venue.addresses.asset]);
  });

  it.each([
    { cooldown: 0 },
    { redeemWindow: 0 },
    { windowSeconds: 0 },
    { coverPerWindowE6: 0n },
    { coverPerWindowE6: 2n ** 63n },
  ])('cannot be deployed with %o', async (fault) => {
    const config = {
      ...DEFAULT_VENUE_CONFIG,
      fund: { ...DEFAULT_VENUE_CONFIG.fund, ...fault },
    };
    await expectRefusal(deployVenue(chain, { config }), 'InvalidFundConfig');
  });
});
