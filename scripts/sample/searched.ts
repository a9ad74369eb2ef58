// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import { marginPortfolio } from '../../prover/risk/margin/margin.ts';
import type { PricedMarket } from '../../prover/risk/pricing/market.ts';
import { SCENARIO_COUNT, scenarioAt } from '../../prover/risk/pricing/scenarios.ts';
import type { Instrument, Position, UnderlyingId } from '../../prover/model/types.ts';
import {
  type Draft,
  NO_COLLATERAL,
  type Series,
  future,
  leg,
  netted,
  option,
  perpetual,
} from './drafts.ts';
import type { Random } from './random.ts';
import { type LossVector, portfolioWithWorst } from './worst.ts';

const UNDERLYING_NAMES = ['btc', 'eth'] as const;
/** Round numbers near the index of the crash. */
const LEVEL: readonly [number, number] = [58_000, 1_540];
const STRIKE_STEP: readonly [number, number] = [2_000, 50];
/** The largest leg of a searched portfolio. */
const LARGEST_LOTS: readonly [number, number] = [1_000, 20_000];

/** Percent of the level; out of the money, as options are traded. */
const STRIKES: readonly (readonly [Series, readonly number[]])[] = [
  ['nextDay', [92, 96, 100, 104, 108]],
  ['week1', [85, 92, 100, 108, 115]],
  ['week3', [75, 85, 92, 100, 108, 115, 125]],
  ['march', [60, 70, 80, 90, 100, 110, 120, 135, 150, 200]],
  ['december', [40, 60, 80, 100, 125, 150, 200, 250, 350, 600]],
];

/** One contract of everything a searched portfolio may hold. */
export function candidates(underlying: UnderlyingId): readonly Instrument[] {
  const step = STRIKE_STEP[underlying];
  const options = STRIKES.flatMap(([series, percents]) =>
    percents.map((percent) => {
      const strike = Math.round((LEVEL[underlying] * percent) / 100 / step) * step;
      return option(underlying, percent < 100 ? 'put' : 'call', series, strike, 100);
    }),
  );
  const deltaOne = [
    perpetual(underlying, 100),
    future(underlying, 'march', 100),
    future(underlying, 'december', 100),
  ];
  return [...deltaOne, ...options].map(({ instrument }) => instrument);
}

function lossVector(instrument: Instrument, market: PricedMarket): LossVector {
  const positions = [{ instrument, lots: 100n }];
  const margin = marginPortfolio({ quoteE6: 0n, collateralE8: NO_COLLATERAL, positions }, market);
  const { lossesE6 } = margin.underlyings[instrument.underlying];
  const parameters = market.parameters.underlyings[instrument.underlying];
  return lossesE6.map(
    (lossE6, id) => (Number(lossE6) * Number(scenarioAt(parameters, id).dampingQ16)) / 65_536,
  );
}

/** For each scenario id of each underlying, an account whose worst scenario it is in the crash. */
export function worstScenarioAccounts(crash: PricedMarket, random: Random): readonly Draft[] {
  return ([0, 1] as const).flatMap((underlying) => {
    const instruments = candidates(underlying);
    const vectors = instruments.map((instrument) => lossVector(instrument, crash));
    return Array.from({ length: SCENARIO_COUNT - 1 }, (_, place): Draft => {
      const id = place + 1;
      const name = `worst-${UNDERLYING_NAMES[underlying]}-${id}`;
      const found = portfolioWithWorst(id, vectors, LARGEST_LOTS[underlying], random);
      if (found === undefined) throw new Error(`${name}: no portfolio found`);
      const positions = found.legs.map(([candidate, lots]) => {
        const instrument = instruments[candidate];
        if (instrument === undefined) throw new Error(`${name}: no such candidate`);
        return leg(instrument, lots);
      });
      return {
        name,
        kind: 'worst-scenario',
        note: `scenario ${id} is its worst in the crash`,
        collateralE8: NO_COLLATERAL,
        positions: netted(positions),
        funding: { rule: 'alwaysHealthy', percent: 150n },
      };
    });
  });
}

/** Accounts of given position counts, over instruments that are traded anyway. */
export function countedAccounts(
  counts: readonly number[],
  traded: readonly Instrument[],
  random: Random,
): readonly Draft[] {
  return counts.map((count): Draft => {
    const positions = new Map<bigint, Position>();
    while (positions.size < count) {
      const instrument = random.pick(traded);
      const lots = random.between(1, 30) * (instrument.underlying === 0 ? 5 : 100);
      const key = instrumentKey(instrument);
      if (!positions.has(key)) {
        positions.set(key, leg(instrument, random.chance(50) ? lots : -lots));
      }
    }
    return {
      name: `positions-${count}`,
      kind: 'position-count',
      note: `holds exactly ${count} positions`,
      collateralE8: NO_COLLATERAL,
      positions: netted([...positions.values()]),
      funding: { rule: 'calmInitialMargin', percent: 160n },
    };
  });
}
