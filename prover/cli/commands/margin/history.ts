// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import {
  historicalRisk,
  historicalWindows,
  type HistoricalRisk,
} from '../../../analysis/historical.ts';
import type { AccountMargin } from '../../../risk/margin/margin.ts';
import type { PricedMarket } from '../../../risk/pricing/market.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS, type Portfolio } from '../../../model/types.ts';
import { stringOption, type CommandContext, type OptionSpec } from '../../command.ts';
import { formatFixed, formatUsd, formatUtc } from '../../../model/format.ts';
import { readBarHistories } from '../../options/underlying-files.ts';
import { parseDuration } from '../../../analysis/figures/amount.ts';
import type { Output } from '../../table.ts';
import { printTable } from './sections.ts';

/** What the default scan ranges were chosen for (horizonSeconds of the parameter set): two hours. */
const DEFAULT_HORIZON = '2h';

export const HISTORY_OPTIONS = {
  bars: {
    type: 'string',
    placeholder: 'btc=file.csv,eth=file.csv',
    describe: 'price bars (ts, open, high, low, close): VaR and expected shortfall from them',
  },
  horizon: {
    type: 'string',
    placeholder: 'duration',
    describe: `horizon of VaR and expected shortfall, e.g. 90m, 1d (default: ${DEFAULT_HORIZON})`,
  },
} as const satisfies Record<string, OptionSpec>;

/** VaR and expected shortfall over the bars given, `undefined` without `--bars`. */
export function readHistoricalRisk(
  context: CommandContext,
  portfolio: Portfolio,
  market: PricedMarket,
): HistoricalRisk | undefined {
  const text = stringOption(context, 'bars');
  const horizon = stringOption(context, 'horizon');
  if (text === undefined) {
    if (horizon !== undefined) throw new InvalidInput('--horizon', 'needs --bars');
    return undefined;
  }
  const horizonSeconds = parseDuration(horizon ?? DEFAULT_HORIZON, '--horizon');
  const histories = readBarHistories(text);
  const windows = historicalWindows(histories, horizonSeconds);
  for (const u of UNDERLYINGS) {
    const isHeld = portfolio.positions.some(({ instrument }) => instrument.underlying === u);
    if (histories[u] === undefined && isHeld) {
      context.note(`${UNDERLYING_SYMBOLS[u]}: no bars given, its price stays where it is`);
    }
  }
  return historicalRisk(portfolio, market, windows);
}

const level = (bps: bigint): string => `${formatFixed(bps, 2, 1)} %`;

function ratioText(risk: HistoricalRisk, u: 0 | 1): string[] {
  const move = risk.worst.moves[u];
  if (move === undefined) return [];
  const change = (Number(move.toE8) / Number(move.fromE8) - 1) * 100;
  return [`${UNDERLYING_SYMBOLS[u]} ${change.toFixed(2)} %`];
}

/** The margins a history is held against. */
const yardsticks = (margin: AccountMargin) =>
  [
    ['scan range in MM', margin.scanMmE6],
    ['scan range in IM', margin.scanImE6],
    ['maintenance margin', margin.mmE6],
    ['initial margin', margin.imE6],
    ['equity', margin.equityE6],
  ] as const;

export function printHistory(output: Output, risk: HistoricalRisk, margin: AccountMargin): void {
  const hours = (risk.horizonSeconds / 3600).toFixed(2);
  printTable(
    output,
    `Historical simulation: ${risk.windows} overlapping windows of ${hours} h between ` +
      `${formatUtc(BigInt(risk.firstStart))} and ${formatUtc(BigInt(risk.lastStart))} UTC, ` +
      `about ${risk.independentWindows} independent (USD)`,
    ['level', 'value at risk', '95 % interval', 'expected shortfall', 'tail windows'],
    risk.tails.map((tail) => [
      level(tail.levelBps),
      formatUsd(tail.varE6),
      [tail.varLowE6, tail.varHighE6]
        .map((bound) => (bound === undefined ? 'beyond the sample' : formatUsd(bound)))
        .join(' to '),
      formatUsd(tail.esE6),
      formatFixed(tail.tailE4, 4, 2),
    ]),
  );
  const { worst } = risk;
  const moves = [...ratioText(risk, 0), ...ratioText(risk, 1)].join(', ');
  output.print(
    `  worst window: ${formatUtc(BigInt(worst.start))}, ${moves}: ${formatUsd(worst.lossE6)}`,
  );
  printTable(
    output,
    'Windows that lost more than',
    ['', 'USD', 'windows'],
    yardsticks(margin).map(([name, amountE6]) => [
      name,
      formatUsd(amountE6),
      String(risk.exceedances(amountE6)),
    ]),
  );
}

export function historyJson(risk: HistoricalRisk, margin: AccountMargin): unknown {
  const { worst, exceedances, ...counts } = risk;
  return {
    ...counts,
    worst: {
      start: worst.start,
      moves: UNDERLYINGS.map((u) => ({
        symbol: UNDERLYING_SYMBOLS[u],
        ...(worst.moves[u] ?? { fromE8: null, toE8: null }),
      })),
      lossE6: worst.lossE6,
    },
    exceedances: yardsticks(margin).map(([name, amountE6]) => ({
      name,
      amountE6,
      windows: exceedances(amountE6),
    })),
  };
}
