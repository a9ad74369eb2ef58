// SPDX-License-Identifier: GPL-3.0-or-later
// Attacks on the fund's money, each with real proofs: bankrupt accounts that are opened, and past their
// horizon. The fund has less than they lack together.
import { Contract } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import { send } from '../../prover/chain/refusal.ts';
import { feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { expireLiquidation, healthProof, openMany } from '../../prover/chain/submit.ts';
import { refundDeposit } from '../../prover/chain/vault.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { PUBLIC_SIGNALS } from '../../prover/statements/generated/public-signals.ts';
import { as, deployContract, expectRefusal, guardianOf } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import { accountNamed, closeProver, crashPrices, marginOf } from '../support/proofs.ts';

const LARGE = accountNamed('bankrupt-paid-in-full');
const BEYOND = accountNamed('bankrupt-beyond-the-fund');
const DUST = accountNamed('gross-equity-minus-one');
const { crash } = loadSample().snapshots;
const { engine: ENGINE, fund: FUND, vault: VAULT } = DEFAULT_VENUE_CONFIG;
const HORIZON = BigInt(ENGINE.horizonSeconds);
const LONG = 60 * 86_400;
/** The market's clock passes a horizon from one tick to the next, and days without one are no downtime. */
const CONFIG: VenueConfig = {
  ...DEFAULT_VENUE_CONFIG,
  maxClockGap: ENGINE.horizonSeconds,
  downtimeAfter: LONG,
  registry: { ...DEFAULT_VENUE_CONFIG.registry, deadAfter: LONG },
};
const DOLLAR = 1_000_000n;
const EQUITY = PUBLIC_SIGNALS['account-margin'].findIndex(({ name }) => name === 'equityE6');

type Saved = Awaited<ReturnType<Life['save']>>;

let life: Life;
/** Nothing is open. */
let fresh: Saved;
/** All three are open, frozen and past their horizon. */
let expired: Saved;

const fund = async (view: string, ...args: readonly unknown[]): Promise<bigint> =>
  (await life.venue.insuranceFund.getFunction(view).staticCall(...args)) as bigint;
const fundHas = async (): Promise<bigint> => life.balance(life.venue.addresses.insuranceFund);
const sharesOf = async (): Promise<bigint> => fund('balanceOf', life.addresses.depositor);
const asDepositor = async (method: string, args: readonly unknown[]): Promise<unknown> => {
  await life.after();
  return send(life.by('depositor').insuranceFund, method, args);
};

/** A root and a tick so many seconds later, and another tick: past the horizon of what is open now. */
async function pass(venue: Life, seconds = HORIZON): Promise<void> {
  await venue.root({}, seconds);
  await venue.nextTick();
  await venue.nextTick();
}

beforeAll(async () => {
  life = await startLife({ config: CONFIG });
  fresh = await life.save();
  for (const account of [LARGE, BEYOND, DUST]) await life.open(account);
  await life.root();
  await pass(life);
  expired = await life.save();
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

describe('of what is proven', () => {
  afterEach(async () => {
    expired = await life.restore(expired);
  });

  it('dust burns no claim: neither its own cover, nor a gift, nor a unit paid for it', async () => {
    // The two others hold back all there is: of dust's unit nothing is backed, and nothing taken from them.
    expect(termsIn(life.venue, await life.expire(DUST)).fundPaidE6).toBe(0n);
    expect(await fund('uncoveredOf', DUST, 1n)).toBe(1n);

    const { minDepositE6 } = VAULT;
    await life.after();
    await send(life.by('stranger').vault, 'deposit', [LARGE, 0n, minDepositE6]);
    const index = life.sequencer.state.userCount;
    await life.advance();
    await life.after();
    await refundDeposit(life.by('stranger'), await life.consumed(index));
    expect(await life.claimable('stranger')).toBe(minDepositE6);
    const { deficitE6 } = marginOf(LARGE);
    expect(termsIn(life.venue, await life.expire(LARGE)).fundPaidE6).toBe(deficitE6);

    await life.expire(BEYOND);
    const leftE6 = await fund('uncoveredOf', BEYOND, 1n);
    expect(leftE6).toBeGreaterThan(DOLLAR);
    await asDepositor('payUncovered', [BEYOND, 1n, 1n]);
    expect(await fund('uncoveredOf', BEYOND, 1n)).toBe(leftE6 - 1n);
    await expectRefusal(asDepositor('payUncovered', [DUST, 1n, 2n]), 'AboveUncovered', [1n, 2n]);
    expect(await fund('uncoveredE6')).toBe(leftE6 - 1n + 1n);
  });

  it('the deficit is of the tick of the takeover, not of a kinder one', async () => {
    const older = life.tick;
    const proof = await life.expiryProof(LARGE);
    const more = SCALAR_FIELD - (marginOf(LARGE).deficitE6 + 1n);
    const forged = { ...proof, publicSignals: proof.publicSignals.with(EQUITY, more) };
    await life.after();
    await expectRefusal(expireLiquidation(life.by('keeper'), forged), 'InvalidProof');
    const newer = await life.nextTick(crashPrices(101n));
    await life.after();
    await expectRefusal(expireLiquidation(life.by('keeper'), proof), 'PriceMoved', [older, newer]);
    const { chain } = life;
    await chain.setNextTime((await chain.now()) + 40n);
    await expectRefusal(expireLiquidation(life.by('keeper'), proof), 'StaleTick', [older, newer]);
    // Of the tick that there is now it is one.
    const { deficitE6 } = marginOf(LARGE);
    expect(termsIn(life.venue, await life.expire(LARGE)).fundPaidE6).toBe(deficitE6);
  });

  it('no two funds pay one deficit', async () => {
    const { asset, vault } = life.venue.addresses;
    const second = await deployContract(life.chain.accounts[0]!, 'InsuranceFund', [
      asset,
      vault,
      FUND,
    ]);
    const mine = as(life.asset, life.signer('stranger'));
    await send(mine, 'approve', [second.target, 2n ** 255n]);
    const by = as(second, life.signer('stranger'));
    await send(by, 'deposit', [DOLLAR, life.addresses.stranger]);
    const { deficitE6 } = marginOf(LARGE);
    for (const [method, args] of [
      ['cover', [LARGE, 1n, 0n, deficitE6]],
      ['pay', [0n, deficitE6]],
    ] as const) {
      await expectRefusal(send(by, method, args), 'NotTheEngine', [life.addresses.stranger]);
    }
    const before = await fundHas();
    const terms = termsIn(life.venue, await life.expire(LARGE));
    expect(before - (await fundHas())).toBe(deficitE6);
    expect(await life.balance(String(second.target))).toBe(DOLLAR);

    // Not again: not by the same proof, not by a new one, and not once the Backstop has it.
    await expectRefusal(life.expire(LARGE), 'NotOpen');
    await life.advance();
    await life.close(terms);
    await expectRefusal(life.open(LARGE), 'OwnedByBackstop');
    expect(before - (await fundHas())).toBe(deficitE6);

    // Nor is there an engine of this venue that pays from another fund than its Backstop's.
    const { liquidation, 'account-margin': margins } = life.venue.verifiers;
    const none = '0x'.padEnd(42, '0');
    const { marketFeed, backstop } = life.venue.addresses;
    const rogue = deployContract(life.chain.accounts[0]!, 'LiquidationEngine', [
      marketFeed,
      vault,
      second.target,
      backstop,
      [liquidation['7'], liquidation['16'], none],
      [margins['4'], margins['16'], none],
      ENGINE,
    ]);
    await expectRefusal(rogue, 'NotOfThisVenue', [backstop]);
  });

  it('payouts are never above proven deficits', async () => {
    const before = await fundHas();
    const accounts = [BEYOND, LARGE, DUST];
    let paidE6 = 0n;
    for (const account of accounts) {
      const receipt = await life.expire(account);
      if (account === LARGE) await compareGas('expire a liquidation', receipt);
      paidE6 += termsIn(life.venue, receipt).fundPaidE6;
      await expectRefusal(life.expire(account), 'NotOpen');
    }
    const provenE6 = accounts.reduce((sum, account) => sum + marginOf(account).deficitE6, 0n);
    expect(before - (await fundHas())).toBe(paidE6);
    expect(paidE6 + (await fund('queuedE6')) + (await fund('uncoveredE6'))).toBe(provenE6);
    expect(paidE6).toBe(before);
    expect(before).toBeLessThan(provenE6);
  });
});

describe('a dead venue', () => {
  it('abandons what is past its horizon and reserves nothing for it any more', async () => {
    expired = await life.restore(expired);
    const proof = await life.expiryProof(LARGE);
    await life.after(BigInt(LONG) + 1n);
    await life.chain.rpc('evm_mine', []);
    const before = await fund('reservedE6');
    const { deficitE6 } = marginOf(LARGE);
    const nonce = 0n;
    await life.after();
    await send(life.by('stranger').liquidationEngine, 'abandon', [LARGE, nonce]);
    expect(before - (await fund('reservedE6'))).toBe(deficitE6);
    await life.after();
    await expectRefusal(expireLiquidation(life.by('keeper'), proof), 'NotOpen', [LARGE, nonce]);
    expired = await life.restore(expired);
  });
});

describe('an asset that changes under the venue', () => {
  const MINIMUM = VAULT.minDepositE6;

  afterEach(async () => {
    expired = await life.restore(expired);
  });

  /** The asset's code becomes another's, with everybody's balance where it was. */
  const become = async (name: 'FaultyDollar' | 'ReentrantDollar'): Promise<Contract> => {
    const model = await deployContract(life.chain.accounts[0]!, name);
    const code = await life.chain.provider.getCode(model.target);
    await life.chain.rpc('hardhat_setCode', [life.asset.target, code]);
    return new Contract(life.asset.target, model.interface, life.signer('stranger'));
  };
  const deposit = async (): Promise<unknown> => {
    await life.after();
    return send(life.by('stranger').vault, 'deposit', [LARGE, 0n, MINIMUM]);
  };

  it('and begins to keep a fee is refused wherever the books would say more than there is', async () => {
    await send(life.asset, 'transfer', [life.venue.addresses.vault, 100n * DOLLAR]);
    await life.after();
    await send(life.by('stranger').vault, 'skim', []);
    const faulty = await become('FaultyDollar');
    await send(faulty, 'takeFee', [100n]);
    await expectRefusal(deposit(), 'NotExact', [MINIMUM, (MINIMUM * 99n) / 100n]);
    const raise = asDepositor('raiseBuffer', [MINIMUM]);
    await expectRefusal(raise, 'NotExact', [MINIMUM, (MINIMUM * 99n) / 100n]);
    const { deficitE6, equityE6, mmE6 } = marginOf(LARGE);
    const arrivesE6 = deficitE6 - deficitE6 / 100n;
    await expectRefusal(life.expire(LARGE), 'NotExact', [deficitE6, arrivesE6]);
    await expectRefusal(life.cure(LARGE, mmE6 - equityE6), 'NotExact');
    // What the vault owes it pays, to the fund too, which books what arrived.
    await asDepositor('collectPenalties', []);
    expect(await fund('bufferE6')).toBe(99n * DOLLAR);
    expect(await fundHas()).toBe((await fund('bufferE6')) + (await fund('depositedE6')));
    // Without its fee it serves again.
    await send(faulty, 'takeFee', [0n]);
    await deposit();
    expect(termsIn(life.venue, await life.expire(LARGE)).fundPaidE6).toBe(deficitE6);
  });

  it('and answers false has moved nothing', async () => {
    const faulty = await become('FaultyDollar');
    await send(faulty, 'answerFalse', []);
    const values = [life.asset.target];
    await expectRefusal(deposit(), 'SafeERC20FailedOperation', values);
    await expectRefusal(life.expire(LARGE), 'SafeERC20FailedOperation', values);
    expect(await fund('reservedE6')).toBe(await fundHas());
  });

  it('and calls back enters nothing a second time', async () => {
    const reentrant = await become('ReentrantDollar');
    const { vault, liquidationEngine } = life.venue;
    const arm = (target: Contract, method: string, args: readonly unknown[]): Promise<unknown> =>
      send(reentrant, 'arm', [target.target, target.interface.encodeFunctionData(method, args)]);
    await arm(vault, 'deposit', [LARGE, 0n, MINIMUM]);
    await expectRefusal(deposit(), 'ReentrancyGuardReentrantCall');
    const proof = await life.expiryProof(LARGE);
    await arm(liquidationEngine, 'expire', [healthProof(proof)]);
    await life.after();
    await expectRefusal(
      expireLiquidation(life.by('keeper'), proof),
      'ReentrancyGuardReentrantCall',
    );
    await arm(life.venue.insuranceFund, 'payQueued', []);
    await life.after();
    await expectRefusal(
      expireLiquidation(life.by('keeper'), proof),
      'ReentrancyGuardReentrantCall',
    );
  });
});

describe('a redemption', () => {
  beforeEach(async () => {
    fresh = await life.restore(fresh);
  });

  const MATURE = BigInt(FUND.batchSeconds + FUND.cooldown);
  const leave = async (): Promise<bigint> => {
    const before = await life.balance(life.addresses.depositor);
    await asDepositor('settleRedemptions', []);
    await asDepositor('claimRedeem', [life.addresses.depositor]);
    return (await life.balance(life.addresses.depositor)) - before;
  };

  it('in the block before an opening bears what it reserves', async () => {
    const before = await fundHas();
    await asDepositor('requestRedeem', [await sharesOf()]);
    await life.open(LARGE);
    await pass(life, MATURE);
    const { deficitE6 } = marginOf(LARGE);
    expect(await leave()).toBe(before - deficitE6);
    // What it left is there for the one it was reserved for.
    expect(termsIn(life.venue, await life.expire(LARGE)).fundPaidE6).toBe(deficitE6);
  });

  it('that rolls from batch to batch leaves no sooner and with no more', async () => {
    const before = await fundHas();
    const shares = await sharesOf();
    await asDepositor('requestRedeem', [shares / 2n]);
    await pass(life, BigInt(FUND.batchSeconds));
    await expectRefusal(asDepositor('requestRedeem', [shares / 2n]), 'RequestUnderWay', [1n]);
    await life.open(LARGE);
    await pass(life, MATURE);
    const { deficitE6 } = marginOf(LARGE);
    expect(await leave()).toBe((before - deficitE6) / 2n);
  });

  it('during a halt waits for what the halt hid', async () => {
    const before = await fundHas();
    await asDepositor('requestRedeem', [await sharesOf()]);
    await pass(life, MATURE);
    await life.after();
    const calm = await life.save();
    expect(await leave()).toBe(before);
    await life.restore(calm);

    await life.after();
    await send(as(life.venue.marketFeed, guardianOf(life.chain)), 'halt', []);
    await expectRefusal(asDepositor('settleRedemptions', []), 'NothingToSettle');
    await expectRefusal(asDepositor('claimRedeem', [life.addresses.depositor]), 'NotSettled');
    const { indexPricesE4, redemptionRatesQ30 } = feedSnapshotOf(crash.snapshot, crash.document);
    await life.after();
    const levels = [indexPricesE4, redemptionRatesQ30];
    await send(as(life.venue.marketFeed, life.signer('deployer')), 'announceResume', levels);
    // What the halt hid is opened as soon as may be; only then is it calm again.
    await pass(life, BigInt(CONFIG.resumeDelay));
    await life.nextTick({}, BigInt(CONFIG.graceSeconds) / 60n + 1n);
    await life.open(LARGE);
    await pass(life, BigInt(FUND.calmSeconds));
    expect(await leave()).toBe(before - marginOf(LARGE).deficitE6);
  });
});

describe('eleven wipe-outs', () => {
  const CROWD = Array.from({ length: 11 }, (_, place) => 20 + place);
  /** Each lacks more than all that the depositors have. */
  const ruined = (accounts: readonly Account[]): readonly Account[] => {
    const { quoteE6, ...rest } = accounts[LARGE]!;
    const copy = { ...rest, quoteE6: quoteE6 - 150_000n * DOLLAR };
    return accounts.map((account, index) => (CROWD.includes(index) ? copy : account));
  };

  // 22 proofs: on demand, for insurance-fund-shares has the same wipe-outs without them in every run.
  it.runIf(process.env['PLIMSOLL_ALL_ATTACKS'] === '1')(
    'with a dollar between any two leave who enters next a price of one, and pay no more than was proven',
    async () => {
      const other = await startLife({ change: ruined, config: CONFIG });
      const of = async (view: string, ...args: readonly unknown[]): Promise<bigint> =>
        (await other.venue.insuranceFund.getFunction(view).staticCall(...args)) as bigint;
      const deposit = async (amountE6: bigint): Promise<void> => {
        await other.after();
        const { depositor } = other.addresses;
        await send(other.by('depositor').insuranceFund, 'deposit', [amountE6, depositor]);
      };
      const members = [];
      for (const account of CROWD) members.push(await other.openingProof(account));
      await other.after();
      const { profile } = members[0]!;
      const beneficiary = other.addresses.keeper;
      await openMany(other.by('keeper'), { tick: other.tick, profile, members, beneficiary });
      await other.root();
      await pass(other);
      const there = other.venue.addresses.insuranceFund;
      let broughtE6 = await other.balance(there);
      let paidE6 = 0n;
      for (const [place, account] of CROWD.entries()) {
        paidE6 += termsIn(other.venue, await other.expire(account)).fundPaidE6;
        expect(await of('epoch')).toBe(BigInt(place) + 1n);
        await deposit(DOLLAR);
        broughtE6 += DOLLAR;
      }
      expect(paidE6).toBe(broughtE6 - DOLLAR);
      const provenE6 = (marginOf(LARGE).deficitE6 + 150_000n * DOLLAR) * BigInt(CROWD.length);
      expect(paidE6 + (await of('uncoveredE6'))).toBe(provenE6);
      expect(await of('balanceOf', other.addresses.depositor)).toBe(DOLLAR * DOLLAR);
      expect(await of('totalAssets')).toBe(DOLLAR);
      await other.chain.close();
    },
  );
});
