// SPDX-License-Identifier: GPL-3.0-or-later
import { publicKey, signElement } from '../../prover/commitments/eddsa.ts';
import {
  reportHash,
  type ComponentAges,
  type PriceReport,
  type PriceSource,
} from '../../prover/commitments/report-words.ts';
import type { MarketSnapshot } from '../../prover/model/types.ts';
import { withMediansOf } from '../../prover/oracle/medians.ts';
import {
  snapshotHeadlines,
  type OracleMedianRequest,
  type SignedReport,
} from '../../prover/statements/oracle-median.ts';
import { validSnapshot } from './venue.ts';

export const REPORT_VENUE = 0x7e57n;

/** Secrets of five sources. */
export const SECRETS: readonly Uint8Array[] = [1, 2, 3, 4, 5].map((byte) =>
  new Uint8Array(32).fill(byte),
);
export const MAX_AGES: ComponentAges = { index: 30n, perpetual: 40n, collateral: 3_000n };
export const SOURCES: readonly PriceSource[] = SECRETS.map((secret, place) => ({
  key: publicKey(secret),
  // Each has a rule of its own.
  maxAges: { ...MAX_AGES, index: MAX_AGES.index + BigInt(place) },
}));

export const signed = (report: PriceReport, secret: Uint8Array): SignedReport => ({
  report,
  signature: signElement(secret, reportHash(report)),
});

/** What sources report that differ by `offsets` (of the index of BTC, in E4) from the snapshot. */
export function reportsOf(
  snapshot: MarketSnapshot,
  offsets: readonly (bigint | undefined)[] = [0n, -100n, 50n, 200n, -300n],
  overrides: Partial<PriceReport> = {},
): (PriceReport | undefined)[] {
  const { indexPricesE4, perpetualMarksE4, redemptionRatesQ30 } = snapshotHeadlines(snapshot);
  return offsets.map((offset) =>
    offset === undefined
      ? undefined
      : {
          venue: REPORT_VENUE,
          time: snapshot.time,
          ages: { index: 4n, perpetual: 3n, collateral: 60n },
          indexPricesE4: [indexPricesE4[0] + offset, indexPricesE4[1] - offset],
          perpetualMarksE4: [perpetualMarksE4[0] + offset, perpetualMarksE4[1]],
          redemptionRatesQ30: [
            redemptionRatesQ30[0],
            redemptionRatesQ30[1] - (offset < 0n ? -offset : offset),
            redemptionRatesQ30[2],
          ],
          ...overrides,
        },
  );
}

/** The snapshot with the medians of what was reported, and components as old as its reports. */
export function snapshotOf(
  reports: readonly (PriceReport | undefined)[],
  base: MarketSnapshot = validSnapshot(),
): MarketSnapshot {
  return withMediansOf(
    base,
    reports.filter((report) => report !== undefined),
  );
}

/** A statement that holds, of five sources unless `offsets` leaves some out. */
export function validRequest(
  offsets?: readonly (bigint | undefined)[],
  base: MarketSnapshot = validSnapshot(),
  venue = REPORT_VENUE,
): OracleMedianRequest {
  const reports = reportsOf(base, offsets, { venue });
  return {
    snapshot: snapshotOf(reports, base),
    sources: SOURCES,
    reports: reports.map((report, place) =>
      report === undefined ? undefined : signed(report, SECRETS[place]!),
    ),
    venue,
  };
}
