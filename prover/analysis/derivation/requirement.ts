// SPDX-License-Identifier: GPL-3.0-or-later
import type { ValuedPosition } from '../../risk/margin/contingencies.ts';
import { abs, max, min, sum } from '../../risk/pricing/fixed-point.ts';
import { isOption, isPerpetual } from '../../model/instrument.ts';
import type { AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { optionGroups } from '../../risk/margin/uncovered.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type MarginBps,
  type UnderlyingId,
} from '../../model/types.ts';

/** price × lots of one position, exact; of short options one part a group, at its last position. */
export interface NotionalPart {
  readonly position: number;
  readonly priceE4: bigint;
  readonly chargedLots: bigint;
  readonly notionalE6: bigint;
}

/** base × rate; rounded only in the total of all such lines. */
export interface NotionalLine extends MarginBps {
  readonly name: 'uncovered short options' | 'perpetuals' | 'dated futures';
  readonly parts: readonly NotionalPart[];
  readonly baseE6: bigint;
  readonly mmE10: bigint;
  readonly imE10: bigint;
}

export interface BandLine extends MarginBps {
  /** Where the band begins: share of depth × depth. */
  readonly fromE6Q10: bigint;
  /** The part of the dollar delta inside. */
  readonly amountE6Q10: bigint;
}

export interface ConcentrationLine {
  readonly underlying: string;
  readonly parts: readonly {
    readonly position: number;
    readonly lots: bigint;
    readonly deltaQ128: bigint;
  }[];
  /** Σ lots·delta. */
  readonly deltaLotsQ128: bigint;
  readonly indexE4: bigint;
  /** ⌈|Σ lots·delta|·index/2¹²⁸⌉. */
  readonly dollarDeltaE6: bigint;
  readonly depthUsd: bigint;
  readonly bands: readonly BandLine[];
  readonly mmE10Q10: bigint;
  readonly imE10Q10: bigint;
}

/** Charged in initial margin only, each rounded up on its own. */
export interface InitialLines {
  readonly oracleConfidence: {
    readonly parts: readonly (NotionalPart & {
      readonly confidenceQ10: bigint;
      /** max(0, threshold − confidence). */
      readonly doubtQ10: bigint;
    })[];
    readonly baseE6Q10: bigint;
    readonly imBps: bigint;
    readonly thresholdQ10: bigint;
    /** ⌈imBps·base/(10⁴·threshold)⌉. */
    readonly imE6: bigint;
  };
  readonly oracleLatency: {
    readonly indexAgeSeconds: bigint;
    readonly dollarDeltaE6: bigint;
    /** min(10·maximum, age × rate), in 10⁻⁵. */
    readonly rateE5: bigint;
    /** ⌈dollar delta·rate/10⁵⌉. */
    readonly imE6: bigint;
  };
  readonly collateral: {
    readonly parts: readonly {
      readonly asset: string;
      readonly haircutValueE6: bigint;
      readonly imExtraBps: bigint;
    }[];
    /** ⌈Σ H·rate/10⁴⌉. */
    readonly imE6: bigint;
  };
}

export interface RequirementLines {
  readonly mmFactorBps: bigint;
  readonly imFactorBps: bigint;
  readonly scanSumE6Q16: bigint;
  /** ⌈factor·Σ scan/(10⁴·2¹⁶)⌉. */
  readonly scanMmE6: bigint;
  readonly scanImE6: bigint;
  readonly notional: readonly NotionalLine[];
  readonly concentration: readonly ConcentrationLine[];
  /** ⌈(2¹⁰·Σ notional + Σ concentration)/(10⁴·2¹⁰)⌉. */
  readonly contingenciesMmE6: bigint;
  readonly contingenciesImE6: bigint;
  readonly initialOnly: InitialLines;
  readonly mmE6: bigint;
  readonly imE6: bigint;
}

type Placed = ValuedPosition & { readonly place: number };

const chargedLots = ({ instrument, lots }: Placed): bigint =>
  isOption(instrument) ? max(0n, -lots) : abs(lots);

const notional = (position: Placed, priceE4: bigint): NotionalPart => ({
  position: position.place,
  priceE4,
  chargedLots: chargedLots(position),
  notionalE6: priceE4 * chargedLots(position),
});

function notionalLine(
  name: NotionalLine['name'],
  { mmBps, imBps }: MarginBps,
  parts: readonly NotionalPart[],
): NotionalLine {
  const baseE6 = sum(parts.map(({ notionalE6 }) => notionalE6));
  return { name, mmBps, imBps, parts, baseE6, mmE10: mmBps * baseE6, imE10: imBps * baseE6 };
}

