// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { z } from 'zod';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { readTextFile } from '../core/files.ts';
import { parseJson, parseValue } from '../core/schema.ts';

const statementName = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be kebab-case');
const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be an identifier');
const circuitFile = z
  .string()
  .regex(
    /^(circuits|test\/circuits)\/[A-Za-z0-9/-]+\.circom$/,
    'must be a .circom file under circuits/ or test/circuits/',
  );
const parameters = z.array(z.number().int().nonnegative());

/** Every word of so many bits is below the field's order. */
const MAX_PACKED_BITS = 253;

const valueType = z.enum(['field', 'uint', 'signed', 'hash']);

const plainSignal = z.strictObject({
  name: identifier,
  unit: z.string().min(1),
  type: valueType,
  doc: z.string().min(1),
});

/** Part of a packed signal, `bits` wide; a signed one stands there 2^(bits − 1) greater. */
const packedField = z.strictObject({
  name: identifier,
  bits: z.number().int().positive(),
  unit: z.string().min(1),
  type: z.enum(['uint', 'signed']),
  doc: z.string().min(1),
});

/** One field element that holds several values: readers see the fields, never the word. */
const packedSignal = z
  .strictObject({
    name: identifier,
    type: z.literal('packed'),
    doc: z.string().min(1),
    /** From the least significant bit up. */
    fields: z.array(packedField).min(2),
  })
  .refine(({ fields }) => fields.reduce((sum, { bits }) => sum + bits, 0) <= MAX_PACKED_BITS, {
    path: ['fields'],
    error: `must fit ${MAX_PACKED_BITS} bits`,
  });

const publicSignal = z.union([plainSignal, packedSignal]);

const BUILDS = ['setup', 'test', 'demand'] as const;

const profile = z.strictObject({
  parameters,
  constraintBudget: z.number().int().positive(),
  /** By whom it is built: the set-up (and so by everybody), the test run in addition, or on demand. */
  build: z.enum(BUILDS),
});

const statement = z
  .strictObject({
    name: statementName,
    file: circuitFile,
    template: identifier,
    description: z.string().min(1),
    publicSignals: z.array(publicSignal).min(1),
    /** Those of `publicSignals` that are inputs of the template; circom puts them after outputs. */
    publicInputs: z.array(identifier),
    profiles: z.record(
      z.string().regex(/^([1-9][0-9]*|any)$/, 'must be a number of positions, or any'),
      profile,
    ),
  })
  .check((context) => {
    const names = context.value.publicSignals.map((signal) => signal.name);
    const tail = names.slice(names.length - context.value.publicInputs.length);
    // Readers see fields in the place of a packed signal, so a field may bear its name.
    const read = context.value.publicSignals.flatMap((signal) =>
      signal.type === 'packed' ? signal.fields.map(({ name }) => name) : [signal.name],
    );
    if (new Set(names).size !== names.length || new Set(read).size !== read.length) {
      context.issues.push({
        code: 'custom',
        message: 'names must be unique',
        input: context.value,
        path: ['publicSignals'],
      });
    }
    for (const [profileName, { parameters: held }] of Object.entries(context.value.profiles)) {
      if (profileName !== String(held[0] ?? 'any')) {
        context.issues.push({
          code: 'custom',
          message: 'must be named by the positions it holds, its first parameter; any without one',
          input: context.value,
          path: ['profiles', profileName],
        });
      }
    }
    if (tail.join() !== context.value.publicInputs.join()) {
      context.issues.push({
        code: 'custom',
        message: 'must be the last of publicSignals, in the same order',
        input: context.value,
        path: ['publicInputs'],
      });
    }
  });

const harness = z.strictObject({
  name: statementName,
  file: circuitFile,
  template: identifier,
  parameters,
  publicInputs: z.array(identifier).default([]),
});

const allowance = z.strictObject({ template: identifier, code: z.string(), reason: z.string() });

const manifest = z.strictObject({
  statements: z.array(statement),
  harnesses: z.array(harness),
  /** `--inspect` warnings tolerated in third-party templates only. */
  inspectAllowances: z.array(allowance),
});

export type ValueType = z.infer<typeof valueType>;
export type PackedSignal = z.infer<typeof packedSignal>;
export type PublicSignal = z.infer<typeof publicSignal>;
/** When a profile is built; each level includes those before it. */
export type BuildLevel = (typeof BUILDS)[number];
export type Profile = z.infer<typeof profile>;
export type Statement = z.infer<typeof statement>;
export type Harness = z.infer<typeof harness>;
export type InspectAllowance = z.infer<typeof allowance>;
export type CircuitManifest = z.infer<typeof manifest>;

export const MANIFEST_PATH = 'circuits/circuits.json';

/** Throws `InvalidInput` naming the first field that breaks its rule. */
export function parseManifest(document: unknown): CircuitManifest {
  const parsed = parseValue(manifest, document, MANIFEST_PATH);
  const names = [...parsed.statements, ...parsed.harnesses].map((entry) => entry.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new InvalidInput(`${MANIFEST_PATH}: ${repeated}`, 'is declared twice');
  }
  return parsed;
}

export function loadManifest(root: string): CircuitManifest {
  const source = readTextFile(join(root, MANIFEST_PATH), MANIFEST_PATH);
  return parseManifest(parseJson(source, MANIFEST_PATH));
}

export function findStatement(circuits: CircuitManifest, name: string): Statement {
  const found = circuits.statements.find((entry) => entry.name === name);
  if (found === undefined) {
    const known = circuits.statements.map((entry) => entry.name).join(', ');
    throw new InvalidInput('statement', `must be one of: ${known}; got ${name}`);
  }
  return found;
}

export function findProfile(entry: Statement, name: string): Profile {
  const found = entry.profiles[name];
  if (found === undefined) {
    const known = Object.keys(entry.profiles).join(', ');
    throw new InvalidInput('profile', `${entry.name} has: ${known}; got ${name}`);
  }
  return found;
}

/**
 * How many positions a profile of an account statement holds: its template's first parameter, and
 * its name. Throws `NO_SUCH_PROFILE`.
 */
export function profileCapacity(entry: Statement, name: string): number {
  const capacity = entry.profiles[name]?.parameters[0];
  if (capacity === undefined) {
    throw new PlimsollError('NO_SUCH_PROFILE', `${entry.name} has no profile ${name}`);
  }
  return capacity;
}

/** Whether a build of that level makes the profile. */
export function builtAt(profile: Profile, level: BuildLevel): boolean {
  return BUILDS.indexOf(profile.build) <= BUILDS.indexOf(level);
}

/** Profile names from the smallest circuit up. */
export function profilesBySize(entry: Statement): string[] {
  return Object.keys(entry.profiles).sort((left, right) => Number(left) - Number(right));
}
