// SPDX-License-Identifier: GPL-3.0-or-later
import { sum } from '../../risk/pricing/fixed-point.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import { UNDERLYINGS, type Instrument, type Pair, type Portfolio } from '../../model/types.ts';
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

/** Far above what doubles can be wrong by on 64 positions of prices below 2⁴³ E4, as a share of the gross amount. */
const DOUBLES_ERROR = 1e-12;

/**
 * Which accounts could be short of anything after any pair of scenarios, in doubles: at a new tick nearly
 * every account of a venue need not be valued exactly for that.
 */
export class ShortfallScreen {
  readonly #market: PricedMarket;
  /** USD of one lot by scenario id. */
  readonly #lots = new Map<string, Float64Array>();

  constructor(market: PricedMarket) {
    this.#market = market;
  }

  /** False only where no pair of scenarios leaves the account short of anything. */
  mayBeShort({ quoteE6, collateralE8, positions }: Portfolio): boolean {
    const { parameters, collateralPricesE4 } = this.#market;
    let worst = Number(quoteE6) / 1e6;
    let gross = Math.abs(worst);
    for (const u of UNDERLYINGS) {
      const held = new Float64Array(SCENARIO_COUNT);
      for (const { instrument, lots } of positions) {
        if (instrument.underlying !== u) continue;
        const values = this.#valuesOf(instrument);
        const count = Number(lots);
        for (let id = 0; id < SCENARIO_COUNT; id += 1) {
          held[id]! += count * values[id]!;
          gross += Math.abs(count * values[id]!);
        }
      }
      let coins = 0;
      collateralE8.forEach((balanceE8, c) => {
        if (parameters.collateral[c as 0 | 1 | 2].underlying !== u) return;
        coins += (Number(balanceE8) * Number(collateralPricesE4[c as 0 | 1 | 2])) / 1e12;
      });
      let least = Infinity;
      for (let id = 0; id < SCENARIO_COUNT; id += 1) {
        const { multiplierQ24 } = scenarioAt(parameters.underlyings[u], id);
        least = Math.min(least, held[id]! + coins * (Number(multiplierQ24) / 2 ** 24));
      }
      worst += least;
      gross += coins;
    }
    // A unit for the floor of every coin's value and of the sum.
    return worst - gross * DOUBLES_ERROR < 1e-5;
  }

  #valuesOf(instrument: Instrument): Float64Array {
    const id = instrumentId(instrument);
    const known = this.#lots.get(id);
    if (known !== undefined) return known;
    // Exact to the 53 bits of a double; a lot is a hundredth of a contract and E4·lots is E6.
    const values = Float64Array.from(
      this.#market.value(instrument).valuesQ152,
      (value) => Number(value) / 2 ** 152 / 1e6,
    );
    this.#lots.set(id, values);
    return values;
  }
}
