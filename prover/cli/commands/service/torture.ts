// SPDX-License-Identifier: GPL-3.0-or-later
import { torture, type TortureReport } from '../../../bench/torture/torture.ts';
import { PlimsollError } from '../../../core/errors.ts';
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
    'random moments; then holds what it kept and told against what it had acknowledged and against the\n' +
    'same operations without a kill. Ends with an error where anything was lost or made twice.',
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
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      database: text,
      seed: whole,
      kills: shape({ owner: whole, postgresql: whole }),
      updates: whole,
      ticks: whole,
      transitions: whole,
      deliveries: whole,
      repeated: whole,
      lost: whole,
      doubled: whole,
      seconds: whole,
    }),
  },
  run: async (context) => {
    const report: TortureReport = await torture({
      kills: countOption(context, 'kills', DEFAULT_KILLS, MOST_KILLS),
      seed: countOption(context, 'seed', 1, MOST_SEED),
      database: parseValue(
        oneOf(['pglite', 'postgresql'] as const),
        stringOption(context, 'database') ?? 'pglite',
        '--database',
      ),
      progress: context.note,
    });
    const { kills } = report;
    context.print(`${kills.owner} kills of the owner, ${kills.postgresql} of PostgreSQL`);
    context.print(`${report.updates} updates and ${report.ticks} ticks, ${report.seconds} s`);
    context.print(
      `${report.transitions} transitions, ${report.deliveries} deliveries, ${report.repeated} repeated`,
    );
    context.print(`lost ${report.lost}, doubled ${report.doubled}`);
    context.printJson(report);
    if (report.lost + report.doubled > 0) {
      throw new PlimsollError('TORTURE', `lost ${report.lost}, doubled ${report.doubled}`);
    }
  },
};
