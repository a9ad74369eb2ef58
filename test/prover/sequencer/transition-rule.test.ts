// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: every misbehaviour is tried on random ledgers.
import { keccak256 } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { laneHash } from '../../../prover/chain/inbox-lane.ts';
import { outcomesRoot } from '../../../prover/chain/outcomes.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { accountsAfter, parseBatch } from '../../../prover/documents/batch-document.ts';
import type { Proposal, ProposalOptions } from '../../../prover/sequencer/propose.ts';
import { emptyVenue, proposeNext } from '../../../prover/sequencer/propose.ts';
import type { Consumed, TransitionEvidence } from '../../../prover/sequencer/transition-rule.ts';
import { checkTransition, UnlawfulTransition } from '../../../prover/sequencer/transition-rule.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { anyAccount, expiredSlice, SNAPSHOT_TIME, validSnapshot } from '../../support/venue.ts';
import {
  accountsOf,
  CASH,
  FROZEN,
  message,
  NONCE,
  OPEN,
  OWNER,
  RIVAL,
  rootOf,
  stateOf,
  VENUE,
} from './venue.ts';

const MINUTE = 60n;
const withdrawable = ({ quoteE6 }: Account): bigint => quoteE6;
const NOTHING: Consumed = { engine: [], user: [] };

const PENDING: Consumed = {
  engine: [
    message('freeze', OPEN),
    message('takeover', FROZEN, { address: RIVAL, amountE6: 7n }),
    message('unfreeze', OPEN, { amountE6: 5n }),
  ],
  user: [
    message('deposit', OPEN),
    message('withdrawal', CASH, { address: RIVAL, amountE6: 10_000_000_000n }),
    message('deposit', FROZEN),
    message('withdrawal', OPEN, { address: RIVAL }),
    message('withdrawal', OPEN, { amountE6: 3n }),
  ],
};

const propose = (options: ProposalOptions = {}, pending = PENDING): Proposal =>
  proposeNext(VENUE, stateOf(), pending, { withdrawable, ...options });

function evidenceOf(
  { transition, data }: Proposal,
  consumed: Consumed,
  overrides: Partial<TransitionEvidence['transition']> = {},
): TransitionEvidence {
  return {
    transition: { ...transition, ...overrides },
    previous: accountsOf(),
    consumed,
    data,
    settledBy: undefined,
    withdrawable,
  };
}

/** The rule that a transition breaks; undefined when it breaks none. */
function brokenBy(evidence: TransitionEvidence): string | undefined {
  try {
    checkTransition(evidence);
    return undefined;
  } catch (error) {
    if (error instanceof UnlawfulTransition) return error.rule;
    throw error;
  }
}

