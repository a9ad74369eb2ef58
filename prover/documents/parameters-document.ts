// SPDX-License-Identifier: GPL-3.0-or-later
import { sha256 } from '@noble/hashes/sha2.js';

import type { CommittedParameters } from '../commitments/parameters-words.ts';
import type {
  CollateralParameters,
  RiskParameters,
  Roll,
  Scenario,
  TenorKnot,
  UnderlyingId,
  UnderlyingParameters,
} from '../model/types.ts';
import { ROLLS } from '../model/types.ts';
import { canonicalJson, parseJson, parseValue, withPlaces } from '../core/schema.ts';
import defaultSet from './default-parameters.json' with { type: 'json' };
import { checkParameters } from './parameters-rules.ts';
import type { ParametersDocument } from './parameters-schema.ts';
import { parametersSchema } from './parameters-schema.ts';
import { SECONDS_PER_YEAR } from '../core/year.ts';

/** A parameter set as read: what the model uses, and a digest of all the document says. */
export interface ParameterSet extends CommittedParameters {
  readonly document: ParametersDocument;
}

const BPS_SQUARED = 100_000_000n;
const DOCUMENT_WORD_BYTES = 31;

type Quad = readonly [bigint, bigint, bigint, bigint];

function triple(values: readonly number[]): readonly [bigint, bigint, bigint] {
  const [first = 0, second = 0, third = 0] = values;
  return [BigInt(first), BigInt(second), BigInt(third)];
}

function quad(values: readonly number[]): Quad {
  return [...triple(values), BigInt(values[3] ?? 0)];
}

function scenarioOf(document: ParametersDocument['underlyings'][0]['scenarios'][number]): Scenario {
  const roll: Roll =
    document.forwardRoll === 0 ? ROLLS[0] : ROLLS[document.forwardRoll > 0 ? 1 : 2];
  return {
    multiplierQ24: BigInt(document.multiplierQ24),
    logMoveQ10: BigInt(document.logMoveQ10),
    dampingQ16: BigInt(document.dampingQ16),
    vol: document.vol,
    roll,
  };
}

function underlyingOf(document: ParametersDocument['underlyings'][0]): UnderlyingParameters {
  const volFloorUpBps = BigInt(document.volFloorUpBps);
  return {
    contractSizeE8: BigInt(document.contractSizeE8),
    lotsPerContract: BigInt(document.lotsPerContract),
    volFloorUpBps,
    floorVarianceRateQ64:
      (2n ** 64n * volFloorUpBps ** 2n) / (BPS_SQUARED * BigInt(SECONDS_PER_YEAR)),
    scenarios: document.scenarios.map(scenarioOf),
  };
}

function collateralOf(document: ParametersDocument['collateral'][1]): CollateralParameters {
  const underlying: UnderlyingId = document.underlying === 0 ? 0 : 1;
  return {
    underlying,
    tierThresholds: triple(document.tiers.map(({ upToQuote }) => upToQuote ?? 0)),
    haircutsBps: quad(document.tiers.map(({ haircutBps }) => haircutBps)),
    imExtraBps: BigInt(document.imExtraBps),
  };
}

function knotOf(document: ParametersDocument['tenorTable'][number]): TenorKnot {
  return {
    tauSeconds: BigInt(document.tauSeconds),
    volUpQ10: BigInt(document.volUpQ10),
    volDownQ10: BigInt(document.volDownQ10),
    skewCapQ10: BigInt(document.skewCapQ10),
    skewSlopeQ10: BigInt(document.skewSlopeQ10),
    rollLogQ10: BigInt(document.rollLogQ10),
  };
}

function marginOf(document: { mmBps: number; imBps: number }) {
  return { mmBps: BigInt(document.mmBps), imBps: BigInt(document.imBps) };
}

function parametersOf(document: ParametersDocument): RiskParameters {
  const { contingencies, factors, underlyings } = document;
  const { oracleConfidence, oracleLatency, concentration } = contingencies;
  const [, btc, eth, stEth] = document.collateral;
  return {
    version: BigInt(document.version),
    mmFactorBps: BigInt(factors.mmFactorBps),
    imFactorBps: BigInt(factors.imFactorBps),
    cureBufferBps: BigInt(factors.cureBufferBpsOfMM),
    shortOption: marginOf(contingencies.shortOption),
    perpetual: marginOf(contingencies.perpetual),
    future: marginOf(contingencies.future),
    confidence: {
      imBps: BigInt(oracleConfidence.imBps),
      thresholdQ10: BigInt(oracleConfidence.thresholdQ10),
    },
    latency: {
      imBpsPerSecondX10: BigInt(oracleLatency.imBpsPerSecondX10),
      maxImBps: BigInt(oracleLatency.maxImBps),
    },
    concentration: {
      bandsQ10: triple(concentration.bandsOfDepthQ10),
      marginalMmBps: quad(concentration.marginalMmBps),
      marginalImBps: quad(concentration.marginalImBps),
    },
    collateral: [collateralOf(btc), collateralOf(eth), collateralOf(stEth)],
    underlyings: [underlyingOf(underlyings[0]), underlyingOf(underlyings[1])],
    tenor: document.tenorTable.map(knotOf),
  };
}

function documentWordOf(value: unknown): bigint {
  const digest = sha256(new TextEncoder().encode(canonicalJson(value)));
  return digest
    .subarray(0, DOCUMENT_WORD_BYTES)
    .reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
}

/** The text of a document as read: the same set, under the same hash. */
export function formatParameters({ document }: Pick<ParameterSet, 'document'>): string {
  const text = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? String(value) : value;
  return `${JSON.stringify(document, text, 2)}\n`;
}

/** Reads a parameter set; throws `InvalidInput` naming field and rule. */
export function parseParameters(source: string): ParameterSet {
  const value = parseJson(source, 'parameters');
  return withPlaces(source, () => parametersOfValue(value));
}

function parametersOfValue(value: unknown): ParameterSet {
  const document = parseValue(parametersSchema, value, 'parameters');
  checkParameters(document);
  return { parameters: parametersOf(document), document, documentWord: documentWordOf(value) };
}

/** The set the project ships. */
export function loadDefaultParameters(): ParameterSet {
  return parametersOfValue(defaultSet);
}
