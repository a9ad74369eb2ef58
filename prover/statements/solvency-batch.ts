// SPDX-License-Identifier: GPL-3.0-or-later
import { SLOTS_PER_PAGE, PAGES, TREE_ARITY, TREE_DEPTH } from '../commitments/widths.ts';
import {
  balancesOf,
  placedPages,
  stressDigits,
  type BatchClaim,
  type HeavyClaim,
  type PageClaim,
} from '../commitments/session/batch-claim.ts';
import {
  batchStateHash,
  batchStateWords,
  type BatchState,
} from '../commitments/session/batch-state.ts';
import { PACKED_SCENARIOS } from '../commitments/session/lanes.ts';
import { SMALL_PAGE_SLOTS, type BatchProfile } from '../commitments/session/profiles.ts';
import type { SessionTerms } from '../commitments/session/session-terms.ts';
import {
  firstChallenge,
  lossesWord,
  sessionWord,
  type SessionCommitments,
} from '../commitments/session/session-words.ts';
import { residue } from '../core/field.ts';
import type { CircuitInputs } from './circuit-input.ts';
import type { StatementInstance } from './instance.ts';

/** A batch of a session, as `solvency-batch` proves it. */
export interface SolvencyBatchRequest {
  readonly commitments: SessionCommitments;
  readonly netsRoot: bigint;
  readonly terms: SessionTerms;
  readonly claim: BatchClaim;
  readonly before: BatchState;
  /** What `acceptBatch` makes of it. */
  readonly after: BatchState;
}

const flag = (value: boolean): bigint => (value ? 1n : 0n);
const zeros = (count: number): readonly bigint[] => new Array<bigint>(count).fill(0n);
const filled = <T>(list: readonly T[], count: number): readonly (T | undefined)[] =>
  Array.from({ length: count }, (_, place) => list[place]);

/** The inputs of `SessionTerms`. */
export function termsInputs(terms: SessionTerms): CircuitInputs {
  const [btc, eth] = terms.underlyings;
  const both = <T>(of: (own: typeof btc) => T): readonly [T, T] => [of(btc), of(eth)];
  return {
    lossQ24: both(({ lossesQ24 }) => lossesQ24.map(residue)),
    dampingQ16: both(({ dampingsQ16 }) => dampingsQ16),
    bandEdgeE6: both(({ bandEdgesE6 }) => bandEdgesE6),
    largestLossQ24: both(({ largestLossQ24 }) => largestLossQ24),
    marginalBps: terms.marginalMmBps,
    factorBps: terms.mmFactorBps,
    assetUnderlying: terms.assets.map(({ underlying }) => BigInt(underlying)),
    tierEdgeE8: terms.assets.map(({ edgesE8 }) => edgesE8),
    tierRateE8: terms.assets.map(({ ratesE8 }) => ratesE8),
    priceE4: terms.assets.map(({ priceE4 }) => priceE4),
    lightBps: terms.assets.map(({ lightBps }) => lightBps),
    lightCapE12: terms.lightCapE12,
  };
}

function sessionInputs({ commitments, netsRoot, terms }: SolvencyBatchRequest): CircuitInputs {
  return {
    accountCount: commitments.accountCount,
    treeRoot: commitments.treeRoot,
    snapshotHash: commitments.snapshotHash,
    parameterHash: commitments.parameterHash,
    lossesWord: lossesWord(commitments.largestLossQ24),
    root: [commitments.rowsRoot, commitments.batchesRoot, netsRoot],
    ...termsInputs(terms),
  };
}

function accountsInputs({ profile, accounts, paths }: BatchClaim): CircuitInputs {
  const all = filled(accounts, profile.subtrees * profile.subtreeAccounts);
  const height = profile.subtreeAccounts === TREE_ARITY ? 1 : 2;
  const noPath = Array.from({ length: TREE_DEPTH - height }, () => zeros(TREE_ARITY));
  const noPages = zeros(PAGES);
  return {
    subtreeUsed: filled(paths, profile.subtrees).map((path) => flag(path !== undefined)),
    children: filled(paths, profile.subtrees).map((path) => path ?? noPath),
    isPresent: all.map((account) => flag(account !== undefined)),
    identityWord: all.map((account) => account?.identity ?? 0n),
    // A balance of nothing, as the leaf has it.
    balancesWord: all.map((account) => (account === undefined ? 1n << 63n : balancesOf(account))),
    page: all.map((account) => account?.pageHashes ?? noPages),
    hasPage: all.map((account) =>
      (account?.pageHashes ?? noPages).map((page) => flag(page !== 0n)),
    ),
    isHeavy: all.map((account) => flag(account?.isHeavy ?? false)),
    surplusE10: all.map((account) => residue(account?.surplusE10 ?? 0n)),
    bandShareQ40: all.map((account) => account?.bandShareQ40 ?? 0n),
  };
}

