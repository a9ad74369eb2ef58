// SPDX-License-Identifier: GPL-3.0-or-later
import { reportVenue } from '../chain/context.ts';
import type { ComponentAges, PriceReport } from '../commitments/report-words.ts';
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { LEAST_SOURCES } from '../model/price-sources.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { medianHeadlines, type OracleMedianRequest } from '../statements/oracle-median.ts';
import type { PublishedReport, ReportPlace } from './price-report.ts';
import type { NamedSource } from '../documents/price-sources-schema.ts';

/** A report and the file that it came in. */
export type NamedReport = readonly [name: string, report: PublishedReport];

/** Each report at the place of its source. Throws `InvalidInput` for one that has none, or is the second. */
export function placed(
  sources: readonly NamedSource[],
  reports: readonly NamedReport[],
  place: ReportPlace,
): readonly (PublishedReport | undefined)[] {
  const at: (PublishedReport | undefined)[] = sources.map(() => undefined);
  for (const [name, report] of reports) {
    const index = sources.findIndex(
      ({ key: [x, y] }) => x === report.key[0] && y === report.key[1],
    );
    if (index < 0) throw new InvalidInput(`${name}: key`, 'must be that of a source of the set');
    if (at[index] !== undefined) {
      throw new InvalidInput(name, `is the second report of ${sources[index]!.name}`);
    }
    const { chainId, medianGate } = report.place;
    if (chainId !== place.chainId || medianGate !== place.medianGate) {
      throw new InvalidInput(
        `${name}: medianGate`,
        `must be ${place.medianGate} of chain ${place.chainId}`,
      );
    }
    at[index] = report;
  }
  return at;
}

/**
 * The snapshot with the medians of what was reported in the place of its headline numbers, their
 * components as old as the oldest report: what signers then sign, and what is proven of it. Throws
 * `TOO_FEW_REPORTS`.
 */
export function withMedians(
  snapshot: MarketSnapshot,
  reports: readonly (PublishedReport | undefined)[],
): MarketSnapshot {
  const heard = reports.flatMap((published) => (published === undefined ? [] : [published.report]));
  if (heard.length < LEAST_SOURCES) {
    throw new PlimsollError(
      'TOO_FEW_REPORTS',
      `${heard.length} sources of the set have reported, at least ${LEAST_SOURCES} must`,
    );
  }
  return withMediansOf(snapshot, heard);
}

/** The same of reports alone, however few. */
export function withMediansOf(
  snapshot: MarketSnapshot,
  heard: readonly PriceReport[],
): MarketSnapshot {
  const { indexPricesE4, perpetualMarksE4, redemptionRatesQ30 } = medianHeadlines(heard);
  const oldest = (component: keyof ComponentAges): bigint =>
    snapshot.time -
    heard.reduce((most, { ages }) => (ages[component] > most ? ages[component] : most), 0n);
  const [btc, eth] = snapshot.underlyings;
  const [ofBtc, ofEth, ofStEth] = snapshot.collateral;
  return {
    ...snapshot,
    indexTime: oldest('index'),
    perpetualTime: oldest('perpetual'),
    collateralTime: oldest('collateral'),
    underlyings: [
      { ...btc, indexE4: indexPricesE4[0], perpetualMarkE4: perpetualMarksE4[0] },
      { ...eth, indexE4: indexPricesE4[1], perpetualMarkE4: perpetualMarksE4[1] },
    ],
    collateral: [
      { ...ofBtc, redemptionRateQ30: redemptionRatesQ30[0] },
      { ...ofEth, redemptionRateQ30: redemptionRatesQ30[1] },
      { ...ofStEth, redemptionRateQ30: redemptionRatesQ30[2] },
    ],
  };
}

/** What is to be proven of such a snapshot. */
export function medianRequest(
  snapshot: MarketSnapshot,
  sources: readonly NamedSource[],
  reports: readonly (PublishedReport | undefined)[],
  place: ReportPlace,
): OracleMedianRequest {
  return { snapshot, sources, reports, venue: reportVenue(place.chainId, place.medianGate) };
}
