// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { jsonSchema, outputLine } from '../../../prover/cli/output.ts';
import { shape, text, whole } from '../../../prover/core/json-output.ts';
import {
  SCHEMAS_PATH,
  SCHEMA_NAMES,
  publishedSchema,
  schemaFile,
} from '../../../prover/cli/published-schemas.ts';
import { COMMANDS } from '../../../prover/cli/registry.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { plimsoll } from '../../support/cli.ts';

const output = { version: 3, schema: shape({ account: whole, name: text.optional() }) };

describe('the schema of an output', () => {
  it('names the output in its first field, and bigint as decimal strings', () => {
    const { line } = outputLine(
      'market import',
      { version: 1, schema: shape({ a: text }) },
      { a: 7n },
    );
    expect(line).toBe('{"schema":"market-import/1","a":"7"}');
  });

  it.each([
    ['a field that it does not list', { account: 1, owner: 'x' }, 'owner: unknown field'],
    ['a field of another type', { account: '1' }, 'account: must be a number'],
    ['a field that is missing', { name: 'x' }, 'account: is required'],
  ])('finds %s', (_what, value, fault) => {
    expect(outputLine('margin', output, value).faults).toEqual([fault]);
    expect(outputLine('margin', output, { account: 1 }).faults).toEqual([]);
  });

  it('is one of several where a command prints one of several', () => {
    const either = { version: 1, schema: z.union([output.schema, shape({ out: text })]) };
    expect(outputLine('x', either, { out: 'file' }).faults).toEqual([]);
    expect(outputLine('x', either, { out: 'file', account: 1 }).faults).not.toEqual([]);
  });

  it('leaves a document that names itself as it is', () => {
    const document = { version: 1, schema: shape({ format: text }), isDocument: true } as const;
    expect(outputLine('x', document, { format: 'y' })).toEqual({
      line: '{"format":"y"}',
      faults: [],
    });
  });

  it('lets fields be added to what is published, so that readers of a version go on reading', () => {
    expect(JSON.stringify(jsonSchema('title', 'margin', output))).not.toContain(
      'additionalProperties',
    );
    expect(jsonSchema('title', 'margin', output)).toMatchObject({
      title: 'title',
      properties: { schema: { const: 'margin/3' }, account: { type: 'integer' } },
      required: ['schema', 'account'],
    });
  });
});

describe('docs/schemas', () => {
  it('holds the schema of every command, and no other file', () => {
    expect(readdirSync(join(REPOSITORY_ROOT, SCHEMAS_PATH)).sort()).toEqual(
      SCHEMA_NAMES.map(schemaFile).sort(),
    );
    for (const name of COMMANDS.keys()) expect(SCHEMA_NAMES).toContain(name);
  });

  it.each(SCHEMA_NAMES)('is what scripts/output-schemas.ts writes: %s', async (name) => {
    const { document } = await publishedSchema(name);
    const committed: unknown = JSON.parse(
      readFileSync(join(REPOSITORY_ROOT, SCHEMAS_PATH, schemaFile(name)), 'utf8'),
    );
    expect(committed).toEqual(document);
  });
});

describe('plimsoll schema', () => {
  it('prints the schema of a command, of two words too', async () => {
    const { stdout } = await plimsoll('schema', 'market', 'import');
    expect(JSON.parse(stdout)).toEqual((await publishedSchema('market import')).document);
  });

  it('lists every schema with its version', async () => {
    const { stdout } = await plimsoll('schema', '--json');
    const { schemas } = JSON.parse(stdout) as { schemas: { name: string; version: number }[] };
    expect(schemas.map(({ name }) => name)).toEqual(SCHEMA_NAMES);
    for (const { version } of schemas) expect(version).toBeGreaterThan(0);
  });

  it('names a command that is meant where there is none of the name', async () => {
    const { status, stderr } = await plimsoll('schema', 'margn');
    expect(status).toBe(2);
    expect(stderr).toContain('margin');
  });
});
