// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Result,
  hexlify,
  type Contract,
  type ContractTransactionReceipt,
  type SigningKey,
} from 'ethers';
import { z } from 'zod';

import { LANE_NUMBERS } from '../chain/inbox-lane.ts';
import { readMessages } from '../chain/inbox-messages.ts';
import { keepHashes } from '../chain/message-run.ts';
import { read, send } from '../chain/refusal.ts';
import { transitionDigest } from '../chain/transition.ts';
import type { Account } from '../commitments/account.ts';
import type { InboxMessage, Lane, LeafMessage } from '../commitments/inbox-message.ts';
import { packMessage } from '../commitments/inbox-message.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { PlimsollError } from '../core/errors.ts';
import { ledgerOf } from './ledger-of.ts';
import type { Proposal, ProposalOptions, VenueIdentity, VenueState } from './propose.ts';
import { emptyVenue, proposeNext, stateAfterForced } from './propose.ts';
import type { TransitionEvidence } from './transition-rule.ts';
import { checkTransition } from './transition-rule.ts';

/** Makes what the transition verifier takes for a proof; throws where no proof exists. */
export type Prove = (evidence: TransitionEvidence) => string;

/** An honest prover's signature in the place of the rollup's validity proof. */
export function attesting(key: SigningKey): Prove {
  return (evidence) => {
    checkTransition(evidence);
    return key.sign(transitionDigest(evidence.transition)).serialized;
  };
}

/** For a verifier that accepts everything; nothing is checked. */
export const provingNothing: Prove = () => '0x';

const latestLedger = z
  .instanceof(Result)
  .transform((struct): unknown => struct.toObject())
  .pipe(z.object({ root: z.bigint(), engineCount: z.bigint() }));

/** Keeps the ledger of one registry: reads its inbox, proposes roots, follows forced ones. */
export class Sequencer {
  readonly #registry: Contract;
  readonly #venue: VenueIdentity;
  readonly #prove: Prove;
  readonly #fromBlock: number;
  #state: VenueState;

  /**
   * From the state of a ledger that the registry has accepted, or before the first one.
   *
   * @param fromBlock the height from which the inbox is read: that of the registry's deployment, or 0
   */
  constructor(
    registry: Contract,
    venue: VenueIdentity,
    prove: Prove,
    state = emptyVenue(venue),
    fromBlock = 0,
  ) {
    this.#registry = registry;
    this.#venue = venue;
    this.#prove = prove;
    this.#state = state;
    this.#fromBlock = fromBlock;
  }

  get state(): VenueState {
    return this.#state;
  }

  get ledger(): Ledger {
    return ledgerOf(this.#state.accounts);
  }

  /** Every message of a lane from a count on, as the inbox's events have them. */
  messages(lane: Lane, from: bigint): Promise<readonly InboxMessage[]> {
    return readMessages(this.#registry, lane, from, this.#fromBlock);
  }

  /** Takes over what others made of the ledger by force since; throws where that is not this ledger. */
  async follow(): Promise<void> {
    const { root, engineCount } = await read(this.#registry, 'latest', [], latestLedger);
    const behind = engineCount - this.#state.engineCount;
    const forced = await this.messages('engine', this.#state.engineCount);
    this.#state = forced.slice(0, Number(behind)).reduce(stateAfterForced, this.#state);
    if (root !== 0n && this.ledger.root !== root) {
      throw new PlimsollError('ANOTHER_LEDGER', `the latest root is ${root}, not of this ledger`);
    }
  }

  /** The next ledger, from what waits in the inbox now. */
  async propose(options: ProposalOptions = {}): Promise<Proposal> {
    const pending = {
      engine: await this.messages('engine', this.#state.engineCount),
      user: await this.messages('user', this.#state.userCount),
    };
    return proposeNext(this.#venue, this.#state, pending, options);
  }

  /** Posts a proposed ledger with its data; throws where it has no proof or is refused. */
  async submit(
    proposal: Proposal,
    { settledBy, withdrawable = () => 0n }: ProposalOptions = {},
  ): Promise<ContractTransactionReceipt> {
    const { transition, consumed, data, next } = proposal;
    const proof = this.#prove({
      transition,
      previous: this.#state.accounts,
      consumed,
      data,
      settledBy,
      withdrawable,
    });
    const { root, accountCount, engineCount, userCount, bookedThrough } = transition.next;
    const { releasedE6, releasedE8 } = transition.next;
    const { outcomesRoot } = transition;
    const counts = { root, accountCount, engineCount, userCount, bookedThrough };
    const receipt = await send(this.#registry, 'submitRoot', [
      { ...counts, outcomesRoot, releasedE6, releasedE8 },
      hexlify(data),
      proof,
    ]);
    this.#state = next;
    return receipt;
  }

  /** Proposes and posts in one go, with the hash kept at which it ends within a run of messages. */
  async post(options: ProposalOptions = {}): Promise<Proposal> {
    const proposal = await this.propose(options);
    await this.#keep(proposal.next);
    await this.submit(proposal, options);
    return proposal;
  }

  /**
   * What waits at the head of the engine lane, as a forced application shows it, with the hash kept
   * that the lane has after it; undefined where nothing waits.
   */
  async head(): Promise<
    { readonly message: LeafMessage; readonly hashBefore: string } | undefined
  > {
    const [message] = await this.messages('engine', this.#state.engineCount);
    if (message === undefined) return undefined;
    await this.#keep(stateAfterForced(this.#state, message));
    return { message: message as LeafMessage, hashBefore: this.#state.engineHash };
  }

  /** Of messages that came in one run the inbox keeps the last hash alone. */
  async #keep({ engineCount, engineHash }: VenueState): Promise<void> {
    const args = [LANE_NUMBERS.engine, engineCount];
    const end = await read(this.#registry, 'keptFrom', args, z.bigint());
    if (end === engineCount) return;
    const rest = await this.messages('engine', engineCount);
    const following = rest.slice(0, Number(end - engineCount)).map((message) => {
      const [w0, w1] = packMessage(message);
      return { w0, w1 };
    });
    const run = { first: engineCount, hashBefore: engineHash, messages: following };
    await keepHashes(this.#registry, 'engine', run);
  }

  /**
   * The first root: these accounts, nothing consumed, and everything booked that expired by then. It
   * is trusted, as its data is.
   */
  async postGenesis(accounts: readonly Account[], bookedThrough = 0n): Promise<Proposal> {
    const { next, transition, ...rest } = await this.propose({
      ownTransactions: () => accounts,
      misbehaviour: { kind: 'lag' },
    });
    const genesis: Proposal = {
      ...rest,
      next: { ...next, bookedThrough },
      transition: { ...transition, next: { ...transition.next, bookedThrough } },
    };
    await this.submit(genesis);
    return genesis;
  }
}
