// SPDX-License-Identifier: GPL-3.0-or-later
import { SOURCE_PLACES } from '../model/price-sources.ts';
import type { Pair, Triple } from '../model/types.ts';
import type { CurvePoint } from './eddsa.ts';
import { TAG, hashWords } from './hash-words.ts';
import { packFields } from './pack.ts';

/** The numbers of a snapshot that a contract sees. */
export interface Headlines {
  readonly indexPricesE4: Pair<bigint>;
  readonly perpetualMarksE4: Pair<bigint>;
  readonly redemptionRatesQ30: Triple<bigint>;
}

/** Seconds, by component. */
export interface ComponentAges {
  readonly index: bigint;
  readonly perpetual: bigint;
  readonly collateral: bigint;
}

/** What one source says of one minute. */
export interface PriceReport extends Headlines {
  /** `reportVenue`: whom it is for. */
  readonly venue: bigint;
  /** Unix seconds: the time of the snapshot that it is meant for. */
  readonly time: bigint;
  /** How old the numbers were then. */
  readonly ages: ComponentAges;
}

/** Who may be heard, and how old what it reports may be. */
export interface PriceSource {
  readonly key: CurvePoint;
  readonly maxAges: ComponentAges;
}

const WIDTHS = { index: 38, perpetual: 40, rate: 32 } as const;

const ageFields = ({ index, perpetual, collateral }: ComponentAges) =>
  [
    ['age of the index', 16, index],
    ['age of the perpetual', 16, perpetual],
    ['age of the collateral', 16, collateral],
  ] as const;

/** The seven numbers in the order of the statement. */
export function headlineList(headlines: Headlines): readonly bigint[] {
  const { indexPricesE4, perpetualMarksE4, redemptionRatesQ30 } = headlines;
  return [...indexPricesE4, ...perpetualMarksE4, ...redemptionRatesQ30];
}

export function headlinesFrom(numbers: readonly bigint[]): Headlines {
  const [a, b, c, d, e, f, g] = numbers as [bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  return { indexPricesE4: [a, b], perpetualMarksE4: [c, d], redemptionRatesQ30: [e, f, g] };
}

export function headlinesWord(headlines: Headlines): bigint {
  const { indexPricesE4, perpetualMarksE4, redemptionRatesQ30 } = headlines;
  return packFields([
    ...indexPricesE4.map((value) => ['index price', WIDTHS.index, value] as const),
    ...perpetualMarksE4.map((value) => ['perpetual mark', WIDTHS.perpetual, value] as const),
    ...redemptionRatesQ30.map((value) => ['redemption rate', WIDTHS.rate, value] as const),
  ]);
}

export function reportTimeWord({ time, ages }: Pick<PriceReport, 'time' | 'ages'>): bigint {
  return packFields([['time', 32, time], ...ageFields(ages)]);
}

/** What the source signs (docs/spec.md §6). */
export function reportHash(report: PriceReport): bigint {
  return hashWords(TAG.report, [report.venue, reportTimeWord(report), headlinesWord(report)]);
}

export const ruleWord = (maxAges: ComponentAges): bigint => packFields(ageFields(maxAges));

/** Per place of a set its key and its rule; zeros where nobody stands. */
export function sourceWords(sources: readonly PriceSource[]): readonly (readonly bigint[])[] {
  return Array.from({ length: SOURCE_PLACES }, (_, place) => {
    const source = sources[place];
    return source === undefined ? [0n, 0n, 0n] : [...source.key, ruleWord(source.maxAges)];
  });
}

export function sourcesHash(sources: readonly PriceSource[]): bigint {
  return hashWords(TAG.sources, sourceWords(sources).flat());
}
