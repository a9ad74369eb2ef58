// SPDX-License-Identifier: GPL-3.0-or-later
import type { CurvePoint, ReportSignature } from '../commitments/eddsa.ts';
import {
  headlineList,
  headlinesFrom,
  headlinesWord,
  reportTimeWord,
  sourcesHash,
  sourceWords,
  type ComponentAges,
  type Headlines,
  type PriceReport,
  type PriceSource,
} from '../commitments/report-words.ts';
import { snapshotHash, snapshotWords } from '../commitments/snapshot-words.ts';
import { PlimsollError } from '../core/errors.ts';
import { LEAST_SOURCES, MAX_AGE, SOURCE_PLACES } from '../model/price-sources.ts';
import type { MarketSnapshot } from '../model/types.ts';
import type { CircuitInputs } from './circuit-input.ts';
import type { StatementSignals } from './generated/public-signals.ts';
import type { StatementInstance } from './instance.ts';

/** A report under its source's signature. */
export interface SignedReport {
  readonly report: PriceReport;
  readonly signature: ReportSignature;
}

export interface OracleMedianRequest {
  readonly snapshot: MarketSnapshot;
  /** Three to five, in the order of the set. */
  readonly sources: readonly PriceSource[];
  /** By place of the set; `undefined` for a source that is not heard. */
  readonly reports: readonly (SignedReport | undefined)[];
  /** `reportVenue`, which every report names. */
  readonly venue: bigint;
}

/** Where an absent source's nonce must be: on the curve. The base point. */
const ON_CURVE: CurvePoint = [
  5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  16950150798460657717958625567821834550301663161624707787222815936182638968203n,
];
const COMPONENTS = ['index', 'perpetual', 'collateral'] as const;

export function snapshotHeadlines({ underlyings, collateral }: MarketSnapshot): Headlines {
  return headlinesFrom([
    ...underlyings.map(({ indexE4 }) => indexE4),
    ...underlyings.map(({ perpetualMarkE4 }) => perpetualMarkE4),
    ...collateral.map(({ redemptionRateQ30 }) => redemptionRateQ30),
  ]);
}

