// SPDX-License-Identifier: GPL-3.0-or-later
import { toUtf8Bytes } from 'ethers';

import type { StatedOutcome } from '../chain/outcomes.ts';
import type { Account } from '../commitments/account.ts';
import type { InboxMessage } from '../commitments/inbox-message.ts';
import { laneOf } from '../commitments/inbox-message.ts';
import type { CoinPlace } from '../commitments/inbox-message.ts';
import type { Released } from './released.ts';
import type { Consumed } from './transition-rule.ts';

/**
 * What the reference sequencer does wrong on request. The first two are within any rule's letter and
 * are what deadlines are for; of the others no validity proof exists.
 */
export type Misbehaviour =
  /** Reads no message at or beyond these places among those that wait. */
  | { readonly kind: 'hold'; readonly engine?: number; readonly user?: number }
  /** Reads nothing: a heartbeat at best. */
  | { readonly kind: 'lag' }
  /** Publishes something from which the next ledger cannot be rebuilt. */
  | { readonly kind: 'withhold-data' }
  /** States another amount for the user message at that place than was applied. */
  | { readonly kind: 'lie'; readonly place: number; readonly applied: bigint }
  /** States that so much more was released than user messages did, of the quote asset or of a coin. */
  | { readonly kind: 'miscount'; readonly byE6: bigint }
  | { readonly kind: 'miscount-coin'; readonly coin: CoinPlace; readonly byE8: bigint }
  /** Changes an account after the freeze. */
  | {
      readonly kind: 'move-frozen';
      readonly index: number;
      readonly change: (account: Account) => Account;
    }
  /** Applies a message that nobody sent, at the end of its lane or in the place of another. */
  | { readonly kind: 'invent'; readonly message: InboxMessage; readonly insteadOf?: number };

/** Each step as it is done; without a misbehaviour, rightly. */
export interface Steps {
  consumed(honest: Consumed): Consumed;
  /** What was really sent, where something else was applied. */
  sent(applied: Consumed): Consumed;
  moved(accounts: readonly Account[]): readonly Account[];
  outcomes(honest: readonly StatedOutcome[]): readonly StatedOutcome[];
  released(honest: Released): Released;
  data(honest: Uint8Array): Uint8Array;
}

const same = <T>(value: T): T => value;
const RIGHTLY: Steps = {
  consumed: same,
  sent: same,
  moved: same,
  outcomes: same,
  released: same,
  data: same,
};

function inventing(message: InboxMessage, insteadOf: number | undefined): Partial<Steps> {
  let honest: Consumed | undefined;
  const isEngine = laneOf(message.kind) === 'engine';
  const withMessage = (lane: readonly InboxMessage[]): readonly InboxMessage[] =>
    insteadOf === undefined ? [...lane, message] : lane.with(insteadOf, message);
  return {
    consumed: (sent) => {
      honest = sent;
      return isEngine
        ? { ...sent, engine: withMessage(sent.engine) }
        : { ...sent, user: withMessage(sent.user) };
    },
    sent: (applied) => honest ?? applied,
  };
}

export function misled(misbehaviour: Misbehaviour | undefined): Steps {
  switch (misbehaviour?.kind) {
    case undefined:
      return RIGHTLY;
    case 'hold':
      return {
        ...RIGHTLY,
        consumed: ({ engine, user }) => ({
          engine: engine.slice(0, misbehaviour.engine),
          user: user.slice(0, misbehaviour.user),
        }),
      };
    case 'lag':
      return { ...RIGHTLY, consumed: () => ({ engine: [], user: [] }) };
    case 'withhold-data':
      return { ...RIGHTLY, data: () => toUtf8Bytes('withheld') };
    case 'lie': {
      const { place, applied } = misbehaviour;
      return {
        ...RIGHTLY,
        outcomes: (honest) => honest.with(place, { ...honest[place]!, applied }),
      };
    }
    case 'miscount':
      return {
        ...RIGHTLY,
        released: (honest) => ({ ...honest, releasedE6: honest.releasedE6 + misbehaviour.byE6 }),
      };
    case 'miscount-coin': {
      const { coin, byE8 } = misbehaviour;
      return {
        ...RIGHTLY,
        released: ({ releasedE6, releasedE8 }) => {
          const coinsE8: [bigint, bigint, bigint] = [...releasedE8];
          coinsE8[coin] += byE8;
          return { releasedE6, releasedE8: coinsE8 };
        },
      };
    }
    case 'move-frozen': {
      const { index, change } = misbehaviour;
      return { ...RIGHTLY, moved: (accounts) => accounts.with(index, change(accounts[index]!)) };
    }
    case 'invent':
      return { ...RIGHTLY, ...inventing(misbehaviour.message, misbehaviour.insteadOf) };
  }
}
