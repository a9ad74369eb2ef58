// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { abs, sum } from '../../risk/pricing/fixed-point.ts';
import { marginPortfolio, type AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { instrumentId, isOption } from '../../model/instrument.ts';
import type { Instrument, Triple } from '../../model/types.ts';
import type { JointScenario } from './joint-scenarios.ts';
import { shortfallsCeil } from './stress.ts';

/** How an account stands; `bankrupt` is below maintenance too. */
export const STANDINGS = ['healthy', 'belowMaintenance', 'bankrupt'] as const;
export type Standing = (typeof STANDINGS)[number];

export interface StandingTotal {
  readonly accounts: number;
  /** Index times lots of options, reference price times lots of the rest, long and short alike; E6 USD. */
  readonly notionalE6: bigint;
}

/** An owner with all accounts that are the same address's. */
export interface Defaulter {
  /** A 160-bit address. */
  readonly owner: bigint;
  readonly shortfallE6: bigint;
}

/** What one joint scenario would leave the venue short of. Amounts are E6 USD. */
export interface JointShortfall extends JointScenario {
  /** Σ over all accounts. */
  readonly shortfallE6: bigint;
  readonly defaultingAccounts: number;
  /** The largest owners, at most two, largest first; of equals the lower address first. */
  readonly largest: readonly Defaulter[];
}

/** Lots of an instrument that do not sum to nothing: one side of it was left out or invented. */
export interface UnbalancedInstrument {
  readonly instrument: Instrument;
  readonly netLots: bigint;
}

/** What a ledger owes, holds and would lose, in the exact model. Amounts are E6 USD where the name says so. */
export interface VenueTotals {
  readonly accounts: number;
  /** Sums over accounts; only quote may be negative. */
  readonly quoteE6: bigint;
  readonly collateralE8: Triple<bigint>;
  readonly standings: Readonly<Record<Standing, StandingTotal>>;
  /** Σ max(0, −gross equity): what `bankruptcy` would say of every account together. */
  readonly deficitE6: bigint;
  readonly joint: readonly JointShortfall[];
  readonly unbalanced: readonly UnbalancedInstrument[];
}

function standingOf({ bankrupt, liquidatable }: AccountMargin): Standing {
  if (bankrupt) return 'bankrupt';
  return liquidatable ? 'belowMaintenance' : 'healthy';
}

const notionalE6 = ({ positions }: AccountMargin, market: PricedMarket): bigint =>
  sum(
    positions.map(({ instrument, lots, valuation }) => {
      if (valuation.settled) return 0n;
      const { indexE4 } = market.snapshot.underlyings[instrument.underlying];
      return abs(lots) * (isOption(instrument) ? indexE4 : valuation.referenceE4);
    }),
  );

/** Shortfalls of one joint scenario by owner, as they come in. */
class OwnersShortfall {
  accounts = 0;
  readonly #byOwner = new Map<bigint, bigint>();

  add(owner: bigint, shortfallE6: bigint): void {
    if (shortfallE6 === 0n) return;
    this.accounts += 1;
    this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? 0n) + shortfallE6);
  }

  total(): bigint {
    return sum([...this.#byOwner.values()]);
  }

  largest(): readonly Defaulter[] {
    return [...this.#byOwner]
      .map(([owner, shortfallE6]) => ({ owner, shortfallE6 }))
      .sort((a, b) => {
        if (a.shortfallE6 !== b.shortfallE6) return a.shortfallE6 > b.shortfallE6 ? -1 : 1;
        return a.owner < b.owner ? -1 : 1;
      })
      .slice(0, 2);
  }
}

/** Sums of lots by instrument, and those that are not nothing in the order they were met. */
class NetLots {
  readonly #net = new Map<string, { readonly instrument: Instrument; netLots: bigint }>();

  add(instrument: Instrument, lots: bigint): void {
    const id = instrumentId(instrument);
    const known = this.#net.get(id);
    if (known === undefined) this.#net.set(id, { instrument, netLots: lots });
    else known.netLots += lots;
  }

  unbalanced(): readonly UnbalancedInstrument[] {
    return [...this.#net.values()].filter(({ netLots }) => netLots !== 0n);
  }
}

/**
 * Every account margined, every instrument netted, every shortfall counted, by the exact model.
 *
 * @param progress called with the number of accounts done
 */
export function venueTotals(
  accounts: readonly Account[],
  market: PricedMarket,
  scenarios: readonly JointScenario[],
  progress: (done: number) => void = () => undefined,
): VenueTotals {
  const standings: Record<Standing, { accounts: number; notionalE6: bigint }> = {
    healthy: { accounts: 0, notionalE6: 0n },
    belowMaintenance: { accounts: 0, notionalE6: 0n },
    bankrupt: { accounts: 0, notionalE6: 0n },
  };
  const collateralE8: [bigint, bigint, bigint] = [0n, 0n, 0n];
  const owners = scenarios.map(() => new OwnersShortfall());
  const lots = new NetLots();
  let quoteE6 = 0n;
  let deficitE6 = 0n;
  accounts.forEach((account, index) => {
    const margin = marginPortfolio(account, market);
    quoteE6 += account.quoteE6;
    account.collateralE8.forEach((balance, c) => (collateralE8[c as 0 | 1 | 2] += balance));
    for (const position of account.positions) lots.add(position.instrument, position.lots);
    const standing = standings[standingOf(margin)];
    standing.accounts += 1;
    standing.notionalE6 += notionalE6(margin, market);
    deficitE6 += margin.deficitE6;
    shortfallsCeil(account.quoteE6, margin, market, scenarios).forEach((shortfallE6, place) =>
      owners[place]!.add(account.owner, shortfallE6),
    );
    progress(index + 1);
  });
  return {
    accounts: accounts.length,
    quoteE6,
    collateralE8,
    standings,
    deficitE6,
    joint: scenarios.map((scenario, place) => ({
      ...scenario,
      shortfallE6: owners[place]!.total(),
      defaultingAccounts: owners[place]!.accounts,
      largest: owners[place]!.largest(),
    })),
    unbalanced: lots.unbalanced(),
  };
}

/** The covered joint scenario that would cost most; the first of equals. */
export function worstCovered(totals: VenueTotals): JointShortfall | undefined {
  let worst: JointShortfall | undefined;
  for (const one of totals.joint) {
    if (one.isCovered && (worst === undefined || one.shortfallE6 > worst.shortfallE6)) worst = one;
  }
  return worst;
}
