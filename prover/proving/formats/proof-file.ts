// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { BASE_FIELD } from '../../core/bn254.ts';
import { InvalidInput } from '../../core/errors.ts';
import {
  decimalBigint,
  list,
  oneOf,
  parseDocument,
  pattern,
  text,
  digestText as digest,
} from '../../core/schema.ts';
import { biased } from '../../commitments/pack.ts';
import { encodePublicSignals, namedSignals } from '../../statements/public-signals.ts';
import { PUBLIC_SIGNALS } from '../../statements/generated/public-signals.ts';
import type { StatementName, StatementSignals } from '../../statements/generated/public-signals.ts';
import { checksummedAddress as address } from './checksummed-address.ts';
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

const use = z.strictObject({
  chainId: decimalBigint(1n, 2n ** 256n - 1n),
  contract: address,
  /** Of `ACTIONS` (prover/chain/context.ts), or `canary`, or `reportMedians`. */
  action: pattern(/^[a-z][A-Za-z]{0,39}$/, 'must be the name of an action'),
  /** Whom the contract does it for; the zero address where it is for nobody. */
  beneficiary: address,
  /** Number of the margin tick that binds the roots, where it was known. */
  tick: decimalBigint(1n, 2n ** 64n - 2n).optional(),
});

const VERSION = 2;

const proofFile = z.strictObject({
  format: z.literal('plimsoll-proof', { error: 'must be "plimsoll-proof"' }),
  /** 1 has no `use`. */
  version: z.literal([1, VERSION], { error: `must be 1 or ${VERSION}` }),
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
  use: use.optional(),
  versions: z.record(z.string(), z.string()),
});

/** What a proof was made for, in the words of who made it: whoever checks compares it with the context. */
export type ProofUse = z.infer<typeof use>;
export type ProofPoints = z.infer<typeof proofPoints>;
type ProofDocument = z.infer<typeof proofFile>;

/** A proof with all that a stranger needs to check it against the same circuit. */
export interface ProofFile<Name extends StatementName = StatementName> {
  readonly statement: Name;
  readonly profile: string;
  readonly artifact: ProofDocument['artifact'];
  readonly publicSignals: StatementSignals[Name];
  readonly proof: ProofPoints;
  /** Absent where it is bound to no contract. */
  readonly use?: ProofUse | undefined;
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
    if (type !== 'signed' && entry.value < 0n) {
      throw new InvalidInput(`${path}.value`, 'must not be negative');
    }
    if (bits !== undefined) {
      const raw = type === 'signed' ? biased(entry.value, bits) : entry.value;
      if (raw >> BigInt(bits) !== 0n)
        throw new InvalidInput(`${path}.value`, `must fit ${bits} bits`);
    } else if (type === 'signed' && (entry.value <= -SIGNED_LIMIT || entry.value >= SIGNED_LIMIT)) {
      throw new InvalidInput(`${path}.value`, 'must be smaller in size than 2^127');
    }
  });
  return Object.fromEntries(
    document.publicSignals.map(({ name, value }) => [name, value]),
  ) as unknown as StatementSignals[StatementName];
}

/** Parses a proof file; throws `InvalidInput` naming the first field that breaks its rule. */
export function parseProof(source: string, name = 'proof'): ProofFile {
  return parseDocument(proofFile, source, name, (document) => {
    const { version, statement, profile, artifact, proof, use: madeFor, versions } = document;
    if (version === 1 && madeFor !== undefined) {
      throw new InvalidInput('use', 'is not part of version 1');
    }
    const publicSignals = signalsOf(document);
    return { statement, profile, artifact, publicSignals, proof, use: madeFor, versions };
  });
}

export function formatProof(file: ProofFile): string {
  const values = file.publicSignals as unknown as Readonly<Record<string, bigint>>;
  const document = {
    format: 'plimsoll-proof',
    version: VERSION,
    statement: file.statement,
    profile: file.profile,
    artifact: file.artifact,
    publicSignals: namedSignals(file.statement).map(({ name, unit }) => ({
      name,
      unit,
      value: values[name],
    })),
    proof: file.proof,
    use: file.use,
    versions: file.versions,
  };
  const asText = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? String(value) : value;
  return `${JSON.stringify(document, asText, 2)}\n`;
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
