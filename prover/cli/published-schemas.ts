// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import { jsonSchema, type OutputSchema } from './output.ts';
import { errorOutput, versionOutput } from './process-output.ts';
import { COMMANDS } from './registry.ts';
import { meant } from './suggestion.ts';

/** Where the schemas are published in the repository, and in the package. */
export const SCHEMAS_PATH = 'docs/schemas';

const OTHERS: ReadonlyMap<string, readonly [title: string, output: OutputSchema]> = new Map([
  ['error', ['plimsoll … --json, on standard error: why it failed', errorOutput]],
  ['version', ['plimsoll --version --json', versionOutput]],
]);

/** Every command, and the outputs that belong to none. */
export const SCHEMA_NAMES: readonly string[] = [...COMMANDS.keys(), ...OTHERS.keys()];

export interface PublishedSchema {
  readonly version: number;
  readonly document: object;
}

/** Throws `InvalidInput` where nothing prints under this name. */
export async function publishedSchema(name: string): Promise<PublishedSchema> {
  const entry = COMMANDS.get(name);
  const other = OTHERS.get(name);
  if (entry !== undefined) {
    const { output } = await entry.load();
    const title = `plimsoll ${name} --json: ${entry.summary}`;
    return { version: output.version, document: jsonSchema(title, name, output) };
  }
  if (other === undefined) {
    throw new InvalidInput(
      '<command>',
      `no command "${name}"${meant(name, SCHEMA_NAMES)}; see plimsoll schema`,
    );
  }
  const [title, output] = other;
  return { version: output.version, document: jsonSchema(title, name, output) };
}

/** `market import` in `market-import.json`. */
export const schemaFile = (name: string): string => `${name.replaceAll(' ', '-')}.json`;
