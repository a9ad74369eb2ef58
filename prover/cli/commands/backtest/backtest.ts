// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { makeFolder, writeFileAtomically } from '../../../core/files.ts';
import { formatUtc } from '../../../model/format.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Backtest, UnderlyingBacktest } from '../../../simulation/backtest.ts';
import { multiplierSeries } from '../../../simulation/backtest.ts';
import { backtestDocument, backtestSchema } from '../../../simulation/backtest-document.ts';
import { formatMultipliers } from '../../../simulation/multiplier-series.ts';
import { backtestPage } from '../../../simulation/report/backtest-page.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { printRows } from '../../table.ts';
import { BACKTEST_OPTIONS, backtestFrom } from './inputs.ts';
import { optionalOutputPath } from '../../options/output-path.ts';

const percent = (value: number, digits = 2): string => `${(100 * value).toFixed(digits)} %`;
const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');

function printUnderlying(context: CommandContext, own: UnderlyingBacktest): void {
  const { print } = context;
  const { underlying, instants, firstInstant, lastInstant } = own;
  const period = [firstInstant, lastInstant].map((time) => formatUtc(BigInt(time))).join(' to ');
  print();
  print(`${UNDERLYING_SYMBOLS[underlying]}: ${instants} instants, ${period} UTC`);
  for (const remark of own.remarks) print(`  ${remark}`);
  const rows = own.rules.map(({ rule, classes, movement, equalBreaches, verdicts }) => {
    const held = (portfolio: string, measure: string): string =>
      percent(
        classes.find((own) => own.portfolio === portfolio && own.measure.id === measure)
          ?.coverage ?? NaN,
      );
    const sides = (measure: string): string =>
      `${held('delta-one-long', measure)} ${held('delta-one-short', measure)}`;
    return [
      rule,
      sides('mm-horizon'),
      sides('im-24h'),
      sides('mm-24h'),
      percent((movement.long.mean + movement.short.mean) / 2),
      ratio(equalBreaches.relativeMargin),
      Math.max(movement.long.peakToTrough, movement.short.peakToTrough).toFixed(2),
      percent(Math.max(movement.long.oneDayRise, movement.short.oneDayRise), 1),
      Object.entries(verdicts)
        .filter(([, verdict]) => verdict === 'fail')
        .map(([name]) => name)
        .join(', ') || 'none',
    ];
  });
  const header = [
    'rule',
    'MM, horizon (long short)',
    'IM, 24 h',
    'MM, 24 h',
    'mean MM',
    'at equal breaches',
    'peak/trough',
    '1-day rise',
    'fails',
  ];
  printRows(context, header, rows);
}

function printChains({ print }: CommandContext, { chains }: Backtest): void {
  if (chains.length === 0) return;
  const beyondMm = chains.filter(({ beyondMm: breached }) => breached);
  const beyondIm = chains.filter(({ beyondIm: breached }) => breached);
  print();
  print(
    `real chains: ${chains.length} portfolios from one surface to the next, ` +
      `${beyondMm.length} beyond MM, ${beyondIm.length} beyond IM`,
  );
  for (const { underlying, portfolio } of beyondMm) {
    print(`  beyond MM: ${UNDERLYING_SYMBOLS[underlying]} ${portfolio}`);
  }
}

export const command: Command = {
  name: 'backtest',
  description:
    'Every rule side by side on the bars given: the parameter set as it is, filtered historical\n' +
    'simulation, floor and buffer, the dynamic rule. A window is breached by its worst price, not its\n' +
    'close. --report writes one HTML page and the JSON; --multipliers-out the multipliers of --rule,\n' +
    'which --multipliers reads back. Definitions, fields and results: docs/backtest.md.',
  example:
    'npx plimsoll backtest --bars btc=btc-1h.csv.gz,eth=eth-1h.csv.gz --multipliers-out out.csv --report report',
  positionals: [],
  options: {
    ...BACKTEST_OPTIONS,
    'multipliers-out': {
      type: 'string',
      placeholder: 'out.csv',
      describe: 'multipliers to write (ts, btc, eth): every instant that counts',
    },
    report: {
      type: 'string',
      placeholder: 'folder',
      describe: 'writes backtest.html and backtest.json there',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: backtestSchema,
    isDocument: true,
  },
  run: async (context) => {
    const out = optionalOutputPath(context, 'multipliers-out');
    const report = stringOption(context, 'report');
    if (report !== undefined) makeFolder(report, '--report');
    const { backtest, parameterSet } = backtestFrom(context);
    const document = backtestDocument(backtest, parameterSet);
    if (out !== undefined) {
      writeFileAtomically(out, formatMultipliers(multiplierSeries(backtest, backtest.rule)));
    }
    if (report !== undefined) {
      const html = backtestPage(backtest, parameterSet.document.name);
      writeFileAtomically(join(report, 'backtest.html'), html);
      writeFileAtomically(join(report, 'backtest.json'), `${JSON.stringify(document, null, 1)}\n`);
    }
    for (const own of backtest.underlyings) printUnderlying(context, own);
    printChains(context, backtest);
    if (out !== undefined) context.print(`\nwrote ${out}: multipliers of ${backtest.rule}`);
    if (report !== undefined) context.print(`\nwrote ${join(report, 'backtest.html')}`);
    context.printJson(document);
    return Promise.resolve();
  },
};
