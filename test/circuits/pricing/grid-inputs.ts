// SPDX-License-Identifier: GPL-3.0-or-later
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parameterWords } from '../../../prover/commitments/parameters-words.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import type { PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { Instrument, Portfolio } from '../../../prover/model/types.ts';
import { element } from '../arithmetic/template.ts';
import { markInputs, type NamedInputs } from './position-inputs.ts';

/** Inputs of PositionGrid. */
export function gridInputs(
  instrument: Instrument,
  lots: bigint,
  { snapshot, parameters }: PricedMarket,
): NamedInputs {
  const { tenor, underlyings } = parameters;
  return {
    ...markInputs(instrument, snapshot),
    lots: element(lots),
    tenorTauSeconds: tenor.map((knot) => knot.tauSeconds),
    tenorVolUpQ10: tenor.map((knot) => knot.volUpQ10),
    tenorVolDownQ10: tenor.map((knot) => knot.volDownQ10),
    tenorSkewCapQ10: tenor.map((knot) => knot.skewCapQ10),
    tenorSkewSlopeQ10: tenor.map((knot) => knot.skewSlopeQ10),
    tenorRollLogQ10: tenor.map((knot) => knot.rollLogQ10),
    floorVarianceRateQ64: underlyings.map((own) => own.floorVarianceRateQ64),
    logMoveQ10: underlyings.map((own) => own.scenarios.map((scenario) => scenario.logMoveQ10)),
  };
}

const PER_POSITION = [
  'underlying',
  'occupied',
  'futureOrPut',
  'option',
  'strikeE4',
  'expiry',
  'lots',
  'listed',
  'forwardRatioQ30',
  'settlementPriceE4',
  'aQ44',
  'bQ30',
  'cQ30',
  'mQ24',
  'sigmaQ24',
  'kMinQ10',
  'kMaxQ10',
] as const;
const EMPTY: Instrument = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n };

/** Inputs of the harness AccountGrid with `count` slots, the last ones empty. */
export function accountInputs(
  portfolio: Portfolio,
  market: PricedMarket,
  count: number,
): NamedInputs {
  const { snapshot, parameters } = market;
  const words = parameterWords({ ...loadDefaultParameters(), parameters });
  const rows = Array.from({ length: count }, (_, i) => {
    const position = portfolio.positions[i];
    return position === undefined
      ? { ...gridInputs(EMPTY, 0n, market), occupied: 0n }
      : gridInputs(position.instrument, position.lots, market);
  });
  const { collateral } = marginPortfolio(portfolio, market);
  return {
    ...Object.fromEntries(PER_POSITION.map((name) => [name, rows.map((row) => row[name]!)])),
    time: snapshot.time,
    indexE4: rows[0]!['indexE4']!,
    perpetualMarkE4: rows[0]!['perpetualMarkE4']!,
    tenorWord: words.tenorWords,
    scenarioWord: words.scenarioWords,
    floorVarianceRateQ64: rows[0]!['floorVarianceRateQ64']!,
    assetUnderlying: parameters.collateral.map(({ underlying }) => BigInt(underlying)),
    haircutValueE6: collateral.map(({ haircutValueE6 }) => haircutValueE6),
  };
}
