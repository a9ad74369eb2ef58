// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { BASE_FIELD } from '../../core/bn254.ts';
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import {
  decimalBigint,
  list,
  oneOf,
  parseDocument,
  text,
  digestText as digest,
} from '../../core/schema.ts';
import { encodePublicSignals, namedSignals } from '../../statements/public-signals.ts';
import { PUBLIC_SIGNALS } from '../../statements/generated/public-signals.ts';
import type { StatementName, StatementSignals } from '../../statements/generated/public-signals.ts';
import { SCALAR_FIELD } from './r1cs.ts';
import { keySetup } from './verification-key.ts';

/** Signed amounts stay below this in size, so that no field element has two readings. */
const SIGNED_LIMIT = 2n ** 127n;

const coordinate = decimalBigint(0n, BASE_FIELD - 1n);
const point = z.tuple([coordinate, coordinate]);

const proofPoints = z.strictObject({
  a: point,
  /** Each coordinate as (real, imaginary), as snarkjs writes it; contracts take them swapped. */
  b: z.tuple([point, point]),
  c: point,
});

const signalEntry = z.strictObject({
  name: text(),
  unit: text(),
  value: decimalBigint(-SCALAR_FIELD, SCALAR_FIELD - 1n),
});

/** Several times what a statement has. */
const MAX_SIGNALS = 100;

const proofFile = z.strictObject({
  format: z.literal('plimsoll-proof', { error: 'must be "plimsoll-proof"' }),
  version: z.literal(1, { error: 'must be 1' }),
  statement: oneOf(Object.keys(PUBLIC_SIGNALS) as StatementName[]),
  profile: text(),
  /** Which circuit and key: SHA-256 of the constraint system and of the verification key. */
  artifact: z.strictObject({
    r1cs: digest,
    verificationKey: digest,
    key: keySetup,
  }),
  publicSignals: list(signalEntry, MAX_SIGNALS),
  proof: proofPoints,
  versions: z.record(z.string(), z.string()),
});

export type ProofPoints = z.infer<typeof proofPoints>;
type ProofDocument = z.infer<typeof proofFile>;

/** A proof with all that a stranger needs to check it against the same circuit. */
export interface ProofFile<Name extends StatementName = StatementName> {
  readonly statement: Name;
  readonly profile: string;
  readonly artifact: ProofDocument['artifact'];
  readonly publicSignals: StatementSignals[Name];
  readonly proof: ProofPoints;
  readonly versions: Readonly<Record<string, string>>;
}

function signalsOf(document: ProofDocument): StatementSignals[StatementName] {
  const order = namedSignals(document.statement);
  if (document.publicSignals.length !== order.length) {
    throw new InvalidInput('publicSignals', `must be ${order.length} for ${document.statement}`);
  }
  order.forEach(({ name, unit, type, bits }, index) => {
    const entry = document.publicSignals[index]!;
    const path = `publicSignals[${index}]`;
    if (entry.name !== name) throw new InvalidInput(`${path}.name`, `must be "${name}"`);
    if (entry.unit !== unit) throw new InvalidInput(`${path}.unit`, `must be "${unit}"`);
    if (type === 'signed' && (entry.value <= -SIGNED_LIMIT || entry.value >= SIGNED_LIMIT)) {
      throw new InvalidInput(`${path}.value`, 'must be smaller in size than 2^127');
    }
    if (type !== 'signed' && entry.value < 0n) {
      throw new InvalidInput(`${path}.value`, 'must not be negative');
    }
    if (bits !== undefined && entry.value >> BigInt(bits) !== 0n) {
      throw new InvalidInput(`${path}.value`, `must fit ${bits} bits`);
    }
  });
  return Object.fromEntries(
    document.publicSignals.map(({ name, value }) => [name, value]),
  ) as unknown as StatementSignals[StatementName];
}

/** Parses a proof file; throws `InvalidInput` naming the first field that breaks its rule. */
export function parseProof(source: string, name = 'proof'): ProofFile {
  return parseDocument(proofFile, source, name, (document) => {
    const { statement, profile, artifact, proof, versions } = document;
    return { statement, profile, artifact, publicSignals: signalsOf(document), proof, versions };
  });
}

export function formatProof(file: ProofFile): string {
  const values = file.publicSignals as unknown as Readonly<Record<string, bigint>>;
  const document = {
    format: 'plimsoll-proof',
    version: 1,
    statement: file.statement,
    profile: file.profile,
    artifact: file.artifact,
    publicSignals: namedSignals(file.statement).map(({ name, unit }) => ({
      name,
      unit,
      value: values[name],
    })),
    proof: file.proof,
    versions: file.versions,
  };
  const asText = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? String(value) : value;
  return `${JSON.stringify(document, asText, 2)}\n`;
}

export function loadProof(path: string): ProofFile {
  return parseProof(readTextFile(path, 'proof'), path);
}

export function saveProof(path: string, file: ProofFile): void {
  writeFileAtomically(path, formatProof(file));
}

/** What the verifier contracts take: G2 coordinates with the imaginary part first. */
export interface SolidityProof {
  readonly proof: {
    readonly a: [bigint, bigint];
    readonly b: [[bigint, bigint], [bigint, bigint]];
    readonly c: [bigint, bigint];
  };
  readonly publicSignals: readonly bigint[];
}

export function toSolidity(file: ProofFile): SolidityProof {
  const { a, b, c } = file.proof;
  return {
    proof: {
      a,
      b: [
        [b[0][1], b[0][0]],
        [b[1][1], b[1][0]],
      ],
      c,
    },
    publicSignals: encodePublicSignals(file.statement, file.publicSignals),
  };
}
