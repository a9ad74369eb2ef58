// SPDX-License-Identifier: GPL-3.0-or-later
import { chainTorture } from '../../../bench/torture/chain-torture.ts';
import { torture, type TortureOptions } from '../../../bench/torture/torture.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { oneOf, parseValue } from '../../../core/schema.ts';
import { stringOption, type Command } from '../../command.ts';
import { shape, text, whole } from '../../../core/json-output.ts';
import { countOption } from '../bench/remargin.ts';

const DEFAULT_KILLS = 25;
const MOST_KILLS = 100_000;
const MOST_SEED = 2 ** 31;

export const command: Command = {
  name: 'torture',
  description:
    'Feeds a service a market crash over and over and kills it, or its PostgreSQL, with SIGKILL at\n' +
    'random moments, or takes the power from it and its embedded database; then holds what it kept and\n' +
    'told against what it had acknowledged and against the same operations without a kill.\n' +
    'With --chain it follows a venue on a local chain, proves and opens; its workers and its node are\n' +
    'killed too, the chain is reorganised, and what is opened there is held against what had to be.\n' +
    'Ends with an error where anything was lost or made twice.',
  example: 'npx plimsoll torture --kills 25 --seed 1 --json',
  positionals: [],
  options: {
    kills: { type: 'string', placeholder: 'number', describe: 'how many (default: 25)' },
    seed: { type: 'string', placeholder: 'number', describe: 'of the moments (default: 1)' },
    database: {
      type: 'string',
      placeholder: 'pglite|postgresql',
      describe: 'the embedded one (default), or a PostgreSQL that is started for it',
    },
    report: {
      type: 'string',
      placeholder: 'file',
      describe:
        'written at each judgement, every 24 or 25 kills: what a run that is stopped has shown',
    },
    chain: { type: 'boolean', describe: 'on a chain, with proofs and transactions' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      database: text,
      seed: whole,
      kills: shape({
        owner: whole,
        starting: whole,
        power: whole.optional(),
        postgresql: whole,
        worker: whole.optional(),
        node: whole.optional(),
        reorganisation: whole.optional(),
      }),
      updates: whole,
      ticks: whole,
      transitions: whole.optional(),
      openings: whole.optional(),
      openingsMade: whole.optional(),
      transactions: whole.optional(),
      failedTransactions: whole.optional(),
      deliveries: whole,
      repeated: whole,
      lost: whole,
      doubled: whole,
      seconds: whole,
    }),
  },
  run: async (context) => {
    const file = stringOption(context, 'report');
    const options: TortureOptions = {
      kills: countOption(context, 'kills', DEFAULT_KILLS, MOST_KILLS),
      seed: countOption(context, 'seed', 1, MOST_SEED),
      database: parseValue(
        oneOf(['pglite', 'postgresql'] as const),
        stringOption(context, 'database') ?? 'pglite',
        '--database',
      ),
      progress: context.note,
      judged: (report) => {
        if (file !== undefined) writeFileAtomically(file, `${JSON.stringify(report)}\n`);
      },
    };
    const isOnChain = context.options['chain'] === true;
    if (isOnChain) (await import('../../../toolchain/setup-state.ts')).assertSetUp();
    const report = isOnChain ? await chainTorture(options) : await torture(options);
    const kills = Object.entries(report.kills).filter(([, count]) => count > 0);
    context.print(`kills: ${kills.map(([of, count]) => `${count} ${of}`).join(', ')}`);
    context.print(`${report.updates} updates and ${report.ticks} ticks, ${report.seconds} s`);
    if ('transitions' in report) context.print(`${report.transitions} transitions`);
    else {
      const { openings, openingsMade, transactions, failedTransactions } = report;
      context.print(`${openings} openings of ${openingsMade} made on all branches`);
      context.print(`${transactions} transactions, ${failedTransactions} of them failed`);
    }
    context.print(`${report.deliveries} deliveries, ${report.repeated} repeated`);
    context.print(`lost ${report.lost}, doubled ${report.doubled}`);
    context.printJson(report);
    if (report.lost + report.doubled > 0) {
      throw new PlimsollError('TORTURE', `lost ${report.lost}, doubled ${report.doubled}`);
    }
  },
};