/** The public signals that are a snapshot's alone, whoever reported. */
export function snapshotSignals(
  snapshot: MarketSnapshot,
): Omit<StatementSignals['oracle-median'], 'sourcesHash' | 'included' | 'venue'> {
  const [
    indexBtcE4,
    indexEthE4,
    perpetualBtcE4,
    perpetualEthE4,
    rateBtcQ30,
    rateEthQ30,
    rateStEthQ30,
  ] = headlineList(snapshotHeadlines(snapshot)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return {
    snapshotHash: snapshotHash(snapshot),
    indexBtcE4,
    indexEthE4,
    perpetualBtcE4,
    perpetualEthE4,
    rateBtcQ30,
    rateEthQ30,
    rateStEthQ30,
    time: snapshot.time,
    indexTime: snapshot.indexTime,
    perpetualTime: snapshot.perpetualTime,
    collateralTime: snapshot.collateralTime,
  };
}

/** How old a snapshot says that its components are. */
function claimedAges(snapshot: MarketSnapshot): ComponentAges {
  const { time, indexTime, perpetualTime, collateralTime } = snapshot;
  return {
    index: time - indexTime,
    perpetual: time - perpetualTime,
    collateral: time - collateralTime,
  };
}

/** The middle two of some values, or the middle one twice. */
function middle(values: readonly bigint[]): readonly [lower: bigint, upper: bigint] {
  const sorted = [...values].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
}

const middles = (reports: readonly PriceReport[]): readonly (readonly [bigint, bigint])[] => {
  const numbers = reports.map(headlineList);
  return (numbers[0] ?? []).map((_, n) => middle(numbers.map((of) => of[n]!)));
};

/** By number the median of what was reported; of an even number ⌊mean of the middle two⌋. */
export function medianHeadlines(reports: readonly PriceReport[]): Headlines {
  return headlinesFrom(middles(reports).map(([lower, upper]) => (lower + upper) >> 1n));
}

function requireProvable({ snapshot, sources, reports, venue }: OracleMedianRequest): void {
  const refuse = (message: string): never => {
    throw new PlimsollError('NO_MEDIAN', message);
  };
  const heard = reports.flatMap((signed) => (signed === undefined ? [] : [signed.report]));
  if (heard.length < LEAST_SOURCES) {
    refuse(`${heard.length} sources were heard, ${LEAST_SOURCES} must be`);
  }
  const claimed = claimedAges(snapshot);
  for (const component of COMPONENTS) {
    const age = claimed[component];
    if (age < 0n || age > MAX_AGE) refuse(`the snapshot's ${component} is ${age} s old`);
  }
  for (const [place, signed] of reports.entries()) {
    if (signed === undefined) continue;
    const { report } = signed;
    const source = sources[place];
    if (source === undefined) refuse(`the set has no source ${place}`);
    if (report.venue !== venue) refuse(`the report of source ${place} is for another venue`);
    if (report.time !== snapshot.time) {
      refuse(
        `the report of source ${place} is of ${report.time}, the snapshot of ${snapshot.time}`,
      );
    }
    for (const component of COMPONENTS) {
      const [age, allowed] = [report.ages[component], source!.maxAges[component]];
      if (age > allowed) {
        refuse(`the ${component} of source ${place} is ${age} s old, its rule allows ${allowed}`);
      }
      if (age > claimed[component]) {
        refuse(`the snapshot says that its ${component} is younger than that of source ${place}`);
      }
    }
  }
  if (headlinesWord(medianHeadlines(heard)) !== headlinesWord(snapshotHeadlines(snapshot))) {
    refuse('the headline numbers of the snapshot are not the medians of the reports');
  }
}

/** The inputs of `OracleMedian`. An absent source stands with a report of no age that nobody signed. */
export function oracleMedianInputs(request: OracleMedianRequest): CircuitInputs {
  const { snapshot, sources, reports, venue } = request;
  const places = Array.from({ length: SOURCE_PLACES }, (_, place) => reports[place]);
  const heard = places.flatMap((signed) => (signed === undefined ? [] : [signed.report]));
  const words = sourceWords(sources);
  const of = middles(heard);
  const { timeWord, underlyingWords, collateralWord, sliceWords } = snapshotWords(snapshot);
  return {
    venue,
    timeWord,
    underlyingWord: underlyingWords,
    collateralWord,
    sliceWord: sliceWords,
    key: words.map(([x, y]) => [x!, y!]),
    ruleWord: words.map(([, , rule]) => rule!),
    isIncluded: places.map((signed) => (signed === undefined ? 0n : 1n)),
    reportTimeWord: places.map((signed) =>
      signed === undefined ? snapshot.time : reportTimeWord(signed.report),
    ),
    reportValueWord: places.map((signed) =>
      signed === undefined ? 0n : headlinesWord(signed.report),
    ),
    signature: places.map((signed) =>
      signed === undefined
        ? [...ON_CURVE, 0n]
        : [...signed.signature.nonce, signed.signature.scalar],
    ),
    lower: of.map(([lower]) => lower),
    upper: of.map(([, upper]) => upper),
  };
}

/**
 * The statement that the snapshot's headline numbers are the medians of these reports. Signatures are
 * checked by the circuit. Throws `NO_MEDIAN` where it is not true.
 */
export function oracleMedianInstance(
  request: OracleMedianRequest,
): StatementInstance<'oracle-median'> {
  requireProvable(request);
  const { snapshot, sources, reports, venue } = request;
  return {
    statement: 'oracle-median',
    profile: 'any',
    inputs: oracleMedianInputs(request),
    publicSignals: {
      ...snapshotSignals(snapshot),
      sourcesHash: sourcesHash(sources),
      included: reports.reduce(
        (bits, signed, place) => (signed === undefined ? bits : bits | (1n << BigInt(place))),
        0n,
      ),
      venue,
    },
  };
}
