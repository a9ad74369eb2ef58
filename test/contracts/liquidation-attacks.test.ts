// SPDX-License-Identifier: GPL-3.0-or-later
// Attacks on the life of a liquidation, each with real proofs and each refused for the reason it names.
import { ZeroAddress } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Account } from '../../prover/commitments/account.ts';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { MessageRun } from '../../prover/chain/message-run.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  bidForAccount,
  cureLiquidation,
  expireLiquidation,
  healthProof,
  openLiquidation,
  openMany,
  refundMessages,
} from '../../prover/chain/submit.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { as, expectRefusal, guardianOf } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import {
  accountNamed,
  claimOf,
  claiming,
  closeProver,
  marginOf,
  rerandomised,
  type GatedProof,
} from '../support/proofs.ts';

const A = accountNamed('ordinary-liquidation');
const B = accountNamed('wick-victim');
const HEALTHY = accountNamed('equity-equals-mm');
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const {
  engine: ENGINE,
  registry: REGISTRY,
  fund: FUND,
  graceSeconds: GRACE,
} = DEFAULT_VENUE_CONFIG;
const LIMIT = 10n ** 15n;

type Saved = Awaited<ReturnType<Life['save']>>;

let life: Life;
/** A, B and the bankrupt are open; the ledger has their Freezes; a tick of it is current. */
let frozen: Saved;
/** The first tick, nothing opened. */
let fresh: Saved;
let frozenIn: bigint;

beforeAll(async () => {
  life = await startLife();
  fresh = await life.save();
  for (const account of [A, B, BANKRUPT]) await life.open(account);
  await life.root();
  frozenIn = life.sequence;
  await life.nextTick();
  frozen = await life.save();
});

