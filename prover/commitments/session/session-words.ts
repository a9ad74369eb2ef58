// SPDX-License-Identifier: GPL-3.0-or-later
import { fieldPower, residue } from '../../core/field.ts';
import { hashWords, TAG } from '../hash-words.ts';
import { packFields } from '../pack.ts';

/** Columns of the identity: powers of ρ below the weight of an account. */
export const COLUMNS = 28;
/** Where each kind of number stands among them (docs/spec.md §10.3). */
export const COLUMN = {
  surplus: 0,
  /** Eleven words of BTC. */
  btc: 1,
  /** Eleven words of ETH. */
  eth: 12,
  value: 23,
  contingency: 24,
  dollarDelta: 25,
  notional: 26,
  bandShare: 27,
} as const;

/** Weights of an instrument's row, by what is summed over its positions. */
export const NETS = ['lots', 'short', 'heavyLots', 'heavyShort', 'keys', 'gross'] as const;
export const NET_COUNT = NETS.length;

/** Rows are numbered in so many bits. */
export const ROW_BITS = 12;
export const MAX_ROWS = 1 << ROW_BITS;

/** What a session is about: one ledger at one tick. */
export interface SessionPins {
  readonly accountCount: bigint;
  readonly treeRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
}

/** What is fixed before the first challenge. */
export interface SessionCommitments extends SessionPins {
  readonly termsHash: bigint;
  /** Largest damped share of its worth that a coin, perpetual or future loses, Q24, by underlying. */
  readonly largestLossQ24: readonly [bigint, bigint];
  /** Chain over the chunks of rows: keys, light rates, shares of the first band. */
  readonly rowsRoot: bigint;
  /** Chain over the commitments of the batches, in ledger order. */
  readonly batchesRoot: bigint;
}

export interface Challenges {
  readonly rho: bigint;
  /** The account at index i weighs its power i. */
  readonly alpha: bigint;
  /** Tells pages, words of a page, and parts of a link from one another. */
  readonly lambda: bigint;
  /** Where the pole sums are taken, and the one word that names the session. */
  readonly session: bigint;
}

export const lossesWord = ([btc, eth]: readonly [bigint, bigint]): bigint =>
  packFields([
    ['largestLossQ24 of BTC', 32, btc],
    ['largestLossQ24 of ETH', 32, eth],
  ]);

/** ρ: binds everything that enters the identity. */
export function firstChallenge(commitments: SessionCommitments): bigint {
  const { accountCount, treeRoot, snapshotHash, parameterHash } = commitments;
  const { termsHash, largestLossQ24, rowsRoot, batchesRoot } = commitments;
  return hashWords(TAG.sessionChallenge, [
    accountCount,
    treeRoot,
    snapshotHash,
    parameterHash,
    termsHash,
    lossesWord(largestLossQ24),
    rowsRoot,
    batchesRoot,
  ]);
}

/** The word of a session: binds the nets as well, so that poles are drawn after them. */
export const sessionWord = (rho: bigint, netsRoot: bigint): bigint =>
  hashWords(TAG.session, [rho, netsRoot]);

export function sessionChallenges(commitments: SessionCommitments, netsRoot: bigint): Challenges {
  const rho = firstChallenge(commitments);
  return {
    rho,
    alpha: accountBase(rho),
    lambda: linkChallenge(rho),
    session: sessionWord(rho, netsRoot),
  };
}

export const accountBase = (rho: bigint): bigint => fieldPower(rho, BigInt(COLUMNS));
export const linkChallenge = (rho: bigint): bigint => hashWords(TAG.sessionLinks, [rho]);

/** The chain with one more commitment; it starts at 0. */
export const chained = (chain: bigint, commitment: bigint): bigint =>
  hashWords(TAG.sessionChain, [chain, commitment]);

/** One chunk of rows, or of what is summed over them, on the chain of the chunks before. */
export const chunkRows = (chain: bigint, words: readonly bigint[]): bigint =>
  hashWords(TAG.sessionRows, [chain, ...words]);
export const chunkNets = (chain: bigint, words: readonly bigint[]): bigint =>
  hashWords(TAG.sessionNets, [chain, ...words.map(residue)]);
