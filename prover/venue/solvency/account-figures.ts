// SPDX-License-Identifier: GPL-3.0-or-later
import { contingencies, contingencyBases } from '../../risk/margin/contingencies.ts';
import { valueCollateral, type CollateralValue } from '../../risk/margin/collateral.ts';
import { divCeil } from '../../risk/pricing/fixed-point.ts';
import { ONE_Q24, SCENARIO_COUNT, scenarioAt } from '../../risk/pricing/scenarios.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { InstrumentValuation } from '../../risk/pricing/valuation.ts';
import type { Instrument, Pair, Portfolio, Triple, UnderlyingId } from '../../model/types.ts';
import type { JointScenario } from './joint-scenarios.ts';

/** How an account stands against what admission asks of it. Amounts are E6 USD. */
export interface AccountStanding {
  readonly equityE6: bigint;
  readonly initialMarginE6: bigint;
  /** By covered joint scenario; empty where it is short of nothing in all of them, as nearly all are. */
  readonly shortfallsE6: readonly bigint[];
}

/** Far above what doubles can be wrong by on 64 positions of prices below 2⁴³ E4, as a share of the gross amount. */
const DOUBLES_ERROR = 1e-12;
/** USD: the floors of a loss, of a coin's value and of the sum, each of a unit of E6 at most. */
const FLOORS = 1e-5;
const UNIT_Q152 = 2 ** 152 * 1e6;
const ONE_Q16 = 2 ** 16;

/** A scenario of one underlying in doubles. */
interface Move {
  readonly multiplier: number;
  readonly damping: number;
}

/** A lot of an instrument. */
interface Lot {
  readonly valuation: InstrumentValuation;
  /** USD by scenario id 0…32, exact to the 53 bits of a double. */
  readonly values: Float64Array;
  /** The largest of them without sign. */
  readonly largest: number;
}

interface Held {
  readonly lots: bigint;
  readonly valuation: InstrumentValuation;
}

/** What one underlying of an account comes to. */
interface Side {
  readonly held: readonly Held[];
  readonly coinsE6: bigint;
  readonly haircutE6: bigint;
  /** USD by scenario id in doubles: positions, and coins without haircut. */
  readonly worth: Float64Array;
  /** USD by scenario id in doubles: what would be lost, coins with haircut; not damped. */
  readonly losses: Float64Array;
  /** What the doubles may be wrong by, USD. */
  readonly error: number;
}

/**
 * The figures that admission asks of an account, exact, for less than a whole margin takes: doubles say
 * which scenarios can matter, with a bound on what they are wrong by, and whole numbers what those come to.
 */
export class AccountFigures {
  readonly #market: PricedMarket;
  readonly #covered: readonly JointScenario[];
  /** Of each of them the id in each underlying. */
  readonly #ids: Pair<Uint8Array>;
  readonly #moves: Pair<readonly Move[]>;
  readonly #largestMultiplier: number;
  readonly #lots = new WeakMap<Instrument, Lot>();
  readonly #byValuation = new Map<InstrumentValuation, Lot>();