afterEach(async () => {
  // The later state first: a chain that goes back forgets the snapshots after it.
  frozen = await life.restore(frozen);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

interface View {
  readonly status: bigint;
  readonly keeper: string;
  readonly reservedE6: bigint;
  readonly fundPaidE6: bigint;
}

const viewOf = async (account: number, nonce = 0n): Promise<View> =>
  (await life.venue.liquidationEngine
    .getFunction('liquidation')
    .staticCall(account, nonce)) as View;

const STATUS = {
  none: 0n,
  open: 1n,
  expired: 2n,
  cured: 3n,
  escrowed: 4n,
  settled: 5n,
  backstopped: 6n,
  abandoned: 7n,
};

const fund = async (view: string): Promise<bigint> =>
  (await life.venue.insuranceFund.getFunction(view).staticCall()) as bigint;

const held = async (): Promise<readonly [bigint, bigint, bigint]> =>
  (await life.venue.vault.getFunction('totals').staticCall()) as [bigint, bigint, bigint];

/** Everything after the first tick is forgotten where a test went back to it: the later state once more. */
async function openAgain(): Promise<void> {
  fresh = await life.restore(fresh);
  for (const account of [A, B, BANKRUPT]) await life.open(account);
  await life.root();
  frozenIn = life.sequence;
  await life.nextTick();
  frozen = await life.save();
}

describe('opening (P8, P10)', () => {
  it('reserves of the fund what the account is short of, at once', async () => {
    const { equityE6 } = marginOf(BANKRUPT);
    expect(equityE6).toBeLessThan(0n);
    expect(await fund('reservedE6')).toBe(-equityE6);
    expect((await viewOf(BANKRUPT)).reservedE6).toBe(-equityE6);
    expect((await viewOf(A)).status).toBe(STATUS.open);
  });

  it('is prepaid to the wei', async () => {
    const proof = await life.openingProof(accountNamed('separate-2'));
    const args = [life.tick, Number(proof.profile), proof.proof, [...proof.publicSignals]];
    for (const value of [0n, ENGINE.prepaidWei - 1n, ENGINE.prepaidWei + 1n]) {
      await life.after();
      await expectRefusal(
        send(life.venue.liquidationEngine, 'open', [...args, life.addresses.keeper, { value }]),
        'WrongPrepayment',
        [ENGINE.prepaidWei, value],
      );
    }
    await life.open(accountNamed('separate-2'));
  });

  it('of an open account is refused, also with its proof made anew or copied', async () => {
    await expectRefusal(life.open(A), 'AlreadyOpen', [A, 0]);
    const proof = await life.openingProof(A);
    const copy = { ...proof, proof: await rerandomised(proof.proof) };
    await life.after();
    await expectRefusal(
      openLiquidation(life.by('stranger'), {
        tick: life.tick,
        ...copy,
        beneficiary: life.addresses.keeper,
      }),
      'AlreadyOpen',
    );
    await life.after();
    await expectRefusal(
      openLiquidation(life.by('stranger'), {
        tick: life.tick,
        ...proof,
        beneficiary: life.addresses.stranger,
      }),
      'WrongContext',
    );
  });

  it('takes no claim that is not proven (attack: another account, another equity)', async () => {
    const account = accountNamed('separate-2');
    const proof = await life.openingProof(account);
    const beneficiary = life.addresses.keeper;
    const open = async (publicSignals: readonly bigint[]) => {
      await life.after();
      return openLiquidation(life.by('keeper'), {
        tick: life.tick,
        ...proof,
        publicSignals,
        beneficiary,
      });
    };
    await expectRefusal(open(claiming(proof, { accountIndex: 5n })), 'InvalidProof');
    await expectRefusal(open(claiming(proof, { equityE6: -1n })), 'InvalidProof');
    await expectRefusal(open(claiming(proof, { equityE6: 10n ** 15n })), 'NotBelowMaintenance');
    await expectRefusal(open(claiming(proof, { accountIndex: 500n })), 'AccountNotInLedger');
    await expectRefusal(open(claiming(proof, { ledgerRoot: 5n })), 'WrongLedgerRoot');
    await expectRefusal(open(claiming(proof, { snapshotHash: 5n })), 'WrongSnapshot');
    await expectRefusal(open(claiming(proof, { parameterHash: 5n })), 'WrongParameters');
    await expectRefusal(open(proof.publicSignals.slice(1)), 'WrongSignalCount');
    await expectRefusal(open(proof.publicSignals.with(3, 1n << 250n)), 'MalformedSignal');
    for (const [place, signal] of proof.publicSignals.entries()) {
      const aliased = proof.publicSignals.with(place, signal + SCALAR_FIELD);
      await expectRefusal(open(aliased), 'SignalNotInField', [signal + SCALAR_FIELD]);
    }
    await open(proof.publicSignals);
  });

  it('on a root of any age ends with the venue (attack: a tick on a 30-day-old root)', async () => {
    const half = BigInt(REGISTRY.deadAfter) / 2n + 1n;
    const openAfter = async (rooted: boolean): Promise<unknown> => {
      frozen = await life.restore(frozen);
      await life.after(half);
      await life.chain.rpc('evm_mine', []);
      if (rooted) await life.root();
      await life.after(half);
      await life.chain.rpc('evm_mine', []);
      // The grace after the silence passes: it is the age of the root alone that is in the way.
      for (let passed = 0; passed <= GRACE + 120; passed += 120) await life.nextTick({}, 2n);
      return life.open(accountNamed('separate-2'));
    };
    await expectRefusal(openAfter(false), 'VenueIsDead');
    await openAfter(true);
  });

  it('in oracle silence is refused: the last tick is no free option', async () => {
    const proof = await life.openingProof(accountNamed('separate-2'));
    const { tick } = life;
    const beneficiary = life.addresses.keeper;
    const openIn = async (seconds: bigint): Promise<unknown> => {
      await life.after(seconds);
      return openLiquidation(life.by('keeper'), { tick, ...proof, beneficiary });
    };
    await expectRefusal(openIn(300n), 'TickTooOld');
    await openIn(1n);
  });
});

describe('many openings at once', () => {
  const batch = async (accounts: readonly number[]) => {
    const members = [];
    for (const account of accounts) members.push(await life.openingProof(account));
    return {
      tick: life.tick,
      profile: members[0]!.profile,
      members,
      beneficiary: life.addresses.keeper,
    };
  };

  it('skip members that are open already, stand twice or belong to another tick', async () => {
    const other = await batch([accountNamed('separate-2')]);
    const stale = await life.openingProof(accountNamed('separate-3'), 'keeper', 1n);
    const openings = await batch([A, accountNamed('separate-2')]);
    const [known] = other.members;
    const unknown = { ...known!, publicSignals: claiming(known!, { accountIndex: 500n }) };
    const members = [...openings.members, unknown, ...other.members, stale];
    expect(new Set(members.map(({ profile }) => profile)).size).toBe(1);
    await life.after();
    const before = await life.chain.provider.getBalance(life.addresses.keeper);
    const receipt = await openMany(life.by('keeper'), {
      ...openings,
      members,
      profile: other.profile,
    });
    const paid =
      before -
      (await life.chain.provider.getBalance(life.addresses.keeper)) -
      receipt.gasUsed * receipt.gasPrice;
    expect(paid).toBe(ENGINE.prepaidWei);
    expect((await viewOf(accountNamed('separate-2'))).status).toBe(STATUS.open);
    expect((await viewOf(accountNamed('separate-3'))).status).toBe(STATUS.none);
  });

  it('are refused whole where one is forged, aliased or made for another', async () => {
    const openings = await batch([accountNamed('separate-2')]);
    const [good] = openings.members as [(typeof openings.members)[number]];
    const open = async (
      publicSignals: readonly bigint[],
      value = ENGINE.prepaidWei,
      profile = Number(openings.profile),
    ) => {
      await life.after();
      const struct = {
        tick: openings.tick,
        profile,
        proofs: [good.proof],
        publicSignals: [...publicSignals],
        beneficiary: openings.beneficiary,
      };
      return send(life.by('keeper').liquidationEngine, 'openMany', [struct, { value }]);
    };
    await expectRefusal(open(claiming(good, { equityE6: -5n })), 'InvalidProof');
    for (const [place, signal] of good.publicSignals.entries()) {
      const aliased = good.publicSignals.with(place, signal + SCALAR_FIELD);
      await expectRefusal(open(aliased), 'SignalNotInField', [signal + SCALAR_FIELD]);
    }
    await expectRefusal(open(claiming(good, { context: 5n })), 'ForgedMember', [0]);
    await expectRefusal(open(good.publicSignals.slice(1)), 'WrongSignals');
    await expectRefusal(open(good.publicSignals, 0n), 'WrongPrepayment');
    await expectRefusal(open(claiming(good, { ledgerRoot: 5n })), 'NothingToOpen');
    await expectRefusal(open(good.publicSignals, ENGINE.prepaidWei, 64), 'UnknownProfile', [64n]);
    await open(good.publicSignals);
  });
});

describe('a batch with proofs that do not hold', () => {
  it('is refused, and its forged members are named', async () => {
    const accounts = ['separate-2', 'separate-3', 'equity-below-mm', 'gross-equity-minus-one'];
    const members: GatedProof[] = [];
    for (const name of accounts) members.push(await life.openingProof(accountNamed(name)));
    const [first, second, third, fourth] = members as [
      GatedProof,
      GatedProof,
      GatedProof,
      GatedProof,
    ];
    const nowhere: [bigint, bigint] = [1n, 1n];
    const forged = [
      first,
      { ...second, publicSignals: claiming(second, { equityE6: -5n }) },
      third,
      // Another's proof, and no point of the curve at all.
      { ...fourth, proof: third.proof },
      { ...first, proof: { ...first.proof, a: nowhere } },
    ];
    await life.after();
    const sent = openMany(life.by('keeper'), {
      tick: life.tick,
      profile: first.profile,
      members: forged,
      beneficiary: life.addresses.keeper,
    });
    await expect(sent).rejects.toMatchObject({ name: 'ForgedMembers', members: [1, 3, 4] });
    expect((await viewOf(accountNamed('separate-2'))).status).toBe(STATUS.none);
  });
});

describe('cure (P8, P10)', () => {
  it('takes a credit that is paid in the same call, and the keeper a fee', async () => {
    const { equityE6, mmE6 } = marginOf(A);
    const creditE6 = (mmE6 * 12n) / 10n - equityE6;
    const [heldBefore] = await held();
    const receipt = await life.cure(A, creditE6);
    await compareGas('cure a liquidation with a credit', receipt);
    const [heldAfter] = await held();
    expect(heldAfter - heldBefore).toBe(creditE6);
    expect(await life.claimable('keeper')).toBe(ENGINE.cureFeeE6);
    expect((await viewOf(A)).status).toBe(STATUS.cured);
    await life.root();
    const account = life.sequencer.state.accounts[A]!;
    expect(account.frozen).toBe(false);
  });

  it('without health, with less than it needs, with another change or at the opening’s tick is refused', async () => {
    await expectRefusal(life.cure(A), 'BelowCureMargin');
    await expectRefusal(life.cure(A, 1_000_000n), 'BelowCureMargin');
    const poor = await life.cureProof(A);
    const healthy = { ...poor, publicSignals: claiming(poor, { equityE6: 10n ** 14n }) };
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), healthy), 'InvalidProof');
    const debit = await life.marginProof(
      A,
      'liquidationEngine',
      'cureLiquidation',
      life.ownerOf(A),
      { change: { removedAsset: 'USDC', removedAmount: 5n } },
    );
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), debit), 'NotACredit');
    const older = await life.cureProof(A, 0n, 1n);
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), older), 'NotNewerThanOpening', [1, 1]);
    const before = { ...(await life.cureProof(A, 1_000_000n)), tick: 0n };
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), before), 'NotNewerThanOpening', [1, 0]);
    // A word that changes something and credits nothing.
    const nothing = { ...older, tick: life.tick, publicSignals: claiming(older, { change: 5n }) };
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), nothing), 'NotACredit', [5n]);
    await expectRefusal(life.cure(HEALTHY), 'NotOpen');
  });

  it('without the money its proof states is refused', async () => {
    const creditE6 = marginOf(A).mmE6 * 2n;
    const proof = await life.cureProof(A, creditE6);
    await send(as(life.asset, life.signer('owner')), 'approve', [life.venue.addresses.vault, 0n]);
    await life.after();
    await expectRefusal(cureLiquidation(life.by('owner'), proof), 'ERC20InsufficientAllowance');
    expect((await viewOf(A)).status).toBe(STATUS.open);
  });

  it('works during a halt on the last tick, with a credit', async () => {
    const creditE6 = marginOf(A).mmE6 * 2n;
    const feed = as(life.venue.marketFeed, guardianOf(life.chain));
    await life.after();
    await send(feed, 'halt', []);
    await life.cure(A, creditE6);
    expect((await viewOf(A)).status).toBe(STATUS.cured);
  });

  it('is final until the ledger has the Unfreeze (attack: re-open on a root without it)', async () => {
    const creditE6 = marginOf(A).mmE6 * 2n;
    await life.cure(A, creditE6);
    await life.nextTick({});
    await expectRefusal(life.open(A), 'UnfreezeNotConsumed');
    // With the Unfreeze, and the credit paid away again, it is opened like any other.
    const lost = (accounts: readonly Account[]): readonly Account[] =>
      accounts
        .with(A, { ...accounts[A]!, quoteE6: accounts[A]!.quoteE6 - creditE6 })
        .with(HEALTHY, { ...accounts[HEALTHY]!, quoteE6: accounts[HEALTHY]!.quoteE6 + creditE6 });
    await life.root({ ownTransactions: lost });
    await life.nextTick();
    await life.open(A);
    expect((await viewOf(A)).status).toBe(STATUS.open);
  });
});

