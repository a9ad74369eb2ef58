// SPDX-License-Identifier: GPL-3.0-or-later
import { fieldInverse, fieldPower, fieldPowers, residue } from '../../core/field.ts';
import { hashWords, TAG } from '../../commitments/hash-words.ts';
import { biased } from '../../commitments/pack.ts';
import type { BatchState } from '../../commitments/session/batch-state.ts';
import {
  COVERED_TAILS,
  DAMPED_IDS,
  MOVED_IDS,
  packScenarios,
} from '../../commitments/session/lanes.ts';
import { packDeltas } from '../../commitments/session/session-row.ts';
import {
  chained,
  COLUMN,
  COLUMNS,
  type Challenges,
  type SessionPins,
} from '../../commitments/session/session-words.ts';
import { EMPTY_SUBTREES, type Children } from '../../commitments/tree.ts';
import { PAGES, TREE_ARITY, TREE_DEPTH } from '../../commitments/widths.ts';
import { abs, max, sum } from '../../risk/pricing/fixed-point.ts';
import { UNDERLYINGS, type Pair } from '../../model/types.ts';
import {
  btcTailLossesQ8,
  coinUnits,
  COIN_UNITS_BITS,
  coverSlack,
  inBits,
  isLight,
  NOTIONAL_BITS,
  pairEquitiesQ8,
  regularEquityQ8,
  SAFE_SLACK_BITS,
  safeSlack,
  stressedEquitiesQ8,
} from './account-sums.ts';
import {
  balancesOf,
  batchCommitment,
  claimedPageHash,
  type AccountClaim,
  type BatchClaim,
  type HalfClaim,
  type HeavyClaim,
} from '../../commitments/session/batch-claim.ts';
import { requireSession } from '../../commitments/session/refusal.ts';
import {
  COIN_UNIT_E6,
  LOSS_BITS,
  type SessionTerms,
} from '../../commitments/session/session-terms.ts';

/** What every batch of a session reads. */
export interface SessionContext {
  readonly pins: SessionPins;
  readonly terms: SessionTerms;
  readonly challenges: Challenges;
}

function leafOf(account: AccountClaim | undefined): bigint {
  if (account === undefined) return EMPTY_SUBTREES[0]!;
  const balances = balancesOf(account);
  return hashWords(TAG.account, [account.identity, balances, ...account.pageHashes]);
}

const node = (children: readonly bigint[]): bigint => hashWords(TAG.node, children);

/** The root of a whole subtree from its leaves. */
function subtreeRoot(leaves: readonly bigint[]): bigint {
  let level = leaves;
  while (level.length > 1) {
    level = Array.from({ length: level.length / TREE_ARITY }, (_, place) =>
      node(level.slice(TREE_ARITY * place, TREE_ARITY * (place + 1))),
    );
  }
  return level[0]!;
}

function requirePath(root: bigint, number: number, path: readonly Children[], top: bigint): void {
  let current = root;
  let place = number;
  for (const children of path) {
    requireSession(children[place % TREE_ARITY] === current, 'tree', 'a node is not on its path');
    current = node(children);
    place = Math.floor(place / TREE_ARITY);
  }
  requireSession(current === top, 'tree', 'the subtree is not under the root of the ledger');
}

/** Every leaf of the claimed subtrees is under the root, at its place. */
function checkTree({ profile, accounts, firstAccount, paths }: BatchClaim, treeRoot: bigint): void {
  const size = profile.subtreeAccounts;
  requireSession(firstAccount % size === 0, 'tree', `must begin at a multiple of ${size}`);
  requireSession(paths.length > 0, 'tree', 'must use a subtree');
  requireSession(
    accounts.length <= paths.length * size,
    'tree',
    'an account stands in no used subtree',
  );
  const height = Math.log(size) / Math.log(TREE_ARITY);
  paths.forEach((path, subtree) => {
    requireSession(path.length === TREE_DEPTH - height, 'tree', 'a path has another length');
    const leaves = Array.from({ length: size }, (_, place) =>
      leafOf(accounts[subtree * size + place]),
    );
    requirePath(subtreeRoot(leaves), firstAccount / size + subtree, path, treeRoot);
  });
}

