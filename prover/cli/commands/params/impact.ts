// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import {
  impactOf,
  sensitivities,
  type MarginChange,
  type Sensitivity,
  type Standing,
} from '../../../analysis/parameter-impact.ts';
import { formatAddress, formatUsd, instrumentName } from '../../../model/format.ts';
import type { Command, CommandContext } from '../../command.ts';
import { MARKET_OPTIONS, readAccounts, readSnapshot } from '../../options/market-inputs.ts';
import {
  ACTIVE_OPTION,
  PARAMETER_CHAIN_OPTIONS,
  PENDING_ARGUMENT,
  confirmActive,
  readBothSets,
} from '../../options/parameter-sets.ts';
import { address, decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const pair = z.tuple([decimal, decimal]);
const change = shape({
  changed: whole,
  totalE6: pair,
  mean: real,
  largest: real,
  largestAccount: whole.optional(),
});
const standing = shape({
  account: whole,
  owner: address,
  equityE6: pair,
  mmE6: pair,
  imE6: pair,
});

const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)} %`;
const named = (fallen: Standing) => ({ ...fallen, owner: formatAddress(fallen.owner) });

function printChange(context: CommandContext, name: string, moved: MarginChange): void {
  const [before, after] = moved.totalE6;
  const whose = moved.largestAccount === undefined ? '' : ` (account ${moved.largestAccount})`;
  context.print(
    `${name}  ${formatUsd(before)} → ${formatUsd(after)}: ${moved.changed} accounts change, ` +
      `mean ${percent(moved.mean)}, largest ${percent(moved.largest)}${whose}`,
  );
}

function printFalls(
  context: CommandContext,
  margin: string,
  key: 'mmE6' | 'imE6',
  fallen: readonly Standing[],
): void {
  context.print();
  context.print(`${fallen.length} fall below ${margin}`);
  if (fallen.length === 0) return;
  const rows = fallen.map((one) => [
    String(one.account),
    formatAddress(one.owner),
    formatUsd(one.equityE6[1]),
    formatUsd(one[key][0]),
    formatUsd(one[key][1]),
  ]);
  const head = ['account', 'owner', 'equity', `${margin} active`, `${margin} pending`];
  printRows(context, head, rows, '');
}

function printSensitivities(context: CommandContext, found: readonly Sensitivity[]): void {
  context.print();
  context.print('each parameter alone');
  const rows = found.map(({ parameter, values, impact, refused }) =>
    impact === undefined
      ? [parameter, String(values), `cannot change alone: ${refused ?? ''}`, '', '', '']
      : [
          parameter,
          String(values),
          percent(impact.mm.mean),
          percent(impact.mm.largest),
          percent(impact.im.mean),
          `${impact.belowMm} / ${impact.belowIm}`,
        ],
  );
  const head = ['parameter', 'values', 'MM mean', 'largest', 'IM mean', 'fall below MM / IM'];
  printRows(context, head, rows, '');
}

export const command: Command = {
  name: 'params impact',
  description:
    'Exact margins of every account of the ledger under both sets at one snapshot: who falls below\n' +
    'a margin that they hold today, by owner and by instrument, and how much every margin changes.\n' +
    'With --sensitivity also what each changed parameter does alone; effects do not add up, for a\n' +
    'margin is the worst of many scenarios. With --rpc the active set is held against the chain.',
  example: 'npx plimsoll params impact docs/proposals/parameters-1.json --tick calm --sensitivity',
  positionals: [PENDING_ARGUMENT],
  options: {
    ...MARKET_OPTIONS,
    parameters: ACTIVE_OPTION,
    ...PARAMETER_CHAIN_OPTIONS,
    sensitivity: { type: 'boolean', describe: 'what each parameter does alone' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      accounts: whole,
      mm: change,
      im: change,
      belowMm: z.array(standing),
      belowIm: z.array(standing),
      instruments: z.array(
        shape({ instrument: text, accounts: whole, longLots: decimal, shortLots: decimal }),
      ),
      sensitivities: z
        .array(
          shape({
            parameter: text,
            values: whole,
            impact: shape({ mm: change, im: change, belowMm: whole, belowIm: whole }).optional(),
            refused: text.optional(),
          }),
        )
        .optional(),
    }),
  },
  run: async (context) => {
    const { active, pending } = readBothSets(context);
    await confirmActive(context, active);
    const [accounts, snapshot] = [readAccounts(context), readSnapshot(context)];
    const impact = impactOf(accounts, snapshot, active.parameters, pending.parameters);
    const alone =
      context.options['sensitivity'] === true
        ? sensitivities(accounts, snapshot, active, pending)
        : undefined;

    context.print(
      `${impact.accounts} accounts, ${active.document.name} → ${pending.document.name}`,
    );
    printChange(context, 'MM', impact.mm);
    printChange(context, 'IM', impact.im);
    printFalls(context, 'MM', 'mmE6', impact.belowMm);
    printFalls(context, 'IM', 'imE6', impact.belowIm);
    const instruments = impact.instruments.map((share) => ({
      ...share,
      instrument: instrumentName(share.instrument),
    }));
    if (instruments.length > 0) {
      context.print();
      context.print('what those who fall hold');
      const rows = instruments.map(({ instrument, accounts: held, longLots, shortLots }) => [
        instrument,
        String(held),
        String(longLots),
        String(shortLots),
      ]);
      const head = ['instrument', 'accounts', 'lots long', 'lots short'];
      printRows(context, head, rows, '');
    }
    if (alone !== undefined) printSensitivities(context, alone);
    context.printJson({
      ...impact,
      belowMm: impact.belowMm.map(named),
      belowIm: impact.belowIm.map(named),
      instruments,
      ...(alone === undefined ? {} : { sensitivities: alone }),
    });
  },
};
