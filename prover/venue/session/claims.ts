// SPDX-License-Identifier: GPL-3.0-or-later
import { pageHash, identityWord, type Account } from '../../commitments/account.ts';
import { chunksOf } from '../../core/chunks.ts';
import { instrumentKey } from '../../commitments/instrument.ts';
import type { Ledger } from '../../commitments/ledger.ts';
import { PAGES, SLOTS_PER_PAGE, TREE_ARITY } from '../../commitments/widths.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import { UNDERLYINGS, type Pair, type Position } from '../../model/types.ts';
import {
  btcTailLossesQ8,
  coinUnits,
  coverSlack,
  heavySums,
  inBits,
  isLight,
  lightSums,
  maximumLoss,
  regularEquityQ8,
  SAFE_SLACK_BITS,
  safeSlack,
  stressedEquitiesQ8,
  wholeLoss,
  type HeavySums,
  type LightSums,
} from './account-sums.ts';
import type {
  AccountClaim,
  BatchClaim,
  HalfClaim,
  HeavyClaim,
  PageClaim,
  StressClaim,
} from '../../commitments/session/batch-claim.ts';
import {
  SMALL_PAGE_SLOTS,
  type BatchLoad,
  type BatchPlace,
} from '../../commitments/session/profiles.ts';
import type { RowTable } from './rows.ts';
import { COIN_UNIT_E6, type SessionTerms } from '../../commitments/session/session-terms.ts';

/** What a session says of one account; all but the light sums only where it is heavy. */
export interface AccountFigures {
  readonly light: LightSums;
  readonly heavy: HeavyFigures | undefined;
}

export interface HeavyFigures extends HeavySums {
  readonly maximaE6: Pair<bigint | undefined>;
  readonly haircutUnits: Pair<bigint>;
  readonly grossUnits: Pair<bigint>;
  readonly wholeE6: Pair<bigint | undefined>;
  readonly isCovered: boolean;
  readonly isSafe: boolean;
}

function heavyFigures(account: Account, sums: HeavySums, terms: SessionTerms): HeavyFigures {
  const units = coinUnits(account.collateralE8, terms);
  const maximum = (u: 0 | 1): bigint | undefined => {
    const losses = sums.lossesE6[u];
    if (losses === undefined) return undefined;
    return maximumLoss(losses, units.haircut[u], terms.underlyings[u]);
  };
  const maximaE6 = [maximum(0), maximum(1)] as const;
  const whole = (u: 0 | 1): bigint | undefined => {
    const losses = sums.lossesE6[u];
    if (losses === undefined) return undefined;
    return wholeLoss(maximaE6[u]!, losses, units.haircut[u], terms.underlyings[u]);
  };
  const wholeE6 = [whole(0), whole(1)] as const;
  const [up0, down0, up1, down1] = sums.deltasE6;
  const equityE6 =
    account.quoteE6 + COIN_UNIT_E6 * (units.haircut[0] + units.haircut[1]) + sums.valueE6;
  const deltas = [max(0n, max(up0, down0)), max(0n, max(up1, down1))] as const;
  const slack = coverSlack(equityE6, sums, deltas, maximaE6, units.haircut, terms);
  return {
    ...sums,
    maximaE6,
    haircutUnits: units.haircut,
    grossUnits: units.gross,
    wholeE6,
    isCovered: slack >= 0n,
    isSafe: inBits(safeSlack(equityE6, wholeE6, units.haircut, terms), SAFE_SLACK_BITS),
  };
}

/** Light where its gross bound suffices, else margined by scenario. */
export function accountFigures(
  account: Account,
  table: RowTable,
  terms: SessionTerms,
): AccountFigures {
  const positions = account.positions.map(({ instrument, lots }) => ({
    row: table.rows[table.numberOf(instrument)]!,
    lots,
  }));
  const light = lightSums(positions, terms);
  if (isLight(account, light, terms)) return { light, heavy: undefined };
  return { light, heavy: heavyFigures(account, heavySums(positions), terms) };
}

const pagesOf = ({ positions }: Account): readonly (readonly Position[])[] =>
  chunksOf(positions, SLOTS_PER_PAGE);

/** What an account takes of a batch. */
export function accountLoad(account: Account, { heavy }: AccountFigures): BatchLoad {
  const pages = pagesOf(account);
  const small = pages.filter(({ length }) => length <= SMALL_PAGE_SLOTS).length;
  const halves = heavy?.maximaE6.filter((maximum) => maximum !== undefined).length ?? 0;
  return {
    fullPages: pages.length - small,
    smallPages: small,
    heavy: heavy === undefined ? 0 : 1,
    halves,
    stress: heavy === undefined || heavy.isSafe ? 0 : 1,
  };
}

