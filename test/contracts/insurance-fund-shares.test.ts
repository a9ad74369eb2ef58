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
import { ContractRefused, asObject, read, send } from '../../prover/chain/refusal.ts';
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
import { compareGas } from '../support/gas.ts';

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

describe('InsuranceFund shares (P19)', () => {
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
    saved = await chain.save();
  });
  afterAll(() => chain.close());
  afterEach(async () => {
    saved = await chain.restore(saved);
  });

  const deposit = (who: Signer, amountE6: bigint, of = venue): Promise<unknown> =>
    depositTestDollars(of, ARTIFACTS, who, amountE6);
  const fund = (who: Signer): Contract => as(venue.insuranceFund, who);
  const view = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    read(venue.insuranceFund, method, args, z.bigint());
  const request = (who: Signer, shares: bigint): Promise<unknown> =>
    send(fund(who), 'requestRedeem', [shares]);
  const claim = (owner: Signer, by = owner): Promise<unknown> =>
    owner.getAddress().then((address) => send(fund(by), 'claimRedeem', [address]));
  const balance = (owner: string): Promise<bigint> => read(token, 'balanceOf', [owner], z.bigint());
  /** What the engine and the guarantee may ask; what they ask for is proven in other tests. */
  const asPart = async (
    part: 'liquidationEngine' | 'marginGuarantee',
    method: string,
    args: readonly unknown[],
    of = venue,
  ): Promise<void> => {
    const { [part]: from, insuranceFund: to } = of.addresses;
    await chain.rpc('hardhat_impersonateAccount', [from]);
    await chain.rpc('hardhat_setBalance', [from, '0xde0b6b3a7640000']);
    const data = of.insuranceFund.interface.encodeFunctionData(method, args);
    await chain.rpc('eth_sendTransaction', [{ from, to, data }]);
  };
  const asEngine = (method: string, args: readonly unknown[], of = venue): Promise<void> =>
    asPart('liquidationEngine', method, args, of);
  const mineAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await chain.rpc('evm_mine', []);
  };
  const tickAt = async (time: bigint): Promise<void> => {
    const minute = minuteFrom(time);
    await postSnapshot(chain, venue, snapshotAt(minute), minute + 1n);
  };
  const raise = async (amountE6: bigint, of = venue): Promise<void> => {
    const { asset, insuranceFund } = of.addresses;
    const mine = new Contract(asset, token.interface, alice);
    await send(mine, 'mint', [aliceAddress, amountE6]);
    await send(mine, 'approve', [insuranceFund, amountE6]);
    await send(as(of.insuranceFund, alice), 'raiseBuffer', [amountE6]);
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

  it('says how it was configured, and what a batch came to', async () => {
    const config = await read(venue.insuranceFund, 'config', [], asObject(z.unknown()));
    const wide = Object.entries(CONFIG.fund).map(([name, value]) => [name, BigInt(value)] as const);
    expect(config).toEqual(Object.fromEntries(wide));
    await deposit(alice, MILLION);
    await request(alice, MILLION);
    const batch = (): Promise<unknown> =>
      read(venue.insuranceFund, 'redemptionBatch', [1n], asObject(z.unknown()));
    expect(await batch()).toMatchObject({ shares: MILLION, paidE6: 0n });
    await settleLater();
    expect(await batch()).toMatchObject({ shares: MILLION, paidE6: MILLION / VIRTUAL_SHARES });
  });

  it('are nobody’s to give, to take or to spend', async () => {
    await deposit(alice, MILLION);
    const asked = as(venue.insuranceFund, chain.provider);
    const tell = async (
      from: string,
      method: string,
      args: readonly unknown[],
      error: string,
    ): Promise<void> => {
      const call = read(asked, method, [...args, { from }], z.boolean());
      await expectRefusal(call, error, [ZeroAddress]);
    };
    await tell(aliceAddress, 'transfer', [ZeroAddress, 1n], 'ERC20InvalidReceiver');
    await tell(aliceAddress, 'approve', [ZeroAddress, 1n], 'ERC20InvalidSpender');
    await tell(ZeroAddress, 'transfer', [bobAddress, 1n], 'ERC20InvalidSender');
    await tell(ZeroAddress, 'approve', [bobAddress, 1n], 'ERC20InvalidApprover');
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
    expect([await view('depositedE6'), await view('bufferE6')]).toEqual([MILLION, MILLION / 2n]);
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

  it('waits while a breach of the breaker awaits its confirmation', async () => {
    await deposit(alice, MILLION);
    await request(alice, await view('balanceOf', aliceAddress));
    const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
    await tickAt(maturesAt);
    const minute = minuteFrom(maturesAt) + 60n;
    const [btc, eth] = snapshotAt(0n).indexPricesE4;
    const prices: [bigint, bigint] = [btc / 3n, eth];
    const crashed = { indexPricesE4: prices, perpetualMarksE4: prices };
    await postSnapshot(chain, venue, snapshotAt(minute, crashed), minute + 1n);
    await expectRefusal(claim(alice), 'NotSettled');
    await tickAt(minute + 60n);
    await claim(alice);
  });

  it('waits for no market where the venue is dead', async () => {
    const own = {
      ...CONFIG,
      registry: { ...CONFIG.registry, deadAfter: Number(BATCH + COOLDOWN) + 86_400 },
    };
    const mortal = await deployVenue(chain, { config: own });
    await postRoot(chain, mortal, 11n, 200n, (await chain.now()) + 10n);
    await deposit(alice, MILLION, mortal);
    await send(as(mortal.insuranceFund, alice), 'requestRedeem', [VIRTUAL_SHARES]);
    const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
    const leave = () => send(as(mortal.insuranceFund, bob), 'claimRedeem', [aliceAddress]);
    await mineAt(maturesAt);
    await expectRefusal(leave(), 'NotSettled');
    await mineAt(maturesAt + 86_400n);
    await leave();
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

  it('pays a claim that is larger than a window in as many windows as it takes', async () => {
    const cap = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6;
    const left = async (): Promise<readonly bigint[]> => {
      const head = z.preprocess(
        (claim) => (claim as { amountE6: bigint }).amountE6,
        z.bigint().nonnegative(),
      );
      const [amountE6, length] = await read(
        venue.insuranceFund,
        'queue',
        [],
        z.tuple([head, z.bigint()]),
      );
      return [amountE6, length, await view('queuedE6')];
    };
    await deposit(alice, 4n * cap);
    await asEngine('cover', [7n, 0n, 0n, 3n * cap + 1n]);
    expect(await left()).toEqual([2n * cap + 1n, 1n, 2n * cap + 1n]);
    for (const amountE6 of [cap + 1n, 1n]) {
      await mineAt((await chain.now()) + 86_400n);
      await send(fund(bob), 'payQueued', []);
      expect(await left()).toEqual([amountE6, 1n, amountE6]);
      await expectRefusal(send(fund(bob), 'payQueued', []), 'CoverWindowSpent');
    }
    await mineAt((await chain.now()) + 86_400n);
    await send(fund(bob), 'payQueued', []);
    expect(await left()).toEqual([0n, 0n, 0n]);
    expect(await view('depositedE6')).toBe(cap - 1n);
  });

  it('costs what is recorded, whatever of it anybody may do', async () => {
    const cap = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6;
    await send(token, 'mint', [aliceAddress, 20n * cap]);
    await send(as(token, alice), 'approve', [venue.addresses.insuranceFund, 20n * cap]);
    const cost = async (name: string, method: string, args: readonly unknown[]): Promise<void> =>
      compareGas(`fund: ${name}`, await send(fund(alice), method, args));
    const twice = async (name: string, method: string, args: readonly unknown[]): Promise<void> => {
      await cost(`${name}, the first`, method, args);
      await cost(name, method, args);
    };
    await twice('raise the buffer', 'raiseBuffer', [1_000_000n]);
    await twice('deposit', 'deposit', [2n * cap, aliceAddress]);
    await twice('request a redemption', 'requestRedeem', [VIRTUAL_SHARES]);
    await asEngine('cover', [7n, 0n, 0n, 2n * cap]);
    await asEngine('cover', [8n, 0n, 0n, 4n * cap]);
    const paid = async (name: string): Promise<void> => {
      await mineAt((await chain.now()) + 86_400n);
      await cost(name, 'payQueued', []);
    };
    await paid('pay a queued claim, the first');
    await paid('pay a part of a queued claim');
    await paid('pay a queued claim');
    await cost('pay what is recorded', 'payUncovered', [8n, 0n, 1_000_000n]);
    const { insuranceFund, vault } = venue.addresses;
    await send(token, 'mint', [insuranceFund, 1_000_000n]);
    await cost('skim', 'skim', []);
    await send(token, 'mint', [vault, 1_000_000n]);
    await send(venue.vault, 'skim', []);
    await cost('collect penalties', 'collectPenalties', []);
  });

  it('claims a redemption for what is recorded', async () => {
    await deposit(alice, MILLION);
    await request(alice, VIRTUAL_SHARES);
    await tickAt((await chain.now()) + BATCH + COOLDOWN);
    const settled = await send(fund(bob), 'settleRedemptions', []);
    await compareGas('fund: settle a batch of redemptions', settled);
    await compareGas(
      'fund: claim a redemption',
      await send(fund(bob), 'claimRedeem', [aliceAddress]),
    );
  });

  it('and shares move, at the gas that is recorded', async () => {
    await deposit(alice, MILLION);
    const { insuranceFund } = venue.addresses;
    await send(token, 'mint', [aliceAddress, MILLION]);
    await send(as(token, alice), 'approve', [insuranceFund, MILLION]);
    const cost = async (name: string, who: Signer, method: string, args: readonly unknown[]) =>
      compareGas(`fund: ${name}`, await send(fund(who), method, args));
    await cost('mint shares', alice, 'mint', [VIRTUAL_SHARES, aliceAddress]);
    await cost('allow shares', alice, 'approve', [bobAddress, 9n]);
    await cost('move shares, the first of somebody', alice, 'transfer', [bobAddress, 1n]);
    await cost('move shares', alice, 'transfer', [bobAddress, 1n]);
    await cost('move allowed shares', bob, 'transferFrom', [aliceAddress, bobAddress, 1n]);
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
    const [, start, ...rows] = text
      .slice(text.indexOf('| example of a fund'))
      .split(/\n(?!\|)/)[0]!
      .split('\n')
      .filter((line) => !line.startsWith('|---'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const unit = CONFIG.fund.coverPerWindowE6 / 50n;
    const fund_ = { ...CONFIG.fund, bufferTargetE6: 20n * unit };
    const example = await deployVenue(chain, { config: { ...CONFIG, fund: fund_ } });
    const expected = (cells: readonly string[]): readonly bigint[] =>
      cells.slice(2, 7).map((cell) => BigInt(cell));
    const seen = async (): Promise<readonly bigint[]> => {
      const views = ['bufferE6', 'depositedE6', 'reservedE6', 'queuedE6', 'uncoveredE6'];
      const amounts: bigint[] = [];
      for (const name of views) {
        const amountE6 = await read(example.insuranceFund, name, [], z.bigint());
        // Income of the seconds that the test itself takes.
        amounts.push((amountE6 + unit / 2n) / unit);
      }
      return amounts;
    };
    await raise(20n * unit, example);
    await deposit(alice, 80n * unit, example);
    expect(await seen()).toEqual(expected(start!));

    for (const [place, [, what, ...figures]] of rows.entries()) {
      const [first, second] = [...what!.matchAll(/\d+/g)].map(([digits]) => BigInt(digits) * unit);
      const cover = (heldE6: bigint, deficitE6: bigint): Promise<void> =>
        asEngine('cover', [BigInt(place), 1n, heldE6, deficitE6], example);
      if (what!.startsWith('penalty')) await raise(first!, example);
      if (what!.startsWith('a year')) {
        await mineAt((await chain.now()) + 365n * 86_400n);
        await raise(1n, example);
      }
      if (what!.startsWith('guarantee')) {
        await asPart('marginGuarantee', 'guarantee', [first!], example);
        await raise(second!, example);
      }
      if (what!.startsWith('called')) {
        await asEngine('beginLiquidation', [first!], example);
        await cover(first!, second!);
      }
      if (what!.startsWith('deficit')) {
        if (what!.includes('next window')) await mineAt((await chain.now()) + 86_400n);
        await cover(0n, first!);
      }
      expect(await seen(), what).toEqual(expected(['', what!, ...figures]));
    }
    expect(rows).toHaveLength(7);
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

  describe('income', () => {
    const { bufferTargetE6: TARGET, incomeBps } = DEFAULT_VENUE_CONFIG.fund;
    const YEAR = 365n * 86_400n;
    const CAP = DEFAULT_VENUE_CONFIG.fund.coverPerWindowE6;
    const earned = (assetsE6: bigint, seconds: bigint): bigint =>
      (assetsE6 * BigInt(incomeBps) * seconds) / (10_000n * YEAR);
    const worth = async (owner: string): Promise<bigint> =>
      view('convertToAssets', await view('balanceOf', owner));
    const since = async (): Promise<bigint> => {
      const schema = z.tuple([z.bigint(), z.bigint()]);
      const [, from] = await read(venue.insuranceFund, 'income', [], schema);
      return from;
    };

    it('is so much a year of what is deposited, out of what the buffer has above its target (P24)', async () => {
      await raise(TARGET + MILLION / 100n);
      await deposit(alice, MILLION);
      const start = await since();
      await mineAt(start + 86_400n);
      const dueE6 = earned(MILLION, 86_400n);
      expect(await view('totalAssets')).toBe(MILLION + dueE6);
      expect(await view('depositedE6')).toBe(MILLION);
      await chain.setNextTime(start + 86_400n + 1n);
      await request(alice, 1n);
      expect(await view('depositedE6')).toBe(MILLION + earned(MILLION, 86_401n));
      await mineAt(start + YEAR);
      expect(await view('totalAssets')).toBe(MILLION + MILLION / 100n);
      await send(fund(bob), 'settleRedemptions', []);
      expect(await view('bufferE6')).toBe(TARGET);
    });

    it('brings nothing for a time with nothing to spare, or before anybody had entered (attack: the first depositor)', async () => {
      await raise(TARGET + MILLION);
      await mineAt((await chain.now()) + 30n * 86_400n);
      await deposit(alice, MILLION);
      expect(await view('totalAssets')).toBe(MILLION);
      await asEngine('reserve', [2n * MILLION]);
      const earnedE6 = await view('totalAssets');
      await mineAt((await chain.now()) + 30n * 86_400n);
      await asEngine('release', [MILLION]);
      expect(await view('totalAssets')).toBe(earnedE6);
    });

    it('of a penalty, a gift or a surplus is nobody’s at once (attack: a deposit just before it)', async () => {
      await raise(TARGET);
      await deposit(alice, MILLION);
      await deposit(bob, MILLION);
      await asEngine('reserve', [TARGET + MILLION]);
      await request(alice, await view('balanceOf', aliceAddress));
      await asEngine('release', [TARGET + MILLION]);
      await settleLater();
      await deposit(bob, 100n * MILLION);
      const before = [await worth(bobAddress), await view('bufferE6')];
      await claim(alice);
      // Of a million that left, valued at half of it, the other half is spare, and earned from now on.
      expect(await balance(aliceAddress)).toBe(MILLION / 2n);
      expect([await worth(bobAddress), await view('bufferE6')]).toEqual([
        before[0],
        before[1]! + MILLION / 2n,
      ]);
      await raise(MILLION);
      expect(await worth(bobAddress)).toBeLessThan(before[0]! + earned(102n * MILLION, 60n));
    });

    it('does not lift a price that few shares have (attack: one unit, then years of income)', async () => {
      await raise(TARGET + MILLION);
      await deposit(alice, 1n);
      await mineAt((await chain.now()) + 10n * YEAR);
      await deposit(bob, 1_000_000n);
      expect(await worth(aliceAddress)).toBeLessThanOrEqual(2n);
      expect(await worth(bobAddress)).toBeGreaterThanOrEqual(999_999n);
    });

    it('goes on during a halt, in which nobody leaves with it', async () => {
      await raise(TARGET + MILLION);
      await deposit(alice, MILLION);
      await request(alice, await view('balanceOf', aliceAddress));
      const maturesAt = (await chain.now()) + BATCH + COOLDOWN;
      await tickAt(maturesAt);
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      const halted = await view('totalAssets');
      await mineAt(maturesAt + 86_400n);
      expect(await view('totalAssets')).toBeGreaterThan(halted);
      await expectRefusal(claim(alice), 'NotSettled');
      const schema = z.tuple([z.bigint(), z.bigint(), z.bigint()]);
      const [, , valueE6] = await read(
        venue.insuranceFund,
        'redeemRequest',
        [aliceAddress],
        schema,
      );
      await chain.setNextTime(maturesAt + WAIT);
      await claim(alice);
      expect(valueE6).toBeLessThan(halted);
      expect(await balance(aliceAddress)).toBe(valueE6);
    });

    it('after a wipe-out is of the next epoch, from its first deposit on', async () => {
      await deposit(alice, MILLION);
      await asEngine('pay', [0n, MILLION]);
      await raise(TARGET + MILLION);
      await mineAt((await chain.now()) + 86_400n);
      await deposit(bob, MILLION);
      expect(await view('totalAssets')).toBe(MILLION);
      await mineAt((await since()) + 86_400n);
      expect(await view('totalAssets')).toBe(MILLION + earned(MILLION, 86_400n));
      expect(await worth(aliceAddress)).toBe(0n);
    });

    it('and an end that spare the depositors a loss are of those who had it (attack: a deposit between loss and payment)', async () => {
      await deposit(alice, 3n * CAP);
      await asEngine('cover', [7n, 0n, 0n, 2n * CAP]);
      expect(await worth(aliceAddress)).toBe(CAP);
      const values = [bobAddress, CAP, 0n];
      await expectRefusal(deposit(bob, CAP), 'ERC4626ExceededMaxDeposit', values);
      await expectRefusal(
        send(fund(bob), 'mint', [VIRTUAL_SHARES, bobAddress]),
        'ERC4626ExceededMaxMint',
      );
      await mineAt((await chain.now()) + BigInt(CONFIG.registry.deadAfter) + 1n);
      await send(fund(bob), 'payQueued', []);
      expect(await worth(aliceAddress)).toBe(2n * CAP);
      await deposit(bob, CAP);
      expect(await worth(bobAddress)).toBe(CAP - 1n);
    });
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
    { batchSeconds: 18_900, maxWait: 8 * 86_400 },
    { windowSeconds: 0 },
    { coverPerWindowE6: 0n },
    { coverPerWindowE6: 2n ** 63n },
    { bufferTargetE6: 0n },
    { bufferTargetE6: 2n ** 63n },
    { incomeBps: 0 },
    { incomeBps: 10_001 },
  ])('cannot be deployed with %o', async (fault) => {
    const config = {
      ...DEFAULT_VENUE_CONFIG,
      fund: { ...DEFAULT_VENUE_CONFIG.fund, ...fault },
    };
    await expectRefusal(deployVenue(chain, { config }), 'InvalidFundConfig');
  });
});
