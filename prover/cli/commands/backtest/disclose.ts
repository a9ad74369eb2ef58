// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { InvalidInput } from '../../../core/errors.ts';
import { makeFolder, readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { parseLedger } from '../../../documents/ledger-document.ts';
import { parseSnapshot } from '../../../documents/snapshot-document.ts';
import { pricePath } from '../../../forecast/price-path.ts';
import { COLLATERAL_SYMBOLS, UNDERLYINGS } from '../../../model/types.ts';
import type { DisclosureInput } from '../../../simulation/disclosure/disclosure.ts';
import { disclosureOf, disclosureSchema } from '../../../simulation/disclosure/disclosure.ts';
import { disclosurePage } from '../../../simulation/disclosure/disclosure-page.ts';
import { testHaircut, type HaircutTest } from '../../../simulation/disclosure/haircuts.ts';
import { venueFigures } from '../../../simulation/disclosure/stress.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { parseScaled } from '../../../analysis/figures/amount.ts';
import { printRows } from '../../table.ts';
import type { BacktestFrom } from './inputs.ts';
import { BACKTEST_OPTIONS, backtestFrom, parseTime } from './inputs.ts';

const { bars, columns, parameters, rule, multipliers, venue } = BACKTEST_OPTIONS;

/** `2023-01-01/2024-01-01`, the end exclusive. */
function periodOf(context: CommandContext): { readonly from: number; readonly to: number } {
  const text = stringOption(context, 'period');
  const [from = '', to = '', ...rest] = (text ?? '').split('/');
  if (text === undefined || rest.length > 0 || to === '') {
    throw new InvalidInput('--period', 'must be from/to, such as 2023-01-01/2024-01-01');
  }
  const period = { from: parseTime(from, '--period'), to: parseTime(to, '--period') };
  if (period.to <= period.from) throw new InvalidInput('--period', 'must end after it begins');
  return period;
}

function venueOf(
  context: CommandContext,
  { parameterSet }: BacktestFrom,
): Pick<DisclosureInput, 'venue'> {
  const ledger = stringOption(context, 'ledger');
  const snapshot = stringOption(context, 'snapshot');
  if (ledger === undefined && snapshot === undefined) return {};
  if (ledger === undefined) throw new InvalidInput('--ledger', 'is required with --snapshot');
  if (snapshot === undefined) throw new InvalidInput('--snapshot', 'is required with --ledger');
  return {
    venue: venueFigures(
      parseLedger(readTextFile(ledger, '--ledger')),
      parseSnapshot(readTextFile(snapshot, '--snapshot')),
      parameterSet.parameters,
      parameterSet.document.stress.coverScenarioIds,
    ),
  };
}

function haircutsOf(
  { histories, parameterSet, backtest }: BacktestFrom,
  period: { readonly from: number; readonly to: number },
): HaircutTest[] {
  return UNDERLYINGS.flatMap((underlying) => {
    const history = histories[underlying];
    if (history === undefined) return [];
    const path = pricePath(history);
    return parameterSet.parameters.collateral.flatMap((own, c) => {
      if (own.underlying !== underlying) return [];
      const haircut = Number(own.haircutsBps[0]) / 10_000;
      const asset = COLLATERAL_SYMBOLS[c] as string;
      return [testHaircut(asset, haircut, path, backtest.horizonSeconds, period)];
    });
  });
}

export const command: Command = {
  name: 'disclose',
  description:
    'Coverage, responsiveness, haircuts and, with a ledger and a snapshot, margin and stress of the\n' +
    'venue, in fields numbered like the public quantitative disclosures of clearing houses; each says\n' +
    'whether it is proven, recomputable or stated. Fields: docs/disclosure.md.',
  example:
    'npx plimsoll disclose --period 2023-01-01/2024-01-01 --bars btc=btc-1h.csv.gz,eth=eth-1h.csv.gz --out disclosure',
  positionals: [],
  options: {
    period: { type: 'string', placeholder: 'from/to', describe: 'UTC days, the end exclusive' },
    bars,
    columns,
    rule,
    multipliers,
    parameters,
    venue,
    ledger: { type: 'string', placeholder: 'file', describe: 'accounts, for margin and stress' },
    snapshot: { type: 'string', placeholder: 'file', describe: 'the market they are valued in' },
    fund: { type: 'string', placeholder: 'USD', describe: 'what the insurance fund holds' },
    out: {
      type: 'string',
      placeholder: 'folder',
      describe: 'writes disclosure.html and disclosure.json there',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: disclosureSchema,
    isDocument: true,
  },
  run: async (context) => {
    const period = periodOf(context);
    const fund = stringOption(context, 'fund');
    const fundE6 = fund === undefined ? undefined : parseScaled(fund, 6, '--fund');
    if (fundE6 !== undefined && fundE6 < 0n)
      throw new InvalidInput('--fund', 'must not be below 0');
    const out = stringOption(context, 'out');
    if (out !== undefined) makeFolder(out, '--out');
    const results = backtestFrom(context, period);
    const disclosure = disclosureOf({
      period,
      backtest: results.backtest,
      parameterSet: results.parameterSet,
      haircuts: haircutsOf(results, period),
      ...venueOf(context, results),
      ...(fundE6 === undefined ? {} : { fundE6 }),
    });
    if (out !== undefined) {
      writeFileAtomically(join(out, 'disclosure.html'), disclosurePage(disclosure));
      writeFileAtomically(join(out, 'disclosure.json'), `${JSON.stringify(disclosure, null, 1)}\n`);
    }
    const rows = disclosure.fields.map(
      ({ disclosure: number, id, name, of, value, unit, basis }) => [
        number ?? 'ours',
        id,
        of,
        basis,
        typeof value === 'number' ? String(Number(value.toPrecision(7))) : (value ?? '–'),
        unit,
        name,
      ],
    );
    const header = ['', 'field', 'of', 'basis', 'value', 'unit', ''];
    printRows(context, header, rows);
    if (out !== undefined) context.print(`\nwrote ${join(out, 'disclosure.html')}`);
    context.printJson(disclosure);
    return Promise.resolve();
  },
};
