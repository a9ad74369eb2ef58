// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { requireRule } from '../../core/errors.ts';
import {
  addressText as address,
  constant,
  integer,
  list,
  parseDocument,
  pattern,
  text,
} from '../../core/schema.ts';

/** What a ceremony is of, fixed before anybody contributes and never changed. */
export const PLAN_FILE = 'ceremony.json';
export const RELEASE_FILE = 'release.json';

export const digest = pattern(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in lower-case hex');
const digest512 = pattern(/^[0-9a-f]{128}$/, 'must be a BLAKE2b-512 digest in lower-case hex');
const signature = pattern(/^0x[0-9a-f]{130}$/, 'must be 65 bytes in lower-case hexadecimal');
/** A part of a path, so that no document leads out of its folder. */
const fileName = pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a file name');
const circuitName = pattern(/^[a-z][a-z0-9-]{0,99}$/, 'must be a circuit name');
const person = pattern(
  /^[\x20-\x7e]{1,64}$/,
  'must be 1 to 64 printable characters of ASCII, as keys hold names',
);

const MAX_CIRCUITS = 1_000;
const MAX_CONTRIBUTIONS = 65_536;

const planCircuit = z.strictObject({
  name: circuitName,
  constraints: integer(1, 2 ** 28),
  r1cs: digest,
  /** SHA-256 of every source, and of all together with compiler and options. */
  sources: z.record(text(), digest),
  sourcesHash: digest,
  /** SHA-256 of the key before any contribution, and snarkjs's hash over its points. */
  initial: digest,
  circuitHash: digest512,
});

const planSchema = z.strictObject({
  format: constant('plimsoll.ceremony'),
  version: constant(1),
  name: person,
  compiler: z.record(text(), text()),
  powers: z.strictObject({ name: fileName, power: integer(1, 27), blake2b: digest512 }),
  /** The rule by which the beacon's value is known to nobody now and to everybody later. */
  beacon: z.strictObject({
    chainId: integer(1, Number.MAX_SAFE_INTEGER),
    block: integer(1, Number.MAX_SAFE_INTEGER),
    iterations: integer(0, 31),
  }),
  circuits: list(planCircuit, MAX_CIRCUITS, 1),
});
export type CeremonyPlan = z.infer<typeof planSchema>;
export type PlanCircuit = z.infer<typeof planCircuit>;

const contributed = z.strictObject({
  name: circuitName,
  before: digest,
  after: digest,
  /** snarkjs's hash of the entry in the key's history. */
  hash: digest512,
});

const receiptSchema = z.strictObject({
  format: constant('plimsoll.ceremony-receipt'),
  version: constant(1),
  number: integer(1, MAX_CONTRIBUTIONS),
  name: person,
  /** SHA-256 of the receipt before this one, of the plan where it is the first. */
  previous: digest,
  circuits: list(contributed, MAX_CIRCUITS, 1),
  /** Of the beacon, which nobody signs: everybody can repeat it. */
  beacon: pattern(/^[0-9a-f]{64}$/, 'must be a block hash').optional(),
  contributor: address.optional(),
  signature: signature.optional(),
});
export type Receipt = z.infer<typeof receiptSchema>;
export type ContributedCircuit = z.infer<typeof contributed>;

const releaseCircuit = z.strictObject({
  name: circuitName,
  sourcesHash: digest,
  r1cs: digest,
  zkey: digest,
  verificationKey: digest,
  /** SHA-256 of the generated contract, and keccak-256 of its creation bytecode. */
  verifier: z.strictObject({
    source: digest,
    creation: pattern(/^0x[0-9a-f]{64}$/, 'must be 32 bytes in hex'),
  }),
});

const releaseSchema = z.strictObject({
  format: constant('plimsoll.release'),
  version: constant(1),
  /** SHA-256 of the plan and of the last receipt: with it of all before. */
  plan: digest,
  transcript: digest,
  compiler: z.record(text(), text()),
  powers: digest512,
  contributions: list(
    z.strictObject({ name: person, contributor: address.optional(), receipt: digest }),
    MAX_CONTRIBUTIONS,
    1,
  ),
  beacon: pattern(/^[0-9a-f]{64}$/, 'must be a block hash'),
  circuits: list(releaseCircuit, MAX_CIRCUITS, 1),
});
export type Release = z.infer<typeof releaseSchema>;
export type ReleaseCircuit = z.infer<typeof releaseCircuit>;

function requireDistinct(names: readonly string[], field: string): void {
  requireRule(new Set(names).size === names.length, field, 'must name no circuit twice');
}

const namesOf = (circuits: readonly { readonly name: string }[]): string[] =>
  circuits.map(({ name }) => name);

export function parsePlan(source: string, name = PLAN_FILE): CeremonyPlan {
  return parseDocument(planSchema, source, name, (plan) => {
    requireDistinct(namesOf(plan.circuits), 'circuits');
    return plan;
  });
}

export function parseReceipt(source: string, name: string): Receipt {
  return parseDocument(receiptSchema, source, name, (receipt) => {
    requireDistinct(namesOf(receipt.circuits), 'circuits');
    const isSigned = receipt.contributor !== undefined && receipt.signature !== undefined;
    requireRule(
      isSigned === (receipt.beacon === undefined) &&
        (receipt.contributor === undefined) === (receipt.signature === undefined),
      'signature',
      'must be there with its contributor, unless the receipt is that of the beacon',
    );
    return receipt;
  });
}

export function parseRelease(source: string, name = RELEASE_FILE): Release {
  return parseDocument(releaseSchema, source, name, (release) => {
    requireDistinct(namesOf(release.circuits), 'circuits');
    return release;
  });
}

/** One spelling of a document, so that it has one hash. */
export function spelled(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