function accountClaim(account: Account, { light, heavy }: AccountFigures): AccountClaim {
  const pages = pagesOf(account);
  return {
    identity: identityWord(account),
    quoteE6: account.quoteE6,
    collateralE8: account.collateralE8,
    pageHashes: Array.from({ length: PAGES }, (_, page) => pageHash(pages[page] ?? [])),
    isHeavy: heavy !== undefined,
    ...light,
  };
}

function heavyClaims(
  place: number,
  account: Account,
  figures: HeavyFigures,
  terms: SessionTerms,
): Pick<BatchClaim, 'heavy' | 'halves' | 'stress'> {
  const { lossesE6, maximaE6, wholeE6, haircutUnits, grossUnits, isCovered, isSafe } = figures;
  const { valueE6, chargeE10, deltasE6, notionalE6 } = figures;
  const { quoteE6, collateralE8 } = account;
  const heavy: HeavyClaim = {
    account: place,
    quoteE6,
    collateralE8,
    valueE6,
    chargeE10,
    deltasE6,
    notionalE6,
    maximaE6,
    wholeE6,
    haircutUnits,
    grossUnits,
    isCovered,
    isSafe,
  };
  const halves = UNDERLYINGS.flatMap((underlying): HalfClaim[] => {
    const losses = lossesE6[underlying];
    const maximumE6 = maximaE6[underlying];
    const whole = wholeE6[underlying];
    if (losses === undefined || maximumE6 === undefined || whole === undefined) return [];
    return [
      {
        account: place,
        underlying,
        isSafe,
        maximumE6,
        wholeE6: whole,
        haircutUnits: haircutUnits[underlying],
        lossesE6: losses,
      },
    ];
  });
  const markE6 = quoteE6 + COIN_UNIT_E6 * (grossUnits[0] + grossUnits[1]) + valueE6;
  const stress: StressClaim = {
    account: place,
    markE6,
    equitiesQ8: stressedEquitiesQ8(markE6, lossesE6, grossUnits, terms),
    btcTailLossesQ8: btcTailLossesQ8(lossesE6, grossUnits, terms),
    regularEquityQ8: regularEquityQ8(markE6, maximaE6, haircutUnits, grossUnits, terms),
  };
  return { heavy: [heavy], halves, stress: isSafe ? [] : [stress] };
}

/** The claim of a batch from the ledger itself. */
export function batchClaim(
  { profile, firstAccount, subtrees }: BatchPlace,
  ledger: Ledger,
  figures: readonly AccountFigures[],
  table: RowTable,
  terms: SessionTerms,
): BatchClaim {
  const size = profile.subtreeAccounts;
  const held = ledger.accounts.slice(firstAccount, firstAccount + subtrees * size);
  const own = figures.slice(firstAccount, firstAccount + held.length);
  const height = size === TREE_ARITY ? 1 : 2;
  const pages: PageClaim[] = [];
  let smallLeft = profile.smallPages;
  held.forEach((account, place) => {
    pagesOf(account).forEach((positions, page) => {
      // A page that would fit a small unit takes a full one when no small one is left.
      const isSmall = positions.length <= SMALL_PAGE_SLOTS && smallLeft > 0;
      if (isSmall) smallLeft -= 1;
      const slots = Array.from(
        { length: isSmall ? SMALL_PAGE_SLOTS : SLOTS_PER_PAGE },
        (_, slot) => {
          const position = positions[slot];
          if (position === undefined) return { row: 0, key: 0n, lots: 0n };
          const { instrument, lots } = position;
          return { row: table.numberOf(instrument), key: instrumentKey(instrument), lots };
        },
      );
      pages.push({ account: place, page, isHeavy: own[place]!.heavy !== undefined, slots });
    });
  });
  const slots = held.flatMap((account, place) => {
    const { heavy } = own[place]!;
    return heavy === undefined ? [] : [heavyClaims(place, account, heavy, terms)];
  });
  return {
    profile,
    firstAccount,
    accounts: held.map((account, place) => accountClaim(account, own[place]!)),
    paths: Array.from({ length: subtrees }, (_, subtree) =>
      ledger.path(firstAccount + subtree * size).children.slice(height),
    ),
    pages,
    heavy: slots.flatMap(({ heavy }) => heavy),
    halves: slots.flatMap(({ halves }) => halves),
    stress: slots.flatMap(({ stress }) => stress),
  };
}
