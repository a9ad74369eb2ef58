// SPDX-License-Identifier: GPL-3.0-or-later
import { ParamType, ZeroAddress, ZeroHash, hexlify, toUtf8Bytes } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { laneHash } from '../../prover/chain/inbox-lane.ts';
import { applicationArgs } from '../../prover/chain/ledger-update.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  transitionDigest,
  TRANSITION_TYPE,
  type Transition,
} from '../../prover/chain/transition.ts';
import { applyToAccount } from '../../prover/commitments/inbox-message.ts';
import type { InboxMessage, LeafMessage } from '../../prover/commitments/inbox-message.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import type { Misbehaviour } from '../../prover/sequencer/misbehaviour.ts';
import type { Proposal } from '../../prover/sequencer/propose.ts';
import { UnlawfulTransition } from '../../prover/sequencer/transition-rule.ts';
import {
  ledgerOf,
  messageOf,
  NEW_OWNER,
  SUBJECT,
} from '../circuits/statements/takeover-accounts.ts';
import { ARTIFACTS, expectRefusal, startChain, type TestChain } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  append,
  ATTESTER,
  inboxVenue,
  latestOf,
  Mode,
  modeOf,
  proveForced,
  REGISTRY_CONFIG,
  wait,
  type InboxVenue,
  sequencedAnew,
} from '../support/inbox-venue.ts';
import { closeTakeoverProver, type BatchMember } from '../support/takeover-proofs.ts';
import { validAccount } from '../support/venue.ts';

const { deadline, heartbeat, provingTime, l1Slack, forcedRound, deadAfter, maxMessages } =
  REGISTRY_CONFIG;
/** From the first message of a forced round to the next one: the sequencer's turn is between them. */
const ROUND = forcedRound + provingTime + l1Slack;
const ENGINE_KINDS = ['freeze', 'unfreeze', 'takeover', 'restrict'] as const;
const KEEPER = '0x00000000000000000000000000000000beef0001';
const STRANGER = '0x00000000000000000000000000000000beef0002';

/** One account frozen and one not, so that every kind finds its state. */
const FROZEN = SUBJECT;
const GENESIS = ledgerOf({ frozen: true, riskReducingOnly: true }).accounts;
const OPEN = 1n;
const NONCE = validAccount().settlementNonce;

const engineMessage = (kind: (typeof ENGINE_KINDS)[number]): LeafMessage =>
  messageOf(kind, {
    accountIndex: kind === 'freeze' || kind === 'restrict' ? OPEN : FROZEN,
    settlementNonce: NONCE,
  });
const deposit = (amountE6 = 10_000_000n): InboxMessage =>
  messageOf('deposit', { accountIndex: OPEN, settlementNonce: NONCE, amountE6 });

let chain: TestChain;
let venue: InboxVenue;
let saved: unknown;
let fresh: InboxVenue;

beforeAll(async () => {
  chain = await startChain();
  fresh = await inboxVenue(chain, GENESIS);
  saved = await chain.save();
});
beforeEach(async () => {
  saved = await chain.restore(saved);
  // The genesis is known, as its data is published.
  venue = sequencedAnew(fresh);
});
afterAll(async () => {
  await chain.close();
  await closeTakeoverProver();
});

/** Applies the head of the engine lane as anybody can, by a real proof. */
async function force(
  ledger: Ledger,
  message: LeafMessage,
  overrides: {
    readonly proven?: BatchMember;
    readonly hashBefore?: string;
    readonly beneficiary?: string;
  } = {},
): Promise<void> {
  const proven = overrides.proven ?? (await proveForced(venue, ledger, message, KEEPER));
  const application = {
    hashBefore: overrides.hashBefore ?? venue.sequencer.state.engineHash,
    ...proven,
    beneficiary: overrides.beneficiary ?? KEEPER,
  };
  await send(venue.registry, 'applyMessage', applicationArgs(application));
}

const withSignal = (member: BatchMember, place: number, signal: bigint): BatchMember => ({
  ...member,
  publicSignals: member.publicSignals.with(place, signal),
});

/** The message waits for longer than the deadline. */
async function overdue(message: InboxMessage): Promise<void> {
  await append(venue, [message]);
  await wait(venue, deadline + 1n);
}

