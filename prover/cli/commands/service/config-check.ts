// SPDX-License-Identifier: GPL-3.0-or-later
import { isLocal, readServiceConfig } from '../../../service/config/config.ts';
import type { Command } from '../../command.ts';
import { flag, shape, text, whole } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'config check',
  description:
    'Reads the configuration of a service with its environment, as serve does, and says what it\n' +
    'amounts to, without a secret. A fault names the field.',
  example: 'npx plimsoll config check service.json',
  positionals: [
    { name: 'config', required: true, describe: 'the configuration, as docs/service.md has it' },
  ],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      folder: text,
      database: text,
      host: text,
      port: whole,
      local: flag,
      callDistanceBps: whole,
      releaseBps: whole,
      webhooks: whole,
      bodyBytes: whole,
      requestsPerMinute: whole,
    }),
  },
  run: async (context) => {
    const config = readServiceConfig(context.positionals[0]!);
    const { host, port } = config.listen;
    const database = config.databaseUrl === undefined ? 'pglite' : 'postgresql';
    const local = isLocal(config);
    const { distanceBps, releaseBps } = config.rules;
    context.print(`folder    ${config.folder}`);
    context.print(`database  ${database}`);
    context.print(
      `listens   ${host}:${port}${local ? '' : ' (reached from elsewhere: needs TLS)'}`,
    );
    context.print(
      `calls     below IM, or within ${distanceBps} bps of MM; end ${releaseBps} bps above`,
    );
    context.print(`webhooks  ${config.webhooks.map(({ url }) => url).join(', ') || 'none'}`);
    context.printJson({
      folder: config.folder,
      database,
      host,
      port,
      local,
      callDistanceBps: distanceBps,
      releaseBps,
      webhooks: config.webhooks.length,
      ...config.limits,
    });
  },
};