describe('an honest sequencer', () => {
  const proposal = propose();

  it('applies engine messages first, then user messages, each to what the others left', () => {
    const [open, taken, cash] = proposal.next.accounts;
    expect(open).toMatchObject({ frozen: false, quoteE6: 5_000_000_000n + 5n + 1_000_000n - 3n });
    // The deposit for the old nonce came after the takeover: it is the depositor's again.
    expect(taken).toMatchObject({ owner: RIVAL, settlementNonce: NONCE + 1n, frozen: false });
    expect(taken!.quoteE6).toBe(5_000_000_000n + 7n);
    expect(cash!.quoteE6).toBe(0n);
    expect(proposal.outcomes.map(({ applied }) => applied)).toEqual([
      1_000_000n,
      5_000_000_000n,
      0n,
      0n,
      3n,
    ]);
  });

  it('keeps to the rule, and publishes what rebuilds the ledger', () => {
    expect(brokenBy(evidenceOf(proposal, PENDING))).toBeUndefined();
    const batch = parseBatch(new TextDecoder().decode(proposal.data));
    expect(rootOf(accountsAfter(accountsOf(), batch))).toBe(proposal.transition.next.root);
    expect(keccak256(proposal.data)).toBe(proposal.transition.dataHash);
  });

  it('counts what is no account’s any more: withdrawals by what they took, deposits by what they did not credit', () => {
    // The deposit to the account that was taken over, and the withdrawals of CASH and OPEN.
    expect(proposal.next.releasedE6).toBe(1_000_000n + 5_000_000_000n + 3n);
    const { transition } = proposeNext(VENUE, proposal.next, NOTHING);
    expect([transition.previous.releasedE6, transition.next.releasedE6]).toEqual(
      Array(2).fill(proposal.next.releasedE6),
    );
    const full = { ...accountsOf()[Number(CASH)]!, quoteE6: 2n ** 63n - 11n };
    const top = { ...NOTHING, user: [message('deposit', CASH)] };
    const { next, outcomes } = proposeNext(
      VENUE,
      stateOf(accountsOf().with(Number(CASH), full)),
      top,
    );
    expect(outcomes[0]!.applied).toBe(10n);
    expect(next.releasedE6).toBe(1_000_000n - 10n);
  });

  it('consumes K of each lane where more waits', () => {
    const { transition, outcomes } = propose({ maxMessages: 2 });
    expect([transition.next.engineCount, transition.next.userCount]).toEqual([2n, 2n]);
    expect(outcomes).toHaveLength(2);
  });

  it('sends a heartbeat with an unchanged root when nothing waits', () => {
    const heartbeat = propose({}, NOTHING);
    expect(heartbeat.transition.next.root).toBe(rootOf(accountsOf()));
    expect(BigInt(heartbeat.transition.outcomesRoot)).toBe(0n);
    expect(brokenBy(evidenceOf(heartbeat, NOTHING))).toBeUndefined();
  });

  it('moves nothing in a frozen account, and says so', () => {
    const ownTransactions = (accounts: readonly Account[]): readonly Account[] =>
      accounts.with(Number(FROZEN), { ...accounts[Number(FROZEN)]!, quoteE6: 0n });
    expect(() => propose({ ownTransactions }, NOTHING)).toThrow(/account 1 is frozen/);
  });

  it('settles what expired, of frozen accounts too, as far as there are prices', () => {
    // Two accounts hold 700 ETH puts of strike 0.0001 that expire with the snapshot; the third is short.
    const [put] = accountsOf()[0]!.positions.filter(({ instrument }) => instrument.kind === 'put');
    const holders = accountsOf().with(Number(CASH), {
      ...accountsOf()[Number(CASH)]!,
      positions: [{ instrument: put!.instrument, lots: -2n * put!.lots }],
    });
    const settledBy = (settlementPriceE4: bigint): MarketSnapshot => {
      const [btc, eth] = validSnapshot().underlyings;
      const { expiry } = put!.instrument;
      const slices = [expiredSlice({ expiry, settlementPriceE4 }), ...eth.slices];
      return validSnapshot({
        underlyings: [
          { ...btc, slices: [] },
          { ...eth, slices },
        ],
      });
    };
    const at = (snapshot: MarketSnapshot): Proposal =>
      proposeNext(VENUE, stateOf(holders), NOTHING, { settledBy: snapshot });
    expect(at(settledBy(0n)).next).toMatchObject({ accounts: holders, bookedThrough: 0n });

    const booked = at(settledBy(1n));
    expect(booked.next.bookedThrough).toBe(put!.instrument.expiry);
    const kinds = booked.next.accounts.map(({ positions }) =>
      positions.map(({ instrument }) => instrument.kind),
    );
    expect(kinds).toEqual([['perpetual', 'call'], ['perpetual', 'call'], []]);
    const evidence = { ...evidenceOf(booked, NOTHING), previous: holders };
    expect(brokenBy({ ...evidence, settledBy: settledBy(1n) })).toBeUndefined();
    // Called booked without a price for it, or at another price.
    expect(brokenBy({ ...evidence, settledBy: undefined })).toBe('T7');
  });

  it('keeps to the rule whatever comes in, over any accounts', () => {
    const anyMessage = fc.record({
      kind: fc.constantFrom('freeze', 'unfreeze', 'takeover', 'restrict', 'deposit', 'withdrawal'),
      accountIndex: fc.bigInt(0n, 5n),
      settlementNonce: fc.bigInt(0n, 2n),
      amountE6: fc.bigInt(0n, 2n ** 63n - 1n),
      address: fc.bigInt(1n, 3n),
    } as const);
    fc.assert(
      fc.property(
        fc.array(anyAccount(4), { minLength: 1, maxLength: 4 }),
        fc.array(anyMessage, { maxLength: 12 }),
        (accounts, messages) => {
          const previous = accounts.map((account, index) => ({
            ...account,
            owner: BigInt(index % 3) + 1n,
            settlementNonce: BigInt(index % 2),
            quoteE6: account.quoteE6 / 4n,
            positions: [],
          }));
          const isEngine = ({ kind }: (typeof messages)[number]): boolean =>
            kind !== 'deposit' && kind !== 'withdrawal';
          const consumed = {
            engine: messages.filter(isEngine),
            user: messages.filter((one) => !isEngine(one)),
          };
          const proposed = proposeNext(VENUE, stateOf(previous), consumed, { withdrawable });
          expect(brokenBy({ ...evidenceOf(proposed, consumed), previous })).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('no validity proof exists of a transition', () => {
  it.each([
    ['of which the data is withheld', 'T1', { kind: 'withhold-data' }, PENDING],
    ['that lies about an outcome', 'T5', { kind: 'lie', place: 2, applied: 1_000_000n }, PENDING],
    [
      'that withholds a refund by calling a deposit credited',
      'T5',
      { kind: 'lie', place: 0, applied: 0n },
      PENDING,
    ],
    [
      'that moves a frozen account',
      'T4',
      {
        kind: 'move-frozen',
        index: Number(FROZEN),
        change: (account: Account) => ({ ...account, quoteE6: account.quoteE6 - 1n }),
      },
      NOTHING,
    ],
    [
      'that lifts a freeze by itself',
      'T3',
      {
        kind: 'move-frozen',
        index: Number(FROZEN),
        change: (account: Account) => ({ ...account, frozen: false }),
      },
      NOTHING,
    ],
    [
      'that gives an account to another owner',
      'T3',
      {
        kind: 'move-frozen',
        index: Number(CASH),
        change: (account: Account) => ({ ...account, owner: OWNER }),
      },
      NOTHING,
    ],
    [
      'that makes quote of nothing',
      'T6',
      {
        kind: 'move-frozen',
        index: Number(CASH),
        change: (account: Account) => ({ ...account, quoteE6: account.quoteE6 + 1n }),
      },
      NOTHING,
    ],
    [
      'that says a withdrawal still backs its account',
      'T11',
      { kind: 'miscount', byE6: -3n },
      PENDING,
    ],
    ['that releases what no message did', 'T11', { kind: 'miscount', byE6: 1n }, NOTHING],
    [
      'that applies a deposit nobody sent',
      'T5',
      { kind: 'invent', message: message('deposit', CASH) },
      PENDING,
    ],
    [
      'that applies a takeover nobody sent',
      'T3',
      { kind: 'invent', message: message('takeover', CASH) },
      NOTHING,
    ],
    [
      'that applies a greater deposit than was sent',
      'T5',
      { kind: 'invent', message: message('deposit', OPEN, { amountE6: 2_000_000n }), insteadOf: 0 },
      PENDING,
    ],
  ] as const)('%s (%s)', (_, rule, misbehaviour, pending) => {
    expect(brokenBy(evidenceOf(propose({ misbehaviour }, pending), pending))).toBe(rule);
  });

  it('of another inbox, with the same counts (T2)', () => {
    const proposal = propose();
    const { next } = proposal.transition;
    const invented = [...PENDING.user.slice(0, -1), message('deposit', OPEN)];
    const evidence = evidenceOf(proposal, PENDING, {
      next: { ...next, userHash: laneHash(stateOf().userHash, invented) },
    });
    expect(brokenBy(evidence)).toBe('T2');
    const fewer = { ...PENDING, engine: PENDING.engine.slice(0, 2) };
    expect(brokenBy(evidenceOf(proposal, fewer))).toBe('T2');
  });

  it('that holds a message back and claims its count (T2), or states another outcomes root (T5)', () => {
    const held = propose({ misbehaviour: { kind: 'hold', engine: 1 } });
    expect(brokenBy(evidenceOf(held, { ...PENDING, engine: PENDING.engine.slice(0, 1) }))).toBe(
      undefined,
    );
    expect(brokenBy(evidenceOf(held, PENDING))).toBe('T2');
    const stated = outcomesRoot(propose().outcomes.slice(1));
    expect(brokenBy(evidenceOf(propose(), PENDING, { outcomesRoot: stated }))).toBe('T5');
  });

  it('that keeps an expired position (T7) or more than the venue allows (T8)', () => {
    const proposal = propose({}, NOTHING);
    const late = { ...proposal.transition.next, bookedThrough: SNAPSHOT_TIME + MINUTE };
    expect(brokenBy(evidenceOf(proposal, NOTHING, { next: late }))).toBe('T7');
    expect(brokenBy(evidenceOf(proposal, NOTHING, { maxPositions: 2n }))).toBe('T8');
  });

  it('that begins a venue with something released (T11)', () => {
    const first = (byE6: bigint): string | undefined => {
      const proposal = proposeNext(VENUE, emptyVenue(VENUE), NOTHING, {
        ownTransactions: accountsOf,
        misbehaviour: { kind: 'miscount', byE6 },
      });
      return brokenBy({ ...evidenceOf(proposal, NOTHING), previous: [] });
    };
    expect(first(0n)).toBeUndefined();
    expect(first(1n)).toBe('T11');
  });

  it('that drops the last account (T9), or adds one with a history (T3)', () => {
    const dropped = propose({ ownTransactions: (accounts) => accounts.slice(0, -1) }, NOTHING);
    expect(brokenBy(evidenceOf(dropped, NOTHING))).toMatch(/T1|T9/);
    const ownTransactions = (accounts: readonly Account[]): readonly Account[] => [
      ...accounts,
      { ...accounts[Number(CASH)]!, quoteE6: 0n, collateralE8: [0n, 0n, 0n] },
    ];
    expect(brokenBy(evidenceOf(propose({ ownTransactions }, NOTHING), NOTHING))).toBe('T3');
  });

  describe('that lets a guaranteed account use its guarantee (T10)', () => {
    const RESTRICTED: Consumed = { engine: [message('restrict', OPEN)], user: [] };
    /** OPEN sells so many lots of its first position to CASH. */
    const trading =
      (sold: bigint) =>
      (accounts: readonly Account[]): readonly Account[] => {
        const [seller, buyer] = [accounts[Number(OPEN)]!, accounts[Number(CASH)]!];
        const [first, ...others] = seller.positions;
        const { instrument, lots } = first!;
        return accounts
          .with(Number(OPEN), {
            ...seller,
            positions: [...(lots === sold ? [] : [{ instrument, lots: lots - sold }]), ...others],
          })
          .with(Number(CASH), { ...buyer, positions: [{ instrument, lots: sold }] });
      };
    const broken = (ownTransactions: (accounts: readonly Account[]) => readonly Account[]) =>
      brokenBy(evidenceOf(propose({ ownTransactions }, RESTRICTED), RESTRICTED));
    const { lots } = accountsOf()[Number(OPEN)]!.positions[0]!;
    const one = lots > 0n ? 1n : -1n;

    it('to lever up or to change sides', () => {
      expect(broken(trading(-one))).toBe('T10');
      expect(broken(trading(lots + one))).toBe('T10');
    });

    it('to give coins away', () => {
      const give = (accounts: readonly Account[]): readonly Account[] => {
        const [from, to] = [accounts[Number(OPEN)]!, accounts[Number(CASH)]!];
        const [btc, ...rest] = from.collateralE8;
        return accounts
          .with(Number(OPEN), { ...from, collateralE8: [btc - 1n, ...rest] })
          .with(Number(CASH), {
            ...to,
            collateralE8: [to.collateralE8[0] + 1n, ...to.collateralE8.slice(1)] as never,
          });
      };
      expect(broken(give)).toBe('T10');
    });

    it('to withdraw: the outcome is 0', () => {
      const asked = { ...RESTRICTED, user: [message('withdrawal', OPEN, { amountE6: 3n })] };
      const proposal = propose({}, asked);
      expect(proposal.outcomes.map(({ applied }) => applied)).toEqual([0n]);
      expect(brokenBy(evidenceOf(proposal, asked))).toBeUndefined();
    });

    it('but it may reduce what it holds, to nothing too', () => {
      expect(broken(trading(one))).toBeUndefined();
      expect(broken(trading(lots))).toBeUndefined();
    });
  });
});
