// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { verifyMessage } from 'ethers';

import { PlimsollError } from '../../core/errors.ts';
import { formatAddress } from '../../model/format.ts';

/** Who asks: anybody, the owner of accounts, a proving worker, or the operator. */
export type Caller =
  | { readonly role: 'public' }
  | { readonly role: 'owner'; readonly owner: bigint }
  | { readonly role: 'worker' }
  | { readonly role: 'operator' };

const CHALLENGE_MS = 120_000;
const SESSION_MS = 900_000;
/** Forgetting the oldest beyond it keeps strangers from filling the memory. */
const MOST_KEPT = 10_000;

/** A receipt that an owner asks for, by the very text that is signed. */
export interface AskedReceipt {
  readonly account: number;
  /** The challenge of whoever the receipt is for. */
  readonly answers?: string | undefined;
}

interface Kept {
  readonly owner: bigint;
  readonly until: number;
  readonly receipt?: AskedReceipt | undefined;
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

function put(kept: Map<string, Kept>, name: string, value: Kept): void {
  kept.set(name, value);
  for (const [oldest] of kept) {
    if (kept.size <= MOST_KEPT) return;
    kept.delete(oldest);
  }
}

/** What an owner signs to be known as one, or to be given one receipt. */
export function challengeText(challenge: string, owner: bigint, receipt?: AskedReceipt): string {
  const lines = [`Plimsoll: show the accounts of ${formatAddress(owner)}`];
  if (receipt !== undefined) {
    const { account, answers } = receipt;
    lines[0] = `Plimsoll: make a receipt of account ${account} of ${formatAddress(owner)}`;
    if (answers !== undefined) lines.push(`which answers: ${answers}`);
  }
  return [...lines, `challenge ${challenge}`].join('\n');
}

/** Tokens of the operator and of owners who signed a challenge, which serves once. */
export class Roles {
  readonly #operators: readonly Buffer[];
  readonly #worker: Buffer | undefined;
  readonly #now: () => number;
  readonly #challenges = new Map<string, Kept>();
  readonly #sessions = new Map<string, Kept>();

  /** Several tokens of the operator while one takes the place of another. */
  constructor(
    operatorTokens: readonly string[],
    now: () => number = Date.now,
    workerToken?: string | undefined,
  ) {
    this.#operators = operatorTokens.map(digest);
    this.#worker = workerToken === undefined ? undefined : digest(workerToken);
    this.#now = now;
  }

  /** Throws `UNAUTHORIZED` for a token that is nobody's. */
  caller(authorization: string | undefined): Caller {
    if (authorization === undefined) return { role: 'public' };
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? '';
    if (this.#operators.some((known) => timingSafeEqual(digest(token), known))) {
      return { role: 'operator' };
    }
    if (this.#worker !== undefined && timingSafeEqual(digest(token), this.#worker)) {
      return { role: 'worker' };
    }
    const session = this.#sessions.get(digest(token).toString('hex'));
    if (session === undefined || session.until < this.#now()) {
      throw new PlimsollError('UNAUTHORIZED', 'the token is nobody’s, or has expired');
    }
    return { role: 'owner', owner: session.owner };
  }

  challenge(owner: bigint, receipt?: AskedReceipt): string {
    const challenge = randomBytes(32).toString('hex');
    put(this.#challenges, challenge, { owner, until: this.#now() + CHALLENGE_MS, receipt });
    return challenge;
  }

  /**
   * Who signed the challenge, and which receipt it asks for if any; throws `UNAUTHORIZED` for one that
   * was used.
   */
  redeem(challenge: string, signature: string): Pick<Kept, 'owner' | 'receipt'> {
    const kept = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    if (kept === undefined || kept.until < this.#now()) {
      throw new PlimsollError('UNAUTHORIZED', 'the challenge is unknown, used or expired');
    }
    let signer: bigint;
    try {
      const text = challengeText(challenge, kept.owner, kept.receipt);
      signer = BigInt(verifyMessage(text, signature));
    } catch (error) {
      throw new PlimsollError('UNAUTHORIZED', 'the signature cannot be read', { cause: error });
    }
    if (signer !== kept.owner) {
      throw new PlimsollError('UNAUTHORIZED', 'the challenge was signed by another');
    }
    return kept;
  }

  /** A token for whoever signed the challenge; throws `UNAUTHORIZED` as `redeem` does. */
  session(challenge: string, signature: string): string {
    const { owner, receipt } = this.redeem(challenge, signature);
    if (receipt !== undefined) {
      throw new PlimsollError('UNAUTHORIZED', 'the challenge is for a receipt');
    }
    const token = randomBytes(32).toString('base64url');
    const until = this.#now() + SESSION_MS;
    put(this.#sessions, digest(token).toString('hex'), { owner, until });
    return token;
  }
}
