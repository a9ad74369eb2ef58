// SPDX-License-Identifier: GPL-3.0-or-later
import { sum } from '../../risk/pricing/fixed-point.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import { UNDERLYINGS, type Pair } from '../../model/types.ts';
import type { JointScenario } from './joint-scenarios.ts';

/** What an account holds in one underlying, by scenario id 0…32: positions and coins without haircut, E6·2¹⁵². */
type HeldQ152 = Pair<readonly bigint[]>;

function heldQ152(margin: AccountMargin, { parameters }: PricedMarket): HeldQ152 {
  const [btc, eth] = UNDERLYINGS.map((u) => {
    const own = margin.positions.filter(({ instrument }) => instrument.underlying === u);
    const coinsE6 = sum(
      margin.collateral.map(({ valueE6 }, c) =>
        parameters.collateral[c as 0 | 1 | 2].underlying === u ? valueE6 : 0n,
      ),
    );
    return Array.from({ length: SCENARIO_COUNT }, (_, id) => {
      const { multiplierQ24 } = scenarioAt(parameters.underlyings[u], id);
      const positions = own.map(({ lots, valuation }) => lots * valuation.valuesQ152[id]!);
      return ((coinsE6 * multiplierQ24) << 128n) + sum(positions);
    });
  });
  return [btc!, eth!];
}

/**
 * What an account would be short of after each joint scenario, E6 USD, rounded up: nothing is damped,
 * and coins count without haircut, for it is what they would fetch that pays a deficit
 * (`stress.damped` and `stress.collateralHaircut` of the parameter set).
 */
export function shortfallsCeil(
  quoteE6: bigint,
  margin: AccountMargin,
  market: PricedMarket,
  scenarios: readonly JointScenario[],
): readonly bigint[] {
  const [btc, eth] = heldQ152(margin, market);
  return scenarios.map(({ ids: [i, j] }) => {
    const equityE6 = quoteE6 + ((btc[i]! + eth[j]!) >> 152n);
    return equityE6 < 0n ? -equityE6 : 0n;
  });
}
