// SPDX-License-Identifier: GPL-3.0-or-later
// The buffer's guarantee and what can be tried with it, with real proofs.
import { ZeroAddress } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  cureLiquidation,
  healthProof,
  refundMessages,
  releaseGuarantee,
  takeGuarantee,
  type CitedProof,
} from '../../prover/chain/submit.ts';
import { marketClock } from '../../prover/keeper/auctions.ts';
import { holdsOff, readGuarantee } from '../../prover/keeper/guarantees.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { as, deployContract, deployVenue, expectRefusal, guardianOf } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, type Life } from '../support/life.ts';
import { accountNamed, closeProver, marginOf } from '../support/proofs.ts';

/** One unit below maintenance. */
const MINE = accountNamed('equity-below-mm');
const HEALTHY = accountNamed('equity-equals-mm');
const DEEP = accountNamed('wick-victim');
const BANKRUPT = accountNamed('gross-equity-minus-one');
const { guarantee: RULE, engine: ENGINE, graceSeconds: GRACE } = DEFAULT_VENUE_CONFIG;
const BUFFER = 5_000_000_000n;
const AMOUNT = (marginOf(MINE).mmE6 * BigInt(10_000 - RULE.floorBps) + 9_999n) / 10_000n;
const FEE = (AMOUNT * BigInt(RULE.feeBps) + 9_999n) / 10_000n;
const TERM = BigInt(RULE.termSeconds);

type Saved = Awaited<ReturnType<Life['save']>>;

let life: Life;
/** Nothing has happened yet. */
let fresh: Saved;

beforeAll(async () => {
  const owned = ['equity-below-mm', 'equity-equals-mm', 'wick-victim', 'gross-equity-minus-one'];
  life = await startLife({ owned });
  const { asset, insuranceFund, marginGuarantee } = life.by('owner').addresses;
  const mine = as(life.asset, life.signer('owner'));
  expect(String(mine.target)).toBe(asset);
  await send(mine, 'approve', [marginGuarantee, 2n ** 255n]);
  await send(mine, 'approve', [insuranceFund, 2n ** 255n]);
  await send(life.by('depositor').insuranceFund, 'raiseBuffer', [BUFFER]);
  fresh = await life.save();
});