  /** @param covered the joint scenarios by which shortfalls are told */
  constructor(market: PricedMarket, covered: readonly JointScenario[]) {
    this.#market = market;
    this.#covered = covered;
    this.#ids = [
      Uint8Array.from(covered, ({ ids }) => ids[0]),
      Uint8Array.from(covered, ({ ids }) => ids[1]),
    ];
    const movesOf = (u: UnderlyingId): readonly Move[] =>
      Array.from({ length: SCENARIO_COUNT }, (_, id) => {
        const { multiplierQ24, dampingQ16 } = scenarioAt(market.parameters.underlyings[u], id);
        return {
          multiplier: Number(multiplierQ24) / Number(ONE_Q24),
          damping: Number(dampingQ16) / ONE_Q16,
        };
      });
    this.#moves = [movesOf(0), movesOf(1)];
    this.#largestMultiplier = Math.max(...this.#moves.flat().map(({ multiplier }) => multiplier));
  }

  /** As `marginPortfolio` and `shortfallsCeil` have them, unit for unit. */
  standing(account: Portfolio): AccountStanding {
    const { parameters } = this.#market;
    const collateral = this.#collateral(account);
    const sides = this.#sides(account, collateral);
    const positions = account.positions.map(({ instrument, lots }) => {
      return { instrument, lots, valuation: this.#lotOf(instrument).valuation };
    });
    let markQ128 = 0n;
    for (const { lots, valuation } of positions) markQ128 += lots * valuation.markQ128;
    const scanQ16 = this.#scanQ16(0, sides[0]) + this.#scanQ16(1, sides[1]);
    const extra = contingencies(
      contingencyBases(positions, this.#market),
      collateral,
      this.#market,
    );
    return {
      equityE6: account.quoteE6 + (markQ128 >> 128n) + sides[0].haircutE6 + sides[1].haircutE6,
      initialMarginE6:
        divCeil(parameters.imFactorBps * scanQ16, 10_000n << 16n) +
        extra.imE6 +
        extra.oracleConfidenceE6 +
        extra.oracleLatencyE6 +
        extra.collateralE6,
      shortfallsE6: this.#shortfallsE6(account.quoteE6, sides),
    };
  }

  /** Of the standing the shortfalls alone. */
  shortfallsE6(account: Portfolio): readonly bigint[] {
    return this.#shortfallsE6(account.quoteE6, this.#sides(account, this.#collateral(account)));
  }

  #collateral({ collateralE8 }: Portfolio): Triple<CollateralValue> {
    const { parameters, collateralPricesE4 } = this.#market;
    return valueCollateral(collateralE8, collateralPricesE4, parameters);
  }

  #sides(account: Portfolio, collateral: Triple<CollateralValue>): Pair<Side> {
    return [this.#side(0, account, collateral), this.#side(1, account, collateral)];
  }

  #side(u: UnderlyingId, { positions }: Portfolio, collateral: Triple<CollateralValue>): Side {
    const held: Held[] = [];
    const worth = new Float64Array(SCENARIO_COUNT);
    const losses = new Float64Array(SCENARIO_COUNT);
    let size = 0;
    for (const { instrument, lots } of positions) {
      if (instrument.underlying !== u) continue;
      const lot = this.#lotOf(instrument);
      const count = Number(lots);
      const { values } = lot;
      for (let id = 0; id < SCENARIO_COUNT; id += 1) worth[id]! += count * values[id]!;
      size += Math.abs(count) * lot.largest;
      held.push({ lots, valuation: lot.valuation });
    }
    let coinsE6 = 0n;
    let haircutE6 = 0n;
    collateral.forEach(({ valueE6, haircutValueE6 }, c) => {
      if (this.#market.parameters.collateral[c as 0 | 1 | 2].underlying !== u) return;
      coinsE6 += valueE6;
      haircutE6 += haircutValueE6;
    });
    const coins = Number(coinsE6) / 1e6;
    const haircut = Number(haircutE6) / 1e6;
    const mark = worth[0]!;
    const moves = this.#moves[u];
    for (let id = 0; id < SCENARIO_COUNT; id += 1) {
      const { multiplier } = moves[id]!;
      losses[id] = mark - worth[id]! - haircut * (multiplier - 1);
      worth[id]! += coins * multiplier;
    }
    // A loss is of two values of everything.
    const error = 2 * (size + coins * this.#largestMultiplier) * DOUBLES_ERROR + FLOORS;
    return { held, coinsE6, haircutE6, worth, losses, error };
  }

  /** The largest damped loss, E6·2¹⁶: of the scenarios that could be it the exact ones are compared. */
  #scanQ16(u: UnderlyingId, { held, haircutE6, losses, error }: Side): bigint {
    if (held.length === 0 && haircutE6 === 0n) return 0n;
    const moves = this.#moves[u];
    let least = 0;
    for (let id = 1; id < SCENARIO_COUNT; id += 1) {
      least = Math.max(least, moves[id]!.damping * (losses[id]! - error));
    }
    let scanQ16 = 0n;
    for (let id = 1; id < SCENARIO_COUNT; id += 1) {
      if (moves[id]!.damping * (losses[id]! + error) < least) continue;
      const { multiplierQ24, dampingQ16 } = scenarioAt(this.#market.parameters.underlyings[u], id);
      let lossQ152 = -((haircutE6 * (multiplierQ24 - ONE_Q24)) << 128n);
      for (const { lots, valuation } of held) {
        lossQ152 += lots * ((valuation.markQ128 << 24n) - valuation.valuesQ152[id]!);
      }
      const dampedQ16 = dampingQ16 * (lossQ152 >> 152n);
      if (dampedQ16 > scanQ16) scanQ16 = dampedQ16;
    }
    return scanQ16;
  }

  #shortfallsE6(quoteE6: bigint, [btc, eth]: Pair<Side>): readonly bigint[] {
    const quote = Number(quoteE6) / 1e6;
    const error = btc.error + eth.error + Math.abs(quote) * DOUBLES_ERROR;
    // By place: nearly every account is looked at in all hundred of them, and short in none.
    const mayBeShort = (place: number): boolean =>
      quote + btc.worth[this.#ids[0][place]!]! + eth.worth[this.#ids[1][place]!]! < error;
    let first = 0;
    while (first < this.#covered.length && !mayBeShort(first)) first += 1;
    if (first === this.#covered.length) return [];
    const btcQ152 = this.#worthQ152(0, btc);
    const ethQ152 = this.#worthQ152(1, eth);
    let isShort = false;
    const shortfallsE6 = this.#covered.map(({ ids: [i, j] }, place) => {
      if (!mayBeShort(place)) return 0n;
      const equityE6 = quoteE6 + ((btcQ152(i) + ethQ152(j)) >> 152n);
      if (equityE6 >= 0n) return 0n;
      isShort = true;
      return -equityE6;
    });
    return isShort ? shortfallsE6 : [];
  }

  /** Positions and coins without haircut by scenario id, exact, each when it is first asked for. */
  #worthQ152(u: UnderlyingId, { held, coinsE6 }: Side): (id: number) => bigint {
    const known: (bigint | undefined)[] = [];
    return (id) => {
      let worth = known[id];
      if (worth !== undefined) return worth;
      const { multiplierQ24 } = scenarioAt(this.#market.parameters.underlyings[u], id);
      worth = (coinsE6 * multiplierQ24) << 128n;
      for (const { lots, valuation } of held) worth += lots * valuation.valuesQ152[id]!;
      known[id] = worth;
      return worth;
    };
  }

  #lotOf(instrument: Instrument): Lot {
    const known = this.#lots.get(instrument);
    if (known !== undefined) return known;
    // Two accounts may each have an object of their own for one instrument, which is valued once.
    const valuation = this.#market.value(instrument);
    let lot = this.#byValuation.get(valuation);
    if (lot === undefined) {
      const values = Float64Array.from(valuation.valuesQ152, (value) => Number(value) / UNIT_Q152);
      lot = { valuation, values, largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
      this.#byValuation.set(valuation, lot);
    }
    this.#lots.set(instrument, lot);
    return lot;
  }
}