describe('a sequencer that holds a message back', () => {
  it.each(ENGINE_KINDS)('is overtaken: anybody applies the %s', async (kind) => {
    const message = engineMessage(kind);
    await append(venue, [message]);
    // Within the deadline it may wait, and nobody may push ahead.
    await venue.sequencer.post({ misbehaviour: { kind: 'hold', engine: 0 } });
    await expectRefusal(force(venue.sequencer.ledger, message), 'NotForced');
    await wait(venue, deadline + 1n);
    expect(await modeOf(venue)).toBe(Mode.forced);

    await force(venue.sequencer.ledger, message);
    const { account } = applyToAccount(GENESIS[Number(message.accountIndex)]!, message);
    const expected = new Ledger(GENESIS.with(Number(message.accountIndex), account));
    const latest = await latestOf(venue);
    expect(latest).toMatchObject({ root: expected.root, engineCount: 1n, forced: true });
    expect(await read(venue.registry, 'forcedFor', [KEEPER], z.bigint())).toBe(1n);
    expect(await modeOf(venue)).toBe(Mode.normal);

    // It goes on from there.
    await venue.sequencer.follow();
    await append(venue, [deposit()]);
    await venue.sequencer.post();
    expect(await latestOf(venue)).toMatchObject({
      root: venue.sequencer.ledger.root,
      engineCount: 1n,
      userCount: 1n,
      forced: false,
    });
  });

  it('can post no root without it, not by a heartbeat and not for a deposit', async () => {
    await overdue(engineMessage('takeover'));
    await append(venue, [deposit()]);
    for (const misbehaviour of [{ kind: 'hold', engine: 0 }, { kind: 'lag' }] as const) {
      await expectRefusal(venue.sequencer.post({ misbehaviour }), 'MessagesOverdue');
    }
    await venue.sequencer.post();
    expect(await modeOf(venue)).toBe(Mode.normal);
  });

  it('cannot void a takeover by being the bidder against it: the head is applied in order', async () => {
    const [freeze, takeover] = [
      messageOf('freeze', { accountIndex: FROZEN, settlementNonce: NONCE }),
      engineMessage('takeover'),
    ];
    await append(venue, [freeze, takeover]);
    await wait(venue, deadline + 1n);
    // Neither may overtake the other, whoever sends it.
    await expectRefusal(force(venue.sequencer.ledger, takeover), 'MessageMismatch');
    await force(venue.sequencer.ledger, freeze);
    await venue.sequencer.follow();
    await force(venue.sequencer.ledger, takeover);
    await venue.sequencer.follow();
    expect(venue.sequencer.state.accounts[Number(FROZEN)]).toMatchObject({
      owner: NEW_OWNER,
      settlementNonce: NONCE + 1n,
      frozen: false,
      riskReducingOnly: false,
    });
  });

  it('holds up no engine message by 3,000 deposits of dust ahead of it', async () => {
    const dust = Array.from({ length: 200 }, () => deposit(1n));
    for (let sent = 0; sent < 3_000; sent += dust.length) await append(venue, dust);
    await overdue(engineMessage('takeover'));
    await force(venue.sequencer.ledger, engineMessage('takeover'));
    expect(await latestOf(venue)).toMatchObject({ engineCount: 1n, userCount: 0n });
  }, 600_000);

  it('is not silent while it works off a backlog: K of each lane are enough', async () => {
    await overdue(engineMessage('freeze'));
    const backlog = Array.from({ length: 40 }, () => engineMessage('freeze'));
    await append(venue, backlog);
    await append(
      venue,
      Array.from({ length: 40 }, () => deposit()),
    );
    await wait(venue, deadline + 1n);
    const fewer = Number(maxMessages) - 1;
    await expectRefusal(
      venue.sequencer.post({ misbehaviour: { kind: 'hold', engine: fewer } }),
      'MessagesOverdue',
    );
    await venue.sequencer.post({ maxMessages: Number(maxMessages) });
    expect(await modeOf(venue)).toBe(Mode.normal);
    expect(await latestOf(venue)).toMatchObject({
      engineCount: maxMessages,
      userCount: maxMessages,
    });
    await expectRefusal(force(venue.sequencer.ledger, engineMessage('freeze')), 'NotForced');
  });
});