/** Each page that is not 0 is opened by exactly one unit, with the flag of its account. */
function checkPages({ accounts, pages }: BatchClaim): void {
  const opened = new Set<string>();
  for (const { account: place, page, isHeavy, slots } of pages) {
    const account = accounts[place];
    const hash = account?.pageHashes[page];
    requireSession(
      account !== undefined && hash !== undefined && hash !== 0n,
      'page',
      `nothing stands at page ${page} of account ${place}`,
    );
    const id = `${place}:${page}`;
    requireSession(!opened.has(id), 'page', `page ${page} of account ${place} is opened twice`);
    opened.add(id);
    requireSession(isHeavy === account?.isHeavy, 'page', `page ${id} says another kind of account`);
    for (const { row, lots } of slots) {
      requireSession(inBits(BigInt(row), 12), 'page', `row ${row} must have 12 bits`);
      requireSession(inBits(biased(lots, 27), 27), 'page', 'lots must have 27 bits');
    }
    requireSession(claimedPageHash(slots) === hash, 'page', `page ${id} opens another hash`);
  }
  accounts.forEach((account, place) => {
    for (let page = 0; page < PAGES; page += 1) {
      const isOpened = opened.has(`${place}:${page}`);
      const isHeld = account !== undefined && account.pageHashes[page] !== 0n;
      requireSession(isOpened === isHeld, 'page', `page ${page} of account ${place} is hidden`);
    }
  });
}

function checkLight(account: AccountClaim, place: number, terms: SessionTerms): void {
  const sums = { surplusE10: account.surplusE10, bandShareQ40: account.bandShareQ40 };
  requireSession(
    isLight(account, sums, terms),
    'light',
    `account ${place} is not covered by its gross bound`,
  );
}

const claimedDeltas = ({ deltasE6 }: HeavyClaim): Pair<bigint> => [
  max(0n, max(deltasE6[0], deltasE6[1])),
  max(0n, max(deltasE6[2], deltasE6[3])),
];

const coinsWorth = ([btc, eth]: Pair<bigint>): bigint => COIN_UNIT_E6 * (btc + eth);

/** A heavy slot is of its account, and covered only where its numbers cover it. */
function checkHeavy(claim: HeavyClaim, account: AccountClaim, terms: SessionTerms): void {
  const { quoteE6, collateralE8, maximaE6, haircutUnits, grossUnits } = claim;
  const place = claim.account;
  requireSession(
    quoteE6 === account.quoteE6 && collateralE8.every((b, c) => b === account.collateralE8[c]),
    'copy',
    `account ${place} has other balances than its leaf`,
  );
  requireSession(
    inBits(claim.notionalE6, NOTIONAL_BITS),
    'width',
    `the notional of account ${place} must have ${NOTIONAL_BITS} bits`,
  );
  const units = coinUnits(collateralE8, terms);
  for (const u of UNDERLYINGS) {
    requireSession(
      haircutUnits[u] === units.haircut[u] && grossUnits[u] === units.gross[u],
      'coins',
      `coins of account ${place} are worth something else`,
    );
    requireSession(inBits(haircutUnits[u], COIN_UNITS_BITS), 'width', 'coins must have 44 bits');
    requireSession(
      inBits(maximaE6[u] ?? 0n, LOSS_BITS),
      'width',
      `a maximum must have ${LOSS_BITS} bits`,
    );
  }
  const equityE6 = quoteE6 + coinsWorth(haircutUnits) + claim.valueE6;
  const deltas = claimedDeltas(claim);
  if (claim.isCovered) {
    const slack = coverSlack(equityE6, claim, deltas, maximaE6, haircutUnits, terms);
    requireSession(slack >= 0n, 'cover', `account ${place} is not covered`);
    requireSession(inBits(slack, LOSS_BITS + 24), 'width', 'what covers must have 76 bits');
  }
  if (claim.isSafe) {
    const slack = safeSlack(equityE6, claim.wholeE6, haircutUnits, terms);
    requireSession(inBits(slack, SAFE_SLACK_BITS), 'safe', `account ${place} is not safe`);
  }
}

/** The maximum of a half-slot is at least every damped loss, and the whole loss also the covered tails'. */
function checkHalf(half: HalfClaim, terms: SessionTerms): void {
  const { lossesQ24, dampingsQ16 } = terms.underlyings[half.underlying];
  const wholes = [
    half.wholeE6 - half.maximumE6,
    ...COVERED_TAILS.map(
      (id) =>
        256n * (half.wholeE6 - half.lossesE6[id - 1]!) -
        half.haircutUnits * lossesQ24[MOVED_IDS.indexOf(id)]!,
    ),
  ];
  wholes.forEach((room, place) =>
    requireSession(
      inBits(room, place === 0 ? LOSS_BITS + 1 : LOSS_BITS + 9),
      'whole',
      `account ${half.account} loses more than its whole loss`,
    ),
  );
  half.lossesE6.forEach((loss, place) => {
    const id = place + 1;
    const moved = MOVED_IDS.indexOf(id);
    const damped = DAMPED_IDS.indexOf(id);
    // As the circuit checks them: in units of 1, 2⁻⁸ and 2⁻²⁴.
    const coin = moved < 0 ? 0n : half.haircutUnits * lossesQ24[moved]!;
    const [room, bits] =
      moved < 0
        ? [half.maximumE6 - loss, LOSS_BITS + 1]
        : damped < 0
          ? [256n * (half.maximumE6 - loss) - coin, LOSS_BITS + 9]
          : [(half.maximumE6 << 24n) - dampingsQ16[damped]! * (256n * loss + coin), LOSS_BITS + 25];
    requireSession(
      inBits(room, bits),
      'maximum',
      `account ${half.account} loses more than its maximum in scenario ${id}`,
    );
  });
}

