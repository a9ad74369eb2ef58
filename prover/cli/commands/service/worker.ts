// SPDX-License-Identifier: GPL-3.0-or-later
import { hostname } from 'node:os';
import { resolve } from 'node:path';

import { parseValue, pattern } from '../../../core/schema.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { shape, text } from '../../../core/json-output.ts';
import { secretsOfAddress } from '../../../service/config/secrets.ts';
import { serviceLogger } from '../../../service/log/logger.ts';
import { ArtifactStore } from '../../../service/worker/artifact-store.ts';
import { runWorker } from '../../../service/worker/worker.ts';
import { stringOption, type Command } from '../../command.ts';
import { databaseUrl } from '../../options/database-url.ts';

const serviceAddress = pattern(/^https?:\/\/[^\s@]+$/, 'must be an http(s) address');
const workerName = pattern(/^[\w.-]{1,63}$/, 'must be letters, digits, dots, dashes; at most 63');

export const command: Command = {
  name: 'worker',
  description:
    'Proves for a service on another machine until it is interrupted: takes orders from the service’s\n' +
    'PostgreSQL (DATABASE_URL, of a role that sees the queues alone) and hands proofs back, each of which\n' +
    'the service checks. Keys and circuits are those of the hash that an order names: from this checkout’s\n' +
    'build, from the folder, or from the service (PLIMSOLL_WORKER_TOKEN). Logs are JSON lines on standard\n' +
    'error (docs/service.md).',
  example: 'npx plimsoll worker --service https://service.example --folder worker',
  positionals: [],
  options: {
    service: {
      type: 'string',
      placeholder: 'url',
      describe: 'where the service answers, for keys and circuits that are not built here',
    },
    folder: {
      type: 'string',
      placeholder: 'folder',
      describe: 'where they are kept (default: worker)',
    },
    name: {
      type: 'string',
      placeholder: 'text',
      describe: 'under which the service knows it (default: host and process)',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ worker: text }).describe('one line, once it takes orders'),
  },
  run: async (context) => {
    const { PLIMSOLL_WORKER_TOKEN: token } = process.env;
    const database = databaseUrl('where the service leaves its orders');
    const given = stringOption(context, 'service');
    const service =
      given === undefined
        ? undefined
        : parseValue(serviceAddress, given, '--service').replace(/\/+$/, '');
    if (service !== undefined && token === undefined) {
      throw new InvalidInput('PLIMSOLL_WORKER_TOKEN', 'is required with --service');
    }
    const name = parseValue(
      workerName,
      stringOption(context, 'name') ?? `${hostname()}-${process.pid}`,
      '--name',
    );
    const secrets = [...secretsOfAddress(database), ...(token === undefined ? [] : [token])];
    const logger = serviceLogger(process.env['PLIMSOLL_LOG'] ?? 'info', secrets);
    const source = service === undefined ? undefined : { service, token: token! };
    const worker = await runWorker({
      databaseUrl: database,
      name,
      artifacts: new ArtifactStore(resolve(stringOption(context, 'folder') ?? 'worker'), source),
      log: (about, what) => logger.info(about, what),
      fault: (error) => logger.warn({ err: error }, 'the queue, or a proof'),
    });
    context.print(`${name} takes orders`);
    context.printJson({ worker: name });
    await new Promise<void>((done) => {
      process.once('SIGINT', done);
      process.once('SIGTERM', done);
    });
    await worker.stop();
  },
};
