// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Contract, ZeroAddress, type Signer } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { depositTestDollars } from '../../prover/chain/fund.ts';
import { ContractRefused, read, send } from '../../prover/chain/refusal.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import {
  ARTIFACTS,
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  guardianOf,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const MILLION = 1_000_000_000_000n;
const COOLDOWN = BigInt(DEFAULT_VENUE_CONFIG.fund.cooldown);
const BATCH = BigInt(DEFAULT_VENUE_CONFIG.fund.batchSeconds);
const WAIT = BigInt(DEFAULT_VENUE_CONFIG.fund.maxWait);
/** Ticks are days apart here: what lies between them is no downtime. */
const CONFIG = {
  ...DEFAULT_VENUE_CONFIG,
  downtimeAfter: 60 * 86_400,
  registry: { ...DEFAULT_VENUE_CONFIG.registry, deadAfter: 60 * 86_400 },
};
const VIRTUAL_SHARES = 1_000_000n;

describe('InsuranceFund shares', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let token: Contract;
  let alice: Signer;
  let bob: Signer;
  let aliceAddress: string;
  let bobAddress: string;

  let saved: unknown;

  beforeAll(async () => {
    chain = await startChain();
    [, alice, bob] = chain.accounts as [Signer, Signer, Signer];
    aliceAddress = await alice.getAddress();
    bobAddress = await bob.getAddress();
    venue = await deployVenue(chain, { config: CONFIG });
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    token = new Contract(venue.addresses.asset, abi, chain.accounts[0]!);
    await postRoot(chain, venue, 11n, 200n, (await chain.now()) + 10n);
    const { liquidationEngine } = venue.addresses;
    await chain.rpc('hardhat_impersonateAccount', [liquidationEngine]);
    await chain.rpc('hardhat_setBalance', [liquidationEngine, '0xde0b6b3a7640000']);
    saved = await chain.save();
  });
  afterAll(() => chain.close());
  afterEach(async () => {
    saved = await chain.restore(saved);
  });

  const deposit = (who: Signer, amountE6: bigint): Promise<unknown> =>
    depositTestDollars(venue, ARTIFACTS, who, amountE6);
  const fund = (who: Signer): Contract => as(venue.insuranceFund, who);
  const view = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    read(venue.insuranceFund, method, args, z.bigint());
  const request = (who: Signer, shares: bigint): Promise<unknown> =>
    send(fund(who), 'requestRedeem', [shares]);
  const claim = (owner: Signer, by = owner): Promise<unknown> =>
    owner.getAddress().then((address) => send(fund(by), 'claimRedeem', [address]));
  const balance = (owner: string): Promise<bigint> => read(token, 'balanceOf', [owner], z.bigint());
  /** What the engine may ask; what it asks for is proven in other tests. */
  const asEngine = async (method: string, args: readonly unknown[]): Promise<void> => {
    const { liquidationEngine: from, insuranceFund: to } = venue.addresses;
    const data = venue.insuranceFund.interface.encodeFunctionData(method, args);
    await chain.rpc('eth_sendTransaction', [{ from, to, data }]);
  };
  const mineAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await chain.rpc('evm_mine', []);
  };
  const tickAt = async (time: bigint): Promise<void> => {
    const minute = minuteFrom(time);
    await postSnapshot(chain, venue, snapshotAt(minute), minute + 1n);
  };
  /** A calm market after everything that was requested has matured. */
  const settleLater = async (): Promise<void> => {
    await tickAt((await chain.now()) + BATCH + COOLDOWN);
    await send(fund(bob), 'settleRedemptions', []).catch((error: unknown) => {
      if (!(error instanceof ContractRefused && error.errorName === 'NothingToSettle')) throw error;
    });
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

  it('cannot be left but by request and claim', async () => {
    await deposit(alice, MILLION);
    expect(await view('maxRedeem', aliceAddress)).toBe(0n);
    expect(await view('maxWithdraw', aliceAddress)).toBe(0n);
    const args = [1n, aliceAddress, aliceAddress];
    await expectRefusal(send(fund(alice), 'redeem', args), 'ERC4626ExceededMaxRedeem');
    await expectRefusal(send(fund(alice), 'withdraw', args), 'ERC4626ExceededMaxWithdraw');
    await expectRefusal(claim(alice), 'NothingRequested');
    const shares = await view('balanceOf', aliceAddress);
    await expectRefusal(request(alice, 0n), 'RequestAboveBalance');
    await expectRefusal(request(alice, shares + 1n), 'RequestAboveBalance', [shares + 1n, shares]);
    await expectRefusal(send(fund(bob), 'settleRedemptions', []), 'NothingToSettle');
  });

  it('pays a request at the time that its batch fixed, to the second, whoever asks', async () => {
    await deposit(alice, MILLION);
    await request(alice, await view('balanceOf', aliceAddress));
    const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
    expect(await view('balanceOf', aliceAddress)).toBe(0n);
    await tickAt(maturesAt - 120n);
    await chain.setNextTime(maturesAt - 1n);
    await expectRefusal(claim(alice), 'NotSettled', [1n]);
    await chain.setNextTime(maturesAt);
    await claim(alice, bob);
    expect(await balance(aliceAddress)).toBe(MILLION);
    expect(await view('depositedE6')).toBe(0n);
    expect(await view('owedE6')).toBe(0n);
    expect(await view('totalSupply')).toBe(0n);
  });

  it('is no option: a request cannot be taken back, moved or put off (attack: rolling requests)', async () => {
    await deposit(alice, 2n * MILLION);
    const shares = await view('balanceOf', aliceAddress);
    await request(alice, shares / 4n);
    await request(alice, shares / 4n);
    await chain.setNextTime((await chain.now()) + BATCH);
    await expectRefusal(request(alice, 1n), 'RequestUnderWay', [1n]);
    await settleLater();
    // What was fixed is fixed: a loss after it is of those who stayed, and of nobody who left.
    await asEngine('cover', [7n, 0n, 0n, MILLION / 2n]);
    await claim(alice);
    expect(await balance(aliceAddress)).toBe(MILLION);
    expect(await view('depositedE6')).toBe((3n * MILLION) / 4n);
  });

  it('bears every loss until then, also what is only reserved (attack: leaving before an opening)', async () => {
    await deposit(alice, MILLION);
    await deposit(bob, MILLION);
    await request(alice, await view('balanceOf', aliceAddress));
    await asEngine('cover', [7n, 0n, 0n, 100_000_000_000n]);
    await asEngine('reserve', [100_000_000_000n]);
    await settleLater();
    await claim(alice);
    // Of two million 100,000 are paid and 100,000 are as good as lost.
    expect(await balance(aliceAddress)).toBe(900_000_000_000n);
    await asEngine('release', [100_000_000_000n]);
    expect(await view('depositedE6')).toBe(1_000_000_000_000n);
  });

  it('pays the lesser of the value at the request and at the claim', async () => {
    await deposit(alice, MILLION);
    await deposit(bob, MILLION);
    await asEngine('reserve', [MILLION]);
    await request(alice, await view('balanceOf', aliceAddress));
    await asEngine('release', [MILLION]);
    await settleLater();
    await claim(alice);
    expect(await balance(aliceAddress)).toBe(MILLION / 2n);
    expect(await view('depositedE6')).toBe((3n * MILLION) / 2n);
  });

  it('waits for a calm market, and not for ever (attack: leaving during a halt)', async () => {
    await deposit(alice, MILLION);
    await request(alice, await view('balanceOf', aliceAddress));
    const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
    await tickAt(maturesAt);
    await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
    await mineAt(maturesAt + 600n);
    await expectRefusal(claim(alice), 'NotSettled');
    await mineAt(maturesAt + WAIT - 1n);
    await chain.setNextTime(maturesAt + WAIT);
    await claim(alice);
    expect(await balance(aliceAddress)).toBe(MILLION);
  });

  it('waits while the oracle is silent', async () => {
    await deposit(alice, MILLION);
    await request(alice, 5n * VIRTUAL_SHARES);
    const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
    await mineAt(maturesAt);
    await expectRefusal(claim(alice), 'NotSettled');
    await tickAt(maturesAt + 60n);
    await claim(alice);
  });

  it('begins anew after a wipe-out, eleven times and more (attack: a dollar between any two)', async () => {
    await deposit(alice, MILLION);
    await request(alice, await view('balanceOf', aliceAddress));
    for (let round = 0n; round < 15n; round += 1n) {
      await deposit(bob, 1_000_000n);
      await asEngine('cover', [7n, round, 0n, 2n * MILLION]);
      expect(await view('epoch')).toBe(round + 1n);
      expect(await view('totalSupply')).toBe(0n);
      await mineAt((await chain.now()) + 86_400n);
    }
    await settleLater();
    await claim(alice);
    expect(await balance(aliceAddress)).toBe(0n);
    await deposit(bob, MILLION);
    expect(await view('balanceOf', bobAddress)).toBe(MILLION * VIRTUAL_SHARES);
    expect(await view('convertToAssets', MILLION * VIRTUAL_SHARES)).toBe(MILLION);
  });

  it('ends an epoch also where a last unit is left, which the buffer keeps', async () => {
    await deposit(alice, MILLION);
    await asEngine('pay', [0n, MILLION - 1n]);
    expect([await view('epoch'), await view('bufferE6'), await view('depositedE6')]).toEqual([
      1n,
      1n,
      0n,
    ]);
  });

  it('ends an epoch whose all is queued for: who enters next owes nothing of it', async () => {
    const cap = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6;
    await deposit(alice, 2n * cap);
    await asEngine('cover', [7n, 0n, 0n, 5n * cap]);
    expect([await view('queuedE6'), await view('uncoveredE6')]).toEqual([cap, 3n * cap]);
    expect([await view('epoch'), await view('bufferE6')]).toEqual([1n, cap]);
    await deposit(bob, MILLION);
    expect(await view('totalAssets')).toBe(MILLION);
    expect(await view('freeE6')).toBe(MILLION);
  });

  it('pays its queue a window’s worth at a time, and what is not there to nobody', async () => {
    const cap = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6;
    await expectRefusal(send(fund(bob), 'payQueued', []), 'NothingQueued');
    await expectRefusal(send(fund(bob), 'payUncovered', [7n, 0n, 1n]), 'AboveUncovered');
    await expectRefusal(send(as(venue.backstop, bob), 'passOn', []), 'NothingToPassOn');
    await deposit(alice, 3n * cap);
    await asEngine('cover', [7n, 0n, 0n, 2n * cap]);
    await expectRefusal(send(fund(bob), 'payQueued', []), 'CoverWindowSpent');
    await mineAt((await chain.now()) + 86_400n);
    await send(fund(bob), 'payQueued', []);
    expect([await view('queuedE6'), await view('depositedE6')]).toEqual([0n, cap]);
  });

  it('has shares that move like any token’s, within an epoch', async () => {
    await deposit(alice, MILLION);
    const shares = await view('balanceOf', aliceAddress);
    await expectRefusal(
      send(fund(alice), 'transfer', [bobAddress, shares + 1n]),
      'ERC20InsufficientBalance',
    );
    await expectRefusal(
      send(fund(bob), 'transferFrom', [aliceAddress, bobAddress, 1n]),
      'ERC20InsufficientAllowance',
    );
    await send(fund(alice), 'transfer', [bobAddress, shares]);
    expect(await view('balanceOf', bobAddress)).toBe(shares);
    await asEngine('pay', [0n, MILLION]);
    expect(await view('balanceOf', bobAddress)).toBe(0n);
  });

  it('recomputes the worked table of docs/contracts.md', async () => {
    const text = readFileSync(join(REPOSITORY_ROOT, 'docs', 'contracts.md'), 'utf8');
    const rows = text.split('\n').filter((line) => /^\| deficit \d+/.test(line));
    expect(rows).toHaveLength(3);
    const unit = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6 / 50n;
    await send(token, 'mint', [aliceAddress, 20n * unit]);
    await send(as(token, alice), 'approve', [venue.addresses.insuranceFund, 20n * unit]);
    await send(fund(alice), 'raiseBuffer', [20n * unit]);
    await deposit(alice, 80n * unit);
    for (const [round, row] of rows.entries()) {
      const [deficit, buffer, depositors, queued, recorded] = [...row.matchAll(/\b\d+\b/g)]
        .map(([digits]) => BigInt(digits))
        .filter((_, place) => !(round > 0 && place === 1));
      if (row.includes('next window')) await mineAt((await chain.now()) + 86_400n);
      await asEngine('cover', [BigInt(round), 1n, 0n, deficit! * unit]);
      const seen = [
        await view('bufferE6'),
        await view('depositedE6'),
        await view('queuedE6'),
        await view('uncoveredE6'),
      ].map((amount) => amount / unit);
      expect(seen, row).toEqual([buffer, depositors, queued, recorded]);
    }
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

  describe('of an asset that does not do what it says', () => {
    const taking = async (asset: Contract): Promise<Contract> => {
      const vault = await vaultOf(String(asset.target));
      const target = await deployContract(chain.accounts[0]!, 'InsuranceFund', [
        asset.target,
        vault.target,
        DEFAULT_VENUE_CONFIG.fund,
      ]);
      await send(asset, 'mint', [aliceAddress, MILLION]);
      await send(as(asset, alice), 'approve', [target.target, MILLION]);
      return as(target, alice);
    };

    it('takes nothing of which a fee is kept', async () => {
      const asset = await deployContract(chain.accounts[0]!, 'FaultyDollar');
      const target = await taking(asset);
      await send(asset, 'takeFee', [100n]);
      const values = [MILLION, MILLION - MILLION / 100n];
      await expectRefusal(send(target, 'deposit', [MILLION, aliceAddress]), 'NotExact', values);
      await expectRefusal(send(target, 'raiseBuffer', [MILLION]), 'NotExact', values);
    });

    it('takes nothing from one that answers false', async () => {
      const asset = await deployContract(chain.accounts[0]!, 'FaultyDollar');
      const target = await taking(asset);
      await send(asset, 'answerFalse', []);
      await expectRefusal(
        send(target, 'deposit', [MILLION, aliceAddress]),
        'SafeERC20FailedOperation',
      );
      expect(await read(target, 'totalSupply', [], z.bigint())).toBe(0n);
    });
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
      await tickAt((await chain.now()) + BATCH + COOLDOWN);
      await arm();
      await expectRefusal(enter('claimRedeem', [aliceAddress]), 'ReentrancyGuardReentrantCall');
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
    { batchSeconds: 0 },
    { cooldown: 0 },
    { cooldown: 33 * 86_400 },
    { calmSeconds: 0 },
    { maxWait: 3_600 },
    { maxWait: 31 * 86_400 },
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
