// SPDX-License-Identifier: GPL-3.0-or-later
// What the register reads when a tick is pinned, in a venue with a real sequencer, real openings and cures.
import { ZeroHash, hexlify, type Contract } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { MessageWords } from '../../prover/chain/ledger-update.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { transitionDigest } from '../../prover/chain/transition.ts';
import {
  claimWithdrawal,
  depositQuote,
  refundDeposit,
  requestWithdrawal,
  settleWithdrawal,
} from '../../prover/chain/vault.ts';
import { as, deployVenue, expectRefusal, guardianOf } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { ATTESTER } from '../support/inbox-venue.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import { amountOf } from '../../prover/commitments/inbox-message.ts';
import { accountNamed, closeProver, marginOf } from '../support/proofs.ts';
import {
  deployRegister,
  latestPin,
  sessionVerifiers,
  unconsumedAt,
  type Unconsumed,
} from '../support/registers.ts';

const MINE = accountNamed('together');
const BROKE = accountNamed('ordinary-liquidation');
const DEPOSIT = 50_000_000n;
const { registry: REGISTRY } = DEFAULT_VENUE_CONFIG;

let life: Life;
let register: Contract;
let verifiers: readonly string[];
let saved: Awaited<ReturnType<Life['save']>>;

beforeAll(async () => {
  life = await startLife({ owned: ['together', 'ordinary-liquidation'] });
  verifiers = await sessionVerifiers(life.signer('deployer'));
  register = await deployRegister(
    life.signer('deployer'),
    life.venue.addresses.marketFeed,
    verifiers,
  );
  await life.nextTick();
  saved = await life.save();
}, 600_000);

