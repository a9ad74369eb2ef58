// SPDX-License-Identifier: GPL-3.0-or-later
import type { CircuitInput } from '../../../prover/statements/circuit-input.ts';
import { MARK_SCENARIO } from '../../../prover/risk/pricing/scenarios.ts';
import {
  ROLLS,
  VOL_SHOCKS,
  type Instrument,
  type MarketSnapshot,
  type RiskParameters,
  type Slice,
} from '../../../prover/model/types.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';

export type NamedInputs = Record<string, CircuitInput>;

const bits = (value: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((value >> i) & 1));

/** The slice as the circuit's unpacking decodes it: a word that carries no surface is raw zeros. */
export function sliceInputs(slice: Slice | undefined): NamedInputs {
  const settlementPriceE4 = slice?.state === 'expired' ? slice.settlementPriceE4 : 0n;
  const raw =
    slice?.state === 'live'
      ? { ...slice, settlementPriceE4: (slice.aQ44 + (1n << 47n)) % (1n << 40n) }
      : {
          settlementPriceE4,
          aQ44: settlementPriceE4 - (1n << 47n),
          bQ30: 0n,
          cQ30: -(1n << 32n),
          mQ24: -(1n << 27n),
          sigmaQ24: 0n,
          kMinQ10: -(1n << 13n),
          kMaxQ10: -(1n << 13n),
        };
  return {
    listed: slice === undefined ? 0n : 1n,
    forwardRatioQ30: slice?.forwardRatioQ30 ?? 1n << 30n,
    settlementPriceE4: raw.settlementPriceE4,
    aQ44: raw.aQ44,
    bQ30: raw.bQ30,
    cQ30: raw.cQ30,
    mQ24: raw.mQ24,
    sigmaQ24: raw.sigmaQ24,
    kMinQ10: raw.kMinQ10,
    kMaxQ10: raw.kMaxQ10,
  };
}

/** Inputs of PositionMark. */
export function markInputs(instrument: Instrument, snapshot: MarketSnapshot): NamedInputs {
  const { underlying, kind, expiry, strikeE4 } = instrument;
  const slice =
    kind === 'perpetual'
      ? undefined
      : snapshot.underlyings[underlying].slices.find((candidate) => candidate.expiry === expiry);
  return {
    underlying: BigInt(underlying),
    occupied: 1n,
    futureOrPut: kind === 'future' || kind === 'put' ? 1n : 0n,
    option: kind === 'call' || kind === 'put' ? 1n : 0n,
    strikeE4,
    expiry,
    time: snapshot.time,
    indexE4: snapshot.underlyings.map(({ indexE4 }) => indexE4),
    perpetualMarkE4: snapshot.underlyings.map(({ perpetualMarkE4 }) => perpetualMarkE4),
    ...sliceInputs(slice),
  };
}

/** Inputs of the harness PricedPosition: PositionScenario behind one ScenarioTerms per underlying. */
export function scenarioInputs(
  instrument: Instrument,
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
  ids: readonly [number, number],
): NamedInputs {
  const { tenor } = parameters;
  const scenarios = ids.map((id, u) =>
    id === 0 ? MARK_SCENARIO : parameters.underlyings[u as 0 | 1].scenarios[id - 1]!,
  );
  return {
    ...markInputs(instrument, snapshot),
    tenorTauSeconds: tenor.map((knot) => knot.tauSeconds),
    volUpQ10: tenor.map((knot) => knot.volUpQ10),
    volDownQ10: tenor.map((knot) => knot.volDownQ10),
    skewSlopeQ10: tenor.map((knot) => knot.skewSlopeQ10),
    rollLogQ10: tenor.map((knot) => knot.rollLogQ10),
    tenorSkewCapQ10: tenor.map((knot) => knot.skewCapQ10),
    multiplierQ24: scenarios.map(({ multiplierQ24 }) => multiplierQ24),
    logMoveQ10: scenarios.map(({ logMoveQ10 }) => logMoveQ10),
    vol: scenarios.map(({ vol }) => bits(VOL_SHOCKS.indexOf(vol), 3)),
    roll: scenarios.map(({ roll }) => bits(ROLLS.indexOf(roll), 2)),
    floorVarianceRateQ64: parameters.underlyings.map((own) => own.floorVarianceRateQ64),
  };
}

const FIELD = SCALAR_FIELD;

/** A field element read as a signed number. */
export const signed = (element: bigint): bigint =>
  element > FIELD / 2n ? element - FIELD : element;