describe('bid (P8, P10, P15)', () => {
  it('waits for the ledger to have the Freeze, and its clock starts there (attack: the sequencer holds it)', async () => {
    const early = await life.bidProof(A, 'bidder', 1n);
    await life.after();
    await expectRefusal(
      bidForAccount(life.by('bidder'), early, frozenIn, LIMIT),
      'FreezeNotConsumed',
    );
    await expectRefusal(life.bid(A, 1n), 'FreezeNotConsumed');
    await expectRefusal(life.bid(A, 99n), 'FreezeNotConsumed');
  });

  it('is for the caller alone, of the account as it stands, frozen, and below the cure level', async () => {
    const proof = await life.bidProof(A);
    await life.after();
    await expectRefusal(bidForAccount(life.by('stranger'), proof, frozenIn, LIMIT), 'WrongContext');
    const thawed = {
      ...proof,
      publicSignals: proof.publicSignals.with(3, proof.publicSignals[3]! & ~(1n << 216n)),
    };
    await life.after();
    await expectRefusal(bidForAccount(life.by('bidder'), thawed, frozenIn, LIMIT), 'NotFrozen');
    const { bidder } = life.addresses;
    const changed = await life.marginProof(A, 'liquidationEngine', 'bidForAccount', bidder, {
      change: { removedAsset: 'USDC', removedAmount: 5n, isCredited: true },
    });
    await life.after();
    await expectRefusal(
      bidForAccount(life.by('bidder'), changed, frozenIn, LIMIT),
      'NotAsItStands',
    );
    await expectRefusal(life.bid(A, frozenIn, 'bidder', 5n), 'PaymentAboveLimit');
  });

  it('takes no claim that is not proven (attack: worth less, short of less, another’s)', async () => {
    const proof = await life.bidProof(A);
    const { equityE6, haircutE6, initialMarginE6, maintenanceMarginE6 } = claimOf(proof);
    const bid = async (publicSignals: readonly bigint[]): Promise<unknown> => {
      await life.after();
      return bidForAccount(life.by('bidder'), { ...proof, publicSignals }, frozenIn, LIMIT);
    };
    for (const [claim, error] of [
      [{ equityE6: equityE6! - 1n }, 'InvalidProof'],
      [{ equityE6: 10n ** 15n }, 'Recovered'],
      [{ haircutE6: haircutE6! + 1n }, 'InvalidProof'],
      [{ initialMarginE6: initialMarginE6! - 1n }, 'InvalidProof'],
      [{ maintenanceMarginE6: maintenanceMarginE6! - 1n }, 'InvalidProof'],
      [{ owner: BigInt(life.addresses.bidder) }, 'InvalidProof'],
      [{ accountIndex: BigInt(B) }, 'InvalidProof'],
      [{ accountIndex: BigInt(HEALTHY) }, 'NotOpen'],
      [{ settlementNonce: 1n }, 'NotOpen'],
      [{ riskReducingOnly: 1n }, 'InvalidProof'],
      [{ ledgerRoot: 5n }, 'WrongLedgerRoot'],
      [{ snapshotHash: 5n }, 'WrongSnapshot'],
      [{ parameterHash: 5n }, 'WrongParameters'],
    ] as const) {
      await expectRefusal(bid(claiming(proof, claim)), error);
    }
    for (const [place, signal] of proof.publicSignals.entries()) {
      const aliased = proof.publicSignals.with(place, signal + SCALAR_FIELD);
      await expectRefusal(bid(aliased), 'SignalNotInField', [signal + SCALAR_FIELD]);
    }
    await bid(proof.publicSignals);
  });

  it('at the start of the auction takes nothing from the fund (attack: a one-tick wick sold to it)', async () => {
    const before = await fund('freeE6');
    const { deficitE6, equityE6, imE6 } = marginOf(BANKRUPT);
    expect(deficitE6).toBeGreaterThan(0n);
    const terms = termsIn(life.venue, await life.bid(BANKRUPT, frozenIn));
    const price = (elapsed: bigint): Promise<unknown> =>
      life.venue.liquidationEngine
        .getFunction('priceE6')
        .staticCall(-deficitE6, marginOf(BANKRUPT).mmE6, elapsed);
    expect(await price(0n)).toBe(0n);
    // Two minutes at most have passed of the ramp's thirty, and nobody bid before.
    expect(-terms.fundPaidE6).toBeGreaterThanOrEqual((await price(120n)) as bigint);
    expect(terms.fundPaidE6).toBeLessThan(deficitE6 / 4n);
    expect(terms.creditE6).toBe(imE6 - equityE6);
    expect(terms.payerPaidE6 + terms.fundPaidE6).toBe(terms.creditE6);
    expect(await fund('reservedE6')).toBe(0n);
    expect(before + -marginOf(BANKRUPT).equityE6 - (await fund('freeE6'))).toBe(terms.fundPaidE6);
  });

  it('costs no less where the sequencer held the Freeze: the price falls from the ledger that has it', async () => {
    fresh = await life.restore(fresh);
    await life.open(A);
    for (let minutes = 0; minutes < 16; minutes += 2) {
      await life.root({ misbehaviour: { kind: 'hold', engine: 0 } });
      await life.nextTick({}, 2n);
    }
    await life.root();
    const sequence = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(A, sequence));
    const { equityE6, mmE6 } = marginOf(A);
    const priceAfter = (elapsed: bigint): Promise<bigint> =>
      read(life.venue.liquidationEngine, 'priceE6', [equityE6, mmE6, elapsed], z.bigint());
    const priceE6 = terms.payerPaidE6 - terms.creditE6;
    expect(priceE6).toBeGreaterThanOrEqual(await priceAfter(120n));
    expect(priceE6).toBeGreaterThan(await priceAfter(900n));
    await openAgain();
  });

  it('of a recovered account is refused', async () => {
    // The account is helped by a gift inside the rollup before its freeze is read by anybody.
    fresh = await life.restore(fresh);
    await life.open(A);
    const { mmE6 } = marginOf(A);
    await send(life.by('depositor').vault, 'deposit', [A, 0n, mmE6 * 3n]);
    await life.root({ misbehaviour: { kind: 'hold', engine: 0 } });
    await life.root();
    const sequence = life.sequence;
    await life.nextTick();
    await expectRefusal(life.bid(A, sequence), 'Recovered');
    await openAgain();
  });

  it('in oracle silence is refused too, though the account is frozen and its price falls', async () => {
    const proof = await life.bidProof(A);
    await life.after(300n);
    await expectRefusal(bidForAccount(life.by('bidder'), proof, frozenIn, LIMIT), 'TickTooOld');
    expect((await viewOf(A)).status).toBe(STATUS.open);
    await life.after();
    await bidForAccount(life.by('bidder'), proof, frozenIn, LIMIT);
    expect((await viewOf(A)).status).toBe(STATUS.escrowed);
  });

  it('is unconditional: the takeover stands in the lane at once, and nothing voids it', async () => {
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    await expectRefusal(life.bid(A, frozenIn), 'NotOpen');
    await expectRefusal(life.cure(A, marginOf(A).mmE6 * 2n), 'NotOpen');
    await expectRefusal(life.close(terms), 'TakeoverNotConsumed', [terms.messageIndex]);
    const [head] = await life.sequencer.messages('engine', terms.messageIndex);
    expect(head?.kind).toBe('takeover');
  });

  it('ends in one close, on the very terms, once the ledger has the takeover', async () => {
    const receipt = await life.bid(A, frozenIn);
    const terms = termsIn(life.venue, receipt);
    await life.root();
    await expectRefusal(life.close({ ...terms, proceedsE6: terms.proceedsE6 + 1n }), 'WrongTerms');
    await life.close(terms);
    await expectRefusal(life.close(terms), 'WrongTerms');
    expect(await life.claimable('keeper')).toBe(terms.rewardE6);
    expect(await life.claimable('owner')).toBe(terms.proceedsE6);
    const account = life.sequencer.state.accounts[A]!;
    expect(account.owner).toBe(BigInt(life.addresses.bidder));
    expect(account.settlementNonce).toBe(1n);
    expect(account.frozen).toBe(false);
    expect(account.quoteE6 - 0n).toBe(life.ledgerOf(life.tick).account(A).quoteE6 + terms.creditE6);
    // Opening n + 1 does not wait for anything of n.
    expect((await viewOf(A, 1n)).status).toBe(STATUS.none);
  });
});