afterEach(async () => {
  saved = await life.restore(saved);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const unconsumed = (lane: 'engine' | 'user'): Promise<Unconsumed> => unconsumedAt(life, lane);
const pin = async (engine?: Unconsumed, user?: Unconsumed, at = register) => {
  const lanes = [engine ?? (await unconsumed('engine')), user ?? (await unconsumed('user'))];
  await life.after();
  return send(as(at, life.signer('stranger')), 'pinTick', lanes);
};
const pinned = async (at = register) => {
  await pin(undefined, undefined, at);
  return latestPin(at);
};
const held = async (): Promise<bigint> =>
  ((await life.venue.vault.getFunction('totals').staticCall()) as bigint[])[0]!;

async function deposit(amountE6 = DEPOSIT, account = MINE, nonce = 0n): Promise<void> {
  await life.after();
  await depositQuote(life.by('depositor'), BigInt(account), nonce, amountE6);
}

async function request(amountE6: bigint, account = MINE): Promise<void> {
  await life.after();
  await requestWithdrawal(life.by('owner'), BigInt(account), 0n, amountE6);
}

const backing = async (): Promise<bigint> => (await pinned()).backingE6;

/** Whoever is broke, opened, frozen by a ledger and bought; no ledger has the takeover yet. */
async function takenOver(): Promise<ReturnType<typeof termsIn>> {
  await life.open(BROKE);
  await life.root();
  const frozenIn = life.sequence;
  await life.nextTick();
  return termsIn(life.venue, await life.bid(BROKE, frozenIn));
}

describe('a pin (P26)', () => {
  it('has what is held for accounts and what of the fund is free, by anybody, as often as anybody likes', async () => {
    const first = await pinned();
    const free = await read(life.venue.insuranceFund, 'freeE6', [], z.bigint());
    expect(first).toEqual({
      tick: life.tick,
      backingE6: 0n,
      fundE6: free,
      coinsE8: [0n, 0n, 0n],
    });
    expect(free).toBeGreaterThan(0n);
    expect(await pinned()).toEqual(first);
    await compareGas('pin a tick', await pin());
  });

  it('is without deposits that the ledger of the tick has not booked, and with those that it has', async () => {
    await deposit();
    await deposit();
    expect((await pinned()).backingE6).toBe(0n);
    await life.advance();
    await deposit();
    expect((await pinned()).backingE6).toBe(2n * DEPOSIT);
  });

  it('counts a deposit that a later ledger booked as the tick’s ledger lacks it', async () => {
    await deposit();
    await life.root();
    expect((await pinned()).backingE6).toBe(0n);
  });

  it('is refused with a message counted twice, left out, changed or in another order', async () => {
    await deposit();
    await deposit(DEPOSIT + 1n);
    const user = await unconsumed('user');
    const [first, second] = user.messages as [MessageWords, MessageWords];
    const tell = (messages: readonly MessageWords[], error: string, values?: readonly unknown[]) =>
      expectRefusal(pin(undefined, { ...user, messages }), error, values);
    await tell([first, second, second], 'WrongMessageCount', [1, 2, 3]);
    await tell([first], 'WrongMessageCount', [1, 2, 1]);
    await tell([first, first], 'MessageMismatch');
    await tell([second, first], 'MessageMismatch');
    await tell([{ ...first, w0: first.w0 - (1n << 64n) }, second], 'MessageMismatch');
    await expectRefusal(pin(undefined, { ...user, hashBefore: ZeroHash }), 'MessageMismatch');
    await pin();
  });

  it('counts no amount of a withdrawal that is asked for, nor of a freeze', async () => {
    await deposit();
    await life.advance();
    await life.after();
    await requestWithdrawal(life.by('owner'), BigInt(MINE), 0n, DEPOSIT / 2n);
    await life.open(BROKE);
    expect((await unconsumed('user')).messages).toHaveLength(1);
    expect((await unconsumed('engine')).messages).toHaveLength(1);
    expect((await pinned()).backingE6).toBe(DEPOSIT);
  });

  it('is without what a cure paid until the ledger has it', async () => {
    await life.open(BROKE);
    await life.advance();
    const { imE6, equityE6 } = marginOf(BROKE);
    const credit = imE6 - equityE6;
    await life.cure(BROKE, credit);
    expect(await held()).toBe(credit);
    expect((await pinned()).backingE6).toBe(0n);
    await life.advance();
    expect((await pinned()).backingE6).toBe(credit);
  });

  it('is without what a takeover pays while it is in escrow, and where the ledger of the tick lacks it', async () => {
    const terms = await takenOver();
    expect(terms.creditE6).toBeGreaterThan(0n);
    expect((await pinned()).backingE6).toBe(0n);
    await life.root();
    await life.close(terms);
    expect(await held()).toBe(terms.creditE6);
    expect((await pinned()).backingE6).toBe(0n);
    await life.nextTick();
    expect((await pinned()).backingE6).toBe(terms.creditE6);
  });

  it('is too low while a takeover that its ledger has is not closed, and whole by a new one of that tick once it is', async () => {
    const terms = await takenOver();
    await life.root();
    await life.nextTick();
    const { tick } = life;
    // The tick's ledger owes the credit, which is in escrow still: a session waits, and none passes.
    expect(await pinned()).toMatchObject({ tick, backingE6: 0n });
    // Who closes is anybody.
    await life.close(terms);
    expect(await pinned()).toMatchObject({ tick, backingE6: terms.creditE6 });
  });

  it('is without a withdrawal that the ledger took off, claimed or not (attack: backed by what withdrawers own)', async () => {
    await deposit();
    await life.advance();
    await request(DEPOSIT - 1n);
    // Nobody has taken it off yet: it is the account's.
    expect(await backing()).toBe(DEPOSIT);
    await life.root();
    // The ledger of the tick still owes it.
    expect(await backing()).toBe(DEPOSIT);
    await life.nextTick();
    expect([await held(), await backing()]).toEqual([DEPOSIT, 1n]);
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(DEPOSIT - 1n);
    const proof = await life.claimProof(MINE);
    await life.after();
    await claimWithdrawal(life.by('stranger'), consumed, proof);
    expect([await held(), await backing()]).toEqual([1n, 1n]);
    await life.after();
    await send(life.by('owner').vault, 'collect', [life.addresses.owner]);
    expect(await backing()).toBe(1n);
    await life.advance();
    expect(await backing()).toBe(1n);
  });

  it('is without a deposit that the ledger refused, refunded or not, also before a tick has that ledger', async () => {
    await deposit();
    await deposit(DEPOSIT, MINE, 1n);
    expect(await backing()).toBe(0n);
    await life.root();
    const refused = await life.consumed(1n);
    expect(refused.amountE6).toBe(0n);
    const unrefunded = await life.save();
    await life.nextTick();
    expect([await held(), await backing()]).toEqual([2n * DEPOSIT, DEPOSIT]);
    await life.after();
    await refundDeposit(life.by('stranger'), refused);
    expect([await held(), await backing()]).toEqual([DEPOSIT, DEPOSIT]);

    await life.restore(unrefunded);
    await life.after();
    await refundDeposit(life.by('stranger'), refused);
    // Of the ledger before, which has neither deposit: no less than nothing.
    expect([await held(), await backing()]).toEqual([DEPOSIT, 0n]);
    await life.nextTick();
    expect(await backing()).toBe(DEPOSIT);
  });

  it('is without what was taken off an account that was then taken over, whoever it goes to', async () => {
    const taken = 10_000_000n;
    await deposit(DEPOSIT, BROKE);
    await life.root();
    await request(taken, BROKE);
    await life.root({ withdrawable: (_account, message) => amountOf(message) });
    await life.nextTick();
    expect(await backing()).toBe(DEPOSIT - taken);
    await life.open(BROKE);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(BROKE, frozenIn));
    await life.root();
    await life.close(terms);
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(taken);
    await life.after();
    await settleWithdrawal(life.by('stranger'), consumed);
    expect([await held(), await backing()]).toEqual([
      DEPOSIT - taken + terms.creditE6,
      DEPOSIT - taken,
    ]);
    await life.nextTick();
    expect(await backing()).toBe(DEPOSIT - taken + terms.creditE6);
  });

  it('cannot be had with a ledger that says less was released than messages did, or more', async () => {
    await deposit();
    await life.advance();
    await request(DEPOSIT);
    for (const byE6 of [-DEPOSIT, -1n, 1n]) {
      const attempt = life.root({ misbehaviour: { kind: 'miscount', byE6 } });
      await expect(attempt).rejects.toMatchObject({ rule: 'T11' });
    }
    // Whoever signs another count signs another transition.
    const proposal = await life.sequencer.propose({
      withdrawable: (_account, message) => amountOf(message),
    });
    expect(proposal.next.releasedE6).toBe(DEPOSIT);
    await life.after();
    const { transition } = proposal;
    const { root, accountCount, engineCount, userCount, bookedThrough } = transition.next;
    const { releasedE8 } = transition.next;
    const { outcomesRoot } = transition;
    const counts = { root, accountCount, engineCount, userCount, bookedThrough, outcomesRoot };
    const proof = ATTESTER.sign(transitionDigest(transition)).serialized;
    const post = (releasedE6: bigint) =>
      send(life.venue.ledgerRegistry, 'submitRoot', [
        { ...counts, releasedE6, releasedE8 },
        hexlify(proposal.data),
        proof,
      ]);
    await expectRefusal(post(0n), 'TransitionRejected');
    await post(DEPOSIT);
  });

  it('is without it also in the ledger that a message forced', async () => {
    await deposit();
    await request(DEPOSIT);
    await life.root();
    await life.nextTick();
    const released = (): Promise<unknown> =>
      life.venue.ledgerRegistry.getFunction('releasedE6').staticCall(life.sequence);
    expect(await released()).toBe(DEPOSIT);
    await life.open(BROKE);
    await life.after(BigInt(REGISTRY.heartbeat) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    // No user message is consumed by force, so nothing is released or taken back.
    expect(await released()).toBe(DEPOSIT);
    await life.root();
    await life.nextTick();
    expect(await released()).toBe(DEPOSIT);
    expect(await backing()).toBe(0n);
  });
});

describe('no pin is made', () => {
  it('in a halt, or of a tick that is too old', async () => {
    const halted = await life.save();
    await life.after();
    await send(as(life.venue.marketFeed, guardianOf(life.chain)), 'halt', []);
    await expectRefusal(pin(), 'MarketHalted');
    await life.restore(halted);
    await life.after(300n);
    await life.chain.rpc('evm_mine', []);
    await expectRefusal(pin(), 'TickTooOld');
  });

  it('before the first tick', async () => {
    const { addresses } = await deployVenue(life.chain);
    const other = await deployRegister(life.signer('deployer'), addresses.marketFeed, verifiers);
    const none = { hashBefore: ZeroHash, messages: [] };
    await expectRefusal(send(other, 'pinTick', [none, none]), 'UnknownTick');
  });

  it('while the sequencer is silent, or a deposit waits for longer than it may', async () => {
    const before = await life.save();
    await deposit();
    // A root that leaves the deposit where it is keeps the venue in its normal mode.
    await life.root({ maxMessages: 0 }, BigInt(REGISTRY.deadline) - 100n);
    await life.after(150n);
    await life.chain.rpc('evm_mine', []);
    await life.nextTick();
    const overdue: bigint = await life.venue.ledgerRegistry.getFunction('overdueAt').staticCall(1);
    await expectRefusal(pin(), 'LedgerOverdue', [1, overdue]);
    await life.restore(before);

    await life.after(BigInt(REGISTRY.heartbeat) + 60n);
    await life.chain.rpc('evm_mine', []);
    await life.nextTick();
    await expectRefusal(pin(), 'VenueNotNormal', [1]);
  });
});

describe('a register is not deployed', () => {
  const tell = async (given: readonly string[], error: string, values?: readonly unknown[]) =>
    expectRefusal(
      deployRegister(life.signer('deployer'), life.venue.addresses.marketFeed, given),
      error,
      values,
    );

  it('without a verifier of each statement, with one of another or with two of one profile', async () => {
    const [rows, batches, close] = verifiers as [string, string, string];
    await tell([batches, close], 'VerifierMissing');
    await tell([rows, close], 'VerifierMissing');
    await tell([rows, batches], 'VerifierMissing');
    await tell([rows, batches, close, rows], 'VerifierTwice');
    await tell([...verifiers, life.venue.verifiers.takeover.any], 'NotASessionVerifier');
  });

  it.each([{ pinSeconds: 0 }, { maxAge: 3_600 }, { minCoverageBps: 0 }])(
    'with terms that say nothing: %o',
    async (config) => {
      await expectRefusal(
        deployRegister(life.signer('deployer'), life.venue.addresses.marketFeed, verifiers, config),
        'InvalidSolvencyConfig',
      );
    },
  );
});
