// SPDX-License-Identifier: GPL-3.0-or-later

/** What an account is, to its owner and to the venue. */
export const ACCOUNT_STATES = [
  'healthy',
  'marginCall',
  'belowMaintenance',
  'inLiquidation',
  'cured',
  'takenOver',
  'bankrupt',
] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/**
 * E6 USD. `liquidatable` is the decision of the arrays or, in their band, of the exact model; `bankrupt` is the exact
 * model's: gross equity, without haircuts, is below zero.
 */
export interface StandingFigures {
  readonly equityE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  readonly liquidatable: boolean;
  readonly bankrupt: boolean;
}

/** When a margin call is made and when it ends. */
export interface CallRules {
  /** A call is made when equity is within so much of MM, above IM too. */
  readonly distanceBps: number;
  /** It ends only when equity is so much above what made it, so that no account is called every tick. */
  readonly releaseBps: number;
}

const BPS = 10_000n;

/** The states that only a chain gives, and only a chain takes back. */
const OF_CHAIN: ReadonlySet<AccountState> = new Set(['inLiquidation', 'cured', 'takenOver']);
export const isOfChain = (state: AccountState): boolean => OF_CHAIN.has(state);

/** More than all rounding of doubles below is by. */
const CLEARLY = 1.000001;

/**
 * By doubles, whether `nextState` is `healthy` from whatever state before: true of most accounts, and never
 * of one for which it is not. Amounts are whole E6 USD below 2^53, of an account that is not liquidatable.
 */
export function isClearlyHealthy(
  equityE6: number,
  mmE6: number,
  imE6: number,
  { distanceBps, releaseBps }: CallRules,
): boolean {
  const bps = Number(BPS);
  const callE6 = Math.max((mmE6 * (bps + distanceBps)) / bps, imE6);
  return equityE6 > ((CLEARLY * callE6) / bps) * (bps + releaseBps);
}

/** Where an account stands after a tick, by its margin alone, from where it stood before. */
export function nextState(
  before: AccountState,
  { equityE6, mmE6, imE6, liquidatable, bankrupt }: StandingFigures,
  { distanceBps, releaseBps }: CallRules,
): AccountState {
  if (liquidatable) return bankrupt ? 'bankrupt' : 'belowMaintenance';
  const nearMmE6 = (mmE6 * (BPS + BigInt(distanceBps))) / BPS;
  const callE6 = nearMmE6 > imE6 ? nearMmE6 : imE6;
  const wasCalled = before === 'marginCall' || before === 'belowMaintenance';
  const limitE6 = wasCalled ? (callE6 * (BPS + BigInt(releaseBps))) / BPS : callE6;
  if (equityE6 < limitE6) return 'marginCall';
  return 'healthy';
}
