// SPDX-License-Identifier: GPL-3.0-or-later
import { divCeil, max } from '../../prover/risk/pricing/fixed-point.ts';
import { type AccountMargin, marginPortfolio } from '../../prover/risk/margin/margin.ts';
import type { PricedMarket } from '../../prover/risk/pricing/market.ts';
import type { Portfolio } from '../../prover/model/types.ts';
import type { Draft } from './drafts.ts';
import { TICKS, type TickName } from './market.ts';

export type Markets = Readonly<Record<TickName, PricedMarket>>;

const CENT_E6 = 10_000n;
/** Ordinary accounts survive the crash by this share of their maintenance margin. */
const SURVIVAL_SHARE = 25n;

const roundUpToCents = (amountE6: bigint): bigint => divCeil(amountE6, CENT_E6) * CENT_E6;

function withoutQuote({ collateralE8, positions }: Draft): Portfolio {
  return { quoteE6: 0n, collateralE8, positions };
}

function marginWithoutQuote(draft: Draft, market: PricedMarket): AccountMargin {
  return marginPortfolio(withoutQuote(draft), market);
}

/**
 * The quote balance that puts an account where its funding rule wants it. Exact, because equity is
 * the quote balance plus a constant and no requirement depends on the quote balance.
 */
function resolveQuote(draft: Draft, everybody: readonly Draft[], markets: Markets): bigint {
  const { funding } = draft;
  const at = (tick: TickName): AccountMargin => marginWithoutQuote(draft, markets[tick]);
  switch (funding.rule) {
    case 'fixed':
      return funding.quoteE6;
    case 'sumOf':
      return everybody
        .filter(({ name }) => funding.names.includes(name))
        .reduce((total, other) => total + resolveQuote(other, everybody, markets), 0n);
    case 'calmInitialMargin': {
      const calm = at('calm');
      const crash = at('crash');
      const wanted = divCeil(calm.imE6 * funding.percent, 100n) - calm.equityE6;
      const solvent = crash.mmE6 / SURVIVAL_SHARE - crash.grossEquityE6;
      return roundUpToCents(max(wanted, solvent));
    }
    case 'alwaysHealthy': {
      const quotes = TICKS.map((tick) => {
        const { mmE6, equityE6 } = at(tick);
        return divCeil(mmE6 * funding.percent, 100n) - equityE6;
      });
      return roundUpToCents(quotes.reduce((most, quote) => max(most, quote)));
    }
    case 'equity': {
      const margin = at(funding.tick);
      const requirementE6 = funding.requirement === 'mm' ? margin.mmE6 : margin.imE6;
      const wanted = divCeil(requirementE6 * funding.percent, 100n) + funding.offsetE6;
      return wanted - margin.equityE6;
    }
    case 'grossEquity':
      return funding.amountE6 - at(funding.tick).grossEquityE6;
  }
}

export function resolveQuotes(drafts: readonly Draft[], markets: Markets): readonly bigint[] {
  return drafts.map((draft) => resolveQuote(draft, drafts, markets));
}
