// SPDX-License-Identifier: GPL-3.0-or-later
import { COUNT_OPTIONS } from './remargin.ts';
import { oneOf, parseValue } from '../../../core/schema.ts';
import type { Command, CommandContext } from '../../command.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<(context: CommandContext) => unknown>>> = {
  prove: async () => (await import('./prove.ts')).benchProve,
  remargin: async () => (await import('./remargin.ts')).benchRemargin,
  prepare: async () => (await import('./prepare.ts')).benchPrepare,
  ledger: async () => (await import('./ledger-tree.ts')).benchLedgerTree,
};

export const command: Command = {
  name: 'bench',
  description:
    'prove: every backend that is here on liquidation circuits and a dense one of 2^17 rows, which is\n' +
    'compiled the first time. remargin: array margin of a synthetic venue. prepare: the inputs\n' +
    'of 1,000 proofs of one tick. ledger: the tree of a synthetic venue.',
  example: 'npx plimsoll bench prove --runs 5',
  positionals: [
    { name: 'benchmark', required: true, describe: Object.keys(BENCHMARKS).join(' or ') },
  ],
  options: COUNT_OPTIONS,
  needsSetup: true,
  run: async (context) => {
    const [name] = context.positionals;
    const benchmark = parseValue(oneOf(Object.keys(BENCHMARKS)), name, '<benchmark>');
    const measure = await BENCHMARKS[benchmark]!();
    await measure(context);
  },
};
