// SPDX-License-Identifier: GPL-3.0-or-later
import { sum } from '../../risk/pricing/fixed-point.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { ONE_Q24, SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYING_SYMBOLS,
  type Roll,
  type UnderlyingId,
  type VolShock,
} from '../../model/types.ts';

/** A gain is positive. Everything at E6·2¹⁵² is exact: nothing is rounded before the one floor. */
export interface PositionPnl {
  readonly position: number;
  readonly valueE4Q152: bigint;
  /** lots·(value − mark·2²⁴). */
  readonly pnlE6Q152: bigint;
}

export interface CollateralPnl {
  readonly asset: string;
  readonly haircutValueE6: bigint;
  /** H·(m − 2²⁴)·2¹²⁸. */
  readonly pnlE6Q152: bigint;
}

export interface ScenarioLine {
  readonly id: number;
  readonly multiplierQ24: bigint;
  readonly logMoveQ10: bigint;
  readonly vol: VolShock;
  readonly roll: Roll;
  readonly dampingQ16: bigint;
  readonly positions: readonly PositionPnl[];
  readonly collateral: readonly CollateralPnl[];
  /** Of positions and collateral, before the floor. */
  readonly pnlSumE6Q152: bigint;
  /** ⌊−pnlSum/2¹⁵²⌋. */
  readonly lossE6: bigint;
  /** damping·loss. */
  readonly dampedLossE6Q16: bigint;
}

export interface UnderlyingLines {
  readonly underlying: string;
  readonly indexE4: bigint;
  readonly scenarios: readonly ScenarioLine[];
  /** The largest damped loss, at least 0 by the mark. */
  readonly scanE6Q16: bigint;
  /** The lowest id that reaches it. */
  readonly worstScenario: number;
}

export function underlyingLines(
  u: UnderlyingId,
  margin: AccountMargin,
  { snapshot, parameters }: PricedMarket,
): UnderlyingLines {
  const { lossesE6, scanQ16, worstScenario } = margin.underlyings[u];
  const own = margin.positions
    .map((position, place) => ({ ...position, place }))
    .filter(({ instrument }) => instrument.underlying === u);
  const coins = margin.collateral
    .map(({ haircutValueE6 }, c) => ({ haircutValueE6, c: c as 0 | 1 | 2 }))
    .filter(({ haircutValueE6, c }) => {
      return haircutValueE6 !== 0n && parameters.collateral[c].underlying === u;
    });
  const scenarios = Array.from({ length: SCENARIO_COUNT }, (_, id): ScenarioLine => {
    const scenario = scenarioAt(parameters.underlyings[u], id);
    const positions = own.map(({ place, lots, valuation }): PositionPnl => {
      const valueE4Q152 = valuation.valuesQ152[id] as bigint;
      return {
        position: place,
        valueE4Q152,
        pnlE6Q152: lots * (valueE4Q152 - (valuation.markQ128 << 24n)),
      };
    });
    const collateral = coins.map(({ haircutValueE6, c }): CollateralPnl => {
      return {
        asset: COLLATERAL_SYMBOLS[c],
        haircutValueE6,
        pnlE6Q152: (haircutValueE6 * (scenario.multiplierQ24 - ONE_Q24)) << 128n,
      };
    });
    const lossE6 = lossesE6[id] as bigint;
    return {
      id,
      ...scenario,
      positions,
      collateral,
      pnlSumE6Q152: sum([...positions, ...collateral].map(({ pnlE6Q152 }) => pnlE6Q152)),
      lossE6,
      dampedLossE6Q16: scenario.dampingQ16 * lossE6,
    };
  });
  return {
    underlying: UNDERLYING_SYMBOLS[u],
    indexE4: snapshot.underlyings[u].indexE4,
    scenarios,
    scanE6Q16: scanQ16,
    worstScenario,
  };
}
