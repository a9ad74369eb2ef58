// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { toJsonLine } from '../core/json-output.ts';
import { readValue } from '../core/schema.ts';

/**
 * What a command prints under `--json`: an object, or one of several, without the `schema` that names
 * it. A field may be added within a version; one that goes, or means something else, raises it.
 */
export interface OutputSchema {
  readonly version: number;
  readonly schema: z.ZodType;
  /** True for a document that names itself, by its fields `format` and `version`. */
  readonly isDocument?: true;
}

/** `market-import/1`: what the field `schema` of an output says, and what its file is named for. */
export function schemaName(command: string, { version }: OutputSchema): string {
  return `${command.replaceAll(' ', '-')}/${version}`;
}

function withName(schema: z.ZodType, name: string): z.ZodType {
  if (schema instanceof z.ZodObject) {
    return z.strictObject({ schema: z.literal(name), ...schema.shape });
  }
  if (schema instanceof z.ZodUnion) {
    return z.union(schema.options.map((option) => withName(option as z.ZodType, name)));
  }
  throw new PlimsollError('OUTPUT_SCHEMA', `${name}: an output is an object or one of several`);
}

/** What is published and checked: the fields of the command, and the name. */
const named = (output: OutputSchema, name: string): z.ZodType =>
  output.isDocument === true ? output.schema : withName(output.schema, name);

export interface OutputLine {
  readonly line: string;
  /** What of the published schema the line does not keep: a defect of the command. */
  readonly faults: readonly string[];
}

/** An output as it is printed, under the name of its schema, and held against it. */
export function outputLine(command: string, output: OutputSchema, value: object): OutputLine {
  const name = schemaName(command, output);
  const line = toJsonLine(output.isDocument === true ? value : { schema: name, ...value });
  const read = readValue(named(output, name), JSON.parse(line) as unknown, name);
  const faults = 'faults' in read ? read.faults.map(({ field, rule }) => `${field}: ${rule}`) : [];
  return { line, faults };
}

/** The JSON Schema that is published. It lets fields be added, which the check here does not. */
export function jsonSchema(title: string, command: string, output: OutputSchema): object {
  const document = z.toJSONSchema(named(output, schemaName(command, output)), {
    override: ({ jsonSchema: node }) => {
      if (node.additionalProperties === false) delete node.additionalProperties;
    },
  });
  const { $schema, ...rest } = document;
  return { $schema, title, ...rest };
}