afterEach(async () => {
  fresh = await life.restore(fresh);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const fund = async (view: string): Promise<bigint> =>
  (await life.venue.insuranceFund.getFunction(view).staticCall()) as bigint;
const outstanding = async (): Promise<readonly bigint[]> =>
  (await life.venue.marginGuarantee
    .getFunction('outstanding')
    .staticCall(life.addresses.owner)) as bigint[];
const take = async (proof: CitedProof, by: 'owner' | 'stranger' = 'owner') => {
  await life.after();
  return takeGuarantee(life.by(by), proof);
};
const end = async (account: number) => {
  await life.after();
  return send(life.by('stranger').marginGuarantee, 'end', [account, 0n]);
};

/** What keepers are told of whether an opening would be refused, of an account that lost so much. */
async function isHeldOff(lostE6 = 0n): Promise<boolean> {
  const guarantee = await readGuarantee(life.venue, BigInt(MINE), 0n);
  const { equityE6, mmE6 } = marginOf(MINE);
  const clock = await marketClock(life.venue.marketFeed);
  return holdsOff(guarantee!, clock, { equityE6: equityE6 - lostE6, mmE6 });
}

/** The account loses so much inside the rollup, to somebody else. */
const losing =
  (amountE6: bigint) =>
  (accounts: readonly Account[]): readonly Account[] =>
    accounts
      .with(MINE, { ...accounts[MINE]!, quoteE6: accounts[MINE]!.quoteE6 - amountE6 })
      .with(HEALTHY, { ...accounts[HEALTHY]!, quoteE6: accounts[HEALTHY]!.quoteE6 + amountE6 });

describe('a guarantee', () => {
  it('holds openings off until it is due, for a fee, out of the buffer alone (P22)', async () => {
    await compareGas('take a guarantee', await life.takeGuarantee(MINE));
    expect(await fund('bufferE6')).toBe(BUFFER + FEE);
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([AMOUNT, AMOUNT]);
    expect(await outstanding()).toEqual([AMOUNT, AMOUNT]);
    await expectRefusal(life.open(MINE), 'GuaranteedByBuffer', [MINE, AMOUNT]);
    expect(await isHeldOff()).toBe(true);

    await life.root();
    expect(life.sequencer.state.accounts[MINE]).toMatchObject({
      riskReducingOnly: true,
      frozen: false,
    });
    await life.letPass(TERM + 60n);
    expect(await isHeldOff()).toBe(false);
    await life.open(MINE);
    expect(await readGuarantee(life.venue, BigInt(MINE), 0n)).toMatchObject({ isCalled: true });
    // Paid first: what was guaranteed is what the liquidation may draw before anything else.
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([0n, AMOUNT]);
    await compareGas('end a guarantee', await end(MINE));
    expect(await readGuarantee(life.venue, BigInt(MINE), 0n)).toBeUndefined();
    expect(await outstanding()).toEqual([0n, 0n]);
    expect(await fund('reservedE6')).toBe(AMOUNT);
  });

  it('ends with its venue, due or not', async () => {
    await life.takeGuarantee(MINE);
    await expectRefusal(end(MINE), 'StillGuaranteed');
    await life.after(BigInt(DEFAULT_VENUE_CONFIG.registry.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await end(MINE);
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([0n, 0n]);
  });

  it('does not outlast its gap: who lacks more is opened at once, and it is called', async () => {
    await life.takeGuarantee(MINE);
    await life.advance({ ownTransactions: losing(AMOUNT - 1n) });
    await expectRefusal(life.open(MINE), 'GuaranteedByBuffer');
    expect(await isHeldOff(AMOUNT - 1n)).toBe(true);
    await life.advance({ ownTransactions: losing(1n) });
    expect(await isHeldOff(AMOUNT)).toBe(false);
    await life.open(MINE);
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([0n, AMOUNT]);
    await end(MINE);
    // A cure gives back what was reserved, and the restriction with the freeze.
    await life.root();
    await life.nextTick();
    await life.cure(MINE, AMOUNT * 3n);
    expect(await fund('reservedE6')).toBe(0n);
    await life.root();
    expect(life.sequencer.state.accounts[MINE]).toMatchObject({
      riskReducingOnly: false,
      frozen: false,
    });
  });

  it('is for a small gap of the caller’s own account, as it stands, at a tick that could be bid at', async () => {
    const proof = await life.guaranteeProof(MINE);
    await expectRefusal(take(proof, 'stranger'), 'NotTheAccountsOwner');
    await expectRefusal(take(await life.guaranteeProof(HEALTHY)), 'NothingToGuarantee');
    await expectRefusal(take(await life.guaranteeProof(DEEP)), 'BelowFloor');
    await expectRefusal(take(await life.guaranteeProof(BANKRUPT)), 'BelowFloor');
    const { owner } = life.addresses;
    const change = { removedAsset: 'USDC', removedAmount: 5n, isCredited: true } as const;
    const changed = await life.marginProof(MINE, 'marginGuarantee', 'takeGuarantee', owner, {
      change,
    });
    await expectRefusal(take(changed), 'ChangeStated');
    await expectRefusal(
      take({ ...proof, publicSignals: proof.publicSignals.with(4, 14_000_000_000n) }),
      'InvalidProof',
    );
    const cure = await life.cureProof(MINE);
    await expectRefusal(take(cure), 'WrongContext');
    await life.after();
    const args = [healthProof(proof), { value: 0n }];
    await expectRefusal(send(life.by('owner').marginGuarantee, 'take', args), 'WrongPrepayment');
    await life.after();
    await send(as(life.venue.marketFeed, guardianOf(life.chain)), 'halt', []);
    await expectRefusal(take(proof), 'MarketHalted');
  });

  it('is given once per window, to an account and to an owner (attack: taken twice, farmed)', async () => {
    await life.takeGuarantee(MINE);
    const again = await life.guaranteeProof(MINE);
    await expectRefusal(take(again), 'OncePerWindow');
    await expectRefusal(end(MINE), 'StillGuaranteed');
    await life.letPass(TERM + 60n);
    await end(MINE);
    await expectRefusal(end(MINE), 'NoGuarantee');
    await expectRefusal(life.takeGuarantee(MINE), 'OncePerWindow');
    // It cost its fee, and nothing came of it.
    expect(await fund('bufferE6')).toBe(BUFFER + FEE);
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([0n, 0n]);
    expect(await life.claimable('owner')).toBe(0n);
    // After the window it is given again: roots keep the venue alive, ticks end the grace after the silence.
    for (let days = 0n; days < 8n; days += 2n) await life.root({}, 2n * 86_400n);
    for (let passed = 0; passed <= GRACE + 120; passed += 120) await life.nextTick({}, 2n);
    await compareGas('take a guarantee, the next', await life.takeGuarantee(MINE));
    expect(await fund('guaranteedE6')).toBe(AMOUNT);
  });

  it('is given to an owner once per window, whichever account it is for (attack: farmed)', async () => {
    await life.takeGuarantee(MINE);
    await life.advance({
      ownTransactions: (accounts) =>
        accounts
          .with(HEALTHY, { ...accounts[HEALTHY]!, quoteE6: accounts[HEALTHY]!.quoteE6 - 1n })
          .with(DEEP, { ...accounts[DEEP]!, quoteE6: accounts[DEEP]!.quoteE6 + 1n }),
    });
    const other = await life.guaranteeProof(HEALTHY);
    await expectRefusal(take(other), 'OncePerWindow');
  });

  it('is no way out: what is guaranteed withdraws nothing (attack: used to lever up)', async () => {
    const amountE6 = 10_000_000n;
    /** What is taken off the account, which has more than its initial margin. */
    const withdrawn = async (): Promise<bigint> => {
      const richE6 = marginOf(MINE).imE6;
      await send(life.by('stranger').vault, 'deposit', [MINE, 0n, richE6]);
      await life.after();
      await send(life.by('owner').vault, 'requestWithdrawal', [MINE, 0n, amountE6]);
      const { outcomes } = await life.root();
      const [credited, taken] = outcomes.map(({ applied }) => applied);
      expect(credited).toBe(richE6);
      return taken!;
    };
    const { positions } = life.sequencer.state.accounts[MINE]!;
    const [first] = positions;
    const more = (accounts: readonly Account[]): readonly Account[] =>
      [MINE, HEALTHY].reduce((all, index, place) => {
        const account = all[index]!;
        const lots = place === 0 ? first!.lots * 2n : -first!.lots;
        const others = account.positions.filter(
          ({ instrument }) =>
            JSON.stringify(instrument, text) !== JSON.stringify(first!.instrument, text),
        );
        const held = account.positions.find(
          ({ instrument }) =>
            JSON.stringify(instrument, text) === JSON.stringify(first!.instrument, text),
        );
        const after = place === 0 ? lots : (held?.lots ?? 0n) + lots;
        const next = after === 0n ? others : [{ ...first!, lots: after }, ...others];
        return all.with(index, { ...account, positions: next });
      }, accounts);
    const unguaranteed = await life.save();
    expect(await withdrawn()).toBe(amountE6);
    await life.root({ ownTransactions: more });
    await life.restore(unguaranteed);
    await life.takeGuarantee(MINE);
    expect(await withdrawn()).toBe(0n);
    await expect(life.root({ ownTransactions: more })).rejects.toThrow(/T10/);
  });

  it('takes nothing of an account under liquidation', async () => {
    await life.open(MINE);
    const proof = await life.guaranteeProof(MINE);
    await expectRefusal(take(proof), 'AlreadyOpen');
    await life.root();
    await life.nextTick();
    await expectRefusal(life.takeGuarantee(MINE), 'UnderLiquidation');
  });

  it('is forced into a ledger like any message of the engine, and its prepayment comes back', async () => {
    await life.takeGuarantee(MINE);
    const index = life.sequencer.state.engineCount;
    const saved = await life.save();
    const { deadline } = DEFAULT_VENUE_CONFIG.registry;
    await life.after(BigInt(deadline) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    expect(life.sequencer.state.accounts[MINE]!.riskReducingOnly).toBe(true);
    await life.restore(saved);
    await life.root();
    await refundMessages(life.by('stranger'), await life.engineRun(index), life.sequence);
    const owed = life.venue.liquidationEngine.getFunction('etherOwed');
    expect(await owed.staticCall(life.addresses.owner)).toBe(ENGINE.prepaidWei);
  });
});

describe('a restriction', () => {
  it('ends with a proof of health, and the guarantee with it', async () => {
    const early = await life.guaranteeProof(MINE, 'releaseGuarantee');
    await life.after();
    await expectRefusal(releaseGuarantee(life.by('owner'), early), 'NotRestricted');
    await life.takeGuarantee(MINE);
    await life.advance();
    const poor = await life.guaranteeProof(MINE, 'releaseGuarantee');
    await life.after();
    await expectRefusal(releaseGuarantee(life.by('owner'), poor), 'NotHealthy');
    await send(life.by('stranger').vault, 'deposit', [MINE, 0n, marginOf(MINE).mmE6]);
    await life.advance();
    const rich = await life.guaranteeProof(MINE, 'releaseGuarantee');
    await life.after();
    await compareGas('release a guarantee', await releaseGuarantee(life.by('stranger'), rich));
    expect([await fund('guaranteedE6'), await fund('reservedE6')]).toEqual([0n, 0n]);
    expect(await outstanding()).toEqual([0n, 0n]);
    await life.root();
    expect(life.sequencer.state.accounts[MINE]!.riskReducingOnly).toBe(false);
  });

  it('is not lifted of an account that was opened meanwhile: its Unfreeze would thaw it', async () => {
    await life.takeGuarantee(MINE);
    await life.advance();
    await life.letPass(TERM + 60n);
    await life.open(MINE);
    await send(life.by('stranger').vault, 'deposit', [MINE, 0n, marginOf(MINE).mmE6]);
    await life.advance({ misbehaviour: { kind: 'hold', engine: 0 } });
    const rich = await life.guaranteeProof(MINE, 'releaseGuarantee');
    await life.after();
    await expectRefusal(releaseGuarantee(life.by('owner'), rich), 'AlreadyOpen');
    // Cured instead, by what it has.
    const proof = await life.cureProof(MINE);
    await life.after();
    await cureLiquidation(life.by('owner'), proof);
  });
});

describe('limits', () => {
  const with_ = (guarantee: Partial<VenueConfig['guarantee']>): VenueConfig => ({
    ...DEFAULT_VENUE_CONFIG,
    guarantee: { ...RULE, ...guarantee },
  });

  it.each([
    [{ perOwnerE6: AMOUNT - 1n }, BUFFER, 'AboveOwnersLimit'],
    [{ perOwnerE6: AMOUNT - 1n, totalE6: AMOUNT - 1n }, BUFFER, 'AboveOwnersLimit'],
    [{}, AMOUNT - 1n, 'BufferTooSmall'],
  ] as const)('%o with %s in the buffer: %s', async (guarantee, buffer, error) => {
    const other = await startLife({ config: with_(guarantee), owned: ['equity-below-mm'] });
    await send(other.by('depositor').insuranceFund, 'raiseBuffer', [buffer]);
    await expectRefusal(other.takeGuarantee(MINE), error);
    await other.chain.close();
  });

  it('of all owners together is one', async () => {
    const { marginGuarantee } = life.venue;
    const config = await marginGuarantee.getFunction('config').staticCall();
    expect((config as { totalE6: bigint }).totalE6).toBe(RULE.totalE6);
    const twin = (accounts: readonly Account[]): readonly Account[] =>
      accounts.with(HEALTHY, {
        ...accounts[MINE]!,
        owner: BigInt(life.addresses.stranger),
      });
    const limits = { perOwnerE6: AMOUNT, totalE6: 2n * AMOUNT - 1n };
    const other = await startLife({
      config: with_(limits),
      owned: ['equity-below-mm'],
      change: twin,
    });
    await send(other.by('depositor').insuranceFund, 'raiseBuffer', [BUFFER]);
    for (const person of ['owner', 'stranger'] as const) {
      await send(as(other.asset, other.signer(person)), 'approve', [
        other.venue.addresses.marginGuarantee,
        2n ** 255n,
      ]);
    }
    await other.takeGuarantee(MINE);
    await expectRefusal(other.takeGuarantee(HEALTHY, 'stranger'), 'AboveTotalLimit');
    await other.chain.close();
  });

  it.each([
    ['floorBps', { floorBps: 4_999 }],
    ['floorBps', { floorBps: 10_000 }],
    ['termSeconds', { termSeconds: 0 }],
    ['windowSeconds', { windowSeconds: RULE.termSeconds }],
    ['feeBps', { feeBps: 0 }],
    ['feeBps', { feeBps: 10_001 }],
    ['minFeeE6', { minFeeE6: 0n }],
    ['perOwnerE6', { perOwnerE6: 0n }],
    ['perOwnerE6', { perOwnerE6: RULE.totalE6 + 1n }],
  ] as const)('without sense do not deploy: %s in %o', async (_, fault) => {
    const deployment = deployContract(life.chain.accounts[0]!, 'MarginGuarantee', [
      life.venue.addresses.liquidationEngine,
      [
        life.venue.verifiers['account-margin']['4'],
        life.venue.verifiers['account-margin']['16'],
        '0x'.padEnd(42, '0'),
      ],
      { ...RULE, ...fault },
    ]);
    await expectRefusal(deployment, 'InvalidGuaranteeConfig');
  });

  it('its part of engine and fund is its own', async () => {
    const { liquidationEngine, insuranceFund } = life.by('stranger');
    for (const [method, args] of [
      ['grant', [MINE, 0n, 1n, 1n, life.addresses.stranger]],
      ['unrestrict', [MINE, 0n, life.addresses.stranger]],
      ['lift', [MINE, 0n]],
    ] as const) {
      await expectRefusal(send(liquidationEngine, method, [...args]), 'NotTheGuarantee');
    }
    await expectRefusal(send(insuranceFund, 'guarantee', [1n]), 'NotTheGuarantee');
    await expectRefusal(send(insuranceFund, 'endGuarantee', [1n]), 'NotTheEngine');
    await expectRefusal(send(insuranceFund, 'beginLiquidation', [1n]), 'NotTheEngine');
  });

  it('a guarantee of another venue is not bound', async () => {
    const other = await deployVenue(life.chain);
    const registry = await deployContract(life.chain.accounts[0]!, 'LedgerRegistry', [
      life.venue.transitionVerifier,
      life.venue.verifiers.takeover.any,
      DEFAULT_VENUE_CONFIG.registry,
    ]);
    expect(other.addresses.marginGuarantee).not.toBe(life.venue.addresses.marginGuarantee);
    const { marketFeed, liquidationEngine, vault } = life.venue.addresses;
    const { marginGuarantee } = other.addresses;
    const parts = [marketFeed, liquidationEngine, vault, marginGuarantee, ZeroAddress];
    await expectRefusal(send(registry, 'bind', parts), 'NotOfThisVenue');
  });
});

const text = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