/** Heavy accounts, half-slots and stress slots stand for one another, one for one. */
function checkSlots(claim: BatchClaim, terms: SessionTerms): void {
  const { accounts, heavy, halves, stress } = claim;
  const slotOf = new Map(heavy.map((one) => [one.account, one]));
  const heavyAccounts = accounts.filter((account) => account?.isHeavy === true).length;
  requireSession(
    slotOf.size === heavy.length && heavy.length === heavyAccounts,
    'copy',
    'every heavy account must have one slot',
  );
  for (const one of heavy) {
    const account = accounts[one.account];
    requireSession(account?.isHeavy === true, 'copy', `account ${one.account} is not heavy`);
    checkHeavy(one, account!, terms);
  }
  const halfOf = new Map(halves.map((one) => [`${one.account}:${one.underlying}`, one]));
  const expected = heavy.flatMap((one) => one.maximaE6.filter((maximum) => maximum !== undefined));
  requireSession(
    halfOf.size === halves.length && halves.length === expected.length,
    'half',
    'every underlying that is held must have one half-slot',
  );
  for (const half of halves) {
    const owner = slotOf.get(half.account);
    requireSession(
      owner !== undefined &&
        owner.maximaE6[half.underlying] === half.maximumE6 &&
        owner.wholeE6[half.underlying] === half.wholeE6 &&
        owner.haircutUnits[half.underlying] === half.haircutUnits &&
        owner.isSafe === half.isSafe,
      'half',
      `a half-slot differs from account ${half.account}`,
    );
    checkHalf(half, terms);
  }
  const stressOf = new Map(stress.map((one) => [one.account, one]));
  const unsafe = heavy.filter(({ isSafe }) => !isSafe);
  requireSession(
    stressOf.size === stress.length && stress.length === unsafe.length,
    'stress',
    'every account that is not safe must have one stress slot',
  );
  for (const one of unsafe) {
    const lossesOf = (u: 0 | 1): readonly bigint[] | undefined =>
      halfOf.get(`${one.account}:${u}`)?.lossesE6;
    const grossEquityE6 = one.quoteE6 + coinsWorth(one.grossUnits) + one.valueE6;
    const equities = stressedEquitiesQ8(
      grossEquityE6,
      [lossesOf(0), lossesOf(1)],
      one.grossUnits,
      terms,
    );
    const slot = stressOf.get(one.account);
    requireSession(
      slot?.markE6 === grossEquityE6 &&
        equities.every((equity, place) => equity === slot.equitiesQ8[place]),
      'stress',
      `account ${one.account} has other equities under stress`,
    );
    const tails = btcTailLossesQ8([lossesOf(0), lossesOf(1)], one.grossUnits, terms);
    const regular = regularEquityQ8(
      grossEquityE6,
      one.maximaE6,
      one.haircutUnits,
      one.grossUnits,
      terms,
    );
    requireSession(
      tails.every((loss, tail) => loss === slot?.btcTailLossesQ8[tail]) &&
        regular === slot?.regularEquityQ8,
      'pairs',
      `account ${one.account} has other equities after pairs of scenarios`,
    );
  }
}

const shortfall = (equity: bigint): bigint => max(0n, -equity);

/** What a batch adds to the accounts' side, all as field elements. */
interface Accumulated {
  readonly identity: bigint;
  readonly keys: bigint;
  readonly poles: readonly bigint[];
  readonly balance: bigint;
}

/** Weights of pole sums of one slot, in the order of `NETS`; the twin of a row's nets. */
export function slotNets(
  { lots }: { readonly lots: bigint },
  isHeavy: boolean,
  weight: bigint,
  keyWeight: bigint,
): readonly bigint[] {
  const short = max(0n, -lots);
  const heavy = isHeavy ? weight : 0n;
  return [weight * lots, weight * short, heavy * lots, heavy * short, keyWeight, abs(lots)];
}

/** λ^(page + 4·pair), and 2¹⁰⁶ above it for the second slot of a pair. */
export const keyLane = (links: readonly bigint[], page: number, slot: number): bigint =>
  links[page + 4 * Math.floor(slot / 2)]! << (slot % 2 === 0 ? 0n : 106n);

