// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Command } from '../command.ts';
import { shape, text, whole } from '../../core/json-output.ts';

export const command: Command = {
  name: 'schema',
  description:
    'What --json prints names its schema and version in its field "schema", or, where it is a\n' +
    'document that can be kept, in "format" and "version". Within a version fields may be added, so a\n' +
    'reader leaves alone what it does not know; one that goes, or comes to mean something else,\n' +
    'raises the version. Without a command: the names and versions.\n' +
    'The same files are in docs/schemas, and in the package as plimsoll/schemas/<name>.json.',
  example: 'npx plimsoll schema margin',
  positionals: [
    {
      name: 'command',
      required: false,
      repeated: true,
      describe: 'a command as it is typed (market import), error or version',
    },
  ],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: z.union([
      shape({ schemas: z.array(shape({ name: text, version: whole, file: text })) }),
      shape({ name: text, version: whole, jsonSchema: z.looseObject({}) }),
    ]),
  },
  run: async (context) => {
    // Only now: it loads every command.
    const { SCHEMA_NAMES, publishedSchema, schemaFile } = await import('../published-schemas.ts');
    const { print } = context;
    if (context.positionals.length > 0) {
      const name = context.positionals.join(' ');
      const { version, document } = await publishedSchema(name);
      print(JSON.stringify(document, null, 2));
      context.printJson({ name, version, jsonSchema: document });
      return;
    }
    const schemas = [];
    for (const name of SCHEMA_NAMES) {
      const { version } = await publishedSchema(name);
      schemas.push({ name, version, file: schemaFile(name) });
    }
    for (const { name, version } of schemas) print(`${name.padEnd(18)} version ${version}`);
    context.printJson({ schemas });
  },
};
