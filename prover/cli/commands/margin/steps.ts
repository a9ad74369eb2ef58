// SPDX-License-Identifier: GPL-3.0-or-later
import { parseList } from '../../../analysis/figures/amount.ts';
import type { Ask, StepAsks } from '../../../analysis/figures/steps.ts';
import type { CommandContext, OptionSpec } from '../../command.ts';
import { stringOption } from '../../command.ts';

export const STEP_OPTIONS = {
  add: {
    type: 'string',
    placeholder: 'instrument:contracts,…',
    describe: 'buy (or, with a minus, sell) contracts, e.g. BTC-27MAR26-70000-C:-2.5',
  },
  remove: {
    type: 'string',
    placeholder: 'instrument:contracts|all,…',
    describe: 'close contracts of a position held, long or short',
  },
  unpaid: {
    type: 'boolean',
    describe: 'let positions come and go without payment (default: paid at mark from USDC)',
  },
  deposit: { type: 'string', placeholder: 'asset:amount,…', describe: 'e.g. USDC:5000,BTC:0.1' },
  withdraw: { type: 'string', placeholder: 'asset:amount,…', describe: 'e.g. stETH:2' },
} as const satisfies Record<string, OptionSpec>;

function asked(context: CommandContext, flag: keyof typeof STEP_OPTIONS): readonly Ask[] {
  const text = stringOption(context, flag);
  if (text === undefined) return [];
  return parseList(text, `--${flag}`).map(([name, value]) => ({
    source: `--${flag} ${name}`,
    name,
    value,
  }));
}

/** What the flags ask for. */
export const readAsks = (context: CommandContext): StepAsks => ({
  deposit: asked(context, 'deposit'),
  remove: asked(context, 'remove'),
  add: asked(context, 'add'),
  withdraw: asked(context, 'withdraw'),
  isPaid: context.options['unpaid'] !== true,
});
