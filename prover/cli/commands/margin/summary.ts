// SPDX-License-Identifier: GPL-3.0-or-later
import type { LevelSearch, MarginLevels } from '../../../analysis/levels.ts';
import type { AccountMargin } from '../../../risk/margin/margin.ts';
import type { PricedMarket } from '../../../risk/pricing/market.ts';
import { formatFixed, formatUsd, wrapText } from '../../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Output } from '../../table.ts';
import { summaryOf } from '../../../analysis/figures/summary.ts';
import { levelText, moveText, type LevelFormat } from '../../../analysis/figures/levels-text.ts';
import { scenarioRows } from '../../../analysis/figures/report.ts';

const distance = (excessE6: bigint): string =>
  excessE6 < 0n ? `short by ${formatUsd(-excessE6, 6)}` : `${formatUsd(excessE6, 6)} above it`;

function worstScenarios(margin: AccountMargin, market: PricedMarket): string[] {
  return UNDERLYINGS.flatMap((u) => {
    const worst = scenarioRows(u, margin, market).find((row) => row.worst);
    if (worst === undefined || worst.dampedLossE6 <= 0n) return [];
    const vol = worst.vol === 'unchanged' ? '' : `, vol ${worst.vol}`;
    const roll = worst.roll === 'none' ? '' : `, roll ${worst.roll}`;
    return [
      `${UNDERLYING_SYMBOLS[u]} ${worst.id}: index ${formatFixed(worst.moveBps, 2)} %${vol}${roll}, ` +
        `counts ${formatUsd(worst.dampedLossE6)}`,
    ];
  });
}

/** The nearest level of one search at which the account crosses its maintenance margin. */
function nearestOf(name: string, { now, up, down }: LevelSearch, format: LevelFormat): string[] {
  const crossings = [down.mm, up.mm].flatMap(({ level, healthyNow }) =>
    level === undefined ? [] : [{ level, healthyNow }],
  );
  if (crossings.length === 0) {
    const [from, to] = [down.mm.searchedTo, up.mm.searchedTo].map(format);
    return [`${name}: none from ${from} to ${to}`];
  }
  const far = ({ level }: (typeof crossings)[number]): number =>
    Math.abs(Math.log(Number(level) / Number(now)));
  const nearest = crossings.reduce((best, next) => (far(next) < far(best) ? next : best));
  const what = nearest.healthyNow ? 'liquidatable' : 'no longer liquidatable';
  return [`${name} ${format(nearest.level)} (${moveText(nearest.level, now)}): ${what}`];
}

function nearestLevels({ index, vol }: MarginLevels): string[] {
  return [
    ...index.flatMap(({ underlying, ...search }) =>
      nearestOf(`${UNDERLYING_SYMBOLS[underlying]} index`, search, levelText.index),
    ),
    ...(vol === undefined ? [] : nearestOf('volatilities x', vol, levelText.vol)),
  ];
}

const LABEL = 20;

/** Label beside text; what does not fit the line goes on beneath the text. */
function printEntry({ print, width }: Output, label: string, texts: readonly string[]): void {
  const lines = texts.flatMap((text) => wrapText(text, Math.max(width - LABEL - 2, LABEL)));
  for (const [index, line] of lines.entries()) {
    print(`  ${(index === 0 ? label : '').padEnd(LABEL)}${line}`);
  }
}

/** Equity against the requirements, what would mend it, what would break it. */
export function printSummary(
  output: Output,
  margin: AccountMargin,
  market: PricedMarket,
  levels: MarginLevels,
): void {
  const { excessMmE6, excessImE6, ratioBps, depositToImE6 } = summaryOf(margin);
  const entry = (label: string, ...texts: string[]): void => printEntry(output, label, texts);
  entry('equity', formatUsd(margin.equityE6, 6));
  entry('maintenance margin', `${formatUsd(margin.mmE6, 6)}  (${distance(excessMmE6)})`);
  entry('initial margin', `${formatUsd(margin.imE6, 6)}  (${distance(excessImE6)})`);
  const ratio = ratioBps === null ? 'no equity' : `${formatFixed(ratioBps, 2)} %`;
  entry('margin ratio', `${ratio}  (of equity; liquidated above 100 %)`);
  if (margin.bankrupt) entry('deficit', formatUsd(margin.deficitE6, 6));
  entry(
    'to initial margin',
    depositToImE6 > 0n ? `deposit ${formatUsd(depositToImE6, 6)} USDC` : 'nothing to deposit',
  );
  const worst = worstScenarios(margin, market);
  if (worst.length > 0) entry('worst scenario', ...worst);
  const nearest = nearestLevels(levels);
  if (nearest.length > 0) entry('nearest levels', ...nearest);
}
