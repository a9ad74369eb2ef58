// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How far a margin can jump in one step, by portfolio class (docs/dynamic-margin.md).
 *
 *     node scripts/margin-jump-report.ts
 *
 * Portfolios of the sample's crash at every multiplier from floor to cap, each raised by what one step of
 * ten minutes may rise: the largest change of maintenance margin, and the same for a step of four hours, the
 * most that any single step can earn.
 */
import { loadDefaultMarginRule } from '../prover/documents/margin-rule-document.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { formatTable } from '../prover/model/format.ts';
import { scaledParameters } from '../prover/risk/dynamic/effective-set.ts';
import { exponentialQ20 } from '../prover/risk/dynamic/exponential.ts';
import { marginPortfolio } from '../prover/risk/margin/margin.ts';
import { priceMarket } from '../prover/risk/pricing/market.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { chainPortfolios } from '../prover/simulation/chain-portfolios.ts';

const { rule } = loadDefaultMarginRule();
const { parameters } = loadDefaultParameters();
const { snapshot } = loadSample().snapshots.calm;
const STARTS = 40n;
const STEPS = [600n, rule.riseSeconds];

const marketAt = (logQ40: bigint) => {
  const multiplier = exponentialQ20(logQ40);
  return priceMarket(snapshot, scaledParameters(parameters, [multiplier, multiplier]));
};
const portfolios = chainPortfolios(priceMarket(snapshot, parameters), 0, 86_400n);
const marginsAt = (logQ40: bigint): number[] => {
  const market = marketAt(logQ40);
  return portfolios.map(({ account }) => Number(marginPortfolio(account, market).mmE6));
};
const largest = portfolios.map(() => STEPS.map(() => 0));
for (let i = 0n; i < STARTS; i += 1n) {
  const start = rule.floorLogQ40 + ((rule.capLogQ40 - rule.floorLogQ40) * i) / STARTS;
  const before = marginsAt(start);
  STEPS.forEach((seconds, s) => {
    const top = start + rule.risePerSecondQ40 * seconds;
    const after = marginsAt(top < rule.capLogQ40 ? top : rule.capLogQ40);
    after.forEach((margin, p) => {
      largest[p]![s] = Math.max(largest[p]![s]!, margin / before[p]! - 1);
    });
  });
}
const rows = portfolios.map(({ portfolio }, p) => [
  portfolio,
  ...largest[p]!.map((jump) => `${(100 * jump).toFixed(2)} %`),
]);
for (const line of formatTable(['BTC', '10 minutes', '4 hours'], rows)) console.log(line);
