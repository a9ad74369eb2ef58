// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { MAX_INDEX_E4, noShock, repriceMarket, shockSnapshot } from '../../analysis/shock.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import { valueCollateral } from '../../risk/margin/collateral.ts';
import { markMarket, type PricedMarket } from '../../risk/pricing/market.ts';
import type { MarketSnapshot, Pair, RiskParameters } from '../../model/types.ts';

/** Where the two indices go together: −1 falls, 1 rises, 0 stands. */
export type Direction = Pair<-1 | 0 | 1>;

export const DIRECTIONS: readonly Direction[] = [
  [-1, -1],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];

/** The smallest move found in one direction after which the fund does not cover what accounts are short of. */
export interface ReverseStress {
  readonly direction: Direction;
  /** Of the index in basis points, in the direction's sense; absent where none up to `searchedToBps` does. */
  readonly moveBps: bigint | undefined;
  readonly searchedToBps: bigint;
  /** What all accounts together are short of there, or where the search ended. E6 USD. */
  readonly shortfallE6: bigint;
}

const BPS = 10_000n;
/** Coarse steps in which a first breach is looked for, then closed in on to one basis point. */
const STEP_BPS = 250n;
const DEEPEST_FALL_BPS = 9_500n;
const HIGHEST_RISE_BPS = 50_000n;

/** Σ max(0, −gross equity) of all accounts, everything valued as it stands in `market`; E6 USD. */
function deficitE6(accounts: readonly Account[], market: PricedMarket): bigint {
  let total = 0n;
  for (const account of accounts) {
    let valueQ128 = 0n;
    for (const { instrument, lots } of account.positions) {
      valueQ128 += lots * market.value(instrument).markQ128;
    }
    const coins = valueCollateral(
      account.collateralE8,
      market.collateralPricesE4,
      market.parameters,
    );
    let grossE6 = account.quoteE6 + (valueQ128 >> 128n);
    for (const { valueE6 } of coins) grossE6 += valueE6;
    total += max(0n, -grossE6);
  }
  return total;
}

function movedIndexE4(indexE4: bigint, sense: -1 | 0 | 1, moveBps: bigint): bigint {
  const moved = (indexE4 * (BPS + BigInt(sense) * moveBps)) / BPS;
  if (moved < 1n) return 1n;
  return moved > MAX_INDEX_E4 ? MAX_INDEX_E4 : moved;
}

/**
 * The smallest joint move that exhausts the fund, by direction: indices move, strikes keep their
 * volatility (docs/risk-analysis.md), and every account is valued anew. A larger move may cost less
 * again; the first breach of a ladder of 2.5 % steps is closed in on, so a shorter one between two
 * steps that both hold is not seen.
 */
export function reverseStress(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
  fundE6: bigint,
  directions: readonly Direction[] = DIRECTIONS,
): readonly ReverseStress[] {
  const base = markMarket(snapshot, parameters);
  const { indexE4 } = noShock(snapshot);
  const shortfallAt = (direction: Direction, moveBps: bigint): bigint => {
    const shock = {
      ...noShock(snapshot),
      indexE4: [
        movedIndexE4(indexE4[0], direction[0], moveBps),
        movedIndexE4(indexE4[1], direction[1], moveBps),
      ] as const,
    };
    const moved = shockSnapshot(snapshot, shock, base.parameters);
    return deficitE6(accounts, repriceMarket(base, moved.snapshot));
  };
  return directions.map((direction) => {
    const searchedToBps = direction.includes(-1) ? DEEPEST_FALL_BPS : HIGHEST_RISE_BPS;
    const breaches = (moveBps: bigint): boolean => shortfallAt(direction, moveBps) > fundE6;
    let holds = 0n;
    let fails: bigint | undefined = breaches(0n) ? 0n : undefined;
    while (fails === undefined && holds < searchedToBps) {
      const next = holds + STEP_BPS;
      if (breaches(next)) fails = next;
      else holds = next;
    }
    while (fails !== undefined && fails - holds > 1n) {
      const middle = (holds + fails) / 2n;
      if (breaches(middle)) fails = middle;
      else holds = middle;
    }
    return {
      direction,
      moveBps: fails,
      searchedToBps,
      shortfallE6: shortfallAt(direction, fails ?? searchedToBps),
    };
  });
}