describe('a forced message', () => {
  describe.each(ENGINE_KINDS)('%s', (kind) => {
    const message = engineMessage(kind);
    let proven: BatchMember;
    beforeEach(async () => {
      await overdue(message);
      proven = await proveForced(venue, venue.sequencer.ledger, message, KEEPER);
    });

    it('is refused with any other next ledger, outcome or message, or a signal spelled anew', async () => {
      const ledger = venue.sequencer.ledger;
      const { account } = applyToAccount(ledger.account(Number(message.accountIndex)), message);
      const stolen = [
        { ...account, owner: BigInt(STRANGER) },
        { ...account, frozen: !account.frozen },
        { ...account, quoteE6: account.quoteE6 + 1n },
        { ...account, settlementNonce: account.settlementNonce + 1n },
      ].map((other) => new Ledger(GENESIS.with(Number(message.accountIndex), other)).root);
      for (const root of [...stolen, ledger.root]) {
        const forged = withSignal(proven, 1, root);
        await expectRefusal(force(ledger, message, { proven: forged }), 'InvalidTakeoverProof');
      }
      const [, , consumed] = proven.publicSignals;
      for (const other of [consumed! ^ (1n << 192n), consumed! + (1n << 128n)]) {
        const forged = withSignal(proven, 2, other);
        await expectRefusal(force(ledger, message, { proven: forged }), 'InvalidTakeoverProof');
      }
      for (const [place, error] of [
        [1, 'InvalidTakeoverProof'],
        [2, 'MessageMismatch'],
        [3, 'MessageMismatch'],
      ] as const) {
        const aliased = withSignal(proven, place, proven.publicSignals[place]! + SCALAR_FIELD);
        await expectRefusal(force(ledger, message, { proven: aliased }), error);
      }
      // The words of the message as they are, and bits beyond them.
      const beyond = withSignal(proven, 2, consumed! + (1n << 193n));
      await expectRefusal(force(ledger, message, { proven: beyond }), 'InvalidTakeoverProof');
      await force(ledger, message, { proven });
    });

    it('is refused with a proof of another message than the head', async () => {
      const ledger = venue.sequencer.ledger;
      for (const other of [
        { ...message, amountE6: message.amountE6 + 1n },
        { ...message, address: BigInt(STRANGER) },
        { ...message, accountIndex: 0n },
      ]) {
        const of = await proveForced(venue, ledger, other, KEEPER);
        await expectRefusal(force(ledger, message, { proven: of }), 'MessageMismatch');
      }
      for (const hashBefore of [ZeroHash, laneHash(venue.sequencer.state.engineHash, [message])]) {
        await expectRefusal(force(ledger, message, { proven, hashBefore }), 'MessageMismatch');
      }
    });

    it('is refused from another ledger than the latest', async () => {
      const elsewhere = new Ledger(GENESIS.with(5, { ...GENESIS[5]!, quoteE6: 0n }));
      await expectRefusal(force(elsewhere, message), 'InvalidTakeoverProof');
    });

    it('is refused for another beneficiary, or for nobody', async () => {
      const ledger = venue.sequencer.ledger;
      await expectRefusal(
        force(ledger, message, { proven, beneficiary: STRANGER }),
        'InvalidTakeoverProof',
      );
      await expectRefusal(
        force(ledger, message, { proven, beneficiary: ZeroAddress }),
        'ApplicantIsZero',
      );
    });

    it('is refused twice', async () => {
      await force(venue.sequencer.ledger, message, { proven });
      await expectRefusal(force(venue.sequencer.ledger, message, { proven }), 'NotForced');
    });
  });

  it('is never a deposit: the user lane waits for the sequencer', async () => {
    await append(venue, [deposit()]);
    await wait(venue, heartbeat + 1n);
    expect(await modeOf(venue)).toBe(Mode.forced);
    const message = deposit() as LeafMessage;
    await expectRefusal(force(venue.sequencer.ledger, message), 'NothingToApply');
    await append(venue, [engineMessage('freeze')]);
    await expectRefusal(force(venue.sequencer.ledger, message), 'MessageMismatch');
  });

  it('that nobody is addressed by is consumed, and says so', async () => {
    const stale = { ...engineMessage('takeover'), settlementNonce: NONCE + 9n };
    await overdue(stale);
    const before = venue.sequencer.ledger.root;
    await force(venue.sequencer.ledger, stale);
    expect(await latestOf(venue)).toMatchObject({ root: before, engineCount: 1n, forced: true });
  });

  it('leaves the sequencer a proving time before the next round', async () => {
    const freeze = engineMessage('freeze');
    await append(venue, [freeze, freeze, freeze]);
    await wait(venue, deadline + 1n);
    await force(venue.sequencer.ledger, freeze);
    await venue.sequencer.follow();
    await force(venue.sequencer.ledger, freeze);
    await venue.sequencer.follow();
    await wait(venue, forcedRound + 1n);
    await expectRefusal(force(venue.sequencer.ledger, freeze), 'SequencersTurn');
    // Its turn: what it proves now cannot be voided.
    const proposal = await venue.sequencer.propose();
    await wait(venue, provingTime - forcedRound);
    await venue.sequencer.submit(proposal);
    expect(await modeOf(venue)).toBe(Mode.normal);
  });

  it('begins another round where the sequencer does not use its turn', async () => {
    const freeze = engineMessage('freeze');
    await append(venue, [freeze, freeze]);
    await wait(venue, deadline + 1n);
    await force(venue.sequencer.ledger, freeze);
    await venue.sequencer.follow();
    await wait(venue, ROUND + 1n);
    await force(venue.sequencer.ledger, freeze);
    expect(await latestOf(venue)).toMatchObject({ engineCount: 2n });
  });

  it('does not postpone the end: a venue kept in Forced by dust is dead on time', async () => {
    const round = ROUND + 1n;
    const rounds = (deadAfter - deadline) / round;
    const freeze = engineMessage('freeze');
    await append(
      venue,
      Array.from({ length: Number(rounds) + 1 }, () => freeze),
    );
    const start = await chain.now();
    await wait(venue, deadline + 1n);
    for (let n = 0n; n < rounds; n += 1n) {
      await force(venue.sequencer.ledger, freeze);
      await venue.sequencer.follow();
      await wait(venue, round);
    }
    const left = start + deadAfter + 1n - (await chain.now());
    if (left > 0n) await wait(venue, left);
    expect(await modeOf(venue)).toBe(Mode.dead);
    await expectRefusal(force(venue.sequencer.ledger, freeze), 'NotForced');
    await expectRefusal(append(venue, [freeze]), 'VenueIsDead');
    await expectRefusal(append(venue, [deposit()]), 'VenueIsDead');
    await expectRefusal(venue.sequencer.post(), 'VenueIsDead');
  });

  it('costs what is recorded, the first for somebody and the next', async () => {
    const [freeze, takeover] = [
      messageOf('freeze', { accountIndex: FROZEN, settlementNonce: NONCE }),
      engineMessage('takeover'),
    ];
    await append(venue, [freeze, takeover]);
    await wait(venue, deadline + 1n);
    for (const [name, message] of [
      ['apply a message by force, the first for somebody', freeze],
      ['apply a message by force', takeover],
    ] as const) {
      const ledger = venue.sequencer.ledger;
      const proven = await proveForced(venue, ledger, message, KEEPER);
      const hashBefore = venue.sequencer.state.engineHash;
      const args = applicationArgs({ hashBefore, ...proven, beneficiary: KEEPER });
      await compareGas(name, await send(venue.registry, 'applyMessage', args));
      await venue.sequencer.follow();
    }
  });
});