function accumulate(claim: BatchClaim, challenges: Challenges, start: bigint): Accumulated {
  const { rho, alpha, lambda, session } = challenges;
  const columns = fieldPowers(rho, COLUMNS);
  const links = fieldPowers(lambda, PAGES * 8);
  const weights = fieldPowers(alpha, claim.accounts.length).map((power) => residue(power * start));
  const weightOf = (account: number): bigint => weights[account]!;
  let identity = 0n;
  let keys = 0n;
  let balance = 0n;
  const poles = new Array<bigint>(6).fill(0n);
  claim.accounts.forEach((account, place) => {
    if (account === undefined) return;
    const { surplusE10, bandShareQ40 } = account;
    identity += weightOf(place) * (surplusE10 + columns[COLUMN.bandShare]! * bandShareQ40);
  });
  for (const one of claim.heavy) {
    const [up0, down0, up1, down1] = one.deltasE6;
    const row =
      columns[COLUMN.value]! * one.valueE6 +
      columns[COLUMN.contingency]! * one.chargeE10 +
      columns[COLUMN.dollarDelta]! * (packDeltas(up0, down0, 0) + packDeltas(up1, down1, 1)) +
      columns[COLUMN.notional]! * one.notionalE6;
    identity += weightOf(one.account) * row;
  }
  for (const half of claim.halves) {
    const first = half.underlying === 0 ? COLUMN.btc : COLUMN.eth;
    const words = packScenarios(half.lossesE6).map((word, place) => columns[first + place]! * word);
    identity += weightOf(half.account) * sum(words);
  }
  for (const { account, page, isHeavy, slots } of claim.pages) {
    slots.forEach((slot, place) => {
      const inverse = fieldInverse(session - BigInt(slot.row));
      const weight = weightOf(account);
      const keyWeight = residue(weight * keyLane(links, page, place));
      slotNets(slot, isHeavy, weight, keyWeight).forEach((net, n) => {
        poles[n] = residue(poles[n]! + net * inverse);
      });
      keys = residue(keys + keyWeight * slot.key);
      balance = residue(balance + slot.lots * inverse);
    });
  }
  return { identity, keys, poles, balance };
}

/**
 * Checks a batch against the ledger and its own numbers and adds it to the session; throws
 * `SessionRefused` naming the rule. What the numbers do not show by themselves (that losses, surplus
 * and the rest are those of the positions) the close does, by the sums.
 */
export function acceptBatch(
  claim: BatchClaim,
  { pins, terms, challenges }: SessionContext,
  state: BatchState,
): BatchState {
  requireSession(
    BigInt(claim.firstAccount) === state.nextAccount,
    'order',
    `expected the batch that begins at account ${state.nextAccount}, got ${claim.firstAccount}`,
  );
  checkTree(claim, pins.treeRoot);
  checkPages(claim);
  claim.accounts.forEach((account, place) => {
    if (account !== undefined && !account.isHeavy) checkLight(account, place, terms);
  });
  checkSlots(claim, terms);
  const { profile, accounts, heavy, stress } = claim;
  const present = accounts.filter((account) => account !== undefined);
  const coins = (c: 0 | 1 | 2): bigint => sum(present.map(({ collateralE8 }) => collateralE8[c]));
  const uncovered = heavy.filter(({ isCovered }) => !isCovered);
  const pairs = stress.map(pairEquitiesQ8);
  const added = accumulate(claim, challenges, state.weight);
  const [btc, eth, stEth] = state.collateralE8;
  return {
    quoteE6: state.quoteE6 + sum(present.map(({ quoteE6 }) => quoteE6)),
    collateralE8: [btc + coins(0), eth + coins(1), stEth + coins(2)],
    heavy: state.heavy + BigInt(heavy.length),
    uncovered: state.uncovered + BigInt(uncovered.length),
    uncoveredNotionalE6:
      state.uncoveredNotionalE6 + sum(uncovered.map(({ notionalE6 }) => notionalE6)),
    deficitE6: state.deficitE6 + sum(stress.map(({ markE6 }) => shortfall(markE6))),
    shortfallsQ8: state.shortfallsQ8.map(
      (total, place) => total + sum(stress.map(({ equitiesQ8 }) => shortfall(equitiesQ8[place]!))),
    ),
    pairShortfallsQ8: state.pairShortfallsQ8.map(
      (total, place) => total + sum(pairs.map((equitiesQ8) => shortfall(equitiesQ8[place]!))),
    ),
    identity: residue(state.identity + added.identity),
    keys: residue(state.keys + added.keys),
    poles: state.poles.map((total, net) => residue(total + added.poles[net]!)),
    balance: residue(state.balance + added.balance),
    chain: chained(state.chain, batchCommitment(claim)),
    nextAccount: state.nextAccount + BigInt(claim.paths.length * profile.subtreeAccounts),
    // By the whole capacity, used or not: no two accounts of a session share a weight.
    weight: residue(
      state.weight *
        fieldPower(challenges.alpha, BigInt(profile.subtrees * profile.subtreeAccounts)),
    ),
  };
}