function pagesInputs(claim: BatchClaim): CircuitInputs {
  const units = placedPages(claim);
  const { fullPages } = claim.profile;
  const slotsOf = (page: PageClaim | undefined, count: number): PageClaim['slots'] =>
    page?.slots ?? Array.from({ length: count }, () => ({ row: 0, key: 0n, lots: 0n }));
  const part = (some: typeof units, count: number) => {
    const slots = some.map((page) => slotsOf(page, count));
    return {
      lots: slots.map((of) => of.map(({ lots }) => residue(lots))),
      row: slots.map((of) => of.map(({ row }) => BigInt(row))),
      keyWord: slots.map((of) =>
        Array.from(
          { length: count / 2 },
          (_, pair) => of[2 * pair]!.key + (of[2 * pair + 1]!.key << 106n),
        ),
      ),
    };
  };
  const full = part(units.slice(0, fullPages), SLOTS_PER_PAGE);
  const small = part(units.slice(fullPages), SMALL_PAGE_SLOTS);
  return {
    unitPlace: units.map((page) => BigInt(page?.account ?? 0)),
    unitPage: units.map((page) => BigInt(page?.page ?? 0)),
    unitUsed: units.map((page) => flag(page !== undefined)),
    unitHeavy: units.map((page) => flag(page?.isHeavy ?? false)),
    ...full,
    smallLots: small.lots,
    smallRow: small.row,
    smallKeyWord: small.keyWord,
  };
}

function slotsInputs({ profile, heavy, halves, stress }: BatchClaim): CircuitInputs {
  const accounts = filled(heavy, profile.heavy);
  const own = <T>(of: (claim: HeavyClaim) => T, none: T): readonly T[] =>
    accounts.map((claim) => (claim === undefined ? none : of(claim)));
  const larger = ({ deltasE6: [up0, down0, up1, down1] }: HeavyClaim): readonly bigint[] =>
    [
      [up0, down0],
      [up1, down1],
    ].map((both) => both.reduce((most, delta) => (delta! > most ? delta! : most), 0n));
  const held = filled(halves, profile.halves);
  const short = filled(stress, profile.stress);
  return {
    heavyPlace: own(({ account }) => BigInt(account), 0n),
    heavyUsed: own(() => 1n, 0n),
    quoteE6: own(({ quoteE6 }) => residue(quoteE6), 0n),
    balanceE8: own<readonly bigint[]>(({ collateralE8 }) => collateralE8, zeros(3)),
    valueE6: own(({ valueE6 }) => residue(valueE6), 0n),
    chargeE10: own(({ chargeE10 }) => chargeE10, 0n),
    deltaE6: own<readonly bigint[]>(({ deltasE6 }) => deltasE6.map(residue), zeros(4)),
    notionalE6: own(({ notionalE6 }) => notionalE6, 0n),
    largerDeltaE6: own(larger, zeros(2)),
    maximumE6: own<readonly bigint[]>(({ maximaE6 }) => maximaE6.map((one) => one ?? 0n), zeros(2)),
    holds: own<readonly bigint[]>(
      ({ maximaE6 }) => maximaE6.map((one) => flag(one !== undefined)),
      zeros(2),
    ),
    haircutUnits: own<readonly bigint[]>(({ haircutUnits }) => haircutUnits, zeros(2)),
    grossUnits: own<readonly bigint[]>(({ grossUnits }) => grossUnits, zeros(2)),
    wholeE6: own<readonly bigint[]>(({ wholeE6 }) => wholeE6.map((one) => one ?? 0n), zeros(2)),
    standing: own<readonly bigint[]>(
      ({ isCovered, isSafe }) => [flag(isCovered), flag(isSafe)],
      zeros(2),
    ),
    halfPlace: held.map((half) => BigInt(half?.account ?? 0)),
    halfUsed: held.map((half) => flag(half !== undefined)),
    halfUnderlying: held.map((half) => BigInt(half?.underlying ?? 0)),
    halfUnsafe: held.map((half) => flag(half !== undefined && !half.isSafe)),
    halfMaxima: held.map((half) => [half?.maximumE6 ?? 0n, half?.wholeE6 ?? 0n]),
    halfUnits: held.map((half) => half?.haircutUnits ?? 0n),
    lossE6: held.map((half) => (half?.lossesE6 ?? zeros(PACKED_SCENARIOS)).map(residue)),
    stressPlace: short.map((slot) => BigInt(slot?.account ?? 0)),
    stressUsed: short.map((slot) => flag(slot !== undefined)),
    equityE6: short.map((slot) => residue(slot?.markE6 ?? 0n)),
    stressedE6: short.map((slot) =>
      slot === undefined ? zeros(PACKED_SCENARIOS) : stressDigits(slot).map(residue),
    ),
    pairQ8: short.map((slot) =>
      slot === undefined ? zeros(3) : [...slot.btcTailLossesQ8, slot.regularEquityQ8].map(residue),
    ),
  };
}

export const solvencyBatchInputs = (request: SolvencyBatchRequest): CircuitInputs => ({
  ...sessionInputs(request),
  before: batchStateWords(request.before),
  ...accountsInputs(request.claim),
  ...pagesInputs(request.claim),
  ...slotsInputs(request.claim),
});

/** Parameters of `SolvencyBatch` under a profile. */
export const profileParameters = (profile: BatchProfile): readonly number[] => [
  profile.subtrees * profile.subtreeAccounts,
  profile.subtreeAccounts === TREE_ARITY ? 1 : 2,
  profile.fullPages,
  profile.smallPages,
  profile.heavy,
  profile.halves,
  profile.stress,
];

/** The statement that a batch leads from one state of a session's accounts to the next. */
export function solvencyBatchInstance(
  request: SolvencyBatchRequest,
): StatementInstance<'solvency-batch'> {
  const { commitments, netsRoot, claim, before, after } = request;
  return {
    statement: 'solvency-batch',
    profile: String(claim.profile.subtrees * claim.profile.subtreeAccounts),
    inputs: solvencyBatchInputs(request),
    publicSignals: {
      session: sessionWord(firstChallenge(commitments), netsRoot),
      stateBefore: batchStateHash(before),
      stateAfter: batchStateHash(after),
    },
  };
}
