// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { COLLATERAL_BITS, QUOTE_BITS } from './widths.ts';
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

/** What is asked of a coin; the code of BTC, and two more for ETH, four for stETH. */
export const COIN_MESSAGE_CODES = { coinDeposit: 18n, coinWithdrawal: 19n } as const;

export type QuoteMessageKind = keyof typeof MESSAGE_CODES;
export type CoinMessageKind = keyof typeof COIN_MESSAGE_CODES;
export type MessageKind = QuoteMessageKind | CoinMessageKind;
export type Lane = 'engine' | 'user';

/** A coin by its place in `COLLATERAL_SYMBOLS`. */
export type CoinPlace = 0 | 1 | 2;
const COINS: readonly CoinPlace[] = [0, 1, 2];

/** The kinds whose amount goes to the account. */
const CREDITING: ReadonlySet<QuoteMessageKind> = new Set(['unfreeze', 'takeover', 'deposit']);

const QUOTE_KINDS = Object.keys(MESSAGE_CODES) as readonly QuoteMessageKind[];
const COIN_KINDS = Object.keys(COIN_MESSAGE_CODES) as readonly CoinMessageKind[];
const WIDTHS = [8, 24, 32, 64];
const ADDRESS_BITS = 160;
const NONCES = 1n << 32n;
const QUOTE_TOP = (1n << BigInt(QUOTE_BITS - 1)) - 1n;
const COIN_TOP = (1n << BigInt(COLLATERAL_BITS)) - 1n;

interface Addressed {
  readonly accountIndex: bigint;
  /** The message is for the account as long as it has this nonce, and for nobody afterwards. */
  readonly settlementNonce: bigint;
  /** New owner of a takeover, depositor of a deposit, recipient of a withdrawal; else 0. */
  readonly address: bigint;
}

export interface QuoteMessage extends Addressed {
  readonly kind: QuoteMessageKind;
  /** Credited by an unfreeze, a takeover and a deposit; asked for by a withdrawal. */
  readonly amountE6: bigint;
}

export interface CoinMessage extends Addressed {
  readonly kind: CoinMessageKind;
  readonly coin: CoinPlace;
  readonly amountE8: bigint;
}

export type InboxMessage = QuoteMessage | CoinMessage;

/** A message of the quote asset whose effect needs no valuation: every kind but a withdrawal. */
export type LeafMessage = QuoteMessage & {
  readonly kind: Exclude<QuoteMessageKind, 'withdrawal'>;
};

export function isCoinMessage(message: InboxMessage): message is CoinMessage {
  return message.kind === 'coinDeposit' || message.kind === 'coinWithdrawal';
}

/** Whether a message asks for something to leave an account. */
export function isWithdrawal({ kind }: InboxMessage): boolean {
  return kind === 'withdrawal' || kind === 'coinWithdrawal';
}

/** What a message carries, in its own unit: E6 of the quote asset, E8 of a coin. */
export function amountOf(message: InboxMessage): bigint {
  return isCoinMessage(message) ? message.amountE8 : message.amountE6;
}

/** What became of a consumed message: applied or not, and the amount that came in or left. */
export interface MessageOutcome {
  readonly isApplied: boolean;
  readonly appliedE6: bigint;
}

const NOT_APPLIED: MessageOutcome = { isApplied: false, appliedE6: 0n };

export function laneOf(kind: MessageKind): Lane {
  if (kind === 'coinDeposit' || kind === 'coinWithdrawal') return 'user';
  return MESSAGE_CODES[kind] < 16n ? 'engine' : 'user';
}

function codeOf(message: InboxMessage): bigint {
  return isCoinMessage(message)
    ? COIN_MESSAGE_CODES[message.kind] + 2n * BigInt(message.coin)
    : MESSAGE_CODES[message.kind];
}

/** Both words of a message, as the inbox hashes them. */
export function packMessage(message: InboxMessage): readonly [bigint, bigint] {
  return [
    packFields([
      ['kind', 8, codeOf(message)],
      ['accountIndex', 24, message.accountIndex],
      ['settlementNonce', 32, message.settlementNonce],
      ['amount', 64, amountOf(message)],
    ]),
    packFields([['address', ADDRESS_BITS, message.address]]),
  ];
}

/** The inverse; throws where the words are no message. */
export function unpackMessage(word: bigint, address: bigint): InboxMessage {
  const [code, accountIndex, settlementNonce, amount] = unpackFields(word, WIDTHS) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const named = { accountIndex, settlementNonce, address };
  if (word >> 128n === 0n && address >> BigInt(ADDRESS_BITS) === 0n) {
    const kind = QUOTE_KINDS.find((candidate) => MESSAGE_CODES[candidate] === code);
    if (kind !== undefined) return { kind, ...named, amountE6: amount };
    for (const coin of COINS) {
      const asked = COIN_KINDS.find(
        (candidate) => COIN_MESSAGE_CODES[candidate] + 2n * BigInt(coin) === code,
      );
      if (asked !== undefined) return { kind: asked, coin, ...named, amountE8: amount };
    }
  }
  throw new PlimsollError(
    'MESSAGE_WORDS',
    `unpackMessage: no message has words ${word}, ${address}`,
  );
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

/** The account after so much of a coin is credited, and what was: a balance stops at the top of its 56 bits. */
export function creditCoin(
  account: Account,
  { coin, amountE8 }: Pick<CoinMessage, 'coin' | 'amountE8'>,
): { readonly account: Account; readonly appliedE8: bigint } {
  const hadE8 = account.collateralE8[coin];
  const hasE8 = hadE8 + amountE8 > COIN_TOP ? COIN_TOP : hadE8 + amountE8;
  return { account: withCoin(account, coin, hasE8), appliedE8: hasE8 - hadE8 };
}

/** The account with another balance of one coin. */
export function withCoin(account: Account, coin: CoinPlace, balanceE8: bigint): Account {
  const [btc, eth, stEth] = account.collateralE8.with(coin, balanceE8) as [bigint, bigint, bigint];
  return { ...account, collateralE8: [btc, eth, stEth] };
}
