// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { PlimsollError } from '../../../core/errors.ts';
import { readTextFileOrGzip, writeFileAtomically } from '../../../core/files.ts';
import { parseBars, type BarHistory } from '../../../market/volatility/bars.ts';
import {
  formatMarketInputs,
  marketInputsDocument,
} from '../../../documents/market-inputs-document.ts';
import {
  estimateVolatility,
  type VolatilityEstimate,
} from '../../../market/volatility/estimate.ts';
import {
  FORECASTERS,
  evaluateForecasts,
  type ForecastEvaluation,
} from '../../../market/volatility/evaluate.ts';
import { durationText } from '../../../market/feeds/clock.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command, CommandContext } from '../../command.ts';
import { BAR_COLUMNS_OPTION, barColumnMap } from '../../options/bar-columns.ts';
import { inputsTarget } from '../../options/inputs-target.ts';
import { real, shape, text, whole } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';
import { printRows } from '../../table.ts';

/** To the nearest unit: an estimate is no amount, and errs by far more than 2⁻²¹. */
function volQ20(vol: number): bigint {
  const value = BigInt(Math.round(vol * 2 ** 20));
  if (value < 2n ** 24n) return value;
  throw new PlimsollError('VOLATILITY_TOO_HIGH', `${percent(vol)} does not fit a snapshot`);
}

const percent = (vol: number): string => `${(100 * vol).toFixed(1)} %`;

function printEstimate({ print }: CommandContext, estimate: VolatilityEstimate): void {
  const { forecast, model, noForecast, realisedWindow } = estimate;
  print(`as of                   ${new Date(estimate.time * 1000).toISOString()}`);
  print(
    `realised, Yang-Zhang    ${percent(estimate.yangZhang)} over ${durationText(realisedWindow)}`,
  );
  print(`realised, EWMA          ${percent(estimate.ewma)}`);
  print(
    `forecast, HAR           ${forecast === undefined ? `none: ${noForecast}` : percent(forecast)}`,
  );
  if (model !== undefined) {
    print(`fitted on               ${model.observations} overlapping windows`);
  }
}

function printEvaluation(context: CommandContext, evaluation: ForecastEvaluation): void {
  const { print } = context;
  print();
  const { observations, by, parts } = evaluation;
  print(`out of sample, ${observations} overlapping windows in ${parts} ${by}:`);
  const rows = FORECASTERS.map((name) => {
    const { qlike, rmse, mae, bias } = evaluation.errors[name];
    return [name, qlike.toFixed(3), percent(rmse), percent(mae), percent(bias)];
  });
  printRows(context, ['forecast by', 'QLIKE', 'RMSE', 'MAE', 'bias'], rows);
}

/** The errors, or why the history does not give any: the estimates stand without them. */
function evaluationOf(history: BarHistory, path: string): ForecastEvaluation | string {
  try {
    return evaluateForecasts(history, path);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'TOO_FEW_BARS') return error.message;
    throw error;
  }
}

function readHistory(context: CommandContext, path: string): BarHistory {
  return parseBars(readTextFileOrGzip(path, '<bars>'), path, barColumnMap(context));
}

export const command: Command = {
  name: 'market vol',
  description:
    'Yang-Zhang over the last day and EWMA of half a day; a HAR forecast of the coming day, fitted\n' +
    'to the whole file; bars of any length. --evaluate adds errors out of sample: each stretch between\n' +
    'gaps, or each block of a history without any, is forecast by a model that saw only the others.\n' +
    'Ticks that no market made and a frozen feed are left out and named. --out writes what plimsoll market import takes.',
  example: 'npx plimsoll market vol btc-1h.csv --underlying BTC --out btc-vol.json',
  positionals: [
    {
      name: 'bars',
      required: true,
      describe:
        'CSV with ts, open, high, low, close, or JSON klines of Deribit, OKX, Bybit or Binance',
    },
  ],
  options: {
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose prices these are (needed with --out)',
    },
    ...BAR_COLUMNS_OPTION,
    evaluate: { type: 'boolean', describe: 'report errors out of sample too' },
    out: { type: 'string', placeholder: 'file', describe: 'market inputs to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      time: whole,
      yangZhang: real,
      ewma: real,
      realisedWindow: whole,
      forecast: real.optional(),
      model: shape({
        windows: z.array(whole),
        horizon: whole,
        coefficients: z.array(real),
        residualVariance: real,
        observations: whole,
      }).optional(),
      noForecast: text.optional(),
      leftOut: z.array(text).optional(),
      noEvaluation: text.optional(),
      evaluation: shape({
        observations: whole,
        by: z.enum(['runs', 'blocks']),
        parts: whole,
        errors: z.record(text, shape({ qlike: real, rmse: real, mae: real, bias: real })),
      }).optional(),
      inputs: documentOf('plimsoll.market-inputs').optional(),
    }),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    const history = readHistory(context, path);
    const { out, symbol } = inputsTarget(context);
    const estimate = estimateVolatility(history, path);
    const evaluation =
      context.options['evaluate'] === true ? evaluationOf(history, path) : undefined;
    const inputs =
      symbol === undefined
        ? undefined
        : {
            time: estimate.time,
            underlyings: [
              {
                symbol,
                realisedVolQ20: volQ20(estimate.yangZhang),
                ...(estimate.forecast === undefined
                  ? {}
                  : { forecastVolQ20: volQ20(estimate.forecast) }),
              },
            ],
            collateral: [],
          };
    if (out !== undefined && inputs !== undefined) {
      writeFileAtomically(out, formatMarketInputs(inputs));
    }
    for (const remark of history.remarks ?? []) context.print(remark);
    printEstimate(context, estimate);
    if (typeof evaluation === 'string')
      context.print(`out of sample           none: ${evaluation}`);
    else if (evaluation !== undefined) printEvaluation(context, evaluation);
    if (out !== undefined) context.print(`wrote ${out}`);
    context.printJson({
      ...estimate,
      ...(history.remarks === undefined ? {} : { leftOut: history.remarks }),
      ...(evaluation === undefined
        ? {}
        : typeof evaluation === 'string'
          ? { noEvaluation: evaluation }
          : { evaluation }),
      ...(inputs === undefined ? {} : { inputs: marketInputsDocument(inputs) }),
    });
    return Promise.resolve();
  },
};
