// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { QUOTE_BITS } from './widths.ts';
import { packFields, unpackFields } from './pack.ts';

/** What a message asks for, by its code; the engine's lane has codes below 16 (docs/spec.md §7). */
export const MESSAGE_CODES = {
  freeze: 1n,
  unfreeze: 2n,
  takeover: 3n,
  restrict: 4n,
  deposit: 16n,
  withdrawal: 17n,
} as const;

export type MessageKind = keyof typeof MESSAGE_CODES;
export type Lane = 'engine' | 'user';

/** The kinds whose amount goes to the account. */
const CREDITING: ReadonlySet<MessageKind> = new Set(['unfreeze', 'takeover', 'deposit']);

const KINDS = Object.keys(MESSAGE_CODES) as readonly MessageKind[];
const WIDTHS = [8, 24, 32, 64];
const ADDRESS_BITS = 160;
const NONCES = 1n << 32n;
const QUOTE_TOP = (1n << BigInt(QUOTE_BITS - 1)) - 1n;

export interface InboxMessage {
  readonly kind: MessageKind;
  readonly accountIndex: bigint;
  /** The message is for the account as long as it has this nonce, and for nobody afterwards. */
  readonly settlementNonce: bigint;
  /** Credited by an unfreeze, a takeover and a deposit; asked for by a withdrawal. */
  readonly amountE6: bigint;
  /** New owner of a takeover, depositor of a deposit, recipient of a withdrawal; else 0. */
  readonly address: bigint;
}

/** A message whose effect on the account needs no valuation: every kind but a withdrawal. */
export type LeafMessage = InboxMessage & { readonly kind: Exclude<MessageKind, 'withdrawal'> };

/** What became of a consumed message: applied or not, and the amount that came in or left. */
export interface MessageOutcome {
  readonly isApplied: boolean;
  readonly appliedE6: bigint;
}

export const NOT_APPLIED: MessageOutcome = { isApplied: false, appliedE6: 0n };

export function laneOf(kind: MessageKind): Lane {
  return MESSAGE_CODES[kind] < 16n ? 'engine' : 'user';
}

/** Both words of a message, as the inbox hashes them. */
export function packMessage(message: InboxMessage): readonly [bigint, bigint] {
  return [
    packFields([
      ['kind', 8, MESSAGE_CODES[message.kind]],
      ['accountIndex', 24, message.accountIndex],
      ['settlementNonce', 32, message.settlementNonce],
      ['amountE6', 64, message.amountE6],
    ]),
    packFields([['address', ADDRESS_BITS, message.address]]),
  ];
}

/** The inverse; throws where the words are no message. */
export function unpackMessage(word: bigint, address: bigint): InboxMessage {
  const [code, accountIndex, settlementNonce, amountE6] = unpackFields(word, WIDTHS);
  const kind = KINDS.find((candidate) => MESSAGE_CODES[candidate] === code);
  if (kind === undefined || word >> 128n !== 0n || address >> BigInt(ADDRESS_BITS) !== 0n) {
    throw new PlimsollError(
      'MESSAGE_WORDS',
      `unpackMessage: no message has words ${word}, ${address}`,
    );
  }
  return {
    kind,
    accountIndex: accountIndex!,
    settlementNonce: settlementNonce!,
    amountE6: amountE6!,
    address,
  };
}

/** Whether the message is for this account as it stands; `undefined`: there is no such account. */
export function isAddressed(
  account: Account | undefined,
  { settlementNonce }: InboxMessage,
): account is Account {
  return account?.settlementNonce === settlementNonce;
}

/** The quote balance after a credit that stops at the top of its 64 bits. */
function creditSaturating(quoteE6: bigint, amountE6: bigint): bigint {
  const sum = quoteE6 + amountE6;
  return sum > QUOTE_TOP ? QUOTE_TOP : sum;
}

function stateAfter(account: Account, message: LeafMessage): Partial<Account> {
  switch (message.kind) {
    case 'freeze':
      return { frozen: true };
    case 'unfreeze':
      return { frozen: false, riskReducingOnly: false };
    case 'restrict':
      return { riskReducingOnly: true };
    case 'deposit':
      return {};
    case 'takeover':
      return {
        owner: message.address,
        // Wraps: 2³² takeovers of one account do not happen, and no message may fail.
        settlementNonce: (account.settlementNonce + 1n) % NONCES,
        frozen: false,
        riskReducingOnly: false,
      };
  }
}

/**
 * The account after the message, and what became of it (docs/spec.md §7). Total: a message for
 * another nonce, for an account that does not exist, or a deposit to a frozen one changes nothing.
 */
export function applyToAccount<Held extends Account | undefined>(
  account: Held,
  message: LeafMessage,
): { readonly account: Held; readonly outcome: MessageOutcome } {
  const isRefused = message.kind === 'deposit' && account?.frozen === true;
  if (!isAddressed(account, message) || isRefused) return { account, outcome: NOT_APPLIED };
  const credited = CREDITING.has(message.kind) ? message.amountE6 : 0n;
  const quoteE6 = creditSaturating(account.quoteE6, credited);
  return {
    account: { ...account, ...stateAfter(account, message), quoteE6 },
    outcome: { isApplied: true, appliedE6: quoteE6 - account.quoteE6 },
  };
}
