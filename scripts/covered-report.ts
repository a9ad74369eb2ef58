// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Measures the residue of docs/risk-model.md, "What a fully paid position can still owe", on
 * snapshots: how often a fully paid option position of one expiry whose payoff is never negative
 * stands below maintenance, and by how much at most.
 *
 *   node scripts/covered-report.ts snapshot.json …
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../prover/documents/snapshot-document.ts';
import { UNDERLYING_SYMBOLS } from '../prover/model/types.ts';
import { priceMarket } from '../prover/risk/pricing/market.ts';
import { residuesOf } from './covered/measure.ts';

const RUNS = 150;
const { parameters } = loadDefaultParameters();
const share = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const lines = process.argv.slice(2).flatMap((path) => {
  const market = priceMarket(parseSnapshot(readFileSync(path, 'utf8')), parameters);
  return residuesOf(market, RUNS).map(
    ({ underlying, shape, tried, below, belowVersion1, worstBps }) =>
      `| ${basename(path)} | ${UNDERLYING_SYMBOLS[underlying]} | ${shape} | ${tried} | ` +
      `${share(below, tried)} | ${worstBps.toFixed(2)} | ${share(belowVersion1, tried)} |\n`,
  );
});
process.stdout.write(
  '| snapshot | underlying | shape | tried | below MM | worst, bp of forward | below MM of version 1 |\n' +
    `|---|---|---|---:|---:|---:|---:|\n${lines.join('')}`,
);