describe('a transition', () => {
  const submit = (
    { transition, data }: Proposal,
    proof: string,
    overrides: Partial<Transition['next']> & { outcomesRoot?: string; data?: Uint8Array } = {},
  ): Promise<unknown> => {
    const { root, accountCount, engineCount, userCount, bookedThrough, ...released } = {
      ...transition.next,
      ...overrides,
    };
    const { releasedE6, releasedE8 } = released;
    const outcomesRoot = overrides.outcomesRoot ?? transition.outcomesRoot;
    const counts = { root, accountCount, engineCount, userCount, bookedThrough, outcomesRoot };
    return send(venue.registry, 'submitRoot', [
      { ...counts, releasedE6, releasedE8 },
      hexlify(overrides.data ?? data),
      proof,
    ]);
  };
  const signed = (transition: Transition): string =>
    ATTESTER.sign(transitionDigest(transition)).serialized;

  it.each([
    ['whose data is withheld', 'T1', { kind: 'withhold-data' }],
    ['that lies about a deposit', 'T5', { kind: 'lie', place: 0, applied: 0n }],
    [
      'that moves a frozen account',
      'T4',
      {
        kind: 'move-frozen',
        index: Number(FROZEN),
        change: (account) => ({ ...account, quoteE6: account.quoteE6 - 1n }),
      },
    ],
    [
      'that forges the frozen bit',
      'T3',
      {
        kind: 'move-frozen',
        index: Number(FROZEN),
        change: (account) => ({ ...account, frozen: false }),
      },
    ],
    ['with an invented takeover', 'T3', { kind: 'invent', message: engineMessage('takeover') }],
    ['that releases what no message did', 'T11', { kind: 'miscount', byE6: 1n }],
    ['with an invented deposit', 'T5', { kind: 'invent', message: deposit() }],
  ] as const satisfies readonly (readonly [string, string, Misbehaviour])[])(
    '%s has no proof (%s)',
    async (_, rule, misbehaviour) => {
      await append(venue, [deposit()]);
      const { root } = await latestOf(venue);
      const error: unknown = await venue.sequencer.post({ misbehaviour }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UnlawfulTransition);
      expect((error as UnlawfulTransition).rule).toBe(rule);
      expect((await latestOf(venue)).root).toBe(root);
    },
  );

  it('proven with invented messages is about other hashes than the registry puts in', async () => {
    await append(venue, [deposit()]);
    const proposal = await venue.sequencer.propose({
      misbehaviour: { kind: 'invent', message: deposit(99_000_000n), insteadOf: 0 },
    });
    const { transition } = proposal;
    const { userHash } = venue.sequencer.state;
    const invented = {
      ...transition,
      next: { ...transition.next, userHash: laneHash(userHash, [deposit(99_000_000n)]) },
    };
    await expectRefusal(submit(proposal, signed(invented)), 'TransitionRejected');
    const honest = await venue.sequencer.propose();
    await submit(honest, signed(honest.transition));
  });

  it('serves with no other root, count, outcome or data than its own', async () => {
    await append(venue, [deposit()]);
    const proposal = await venue.sequencer.propose();
    const proof = signed(proposal.transition);
    for (const overrides of [
      { root: proposal.transition.next.root + 1n },
      { accountCount: proposal.transition.next.accountCount + 1n },
      { outcomesRoot: hexlify(toUtf8Bytes('another outcome of 32 bytes long')) },
      { bookedThrough: 1n },
      { releasedE6: 1n },
      { data: toUtf8Bytes('withheld') },
    ]) {
      await expectRefusal(submit(proposal, proof, overrides), 'TransitionRejected');
    }
    await expectRefusal(submit(proposal, proof, { outcomesRoot: ZeroHash }), 'OutcomesMismatch');
    await expectRefusal(submit(proposal, proof, { data: new Uint8Array() }), 'DataMissing');
    await submit(proposal, proof);
  });

  it('is hashed here as the registry hands it to the verifier', () => {
    const { abi } = contractArtifact(ARTIFACTS, 'AttestedTransitionVerifier');
    const [declared] = abi.getFunction('verifyTransition')!.inputs;
    const [ours, theirs] = [ParamType.from(TRANSITION_TYPE), declared!].map((type) =>
      type.components!.map((component) => component.format('full')),
    );
    expect(ours).toEqual(theirs);
  });

  it('of one venue does not serve at another with the same genesis', async () => {
    const twin = await inboxVenue(chain, GENESIS);
    expect((await latestOf(twin)).root).toBe((await latestOf(venue)).root);
    await append(venue, [deposit()]);
    await append(twin, [deposit()]);
    const mine = await venue.sequencer.propose();
    const theirs = await twin.sequencer.propose();
    expect(theirs.transition.next.root).toBe(mine.transition.next.root);
    await expectRefusal(submit(mine, signed(theirs.transition)), 'TransitionRejected');
    await submit(mine, signed(mine.transition));
  });

  it('with an unchanged root is a heartbeat, and one of messages without effect is lawful', async () => {
    const { root } = await latestOf(venue);
    await wait(venue, heartbeat + 1n);
    expect(await modeOf(venue)).toBe(Mode.forced);
    await venue.sequencer.post();
    expect(await modeOf(venue)).toBe(Mode.normal);
    await append(venue, [{ ...engineMessage('freeze'), settlementNonce: NONCE + 1n }]);
    await append(venue, [{ ...deposit(), accountIndex: 77n }]);
    await venue.sequencer.post();
    expect(await latestOf(venue)).toMatchObject({ root, engineCount: 1n, userCount: 1n });
  });
});
