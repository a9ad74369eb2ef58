// SPDX-License-Identifier: GPL-3.0-or-later
import type { Logger } from 'pino';
import { z } from 'zod';

import { isLocal, readServiceConfig } from '../../../service/config/config.ts';
import { secretsOf } from '../../../service/config/secrets.ts';
import { serviceLogger } from '../../../service/log/logger.ts';
import { parameterSets, runService } from '../../../service/run.ts';
import { stringOption, type Command, type CommandContext } from '../../command.ts';
import { InvalidInput, requireRule } from '../../../core/errors.ts';
import { parseValue } from '../../../core/schema.ts';
import type { ServiceConfig } from '../../../service/config/config.ts';
import { replayDay } from '../../../service/replay.ts';
import { shape, text, whole } from '../../../core/json-output.ts';

const day = z.iso.date({ error: 'must be a day, such as 2026-02-05' });

async function replay(
  context: CommandContext,
  config: ServiceConfig,
  given: string,
  logger: Logger,
): Promise<void> {
  const { chain } = config;
  const asked = parseValue(day, given, '--replay');
  if (chain?.ledger === undefined) {
    throw new InvalidInput('chain.ledger', 'is required: a day is replayed from published data');
  }
  const report = await replayDay({ ...config, chain }, asked, parameterSets(config), logger);
  const { ticks, decided, agreed, onlyTheirs } = report;
  context.print(`${ticks} ticks: ${decided} accounts would have been opened`);
  context.print(`opened by others too: ${agreed}; by others alone: ${onlyTheirs}`);
  context.printJson({ replay: report });
}

export const command: Command = {
  name: 'serve',
  description:
    'Runs the operator’s service until it is interrupted: takes ledger updates and snapshots over\n' +
    'HTTP, margins every account on every tick, and tells webhooks and listeners of each change of\n' +
    'state. With a venue it takes its ticks from the chain, proves who is below maintenance there and,\n' +
    'with “submitting” configured, opens them; with “stepping” it takes the steps of a margin that\n' +
    'moves. What it acknowledges survives a kill. DATABASE_URL takes PostgreSQL instead of the\n' +
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
    replay: {
      type: 'string',
      placeholder: 'day',
      describe:
        'go through the ticks of a day that is past (2026-02-05, UTC) in the shadow, and end',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      url: text.optional(),
      database: text.optional(),
      replay: shape({
        day: text,
        ticks: whole,
        decided: whole,
        agreed: whole,
        onlyTheirs: whole,
      }).optional(),
    }).describe('one line, once it answers, or with --replay at its end'),
  },
  run: async (context) => {
    const shadow = context.options['shadow'] === true;
    const path = context.positionals[0]!;
    const config = {
      ...readServiceConfig(path, process.env, stringOption(context, 'venue')),
      shadow,
    };
    const logger = serviceLogger(process.env['PLIMSOLL_LOG'] ?? 'info', secretsOf(config));
    const replayed = stringOption(context, 'replay');
    if (replayed !== undefined) return await replay(context, config, replayed, logger);
    requireRule(!shadow || config.chain !== undefined, '--shadow', 'needs a venue to follow');
    if (!isLocal(config)) {
      context.note(`${config.listen.host} is reached from elsewhere: put TLS before it`);
    }
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
