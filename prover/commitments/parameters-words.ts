// SPDX-License-Identifier: GPL-3.0-or-later
import { TAG, hashWords } from './hash-words.ts';
import type { Field } from './pack.ts';
import { biased, packFields } from './pack.ts';
import type {
  CollateralParameters,
  RiskParameters,
  Scenario,
  TenorKnot,
  UnderlyingParameters,
} from '../model/types.ts';
import { ROLLS, VOL_SHOCKS } from '../model/types.ts';

/** What a parameter hash commits to: the numbers of the model, and a digest of the whole document. */
export interface CommittedParameters {
  readonly parameters: RiskParameters;
  /** The first 31 bytes of SHA-256 of the canonical JSON, big-endian. */
  readonly documentWord: bigint;
}

/** The words that open a parameter hash, as the circuits take them (docs/spec.md §2.5). */
export interface ParameterWords {
  readonly generalWord: bigint;
  readonly concentrationWord: bigint;
  /** BTC, ETH, stETH. */
  readonly assetWords: readonly [bigint, bigint, bigint];
  readonly volatilityWords: readonly [bigint, bigint];
  /** 14 knots. */
  readonly tenorWords: readonly bigint[];
  /** Per underlying 8, each with four scenarios. */
  readonly scenarioWords: readonly [readonly bigint[], readonly bigint[]];
  readonly documentWord: bigint;
}

const SCENARIO_LANES = 4;
const LANE_BITS = 61;

function repeated(name: string, bits: number, values: readonly bigint[]): readonly Field[] {
  return values.map((value, index) => [`${name}[${index}]`, bits, value]);
}

function generalWord(parameters: RiskParameters): bigint {
  const { shortOption, perpetual, future, confidence, latency } = parameters;
  return packFields([
    ['version', 8, parameters.version],
    ['mmFactorBps', 16, parameters.mmFactorBps],
    ['imFactorBps', 16, parameters.imFactorBps],
    ['cureBufferBps', 16, parameters.cureBufferBps],
    ...[shortOption, perpetual, future].flatMap(({ mmBps, imBps }): Field[] => [
      ['mmBps', 16, mmBps],
      ['imBps', 16, imBps],
    ]),
    ['confidence imBps', 16, confidence.imBps],
    ['confidence thresholdQ10', 11, confidence.thresholdQ10],
    ['latency imBpsPerSecondX10', 16, latency.imBpsPerSecondX10],
    ['latency maxImBps', 16, latency.maxImBps],
  ]);
}

function concentrationWord({ concentration }: RiskParameters): bigint {
  return packFields([
    ...repeated('bandsQ10', 16, concentration.bandsQ10),
    ...repeated('marginalMmBps', 16, concentration.marginalMmBps),
    ...repeated('marginalImBps', 16, concentration.marginalImBps),
  ]);
}

function assetWord(asset: CollateralParameters): bigint {
  return packFields([
    ...repeated('tierThresholds', 40, asset.tierThresholds),
    ...repeated('haircutsBps', 14, asset.haircutsBps),
    ['underlying', 1, BigInt(asset.underlying)],
    ['imExtraBps', 14, asset.imExtraBps],
  ]);
}

function volatilityWord(underlying: UnderlyingParameters): bigint {
  return packFields([
    ['contractSizeE8', 40, underlying.contractSizeE8],
    ['lotsPerContract', 16, underlying.lotsPerContract],
    ['volFloorUpBps', 16, underlying.volFloorUpBps],
    ['floorVarianceRateQ64', 64, underlying.floorVarianceRateQ64],
  ]);
}

function tenorWord(knot: TenorKnot): bigint {
  return packFields([
    ['tauSeconds', 32, knot.tauSeconds],
    ['volUpQ10', 12, knot.volUpQ10],
    ['volDownQ10', 10, knot.volDownQ10],
    ['skewCapQ10', 10, knot.skewCapQ10],
    ['skewSlopeQ10', 13, knot.skewSlopeQ10],
    ['rollLogQ10', 7, knot.rollLogQ10],
  ]);
}

/** One scenario as the circuits open it: 61 bits. */
export function scenarioLane(scenario: Scenario): bigint {
  return packFields([
    ['multiplierQ24', 27, scenario.multiplierQ24],
    ['logMoveQ10', 12, biased(scenario.logMoveQ10, 12)],
    ['dampingQ16', 17, scenario.dampingQ16],
    ['vol', 3, BigInt(VOL_SHOCKS.indexOf(scenario.vol))],
    ['roll', 2, BigInt(ROLLS.indexOf(scenario.roll))],
  ]);
}

function scenarioWords({ scenarios }: UnderlyingParameters): readonly bigint[] {
  return Array.from({ length: scenarios.length / SCENARIO_LANES }, (_, word) =>
    packFields(
      repeated(
        'scenario',
        LANE_BITS,
        scenarios.slice(word * SCENARIO_LANES, (word + 1) * SCENARIO_LANES).map(scenarioLane),
      ),
    ),
  );
}

export function parameterWords({ parameters, documentWord }: CommittedParameters): ParameterWords {
  const [btc, eth] = parameters.underlyings;
  const [collateralBtc, collateralEth, collateralStEth] = parameters.collateral;
  return {
    generalWord: generalWord(parameters),
    concentrationWord: concentrationWord(parameters),
    assetWords: [assetWord(collateralBtc), assetWord(collateralEth), assetWord(collateralStEth)],
    volatilityWords: [volatilityWord(btc), volatilityWord(eth)],
    tenorWords: parameters.tenor.map(tenorWord),
    scenarioWords: [scenarioWords(btc), scenarioWords(eth)],
    documentWord,
  };
}

export function tenorDigest(words: ParameterWords): bigint {
  return hashWords(TAG.tenor, words.tenorWords);
}

export function scenarioDigests(words: ParameterWords): readonly [bigint, bigint] {
  const [btc, eth] = words.scenarioWords;
  return [hashWords(TAG.scenarios, btc), hashWords(TAG.scenarios, eth)];
}

export function hashParameterWords(words: ParameterWords): bigint {
  return hashWords(TAG.parameters, [
    words.generalWord,
    words.concentrationWord,
    ...words.assetWords,
    ...words.volatilityWords,
    tenorDigest(words),
    ...scenarioDigests(words),
    words.documentWord,
  ]);
}

export function parameterHash(set: CommittedParameters): bigint {
  return hashParameterWords(parameterWords(set));
}
