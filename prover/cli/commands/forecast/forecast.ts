// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import type { ForecastComparison } from '../../../forecast/comparison/compare.ts';
import { compareForecasts } from '../../../forecast/comparison/compare.ts';
import { pricePath } from '../../../forecast/price-path.ts';
import { parseImpliedSeries } from '../../../market/volatility/implied-series.ts';
import { formatUtc } from '../../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { printRows } from '../../table.ts';
import { BAR_COLUMNS_OPTION, barColumnMap } from '../../options/bar-columns.ts';
import { readBarHistories, readByUnderlying } from '../../options/underlying-files.ts';
import { comparisonOutput } from './comparison-output.ts';

const PROXIES = ['range', 'returns'] as const;
const OUTCOMES = {
  range: 'the range of each bar',
  returns: 'squared closes',
} as const;

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function printComparison(
  context: CommandContext,
  symbol: string,
  { proxy, days, firstDay, lastDay, scores }: ForecastComparison,
): void {
  const period = [firstDay, lastDay].map((time) => formatUtc(BigInt(time))).join(' to ');
  const { print } = context;
  print();
  print(`${symbol}, variance by ${OUTCOMES[proxy]}: ${days} days, ${period} UTC`);
  const years = scores[0]?.years.map(({ year }) => String(year)) ?? [];
  const rows = scores.map(({ name, qlike, rmse, bias, versusReference: test, years: own }) => [
    name,
    qlike.toFixed(3),
    percent(rmse),
    percent(bias),
    test === undefined ? '' : `${test.statistic.toFixed(1)} (p ${test.p.toPrecision(2)})`,
    ...own.map((year) => year.qlike.toFixed(3)),
  ]);
  const header = ['forecast by', 'QLIKE', 'RMSE', 'bias', 'against har', ...years];
  printRows(context, header, rows);
}

export const command: Command = {
  name: 'forecast',
  description:
    'Forecasts of the variance of the coming day, one a day, each by a model that saw only what had\n' +
    'ended: HAR, EWMA, Yang-Zhang, the mix of the dynamic margin rule, an implied index, combinations.\n' +
    'QLIKE by year and Diebold-Mariano against HAR. Results on 2019 to 2023: docs/forecasts.md.',
  example: 'npx plimsoll forecast --bars btc=btc-1h.csv.gz,eth=eth-1h.csv.gz',
  positionals: [],
  options: {
    bars: {
      type: 'string',
      placeholder: 'btc=file,eth=file',
      describe: 'hourly price bars; may be gzipped',
    },
    ...BAR_COLUMNS_OPTION,
    dvol: {
      type: 'string',
      placeholder: 'btc=file,eth=file',
      describe: 'index of implied volatility (ts, iv): only its days are scored',
    },
    learned: { type: 'boolean', describe: 'add boosted trees (slow, and no better)' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: comparisonOutput,
    isDocument: true,
  },
  run: async (context) => {
    const bars = stringOption(context, 'bars');
    if (bars === undefined) throw new InvalidInput('--bars', 'is required: btc=file,eth=file');
    const histories = readBarHistories(bars, barColumnMap(context));
    const dvol = stringOption(context, 'dvol');
    const implied =
      dvol === undefined ? undefined : readByUnderlying(dvol, '--dvol', parseImpliedSeries);
    const learned = context.options['learned'] === true;
    const results = UNDERLYINGS.flatMap((u) => {
      const history = histories[u];
      if (history === undefined) return [];
      const path = pricePath(history);
      return PROXIES.map((proxy) => ({
        symbol: UNDERLYING_SYMBOLS[u],
        ...compareForecasts(path, proxy, implied?.[u], learned),
      }));
    });
    for (const result of results) printComparison(context, result.symbol, result);
    context.printJson({ format: 'plimsoll.forecast-comparison', version: 1, results });
    return Promise.resolve();
  },
};
