// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
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
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command, CommandContext } from '../../command.ts';
import { formatTable } from '../../../model/format.ts';
import { inputsTarget } from '../../options/inputs-target.ts';

/** To the nearest unit: an estimate is no amount, and errs by far more than 2⁻²¹. */
function volQ20(vol: number): bigint {
  const value = BigInt(Math.round(vol * 2 ** 20));
  if (value < 2n ** 24n) return value;
  throw new PlimsollError('VOLATILITY_TOO_HIGH', `${percent(vol)} does not fit a snapshot`);
}

const percent = (vol: number): string => `${(100 * vol).toFixed(1)} %`;

function printEstimate({ print }: CommandContext, estimate: VolatilityEstimate): void {
  print(`as of                   ${new Date(estimate.time * 1000).toISOString()}`);
  print(`realised, Yang-Zhang    ${percent(estimate.yangZhang)}`);
  print(`realised, EWMA          ${percent(estimate.ewma)}`);
  print(`forecast, HAR           ${percent(estimate.forecast)}`);
  print(`fitted on               ${estimate.model.observations} overlapping windows`);
}

function printEvaluation({ print }: CommandContext, evaluation: ForecastEvaluation): void {
  print();
  print(`out of sample, ${evaluation.observations} overlapping windows:`);
  const rows = FORECASTERS.map((name) => {
    const { qlike, rmse, mae, bias } = evaluation.errors[name];
    return [name, qlike.toFixed(3), percent(rmse), percent(mae), percent(bias)];
  });
  for (const line of formatTable(['forecast by', 'QLIKE', 'RMSE', 'MAE', 'bias'], rows)) {
    print(`  ${line}`);
  }
}

function readHistory(path: string): BarHistory {
  return parseBars(readTextFile(path, '<bars>'), path);
}

export const command: Command = {
  name: 'market vol',
  description:
    'Yang-Zhang over the last day and EWMA of half a day; a HAR forecast of the coming day, fitted\n' +
    'to the whole file. --evaluate adds errors out of sample: each stretch between gaps is forecast\n' +
    'by a model that saw only the others. --out writes what plimsoll market import takes.',
  example: 'npx plimsoll market vol btc-1h.csv --underlying BTC --out btc-vol.json',
  positionals: [
    {
      name: 'bars',
      required: true,
      describe: 'CSV with the columns ts, open, high, low, close (UTC times, equal steps)',
    },
  ],
  options: {
    underlying: {
      type: 'string',
      placeholder: UNDERLYING_SYMBOLS.join('|'),
      describe: 'whose prices these are (needed with --out)',
    },
    evaluate: { type: 'boolean', describe: 'report errors out of sample too' },
    out: { type: 'string', placeholder: 'file', describe: 'market inputs to write' },
  },
  needsSetup: false,
  run: async (context) => {
    const history = readHistory(context.positionals[0] ?? '');
    const { out, symbol } = inputsTarget(context);
    const estimate = estimateVolatility(history);
    const evaluation =
      context.options['evaluate'] === true ? evaluateForecasts(history) : undefined;
    const inputs =
      symbol === undefined
        ? undefined
        : {
            time: estimate.time,
            underlyings: [
              {
                symbol,
                realisedVolQ20: volQ20(estimate.yangZhang),
                forecastVolQ20: volQ20(estimate.forecast),
              },
            ],
            collateral: [],
          };
    if (out !== undefined && inputs !== undefined) {
      writeFileAtomically(out, formatMarketInputs(inputs));
    }
    printEstimate(context, estimate);
    if (evaluation !== undefined) printEvaluation(context, evaluation);
    if (out !== undefined) context.print(`wrote ${out}`);
    context.printJson({
      ...estimate,
      ...(evaluation === undefined ? {} : { evaluation }),
      ...(inputs === undefined ? {} : { inputs: marketInputsDocument(inputs) }),
    });
    return Promise.resolve();
  },
};
