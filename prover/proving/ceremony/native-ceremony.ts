// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';

import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { parseJson, parseValue } from '../../core/schema.ts';
import { findNativeProver } from '../backends/native-build.ts';

/** As in `prover/native/internal/ceremony/command.go`. */
const ARGUMENT = 'ceremony';
/** Far beyond the largest step; a file that makes the program spin ends it here. */
const TIMEOUT_MS = 3_600_000;
const COMPLAINT_CHARACTERS = 1_000;

const hash512 = z.string().regex(/^[0-9a-f]{128}$/);

const contributionSchema = z.object({
  name: z.string(),
  /** BLAKE2b-512, as snarkjs shows it. */
  hash: hash512,
  beacon: z.string().optional(),
  iterations: z.int().optional(),
});
/** An entry of a key's history. */
export type KeyContribution = z.infer<typeof contributionSchema>;

const verifiedSchema = z.object({
  circuitHash: hash512,
  contributions: z.array(contributionSchema),
});
export type VerifiedKey = z.infer<typeof verifiedSchema>;

/** The code of an error that says nothing of the ceremony: there is no native program here. */
export const NATIVE_MISSING = 'NATIVE_MISSING';

const failed = (reason: string): PlimsollError => new PlimsollError('CEREMONY', reason);

/** One step of the program, its request on standard input: an argument is seen by every process. */
async function run<T>(request: object, schema: z.ZodType<T>): Promise<T> {
  const binary = findNativeProver();
  if (binary === undefined) {
    throw new PlimsollError(
      NATIVE_MISSING,
      'the native program is not built: install Go and run "npx plimsoll setup"',
    );
  }
  const child = spawn(binary, [ARGUMENT], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { GOTRACEBACK: 'none' },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let answer = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS);
  });
  child.stdin.on('error', () => undefined);
  // Not ended: should this process die, the end of its pipe ends the program.
  child.stdin.write(`${JSON.stringify(request)}\n`);
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(failed(error.message)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(failed(complaint.trim().split('\n').at(-1) || (signal ?? `exit code ${code}`)));
    });
  });
  return parseValue(schema, parseJson(answer, 'answer'), 'answer');
}

export interface KeyPlace {
  readonly powers: string;
  readonly circuit: string;
}

const powersSchema = z.object({ power: z.int(), alpha: z.string(), beta: z.string() });

/** The whole structure of a prepared powers-of-tau file; throws `CEREMONY` with what is wrong. */
export function checkPowers(powers: string): Promise<z.infer<typeof powersSchema>> {
  return run({ operation: 'check-powers', powers }, powersSchema);
}

/** A powers-of-tau file whose trapdoor follows from the seed: for tests, and labelled so by its user. */
export async function writeKnownPowers(out: string, power: number, seed: string): Promise<void> {
  await run({ operation: 'known-powers', out, power, seed }, z.object({ power: z.int() }));
}

/** The key of a circuit before any contribution: byte for byte what `snarkjs zkey new` writes. */
export async function writeInitialKey({ powers, circuit }: KeyPlace, out: string): Promise<string> {
  const answer = await run(
    { operation: 'initial', powers, circuit, out },
    z.object({ circuitHash: hash512 }),
  );
  return answer.circuitHash;
}

/** The next key, its δ multiplied by a secret that ends with the program's process. */
export function contributeTo(
  key: string,
  out: string,
  by: { readonly name: string; readonly entropy: string },
): Promise<KeyContribution> {
  return run({ operation: 'contribute', key, out, ...by }, contributionSchema);
}

/** The last key: its factor follows from a public value, hashed 2^iterations times. */
export function applyBeacon(
  key: string,
  out: string,
  beacon: { readonly name: string; readonly beacon: string; readonly iterations: number },
): Promise<KeyContribution> {
  return run({ operation: 'contribute', key, out, ...beacon }, contributionSchema);
}

/** Judges a key against circuit and powers, and follows its history; throws `CEREMONY`. */
export function verifyKey({ powers, circuit }: KeyPlace, key: string): Promise<VerifiedKey> {
  return run({ operation: 'verify', powers, circuit, key }, verifiedSchema);
}
