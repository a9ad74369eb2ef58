// SPDX-License-Identifier: GPL-3.0-or-later
// Attacks at the edges of a liquidation's life, with real proofs of accounts made for them.
import fc from 'fast-check';
import { Contract, ZeroAddress } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  bidForAccount,
  cureLiquidation,
  healthProof,
  openLiquidation,
  openMany,
  openingArgs,
  openingsArgs,
  refundMessages,
} from '../../prover/chain/submit.ts';
import { claimWithdrawal, refundDeposit, settleWithdrawal } from '../../prover/chain/vault.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { marginAccount } from '../../prover/risk/margin/margin.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { as, deployContract, deployVenue, expectRefusal, guardianOf } from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';
import { startLife, termsIn, words, type Life } from '../support/life.ts';
import {
  accountMarginProof,
  accountNamed,
  bankruptcyProof,
  claimOf,
  closeProver,
  liquidationProof,
  marginOf,
  postNextSnapshot,
} from '../support/proofs.ts';

const A = accountNamed('ordinary-liquidation');
/** Short of more than any message can credit: the deepest debt that a leaf can hold, and short positions. */
const DEEPEST = accountNamed('bankrupt-beyond-the-fund');
/** Bankrupt at mark, and its coins count less than they are worth. */
const WITH_COINS = accountNamed('bankrupt-paid-in-full');
/** Sixteen copies of A. */
const CROWD = Array.from({ length: 16 }, (_, place) => 16 + place);
/** A with so little left that it is worth half a percent of its maintenance margin. */
const THIN = 40;
/** Somebody whom the owner of an account can pay. */
const PAYEE = 41;
/** A of somebody who is a contract, and refuses whatever it is sent. */
const REFUSED = 42;
const REFUSING = '0x00000000000000000000000000000000dead0042';
/** Below maintenance in the crash, above the level of a cure on the rebound. */
const WICK = accountNamed('wick-victim');
const BOTTOM = -(1n << 63n);
const { engine: ENGINE, registry: REGISTRY, fund: FUND } = DEFAULT_VENUE_CONFIG;
const { parameters } = loadDefaultParameters();
const { snapshot: crash } = loadSample().snapshots.crash;

type Saved = Awaited<ReturnType<Life['save']>>;

let life: Life;
let fresh: Saved;

function made(accounts: readonly Account[]): readonly Account[] {
  const changed = [...accounts];
  changed[DEEPEST] = { ...accounts[DEEPEST]!, quoteE6: BOTTOM };
  const [btc, eth, steth] = accounts[WITH_COINS]!.collateralE8;
  changed[WITH_COINS] = {
    ...accounts[WITH_COINS]!,
    collateralE8: [btc + 10_000_000n, eth, steth],
  };
  for (const index of CROWD) changed[index] = accounts[A]!;
  const { equityE6, mmE6 } = marginOf(A);
  changed[REFUSED] = { ...accounts[A]!, owner: BigInt(REFUSING) };
  changed[THIN] = { ...accounts[A]!, quoteE6: accounts[A]!.quoteE6 - equityE6 + mmE6 / 200n };
  return changed;
}