describe('prepaid messages', () => {
  it('are refunded once, to who prepaid, when the sequencer consumed them', async () => {
    const run = await life.engineRun(0n);
    await expectRefusal(refund(run, frozenIn - 1n), 'NotConsumedBy');
    await expectRefusal(refund({ ...run, first: 1n }, frozenIn), 'MessageMismatch');
    await refund(run, frozenIn);
    await expectRefusal(refund(run, frozenIn), 'AlreadyRefunded');
    const owed = (): Promise<bigint> =>
      read(life.venue.liquidationEngine, 'etherOwed', [life.addresses.keeper], z.bigint());
    expect(await owed()).toBe(ENGINE.prepaidWei);
    // The rest in one go; what was given back before is passed over.
    await refund(await life.engineRun(0n, 3), frozenIn);
    expect(await owed()).toBe(3n * ENGINE.prepaidWei);
    await expectRefusal(refund(await life.engineRun(1n, 2), frozenIn), 'AlreadyRefunded');
    await expectRefusal(refund(await life.engineRun(1n, 0), frozenIn), 'AlreadyRefunded');
  });

  it('are refunded together only where one ledger consumed all of them', async () => {
    await life.bid(A, frozenIn);
    await life.root();
    await expectRefusal(refund(await life.engineRun(0n, 4), frozenIn), 'NotConsumedBy');
  });

  const refund = async (run: MessageRun, sequence: bigint): Promise<unknown> => {
    await life.after();
    return refundMessages(life.by('stranger'), run, sequence);
  };

  /** Three Freezes in one run, the first of which the ledger has: where it begins, and that ledger. */
  async function begunRun(): Promise<{ readonly first: bigint; readonly begun: bigint }> {
    const first = life.sequencer.state.engineCount;
    const accounts = ['separate-2', 'separate-3', 'equity-below-mm'].map(accountNamed);
    const members = [];
    for (const account of accounts) members.push(await life.openingProof(account));
    await life.after();
    const { profile } = members[0]!;
    const beneficiary = life.addresses.keeper;
    await openMany(life.by('keeper'), { tick: life.tick, profile, members, beneficiary });
    await life.root({ maxMessages: 1 });
    expect(life.sequencer.state.engineCount).toBe(first + 1n);
    return { first, begun: life.sequence };
  }

  it('of a run come back as each was consumed: begun, forced in its middle, gone on with', async () => {
    const { first, begun } = await begunRun();
    await life.after(BigInt(REGISTRY.heartbeat) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    const forced = life.sequence;
    await life.root();
    const wentOn = life.sequence;
    // The hashes within the run were kept on the way, so each part of it can be shown.
    const whole = await life.engineRun(first, 3);
    for (const sequence of [begun, wentOn]) {
      await expectRefusal(refund(whole, sequence), 'NotConsumedBy', [first, sequence]);
    }
    const [second, third] = [await life.engineRun(first + 1n), await life.engineRun(first + 2n)];
    const fromSecond = await life.engineRun(first + 1n, 2);
    await expectRefusal(refund(fromSecond, forced), 'WasForced', [first + 1n]);
    await expectRefusal(refund(fromSecond, wentOn), 'NotConsumedBy', [first + 1n, wentOn]);
    await expectRefusal(refund(second, forced), 'WasForced', [first + 1n]);
    await expectRefusal(refund(third, begun), 'NotConsumedBy', [first + 2n, begun]);
    // One message of the run under the number of another.
    await expectRefusal(refund({ ...third, first: first + 1n }, forced), 'MessageMismatch');
    await refund(await life.engineRun(first), begun);
    await refund(third, wentOn);
    const owed = (person: 'keeper' | 'stranger'): Promise<bigint> =>
      read(life.venue.liquidationEngine, 'etherOwed', [life.addresses[person]], z.bigint());
    expect(await owed('keeper')).toBe(2n * ENGINE.prepaidWei);
    expect(await owed('stranger')).toBe(ENGINE.prepaidWei);
  });

  it('of a run come back when the venue is dead, but for what a ledger had, in one go and once', async () => {
    const { first, begun } = await begunRun();
    await life.after(BigInt(REGISTRY.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await expectRefusal(refund(await life.engineRun(first, 3), begun), 'NotConsumedBy');
    const rest = await life.engineRun(first + 1n, 2);
    await refund(rest, begun);
    await expectRefusal(refund(rest, begun), 'AlreadyRefunded', [first + 1n]);
    const owed = await read(
      life.venue.liquidationEngine,
      'etherOwed',
      [life.addresses.keeper],
      z.bigint(),
    );
    expect(owed).toBe(2n * ENGINE.prepaidWei);
  });

  it('give the credit of a cure back that no ledger had when the venue died', async () => {
    fresh = await life.restore(fresh);
    await life.open(A);
    await life.open(B);
    // B is helped inside the rollup before its freeze, and cured without a payment.
    await send(life.by('depositor').vault, 'deposit', [B, 0n, marginOf(B).mmE6 * 3n]);
    await life.root({ misbehaviour: { kind: 'hold', engine: 0 } });
    await life.root();
    await life.nextTick();
    await life.cure(B);
    const creditE6 = marginOf(A).mmE6 * 2n;
    await life.cure(A, creditE6);
    const { engineCount } = life.sequencer.state;
    await life.after(BigInt(REGISTRY.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    const [before] = await held();
    for (const index of [engineCount, engineCount + 1n]) {
      await refund(await life.engineRun(index), life.sequence);
    }
    expect(await life.claimable('owner')).toBe(creditE6);
    expect((await held())[0]).toBe(before - creditE6);
    await openAgain();
  });

  it('are not refunded where they were forced, but owed to who forced them, once', async () => {
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    await life.after(BigInt(REGISTRY.heartbeat) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    const run = await life.engineRun(terms.messageIndex);
    await expectRefusal(refund(run, life.sequence), 'WasForced');
    const engine = life.by('stranger').liquidationEngine;
    const owed = (): Promise<bigint> =>
      read(engine, 'etherOwed', [life.addresses.stranger], z.bigint());
    expect(await owed()).toBe(ENGINE.prepaidWei);
    const collect = async (): Promise<unknown> => {
      await life.after();
      return send(engine, 'collectEther', [life.addresses.depositor]);
    };
    const before = await life.chain.provider.getBalance(life.addresses.depositor);
    await collect();
    const after = await life.chain.provider.getBalance(life.addresses.depositor);
    expect(after - before).toBe(ENGINE.prepaidWei);
    expect(await owed()).toBe(0n);
    await expectRefusal(collect(), 'NothingOwed');
    await life.close(terms);
  });
});

describe('the horizon (P8, P10, P14, P16)', () => {
  it('hands what nobody bought to the Backstop, and the fund pays the deficit to the unit', async () => {
    await expectRefusal(life.expire(BANKRUPT), 'HorizonNotPassed');
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    expect((await viewOf(BANKRUPT)).status).toBe(STATUS.expired);
    await expectRefusal(life.bid(BANKRUPT, frozenIn), 'HorizonPassed');
    const { deficitE6 } = marginOf(BANKRUPT);
    const receipt = await life.expire(BANKRUPT);
    await compareGas('expire a liquidation, first', receipt);
    const terms = termsIn(life.venue, receipt);
    expect(terms.fundPaidE6).toBe(deficitE6);
    expect(terms.creditE6).toBe(deficitE6);
    await expectRefusal(life.expire(BANKRUPT), 'NotOpen');
    await life.root();
    await life.close(terms);
    const account = life.sequencer.state.accounts[BANKRUPT]!;
    expect(account.owner).toBe(BigInt(life.venue.addresses.backstop));
    // What it is short of is paid; it is still below maintenance, and the Backstop's.
    await life.nextTick();
    await expectRefusal(life.open(BANKRUPT), 'OwnedByBackstop', [BANKRUPT]);
    expect((await viewOf(BANKRUPT)).status).toBe(STATUS.backstopped);
    expect(FUND.coverPerWindowE6).toBeGreaterThan(deficitE6);
  });

  it('leaves no limbo: past it an account at maintenance can be cured, below it taken', async () => {
    await life.letPass(BigInt(ENGINE.horizonSeconds));
    const { equityE6, mmE6 } = marginOf(A);
    const creditE6 = mmE6 - equityE6;
    await expectRefusal(life.cure(A, creditE6 - 1n), 'BelowCureMargin');
    const proof = await life.expiryProof(A);
    expect(healthProof(proof).tick).toBe(life.tick);
    await life.cure(A, creditE6);
    await life.after();
    await expectRefusal(expireLiquidation(life.by('keeper'), proof), 'NotOpen');
    expect((await viewOf(A)).keeper).toBe(ZeroAddress);
  });
});
