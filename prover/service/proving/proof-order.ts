// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { digestText as digest } from '../../core/schema.ts';
import type { Artifact, ArtifactFile } from '../../proving/artifacts.ts';
import { keySetup } from '../../proving/formats/verification-key.ts';
import type { CircuitInput, CircuitInputs } from '../../statements/circuit-input.ts';
import type { StatementInstance } from '../../statements/instance.ts';

/** The queue in which a service leaves what its workers prove. */
export const ORDERS = 'prove-instance';

/** A worker that dies is noticed when its heartbeat has lapsed, at the next look: within half a minute. */
export const ORDER_HEARTBEAT_SECONDS = 20;
/** A proof of the largest profile takes a minute with the slowest backend. */
export const ORDER_SECONDS = 300;
/** Workers that die over an order, one after another, before the service proves it itself. */
export const ORDER_RETRIES = 5;

/** What a service has proven elsewhere: openings, and what `solvency prove --queue` orders. */
export const ORDERED_STATEMENTS = [
  'liquidation',
  'risk-arrays',
  'solvency-batch',
  'solvency-close',
] as const;
export type OrderedStatement = (typeof ORDERED_STATEMENTS)[number];

const file = z.strictObject({ sha256: digest, bytes: z.int().positive() });
const orderSchema = z.strictObject({
  statement: z.enum(ORDERED_STATEMENTS),
  profile: z.string().min(1),
  key: keySetup,
  constraints: z.int().positive(),
  tools: z.record(z.string(), z.string()),
  /** By hash: a worker takes them from wherever it has or gets these very bytes. */
  files: z.strictObject({ r1cs: file, wasm: file, zkey: file, verificationKey: file }),
  /** As circuits take it, numbers as decimal text. */
  inputs: z.record(z.string(), z.unknown()),
});

/** What a worker is asked to prove, and with which bytes. */
export type ProofOrder = z.infer<typeof orderSchema>;

export const parseOrder = (data: unknown): ProofOrder => orderSchema.parse(data);

const answerSchema = z.object({ worker: z.string().min(1).max(200), proof: z.string() });

/** What a worker hands back: its name, and the text of the proof file. */
export type OrderAnswer = z.infer<typeof answerSchema>;

export const parseOrderAnswer = (output: unknown): OrderAnswer | undefined =>
  answerSchema.safeParse(output).data;

function written(input: CircuitInput): unknown {
  if (typeof input === 'bigint' || typeof input === 'number') return input.toString();
  if (Array.isArray(input)) return (input as readonly CircuitInput[]).map(written);
  return Object.fromEntries(
    Object.entries(input as CircuitInputs).map(([name, value]) => [name, written(value)]),
  );
}

const NUMBER = /^-?(0|[1-9][0-9]*)$/;

function read(value: unknown): CircuitInput {
  if (typeof value === 'string' && NUMBER.test(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(read);
  return readInputs(z.record(z.string(), z.unknown()).parse(value));
}

/** The inputs of an order, for a circuit. */
export const readInputs = (inputs: Readonly<Record<string, unknown>>): CircuitInputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, read(value)]));

export function orderOf(
  { statement, profile, inputs }: StatementInstance<OrderedStatement>,
  { key, constraints, tools, files }: Artifact,
): ProofOrder {
  const named = ({ sha256, bytes }: ArtifactFile) => ({ sha256, bytes });
  const { r1cs, wasm, zkey, verificationKey } = files;
  return {
    statement,
    profile,
    key,
    constraints,
    tools,
    files: {
      r1cs: named(r1cs),
      wasm: named(wasm),
      zkey: named(zkey),
      verificationKey: named(verificationKey),
    },
    inputs: written(inputs) as Record<string, unknown>,
  };
}
