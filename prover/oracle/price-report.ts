// SPDX-License-Identifier: GPL-3.0-or-later
import { concat, getAddress, getBytes, keccak256, toUtf8Bytes } from 'ethers';
import { z } from 'zod';

import { reportVenue } from '../chain/context.ts';
import { publicKey, signElement, verifiesElement, type CurvePoint } from '../commitments/eddsa.ts';
import { reportHash, type PriceReport } from '../commitments/report-words.ts';
import { InvalidInput, requireRule } from '../core/errors.ts';
import { addressText, constant, decimalBigint, integer, parseDocument } from '../core/schema.ts';
import { MAX_AGE } from '../model/price-sources.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { snapshotHeadlines, type SignedReport } from '../statements/oracle-median.ts';
import { componentAges, curvePoint, fieldElement } from '../documents/price-sources-schema.ts';

/** Whom a report is for. */
export interface ReportPlace {
  readonly chainId: bigint;
  readonly medianGate: string;
}

/** What a source publishes for one minute. */
export interface PublishedReport extends SignedReport {
  readonly place: ReportPlace;
  readonly key: CurvePoint;
}

const FORMAT = 'plimsoll.price-report';
const VERSION = 1;
const MAX_TIME = 2 ** 32 - 1;
const SECRET_TAG = toUtf8Bytes('plimsoll.oracle.report');

const price = decimalBigint(1n, 2n ** 38n - 1n);
const mark = decimalBigint(1n, 2n ** 40n - 1n);
const rate = decimalBigint(1n, 2n ** 32n - 1n);
const reportSchema = z.strictObject({
  format: constant(FORMAT),
  version: constant(VERSION),
  chainId: decimalBigint(1n, 2n ** 256n - 1n),
  medianGate: addressText,
  time: integer(0, MAX_TIME).transform((value) => BigInt(value)),
  ages: componentAges,
  indexPricesE4: z.tuple([price, price]),
  perpetualMarksE4: z.tuple([mark, mark]),
  redemptionRatesQ30: z.tuple([rate, rate, rate]),
  key: curvePoint,
  signature: z.strictObject({ nonce: curvePoint, scalar: fieldElement }),
});

/**
 * The secret of a source's reports, from the private key that it keeps: never the same number, so that
 * a signature of the one kind says nothing of the other.
 */
export const reportSecret = (privateKey: string): Uint8Array =>
  getBytes(keccak256(concat([SECRET_TAG, privateKey])));

function ageOf(time: bigint, componentTime: bigint, component: string): bigint {
  const age = time - componentTime;
  if (age > MAX_AGE) {
    throw new InvalidInput(component, `is ${age} s old; a report is of at most ${MAX_AGE} s`);
  }
  return age;
}

/** The report of a source whose own snapshot this is. Throws `InvalidInput` where it is too old for one. */
export function signReport(
  snapshot: MarketSnapshot,
  place: ReportPlace,
  secret: Uint8Array,
): PublishedReport {
  const { time } = snapshot;
  const report: PriceReport = {
    venue: reportVenue(place.chainId, place.medianGate),
    time,
    ages: {
      index: ageOf(time, snapshot.indexTime, 'indexTime'),
      perpetual: ageOf(time, snapshot.perpetualTime, 'perpetualTime'),
      collateral: ageOf(time, snapshot.collateralTime, 'collateralTime'),
    },
    ...snapshotHeadlines(snapshot),
  };
  return {
    place,
    key: publicKey(secret),
    report,
    signature: signElement(secret, reportHash(report)),
  };
}

export function formatReport({ place, key, report, signature }: PublishedReport): string {
  const decimals = (values: readonly bigint[]): string[] => values.map(String);
  const document = {
    format: FORMAT,
    version: VERSION,
    chainId: String(place.chainId),
    medianGate: place.medianGate,
    time: Number(report.time),
    ages: {
      index: Number(report.ages.index),
      perpetual: Number(report.ages.perpetual),
      collateral: Number(report.ages.collateral),
    },
    indexPricesE4: decimals(report.indexPricesE4),
    perpetualMarksE4: decimals(report.perpetualMarksE4),
    redemptionRatesQ30: decimals(report.redemptionRatesQ30),
    key: decimals(key),
    signature: { nonce: decimals(signature.nonce), scalar: String(signature.scalar) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Reads a report and checks its signature; `name` names the file in errors. Throws `InvalidInput`. */
export function parseReport(source: string, name: string): PublishedReport {
  const read = parseDocument(reportSchema, source, name);
  const { time, ages, indexPricesE4, perpetualMarksE4, redemptionRatesQ30, key, signature } = read;
  const place = { chainId: read.chainId, medianGate: getAddress(read.medianGate.toLowerCase()) };
  const report: PriceReport = {
    venue: reportVenue(place.chainId, place.medianGate),
    time,
    ages,
    indexPricesE4,
    perpetualMarksE4,
    redemptionRatesQ30,
  };
  requireRule(
    verifiesElement(key, reportHash(report), signature),
    `${name}: signature`,
    'must be by the key for this report, chain and gate; it is not',
  );
  return { place, key, report, signature };
}