function concentrationLine(
  u: UnderlyingId,
  dollarDeltaE6: bigint,
  open: readonly Placed[],
  { snapshot, parameters }: PricedMarket,
): ConcentrationLine {
  const { bandsQ10, marginalMmBps, marginalImBps } = parameters.concentration;
  const { indexE4, depthQuote: depthUsd } = snapshot.underlyings[u];
  const parts = open
    .filter(({ instrument }) => instrument.underlying === u)
    .map(({ place, lots, valuation: { deltaQ128 } }) => ({ position: place, lots, deltaQ128 }));
  const starts = [0n, ...bandsQ10.map((band) => band * depthUsd * 1_000_000n)];
  const bands = starts.map((fromE6Q10, band): BandLine => {
    const next = starts[band + 1];
    const above = max(0n, (dollarDeltaE6 << 10n) - fromE6Q10);
    const beyond = next === undefined ? 0n : max(0n, (dollarDeltaE6 << 10n) - next);
    return {
      fromE6Q10,
      amountE6Q10: above - beyond,
      mmBps: marginalMmBps[band as 0 | 1 | 2 | 3],
      imBps: marginalImBps[band as 0 | 1 | 2 | 3],
    };
  });
  return {
    underlying: UNDERLYING_SYMBOLS[u],
    parts,
    deltaLotsQ128: sum(parts.map(({ lots, deltaQ128 }) => lots * deltaQ128)),
    indexE4,
    dollarDeltaE6,
    depthUsd,
    bands,
    mmE10Q10: sum(bands.map(({ amountE6Q10, mmBps }) => amountE6Q10 * mmBps)),
    imE10Q10: sum(bands.map(({ amountE6Q10, imBps }) => amountE6Q10 * imBps)),
  };
}

function initialLines(
  margin: AccountMargin,
  open: readonly Placed[],
  { snapshot, parameters }: PricedMarket,
): InitialLines {
  const { oracleConfidenceE6, oracleLatencyE6, collateralE6, bases } = margin.contingencies;
  const { confidence, latency } = parameters;
  const doubtful = open.map((position) => {
    const { confidenceQ10 } = position.valuation;
    const { indexE4 } = snapshot.underlyings[position.instrument.underlying];
    const doubtQ10 = max(0n, confidence.thresholdQ10 - confidenceQ10);
    return { ...notional(position, indexE4), confidenceQ10, doubtQ10 };
  });
  const indexAgeSeconds = snapshot.time - snapshot.indexTime;
  return {
    oracleConfidence: {
      parts: doubtful.filter(({ notionalE6, doubtQ10 }) => notionalE6 * doubtQ10 !== 0n),
      baseE6Q10: bases.lowConfidenceQ10,
      ...confidence,
      imE6: oracleConfidenceE6,
    },
    oracleLatency: {
      indexAgeSeconds,
      dollarDeltaE6: sum(bases.dollarDeltaE6),
      rateE5: min(10n * latency.maxImBps, latency.imBpsPerSecondX10 * indexAgeSeconds),
      imE6: oracleLatencyE6,
    },
    collateral: {
      parts: margin.collateral.map(({ haircutValueE6 }, c) => ({
        asset: COLLATERAL_SYMBOLS[c] as string,
        haircutValueE6,
        imExtraBps: parameters.collateral[c as 0 | 1 | 2].imExtraBps,
      })),
      imE6: collateralE6,
    },
  };
}

export function requirementLines(margin: AccountMargin, market: PricedMarket): RequirementLines {
  const { parameters, snapshot } = market;
  const { contingencies, underlyings } = margin;
  const open = margin.positions
    .map((position, place): Placed => ({ ...position, place }))
    .filter(({ valuation }) => !valuation.settled);
  const options = optionGroups(open)
    .filter(({ uncoveredLots }) => uncoveredLots > 0n)
    .map(({ places, uncoveredLots }): NotionalPart => {
      const { instrument, place } = open[places.at(-1)!]!;
      const priceE4 = snapshot.underlyings[instrument.underlying].indexE4;
      return {
        position: place,
        priceE4,
        chargedLots: uncoveredLots,
        notionalE6: priceE4 * uncoveredLots,
      };
    });
  const perpetuals = open.filter(({ instrument }) => isPerpetual(instrument));
  const futures = open.filter(({ instrument }) => instrument.kind === 'future');
  const atReference = (position: Placed): NotionalPart =>
    notional(position, position.valuation.referenceE4);
  return {
    mmFactorBps: parameters.mmFactorBps,
    imFactorBps: parameters.imFactorBps,
    scanSumE6Q16: underlyings[0].scanQ16 + underlyings[1].scanQ16,
    scanMmE6: margin.scanMmE6,
    scanImE6: margin.scanImE6,
    notional: [
      notionalLine('uncovered short options', parameters.shortOption, options),
      notionalLine('perpetuals', parameters.perpetual, perpetuals.map(atReference)),
      notionalLine('dated futures', parameters.future, futures.map(atReference)),
    ],
    concentration: UNDERLYINGS.map((u) =>
      concentrationLine(u, contingencies.bases.dollarDeltaE6[u], open, market),
    ),
    contingenciesMmE6: contingencies.mmE6,
    contingenciesImE6: contingencies.imE6,
    initialOnly: initialLines(margin, open, market),
    mmE6: margin.mmE6,
    imE6: margin.imE6,
  };
}
