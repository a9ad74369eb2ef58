// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../core/field.ts';
import { balancesWord } from '../account.ts';
import { hashWords, TAG } from '../hash-words.ts';
import { isMovedId, packScenarios } from './lanes.ts';
import { packDeltas } from './session-row.ts';
import { ROW_BITS } from './session-words.ts';
import type { Children } from '../tree.ts';
import { SLOTS_PER_PAGE } from '../widths.ts';
import type { Pair, Portfolio, UnderlyingId } from '../../model/types.ts';
import { SMALL_PAGE_SLOTS, type BatchProfile } from './profiles.ts';
import { SessionRefused } from './refusal.ts';

/** One account of a batch, its pages still closed. */
export interface AccountClaim extends Pick<Portfolio, 'quoteE6' | 'collateralE8'> {
  readonly identity: bigint;
  /** Four; 0 for a page without positions. */
  readonly pageHashes: readonly bigint[];
  readonly isHeavy: boolean;
  readonly surplusE10: bigint;
  readonly bandShareQ40: bigint;
}

/** The balances word of its leaf. */
export const balancesOf = (account: Pick<Portfolio, 'quoteE6' | 'collateralE8'>): bigint =>
  balancesWord({ ...account, positions: [] });

export interface SlotClaim {
  readonly row: number;
  /** 0 in an empty slot. */
  readonly key: bigint;
  readonly lots: bigint;
}

/** A page opened, at its account. */
export interface PageClaim {
  /** Place in the batch. */
  readonly account: number;
  readonly page: number;
  readonly isHeavy: boolean;
  /** 16, or 6 of a page that holds no more. */
  readonly slots: readonly SlotClaim[];
}

/** A heavy account, margined. Amounts are E6 unless named otherwise. */
export interface HeavyClaim extends Pick<Portfolio, 'quoteE6' | 'collateralE8'> {
  readonly account: number;
  readonly valueE6: bigint;
  readonly chargeE10: bigint;
  readonly deltasE6: readonly [bigint, bigint, bigint, bigint];
  readonly notionalE6: bigint;
  /** Absent where nothing of the underlying is held. */
  readonly maximaE6: Pair<bigint | undefined>;
  /** The same with no covered tail damped. */
  readonly wholeE6: Pair<bigint | undefined>;
  readonly haircutUnits: Pair<bigint>;
  readonly grossUnits: Pair<bigint>;
  /** Has its maintenance margin. */
  readonly isCovered: boolean;
  /** No pair of covered scenarios leaves it short. */
  readonly isSafe: boolean;
}

/** What a heavy account loses in one underlying. */
export interface HalfClaim {
  readonly account: number;
  readonly underlying: UnderlyingId;
  readonly isSafe: boolean;
  readonly maximumE6: bigint;
  readonly wholeE6: bigint;
  readonly haircutUnits: bigint;
  /** Ids 1…32. */
  readonly lossesE6: readonly bigint[];
}

/** Equities of an account that is not safe. */
export interface StressClaim {
  readonly account: number;
  readonly markE6: bigint;
  /** Ids 1…32, units of 2⁻⁸ E6. */
  readonly equitiesQ8: readonly bigint[];
  /** What it loses in BTC alone after each of `COVERED_TAILS`, coins without haircut; units of 2⁻⁸ E6. */
  readonly btcTailLossesQ8: Pair<bigint>;
  /** No more than what it is left with after any pair of covered ids that are no tails; units of 2⁻⁸ E6. */
  readonly regularEquityQ8: bigint;
}

/** Everything a batch proves of its accounts; a capacity that is not used is empty. */
export interface BatchClaim {
  readonly profile: BatchProfile;
  readonly firstAccount: number;
  /** Of the used subtrees; absent beyond the last account. */
  readonly accounts: readonly (AccountClaim | undefined)[];
  /** Of each used subtree the nodes above it, the subtree among the children of the first. */
  readonly paths: readonly (readonly Children[])[];
  readonly pages: readonly PageClaim[];
  readonly heavy: readonly HeavyClaim[];
  readonly halves: readonly HalfClaim[];
  readonly stress: readonly StressClaim[];
}

const shifted = (values: readonly bigint[], bits: number, from = 0n): bigint =>
  values.reduce((word, value, place) => word + (value << (BigInt(bits * place) + from)), 0n);

const biasedLots = (slots: readonly SlotClaim[]): readonly bigint[] =>
  slots.map(({ lots }) => lots + (1n << 26n));

const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** Empty slots of a unit that opens nothing. */
const emptySlots = (count: number): readonly SlotClaim[] =>
  Array.from({ length: count }, () => ({ row: 0, key: 0n, lots: 0n }));

/** The hash of the page that a unit opens: slots beyond a small unit are empty. */
export function claimedPageHash(slots: readonly SlotClaim[]): bigint {
  const all = [...slots, ...emptySlots(SLOTS_PER_PAGE - slots.length)];
  const lots = biasedLots(all);
  const slot = (place: number): bigint => all[place]!.key + (lots[place]! << 79n);
  return hashWords(
    TAG.page,
    Array.from({ length: SLOTS_PER_PAGE / 2 }, (_, pair) =>
      residue(slot(2 * pair) + (slot(2 * pair + 1) << 106n)),
    ),
  );
}

const EMPTY_PAGE_HASH = claimedPageHash([]);

