// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { z } from 'zod';

import { InvalidInput } from '../errors.ts';
import { readTextFile } from '../files.ts';
import { parseJson, parseValue } from '../schema.ts';

const statementName = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be kebab-case');
const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be an identifier');
const circuitFile = z
  .string()
  .regex(
    /^(circuits|test\/circuits)\/[A-Za-z0-9/-]+\.circom$/,
    'must be a .circom file under circuits/ or test/circuits/',
  );
const parameters = z.array(z.number().int().nonnegative());

const signalType = z.enum(['field', 'uint', 'signed', 'hash']);

const publicSignal = z.strictObject({
  name: identifier,
  unit: z.string().min(1),
  type: signalType,
  doc: z.string().min(1),
});

const profile = z.strictObject({
  parameters,
  constraintBudget: z.number().int().positive(),
  /** Built by the set-up and in CI; a profile with `false` is built on demand. */
  ci: z.boolean(),
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
      z.string().regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits'),
      profile,
    ),
  })
  .check((context) => {
    const names = context.value.publicSignals.map((signal) => signal.name);
    const tail = names.slice(names.length - context.value.publicInputs.length);
    if (new Set(names).size !== names.length) {
      context.issues.push({
        code: 'custom',
        message: 'names must be unique',
        input: context.value,
        path: ['publicSignals'],
      });
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

export type SignalType = z.infer<typeof signalType>;
export type PublicSignal = z.infer<typeof publicSignal>;
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

/** Profile names from the smallest circuit up: JSON objects put integer-like names first. */
export function profilesBySize(entry: Statement): string[] {
  const size = (name: string): number => entry.profiles[name]!.parameters[0] ?? 0;
  return Object.keys(entry.profiles).sort((left, right) => size(left) - size(right));
}