beforeAll(async () => {
  life = await startLife({ change: made });
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

describe('the edge of 64 bits', () => {
  it('keeps no account from its end: what no message can credit is expired, not bid for', async () => {
    await life.open(DEEPEST);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await expectRefusal(life.bid(DEEPEST, frozenIn, 'bidder', 2n ** 80n), 'CreditTooLarge');
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    const had = await fund('depositedE6');
    const terms = termsIn(life.venue, await life.expire(DEEPEST));
    // All that the fund had, and the rest is recorded to the unit of what a message could have carried.
    expect(terms.fundPaidE6).toBe(had < FUND.coverPerWindowE6 ? had : FUND.coverPerWindowE6);
    expect((await fund('uncoveredE6')) + terms.fundPaidE6).toBe((1n << 63n) - 1n);
    await life.root();
    await life.close(terms);
    expect(life.sequencer.state.accounts[DEEPEST]).toMatchObject({
      owner: BigInt(life.venue.addresses.backstop),
      quoteE6: BOTTOM + terms.creditE6,
    });
    await expectRefusal(
      send(life.by('stranger').insuranceFund, 'payUncovered', [DEEPEST, 1n, 1n << 63n]),
      'AboveUncovered',
    );
  });
});

describe('what an account is short of (P14)', () => {
  it('is to the unit what bankruptcy proves, although haircuts stand between them', async () => {
    const { ledger } = life;
    const context = 7n;
    const margin = claimOf(await accountMarginProof({ ledger, account: WITH_COINS, context }));
    const bankruptcy = claimOf(await bankruptcyProof(ledger, WITH_COINS, context));
    const haircutE6 = margin['haircutE6']!;
    expect(haircutE6).toBeGreaterThan(0n);
    expect(-(margin['equityE6']! + haircutE6)).toBe(bankruptcy['deficitE6']!);
    await life.open(WITH_COINS);
    await life.root();
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    const terms = termsIn(life.venue, await life.expire(WITH_COINS));
    expect(terms.fundPaidE6).toBe(bankruptcy['deficitE6']!);
  });
});

describe('a forced expiry', () => {
  it('is taken over at the head of the lane while the sequencer is silent, and closes', async () => {
    await life.open(WITH_COINS);
    await life.root();
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    const terms = termsIn(life.venue, await life.expire(WITH_COINS));
    await life.after(BigInt(REGISTRY.deadline) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    expect(life.sequencer.state.accounts[WITH_COINS]!.owner).toBe(
      BigInt(life.venue.addresses.backstop),
    );
    await life.close(terms);
  });
});

/** What a rollup does for an owner: pays somebody, and what is in the ledger in all stays. */
const paying =
  (amountE6: bigint) =>
  (accounts: readonly Account[]): readonly Account[] =>
    accounts.map((account, index) => {
      if (index === A) return { ...account, quoteE6: account.quoteE6 - amountE6 };
      if (index === PAYEE) return { ...account, quoteE6: account.quoteE6 + amountE6 };
      return account;
    });

const statusOf = async (account: number, nonce: bigint): Promise<bigint> => {
  const { status } = (await life.venue.liquidationEngine
    .getFunction('liquidation')
    .staticCall(account, nonce)) as { readonly status: bigint };
  return status;
};
const STATUS = { open: 1n, expired: 2n, cured: 3n, settled: 5n, backstopped: 6n };

describe('an account that is worth less than 1 % of its maintenance margin', () => {
  it('sells: half way down the ramp it costs less than it is worth, and it closes', async () => {
    const equityE6 = marginOf(A).mmE6 / 200n;
    await life.open(THIN);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.letPass(BigInt(ENGINE.rampSeconds) / 2n);
    const terms = termsIn(life.venue, await life.bid(THIN, frozenIn));
    const priceE6 = terms.payerPaidE6 - terms.creditE6;
    expect(priceE6).toBeLessThan(equityE6);
    // Below zero the fund pays it, and never more than the incentive.
    expect(terms.fundPaidE6).toBe(priceE6 < 0n ? -priceE6 : 0n);
    const incentiveE6 = (marginOf(A).mmE6 * BigInt(ENGINE.incentiveBps)) / 10_000n;
    expect(terms.fundPaidE6).toBeLessThanOrEqual(incentiveE6);
    await life.root();
    await life.close(terms);
    expect(life.sequencer.state.accounts[THIN]!.owner).toBe(BigInt(life.addresses.bidder));
  });
});

describe('a wick of one tick', () => {
  it('sells nothing: a bid cites a later tick than the opening, at which the account has recovered', async () => {
    const free = await fund('freeE6');
    await life.open(WICK);
    await life.root();
    const frozenIn = life.sequence;
    const { bookedThrough } = crash;
    const at = ((await life.chain.now()) / 60n + 1n) * 60n + 1n;
    await postNextSnapshot(life.chain, life.venue, at, { bookedThrough }, 'rebound');
    life.ticks.push(life.ledger);
    const proof = async (action: 'bidForAccount' | 'cureLiquidation', of: string) => ({
      tick: life.tick,
      ...(await accountMarginProof({
        ledger: life.ledger,
        account: WICK,
        context: life.context('liquidationEngine', action, of),
        moment: 'rebound',
      })),
    });
    const bid = await proof('bidForAccount', life.addresses.bidder);
    await life.after();
    await expectRefusal(bidForAccount(life.by('bidder'), bid, frozenIn, 10n ** 15n), 'Recovered');
    // Nor at the wick's own tick, which serves a cure alone after such a move.
    const atWick = await life.bidProof(WICK, 'bidder', 1n);
    await life.after();
    await expectRefusal(
      bidForAccount(life.by('bidder'), atWick, frozenIn, 10n ** 15n),
      'PriceMoved',
    );
    const cure = await proof('cureLiquidation', life.ownerOf(WICK));
    await life.after();
    await cureLiquidation(life.by('stranger'), cure);
    expect(await statusOf(WICK, 0n)).toBe(STATUS.cured);
    expect(await fund('freeE6')).toBe(free);
  });
});

describe('an owner who is keeper and bidder, a contract, and refuses whatever it is sent (P18)', () => {
  it('holds up nobody and loses nothing: what it is owed waits until it says where to', async () => {
    const model = await deployContract(life.signer('stranger'), 'RefusingRecipient');
    const code = await life.chain.provider.getCode(model.target);
    await life.chain.rpc('hardhat_setCode', [REFUSING, code]);
    const refusing = new Contract(REFUSING, model.interface, life.signer('stranger'));
    const { liquidationEngine: engine, vault } = life.venue;
    const act = async (target: Contract, method: string, args: readonly unknown[], value = 0n) => {
      const data = target.interface.encodeFunctionData(method, args);
      await life.after();
      return send(refusing, 'act', [target.target, data, { value }]);
    };
    const { prepaidWei } = ENGINE;
    const funds = 10n ** 12n;
    await send(life.asset, 'transfer', [REFUSING, funds]);
    await act(life.asset, 'approve', [vault.target, funds]);

    const context = life.context('liquidationEngine', 'openLiquidation', REFUSING);
    const opening = await liquidationProof(life.ledger, REFUSED, context);
    const member = { tick: life.tick, ...opening, beneficiary: REFUSING };
    await act(engine, 'open', openingArgs(member), prepaidWei);
    // Of a batch nothing can be opened in again the change goes to who sent it, and to nobody else.
    const thin = await liquidationProof(life.ledger, THIN, context);
    const batch = openingsArgs({ ...member, members: [opening, thin] });
    await expectRefusal(act(engine, 'openMany', [batch], 2n * prepaidWei), 'PaymentFailed');
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const bid = await life.marginProof(REFUSED, 'liquidationEngine', 'bidForAccount', REFUSING);
    const receipt = await act(engine, 'bid', [healthProof(bid), frozenIn, funds], prepaidWei);
    const terms = termsIn(life.venue, receipt);
    expect([terms.payer, terms.newOwner].map((it) => it.toLowerCase())).toEqual([
      REFUSING,
      REFUSING,
    ]);
    await life.root();
    await life.close(terms);
    for (const [index, sequence] of [frozenIn, life.sequence].entries()) {
      const run = await life.engineRun(BigInt(index));
      await life.after();
      await refundMessages(life.by('stranger'), run, sequence);
    }
    const claimable: unknown = await vault.getFunction('claimableE6').staticCall(REFUSING);
    expect(claimable).toBe(terms.rewardE6 + terms.proceedsE6);
    await expectRefusal(act(engine, 'collectEther', [REFUSING]), 'PaymentFailed');
    const { depositor } = life.addresses;
    const [ether, dollars] = [
      await life.chain.provider.getBalance(depositor),
      await life.balance(depositor),
    ];
    await act(engine, 'collectEther', [depositor]);
    await act(vault, 'collect', [depositor]);
    expect((await life.chain.provider.getBalance(depositor)) - ether).toBe(2n * prepaidWei);
    expect((await life.balance(depositor)) - dollars).toBe(terms.rewardE6 + terms.proceedsE6);
    expect(life.sequencer.state.accounts[REFUSED]!.owner).toBe(BigInt(REFUSING));
  });
});

describe('a market that halts in the minute of an opening', () => {
  it('leaves the cure on the opening’s own tick, with a payment and not without', async () => {
    await life.open(A);
    await life.after();
    await send(as(life.venue.marketFeed, guardianOf(life.chain)), 'halt', []);
    await expectRefusal(life.cure(A), 'NotNewerThanOpening', [life.tick, life.tick]);
    const proof = await life.cureProof(A, marginOf(A).mmE6 * 2n);
    expect(proof.tick).toBe(1n);
    await life.after();
    await cureLiquidation(life.by('owner'), proof);
    expect(await statusOf(A, 0n)).toBe(STATUS.cured);
  });
});

describe('what an account owes and is owed across a takeover', () => {
  it('is no withdrawal on the new owner’s leaf, and no bar to opening anew before the close', async () => {
    const richE6 = marginOf(A).imE6 * 2n;
    await life.after();
    await send(life.by('depositor').vault, 'deposit', [A, 0n, richE6]);
    await life.root();
    await life.after();
    await send(life.by('owner').vault, 'requestWithdrawal', [A, 0n, 10_000_000n]);
    await life.root();
    const withdrawal = await life.consumed(1n);
    expect(withdrawal.amountE6).toBe(10_000_000n);
    // Not claimed yet, and the account is left with less than nothing.
    const lostE6 = richE6 + marginOf(A).equityE6 + 1_000_000_000n;
    await life.root({ ownTransactions: paying(lostE6) });
    await life.nextTick();
    await life.open(A);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.letPass(120n);
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    expect(terms.fundPaidE6).toBeGreaterThan(withdrawal.amountE6);
    await life.root();
    await life.nextTick();
    expect(life.ledgerOf(life.tick).account(A).settlementNonce).toBe(1n);

    const claim = await life.claimProof(A);
    await life.after();
    await expectRefusal(claimWithdrawal(life.by('owner'), withdrawal, claim), 'WrongNonce', [
      0n,
      1n,
    ]);
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('stranger'), withdrawal), 'NotTakenOver', [A, 0]);

    await life.root({ ownTransactions: paying(terms.creditE6) });
    await life.nextTick();
    await life.open(A);
    expect(await statusOf(A, 1n)).toBe(STATUS.open);
    await life.close(terms);
    expect(await statusOf(A, 0n)).toBe(STATUS.settled);
    expect(await statusOf(A, 1n)).toBe(STATUS.open);
    // What had left the account repays the fund, which has paid more than that for it since.
    await life.after();
    await settleWithdrawal(life.by('stranger'), withdrawal);
    expect(await life.claimable('owner')).toBe(0n);
    const { insuranceFund } = life.venue.addresses;
    const ofTheFund: unknown = await life.venue.vault
      .getFunction('claimableE6')
      .staticCall(insuranceFund);
    expect(ofTheFund).toBe(terms.penaltyE6 + withdrawal.amountE6);
  });
});

describe('the former owner', () => {
  it('has no authority that outlives a takeover (attack: an old session key)', async () => {
    await life.open(A);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.bid(A, frozenIn);
    await life.root();
    // Signed for (owner, nonce): neither the old nonce nor the new one is this owner's any more.
    const amountE6 = 10_000_000n;
    await life.after();
    await send(life.by('bidder').vault, 'deposit', [A, 1n, 2n * amountE6]);
    await life.root();
    for (const [person, nonce] of [
      ['owner', 0n],
      ['owner', 1n],
      ['bidder', 0n],
      ['bidder', 1n],
    ] as const) {
      await life.after();
      await send(life.by(person).vault, 'requestWithdrawal', [A, nonce, amountE6]);
    }
    const { outcomes } = await life.root();
    expect(outcomes.map(({ applied }) => applied)).toEqual([0n, 0n, 0n, amountE6]);
    const back = (accounts: readonly Account[]): readonly Account[] =>
      accounts.with(A, { ...accounts[A]!, owner: BigInt(life.addresses.owner) });
    await expect(life.root({ ownTransactions: back })).rejects.toThrow(/T3/);
  });
});

describe('gifts and deposits', () => {
  const gift = async (nonce: bigint, account = A): Promise<void> => {
    await life.after();
    await send(life.by('depositor').vault, 'deposit', [account, nonce, 10_000_000n]);
  };
  /** Whether each of the last root's deposits was credited; what was not is given back. */
  const credited = async (): Promise<readonly boolean[]> => {
    const { outcomes } = await life.root();
    for (const { index, applied } of outcomes) {
      await life.after();
      const refund = refundDeposit(life.by('stranger'), await life.consumed(index));
      if (applied !== 0n) await expectRefusal(refund, 'NothingToRefund');
      else await refund;
    }
    return outcomes.map(({ applied }) => applied !== 0n);
  };

  it('are credited or given back in every state, and never lost', async () => {
    await gift(0n);
    expect(await credited()).toEqual([true]);
    await life.nextTick();
    await life.open(A);
    await gift(0n);
    // In one root with the Freeze, which goes first.
    expect(await credited()).toEqual([false]);
    const frozenIn = life.sequence;
    await life.nextTick();
    await gift(0n);
    expect(await credited()).toEqual([false]);
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    await gift(0n);
    await gift(1n);
    expect(await credited()).toEqual([false, true]);
    expect(await life.claimable('depositor')).toBe(30_000_000n);
    await life.close(terms);
    await gift(1n);
    expect(await credited()).toEqual([true]);
  });

  it('are so past the horizon and for what the Backstop owns, and none is taken by a dead venue', async () => {
    await life.open(WITH_COINS);
    await life.root();
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    expect(await statusOf(WITH_COINS, 0n)).toBe(STATUS.expired);
    await gift(0n, WITH_COINS);
    expect(await credited()).toEqual([false]);
    await life.nextTick();
    await life.expire(WITH_COINS);
    expect(await statusOf(WITH_COINS, 0n)).toBe(STATUS.backstopped);
    await gift(0n, WITH_COINS);
    await gift(1n, WITH_COINS);
    expect(await credited()).toEqual([false, true]);
    await gift(1n, WITH_COINS);
    const { userCount: index } = life.sequencer.state;
    const [message] = await life.sequencer.messages('user', index);
    await life.after(BigInt(REGISTRY.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await expectRefusal(gift(1n, WITH_COINS), 'VenueIsDead');
    // What no ledger had comes back as well.
    await life.after();
    const unconsumed = { index, message: words(message!), amountE6: 0n, sequence: 0n, path: [] };
    await refundDeposit(life.by('stranger'), unconsumed);
    expect(await life.claimable('depositor')).toBe(30_000_000n);
  });

  it('are credited in one root with the Unfreeze of a cure, which goes first', async () => {
    await life.open(A);
    await life.root();
    await life.nextTick();
    await life.cure(A, marginOf(A).mmE6 * 2n);
    await life.after();
    await send(life.by('depositor').vault, 'deposit', [A, 0n, 10_000_000n]);
    const { outcomes } = await life.root();
    expect(outcomes).toEqual([{ index: 0n, applied: 10_000_000n }]);
  });
});

describe('many openings at once', () => {
  it('of sixteen cost what is recorded, and leave room for another in the same minute (attack: a limit filled)', async () => {
    const members = [];
    for (const account of CROWD) members.push(await life.openingProof(account));
    await life.open(A);
    await life.after();
    const openings = {
      tick: life.tick,
      profile: members[0]!.profile,
      members,
      beneficiary: life.addresses.keeper,
    };
    const receipt = await openMany(life.by('keeper'), openings);
    expectGasAtMost(receipt, 16n * 120_000n + 15n);
    await compareGas('open 16 liquidations at once', receipt);
    await life.open(THIN);
    for (const account of [...CROWD, THIN]) expect(await statusOf(account, 0n)).toBe(STATUS.open);
  });

  it('and one alone are for somebody', async () => {
    const beneficiary = ZeroAddress;
    const proof = await life.openingProof(A);
    await life.after();
    const opening = { tick: life.tick, ...proof, beneficiary };
    await expectRefusal(openLiquidation(life.by('keeper'), opening), 'BeneficiaryIsZero');
    await life.after();
    const batch = { tick: life.tick, profile: proof.profile, members: [proof], beneficiary };
    await expectRefusal(openMany(life.by('keeper'), batch), 'BeneficiaryIsZero');
  });
});

describe('who is owner, keeper and bidder at once (P23)', () => {
  const price = (gross: bigint, margin: bigint, elapsed: bigint): Promise<bigint> =>
    life.venue.liquidationEngine
      .getFunction('priceE6')
      .staticCall(gross, margin, elapsed) as Promise<bigint>;
  /** What all three together have gained when it is closed; the account is worth its gross equity. */
  const gained = async (gross: bigint, margin: bigint, elapsed: bigint): Promise<bigint> =>
    gainedFor(gross, margin, await price(gross, margin, elapsed));
  const gainedFor = (gross: bigint, margin: bigint, paid: bigint): bigint => {
    const reward = least((margin * BigInt(ENGINE.rewardBps)) / 10_000n, paid > 0n ? paid : 0n);
    const penalty = least(
      (margin * BigInt(ENGINE.penaltyBps)) / 10_000n,
      paid > 0n ? paid - reward : 0n,
    );
    // The loser's account before was worth nothing to an owner who could walk away from its debt.
    const had = gross > 0n ? gross : 0n;
    return gross - paid + (paid > 0n ? paid - penalty : 0n) - had;
  };
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

  it('gains so in money too, when it buys what is worth something and what is bankrupt from itself', async () => {
    const { owner } = life.addresses;
    const wealth = async (): Promise<bigint> =>
      (await life.balance(owner)) + (await life.claimable('owner'));
    const margins = [A, WITH_COINS].map((account) =>
      marginAccount(life.ledger.account(account), crash, parameters),
    );
    await life.open(A, 'owner');
    await life.open(WITH_COINS, 'owner');
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    // To the end of the ramp: later it costs no less.
    await life.letPass(BigInt(ENGINE.rampSeconds) + 60n);
    let incentivesE6 = 0n;
    let gainsE6 = 0n;
    for (const [place, account] of [A, WITH_COINS].entries()) {
      const { grossEquityE6, mmE6 } = margins[place]!;
      const had = await wealth();
      const terms = termsIn(life.venue, await life.bid(account, frozenIn, 'owner'));
      await life.root();
      await life.close(terms, 'owner');
      // The account has the top-up besides what it was worth; of a debt its owner walks away.
      const worthE6 = grossEquityE6 > 0n ? grossEquityE6 : 0n;
      const gainE6 = (await wealth()) - had + grossEquityE6 + terms.creditE6 - worthE6;
      const paidE6 = terms.payerPaidE6 - terms.changeE6 - terms.creditE6;
      expect(gainE6).toBe(gainedFor(grossEquityE6, mmE6, paidE6));
      expect(paidE6).toBe(await price(grossEquityE6, mmE6, BigInt(ENGINE.rampSeconds)));
      gainsE6 += gainE6;
      incentivesE6 += (mmE6 * BigInt(ENGINE.incentiveBps)) / 10_000n;
    }
    expect(gainsE6).toBeGreaterThan(0n);
    expect(gainsE6).toBeLessThanOrEqual(incentivesE6);
  });

  it('gains at most the incentive, of a hedged pair as of one account', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt(-(10n ** 13n), 10n ** 13n),
        fc.bigInt(1n, 10n ** 13n),
        fc.bigInt(0n, 4_000n),
        async (gross, margin, elapsed) => {
          const bound = (margin * BigInt(ENGINE.incentiveBps)) / 10_000n;
          expect(await gained(gross, margin, elapsed)).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('of 10,000 accounts of dust gains less than their gas, at any time of the auction', async () => {
    // Opened in a batch, bid for and closed at 1 gwei and $1,000 per ETH: the cheapest that a keeper ever saw.
    const gasE6 = ((110_000n + 410_000n + 102_000n) * 1_000n * 10n ** 6n) / 10n ** 9n;
    const largest = (gasE6 * 10_000n) / BigInt(ENGINE.incentiveBps);
    for (const margin of [1n, 79n, 1_000_000n, 100_000_000n, largest - 10_000n]) {
      for (const gross of [-margin * 3n, -1n, 0n, margin / 2n]) {
        for (const elapsed of [0n, 900n, 1_800n, 7_200n]) {
          const gain = await gained(gross, margin, elapsed);
          expect(10_000n * (gain - gasE6)).toBeLessThan(0n);
        }
      }
    }
  });
});

describe('a dead venue', () => {
  it('gives no escrow back whose takeover was consumed', async () => {
    await life.open(A);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    await life.root();
    await life.after(BigInt(REGISTRY.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.after();
    await expectRefusal(
      send(life.venue.liquidationEngine, 'reclaim', [terms]),
      'TakeoverWasConsumed',
      [terms.messageIndex],
    );
    await life.close(terms);
  });

  it('that holds nothing shares nothing, and says so', async () => {
    await life.after(BigInt(REGISTRY.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.nextTick();
    await life.after();
    await send(life.venue.vault, 'beginExit', []);
    const account = accountNamed('equity-equals-im');
    const owner = life.ownerOf(account);
    const proof = await life.marginProof(account, 'vault', 'registerExit', owner);
    await life.after();
    await send(life.venue.vault, 'registerExit', [healthProof(proof)]);
    await life.after(BigInt(DEFAULT_VENUE_CONFIG.vault.exitWindow) + 1n);
    await expectRefusal(send(life.venue.vault, 'payExit', [account]), 'HoldsTooLittle');
  });
});

it.each([
  ['auctionSeconds', { auctionSeconds: 0 }],
  ['rampSeconds', { rampSeconds: 0 }],
  ['rampSeconds', { rampSeconds: ENGINE.auctionSeconds + 1 }],
  ['horizonSeconds', { horizonSeconds: ENGINE.auctionSeconds }],
  ['rewardBps', { rewardBps: 10_001 }],
  ['penaltyBps', { penaltyBps: 10_001 }],
  ['incentiveBps', { incentiveBps: 10_000 }],
  ['rewardCapE6', { rewardCapE6: 0n }],
  ['prepaidWei', { prepaidWei: 0n }],
] as const)('an engine without sense does not deploy: %s in %o', async (_, fault) => {
  const config = { ...DEFAULT_VENUE_CONFIG, engine: { ...ENGINE, ...fault } };
  await expectRefusal(deployVenue(life.chain, { config }), 'InvalidEngineConfig');
});