function pageUnitWords(page: PageClaim | undefined, slotCount: number): readonly bigint[] {
  const slots = page?.slots ?? emptySlots(slotCount);
  const tag =
    page === undefined
      ? 0n
      : BigInt(page.account) + (BigInt(page.page) << 6n) + (1n << 8n) + (flag(page.isHeavy) << 9n);
  const rows = shifted(
    slots.map(({ row }) => BigInt(row)),
    ROW_BITS,
  );
  const lots = biasedLots(slots);
  const above = BigInt(ROW_BITS * slotCount);
  const hash = page === undefined ? EMPTY_PAGE_HASH : claimedPageHash(slots);
  if (slotCount === SMALL_PAGE_SLOTS) {
    return [rows + shifted(lots, 27, above) + (tag << (above + 27n * BigInt(slotCount))), hash];
  }
  return [rows + (tag << above), shifted(lots.slice(0, 8), 27), shifted(lots.slice(8), 27), hash];
}

const coins = ([btc, eth, stEth]: Portfolio['collateralE8']): bigint =>
  btc + (eth << 58n) + (stEth << 116n);

function heavyWords(claim: HeavyClaim | undefined): readonly bigint[] {
  if (claim === undefined) return new Array<bigint>(8).fill(0n);
  const [btc, eth] = claim.maximaE6;
  const [wholeBtc, wholeEth] = claim.wholeE6;
  const tag =
    BigInt(claim.account) +
    (1n << 6n) +
    (flag(claim.isCovered) << 7n) +
    (flag(btc !== undefined) << 8n) +
    (flag(eth !== undefined) << 9n) +
    (flag(claim.isSafe) << 10n);
  const [up0, down0, up1, down1] = claim.deltasE6;
  return [
    coins(claim.collateralE8) + (tag << 174n),
    claim.quoteE6,
    claim.valueE6,
    claim.chargeE10,
    packDeltas(up0, down0, 0) + packDeltas(up1, down1, 1),
    claim.notionalE6,
    (btc ?? 0n) +
      ((eth ?? 0n) << 64n) +
      (claim.haircutUnits[0] << 128n) +
      (claim.haircutUnits[1] << 176n),
    claim.grossUnits[0] +
      (claim.grossUnits[1] << 64n) +
      ((wholeBtc ?? 0n) << 128n) +
      ((wholeEth ?? 0n) << 192n),
  ];
}

function halfWords(claim: HalfClaim | undefined): readonly bigint[] {
  if (claim === undefined) return new Array<bigint>(14).fill(0n);
  return [
    ...packScenarios(claim.lossesE6),
    claim.maximumE6 + (claim.wholeE6 << 64n),
    claim.haircutUnits,
    BigInt(claim.account) +
      (1n << 6n) +
      (BigInt(claim.underlying) << 7n) +
      (flag(!claim.isSafe) << 8n),
  ];
}

/** Equities as their lanes take them: E6, and units of 2⁻⁸ of ids whose index moves. */
export const stressDigits = ({ equitiesQ8 }: StressClaim): readonly bigint[] =>
  equitiesQ8.map((equity, place) => (isMovedId(place + 1) ? equity : equity >> 8n));

function stressWords(claim: StressClaim | undefined): readonly bigint[] {
  if (claim === undefined) return new Array<bigint>(13).fill(0n);
  const [fall, rise] = claim.btcTailLossesQ8;
  return [
    ...packScenarios(stressDigits(claim)),
    claim.markE6 + (fall << 66n) + (rise << 132n),
    BigInt(claim.account) + (1n << 6n) + (claim.regularEquityQ8 << 7n),
  ];
}

/** A list filled up to a capacity of the profile. */
function filled<T>(list: readonly T[], capacity: number, name: string): readonly (T | undefined)[] {
  if (list.length > capacity) {
    throw new SessionRefused(
      'capacity',
      `expected at most ${capacity} ${name}, got ${list.length}`,
    );
  }
  return Array.from({ length: capacity }, (_, place) => list[place]);
}

/** Units of a batch in their places: full ones, then small ones. */
export function placedPages({ profile, pages }: BatchClaim): readonly (PageClaim | undefined)[] {
  const full = pages.filter(({ slots }) => slots.length === SLOTS_PER_PAGE);
  const small = pages.filter(({ slots }) => slots.length === SMALL_PAGE_SLOTS);
  if (full.length + small.length !== pages.length) {
    throw new SessionRefused('capacity', 'expected page units of 6 or 16 slots');
  }
  return [
    ...filled(full, profile.fullPages, 'full pages'),
    ...filled(small, profile.smallPages, 'small pages'),
  ];
}

/** What a batch commits to (docs/spec.md §10.6): everything that enters an identity or a link. */
export function batchWords(claim: BatchClaim): readonly bigint[] {
  const { profile, accounts, firstAccount } = claim;
  const capacity = profile.subtrees * profile.subtreeAccounts;
  const all = filled(accounts, capacity, 'accounts');
  const words = [
    ...placedPages(claim).flatMap((page, place) =>
      pageUnitWords(page, place < profile.fullPages ? SLOTS_PER_PAGE : SMALL_PAGE_SLOTS),
    ),
    ...all.flatMap((account) => [account?.surplusE10 ?? 0n, account?.bandShareQ40 ?? 0n]),
    ...filled(claim.heavy, profile.heavy, 'heavy accounts').flatMap(heavyWords),
    ...filled(claim.halves, profile.halves, 'half-slots').flatMap(halfWords),
    ...filled(claim.stress, profile.stress, 'stress slots').flatMap(stressWords),
    shifted(
      all.map((account) => flag(account?.isHeavy ?? false)),
      1,
    ),
    BigInt(firstAccount),
  ];
  return words.map(residue);
}

export const batchCommitment = (claim: BatchClaim): bigint =>
  hashWords(TAG.sessionBatch, batchWords(claim));
