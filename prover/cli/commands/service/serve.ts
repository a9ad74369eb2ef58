// SPDX-License-Identifier: GPL-3.0-or-later
import { isLocal, readServiceConfig } from '../../../service/config/config.ts';
import { runService, serviceLogger } from '../../../service/run.ts';
import { stringOption, type Command } from '../../command.ts';
import { requireRule } from '../../../core/schema.ts';
import { shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'serve',
  description:
    'Runs the operator’s service until it is interrupted: takes ledger updates and snapshots over\n' +
    'HTTP, margins every account on every tick, and tells webhooks and listeners of each change of\n' +
    'state. With a venue it takes its ticks from the chain, proves who is below maintenance there and,\n' +
    'with “submitting” configured, opens them. What it acknowledges survives a kill. DATABASE_URL takes PostgreSQL instead of the\n' +
    'embedded database; PLIMSOLL_OPERATOR_TOKEN is the operator’s secret. Logs are JSON lines on\n' +
    'standard error (docs/service.md).',
  example: 'npx plimsoll serve service.json',
  positionals: [
    { name: 'config', required: true, describe: 'the configuration, as docs/service.md has it' },
  ],
  options: {
    venue: {
      type: 'string',
      placeholder: 'file',
      describe:
        'venue.json, in place of the configuration’s chain.venue; PLIMSOLL_RPC has the node',
    },
    shadow: {
      type: 'boolean',
      describe: 'decide, log, prove and send nothing, and compare with what others open on chain',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ url: text, database: text }).describe('one line, once it answers'),
  },
  run: async (context) => {
    const shadow = context.options['shadow'] === true;
    const path = context.positionals[0]!;
    const config = {
      ...readServiceConfig(path, process.env, stringOption(context, 'venue')),
      shadow,
    };
    requireRule(!shadow || config.chain !== undefined, '--shadow', 'needs a venue to follow');
    if (!isLocal(config)) {
      context.note(`${config.listen.host} is reached from elsewhere: put TLS before it`);
    }
    const logger = serviceLogger(process.env['PLIMSOLL_LOG'] ?? 'info');
    const running = await runService(config, logger, () => {
      logger.fatal('the lease is lost: another owner may be writing');
      process.exit(1);
    });
    const database = running.service.store.database.kind;
    context.print(`answers at ${running.url}, keeps its state in ${database}`);
    context.printJson({ url: running.url, database });
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await running.stop();
  },
};
