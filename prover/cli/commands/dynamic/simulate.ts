// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../../core/errors.ts';
import { pricePath } from '../../../forecast/price-path.ts';
import { ruleMovement } from '../../../forecast/rule-path.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { BAR_COLUMNS_OPTION, barColumnMap } from '../../options/bar-columns.ts';
import { readRule } from '../../options/margin-step.ts';
import { RULE_OPTION } from '../../options/margin-step-options.ts';
import { readBarHistories } from '../../options/underlying-files.ts';
import { real, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const percent = (share: number): string => `+${(100 * share).toFixed(1)} %`;

export const command: Command = {
  name: 'dynamic simulate',
  description:
    'How a rule would have moved the scenarios over price bars, one step at every bar: the multiplier,\n' +
    'its peak over its trough, its largest rises, and how often the parameter set would have changed.\n' +
    'Whether margin would have held is `backtest`.',
  example: 'npx plimsoll dynamic simulate --bars btc=btc-1h.csv.gz,eth=eth-1h.csv.gz',
  positionals: [],
  options: {
    bars: {
      type: 'string',
      placeholder: 'btc=file,eth=file',
      describe: 'price bars of one underlying or both; may be gzipped',
    },
    ...BAR_COLUMNS_OPTION,
    ...RULE_OPTION,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      rule: text,
      underlyings: z.array(
        shape({
          symbol: text,
          steps: whole,
          mean: real,
          lowest: real,
          highest: real,
          peakToTrough: real,
          riseInDay: real,
          riseInFiveDays: real,
          changesPerDay: real,
          last: real,
        }),
      ),
    }),
  },
  run: async (context) => {
    const bars = stringOption(context, 'bars');
    if (bars === undefined) throw new InvalidInput('--bars', 'is required');
    const { name, rule } = readRule(context);
    const reading = { keepFrozen: true, ...barColumnMap(context) };
    const histories = readBarHistories(bars, reading);
    const underlyings = UNDERLYINGS.flatMap((u) => {
      const history = histories[u];
      if (history === undefined) return [];
      const { multipliers, ...movement } = ruleMovement(rule, u, pricePath(history));
      return [
        {
          symbol: UNDERLYING_SYMBOLS[u],
          ...movement,
          peakToTrough: movement.highest / movement.lowest,
          last: multipliers.at(-1) ?? 1,
        },
      ];
    });
    const rows = underlyings.map((own) => [
      own.symbol,
      String(own.steps),
      own.mean.toFixed(3),
      `${own.lowest.toFixed(3)} to ${own.highest.toFixed(3)}`,
      own.peakToTrough.toFixed(2),
      percent(own.riseInDay),
      percent(own.riseInFiveDays),
      own.changesPerDay.toFixed(1),
    ]);
    const header = ['', 'steps', 'mean', 'range', 'P/T', '1-day', '5-day', 'sets a day'];
    printRows(context, header, rows, '');
    context.printJson({ rule: name, underlyings });
  },
};
